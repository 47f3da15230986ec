"""A person with a telephone: a list that is worked through by hand, and ticked.

自治会長, 消防団, a bus operator: they are destinations like any other. The programme writes what to say and keeps the
list; that it was said and repeated back is confirmed by a person's tick, never by us.
"""

import re

from django.utils.translation import gettext as _

from todoke.shared.messaging import grounds
from todoke.shared.messaging.channels.clusters import characters, longest_start
from todoke.shared.messaging.channels.phrases import phrases_in
from todoke.shared.messaging.channels.routes import bare
from todoke.shared.messaging.channels.wording import NOT_REPEATED, areas_by_level
from todoke.shared.messaging.registry import AreaGrain, ChannelFacts, DrillWay, ReceiptKind, Withdrawal
from todoke.shared.messaging.types import Address, EditionKind, FrozenEdition, Mode, Parcel, Receipt

# About a minute of quiet reading; whoever listens writes along.
SPOKEN_MAX = 300
AREAS_SPOKEN_MAX = 8
TELEPHONE = re.compile(r"\+?[0-9][0-9-]{7,17}[0-9]")
MODE_SPOKEN = {Mode.EXERCISE: "訓練です。これは訓練です。", Mode.TEST: "試験です。これは連絡の試験です。"}


class PersonChannel:
    """The channel `messaging.person`."""

    key = "messaging.person"

    def __init__(self) -> None:
        self.facts = ChannelFacts(
            name="電話連絡",
            area_grain=AreaGrain.NEIGHBOURHOOD,
            withdrawal=Withdrawal.NOTICE,
            receipt=ReceiptKind.PERSON,
            drill=DrillWay.SAME_ROUTE,
            idempotency_key="電話連絡一覧の行",
            quota=grounds.BY_HAND,
            legal_purpose=grounds.CARRIED_BY_PEOPLE,
            body_max=SPOKEN_MAX,
            concurrency=1,
        )

    def prepare(self, edition: FrozenEdition, address: Address) -> Parcel:
        """The script to read out, always in Japanese: who speaks, the message, the same again, and the question."""
        message, left_out = _spoken(edition)
        mode = MODE_SPOKEN.get(edition.mode, "")
        lines = [
            edition.title(),
            f"{mode}{edition.city}です。{address.name}でいらっしゃいますか。",
            message,
            f"繰り返します。{mode}{message}",
            "復唱してください。",
            *([f"分からないときの連絡先：{edition.content.contact}"] if edition.content.contact else []),
        ]
        script = "\n".join(lines)
        return Parcel(body=script.encode(), preview=script, title=edition.title(), left_out=left_out)

    def send(self, parcel: Parcel, edition: FrozenEdition, address: Address, *, key: str) -> Receipt:  # noqa: ARG002 - the delivery itself is the line on the list
        """Nothing leaves: the delivery now stands on the telephone list, until somebody ticks it."""
        return Receipt(confirmed=False, reference=key, says="電話連絡一覧に載せました")

    def trouble_with(self, address: str) -> str | None:
        """What is wrong with a telephone number, or None."""
        if not TELEPHONE.fullmatch(bare(address)):
            return _("電話番号として読めません。半角の数字とハイフンで書いてください（例 000-0000-0001）。")
        return None


def _spoken(edition: FrozenEdition) -> tuple[str, str]:
    """The message as it is said, and what was left out of it."""
    # What is taken back, why, and each level with its areas are always said; the rest gives way.
    first = phrases_in("ja").of_kind(edition.kind) + _reason(edition) + _levels(edition)
    if edition.kind is EditionKind.CANCEL:
        return first, NOT_REPEATED
    short = " ".join(edition.content.wording("ja").short.split())
    kept = longest_start(short, max(SPOKEN_MAX - characters(first), 0), characters)
    if kept == short:
        return first + short, ""
    return f"{first}{kept}…", f"話す文の後ろ{characters(short) - characters(kept)}文字"


def _reason(edition: FrozenEdition) -> str:
    note = edition.note.strip().rstrip("。")
    spoken = {EditionKind.CANCEL: f"取り消しの理由は、{note}。", EditionKind.CORRECTION: f"訂正した点は、{note}。"}
    return spoken.get(edition.kind, "") if note else ""


def _levels(edition: FrozenEdition) -> str:
    ending = "を取り消します。" if edition.kind is EditionKind.CANCEL else "。"
    said = []
    for words, names in areas_by_level(edition, "ja").items():
        more = [f"ほか{len(names) - AREAS_SPOKEN_MAX}地域"] if len(names) > AREAS_SPOKEN_MAX else []
        listed = "、".join(names[:AREAS_SPOKEN_MAX] + more)
        said.append(f"対象は、{listed}です。" + (words.replace("　", "、") + ending if words else ""))
    return "".join(said)
