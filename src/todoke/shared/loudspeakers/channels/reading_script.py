"""The channel `loudspeakers.reading-script`: a script for a voice that is not ours: community FM, cable TV, a branch.

By mail, to the studio's address; the name of every area and shelter has its reading in brackets, and pauses are marked.
"""

from dataclasses import replace
from typing import Any

from todoke.base.clock import in_japan
from todoke.shared.loudspeakers.readings import merged, with_readings, words_of
from todoke.shared.loudspeakers.script import script_of
from todoke.shared.loudspeakers.sounds import PATTERNS
from todoke.shared.messaging.channels.mail import TITLE_MAX, MailChannel
from todoke.shared.messaging.channels.wording import fit_title
from todoke.shared.messaging.grounds import BROADCASTERS
from todoke.shared.messaging.types import Address, FrozenEdition, Parcel, Register

KEY = "loudspeakers.reading-script"
LEFT_OUT = "電話番号、URL（耳で聞いて分かることだけの原稿です）"


class ReadingScriptChannel(MailChannel):
    """The mail channel with another text; servers, numbers and probes are its own."""

    key = KEY

    def __init__(self, **connected: Any) -> None:
        super().__init__(**connected)
        self.facts = replace(
            self.facts,
            name="読み上げ原稿（コミュニティFM・ケーブルテレビ）",
            legal_purpose=BROADCASTERS,
            registers=(Register.SPEECH,),
        )

    def prepare(self, edition: FrozenEdition, address: Address) -> Parcel:
        """The script as a mail, byte for byte the same at every call; always in Japanese."""
        title = fit_title(edition, "ja", TITLE_MAX)
        text = script_text(edition)
        mail = self._headed(edition, address, title.text)
        mail.set_content(text.replace("\n", "\r\n") + "\r\n", charset="utf-8", cte="base64")
        # After the content: setting it clears every header of that family.
        mail["Content-Language"] = "ja"
        return Parcel(body=mail.as_bytes(), preview=text, title=title.text, left_out=LEFT_OUT)


def script_text(edition: FrozenEdition) -> str:
    """The script for a reader: what it is, when it holds, sentence by sentence with readings, and how often."""
    script = script_of(edition)
    words = merged(words_of(edition))
    pattern = PATTERNS.get(script.pattern)
    at, until = in_japan(edition.sent_at), in_japan(edition.expires_at)
    when = "{0.month}月{0.day}日 {0.hour}時{0.minute:02}分"
    lines = [
        f"{edition.title()}",
        f"読み上げ原稿（{edition.city}、{when.format(at)} 発信、{when.format(until)} まで有効）",
        "かっこの中は読みがなです。声に出さないでください。「／」で一息おいてください。",
        "",
        *script.before,
        *([f"〔屋外スピーカーでは、ここで「{pattern.name}」の音が鳴ります〕"] if pattern else []),
        *(f"{with_readings(line, words)} ／" for line in script.lines),
        "",
        f"〔この原稿を{script.times}回読んでください〕" if script.times > 1 else "〔1回読んでください〕",
        *([f"問い合わせ先（放送しません）：{edition.content.contact}"] if edition.content.contact else []),
    ]
    return "\n".join(lines)
