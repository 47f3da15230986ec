"""The fixed sentences that the system itself puts into a message.

They are frozen into what is sent, so they stand here and not in a catalogue that may be mended between two tries.
"""

from dataclasses import dataclass

from todoke.shared.messaging.levels import LEVELS
from todoke.shared.messaging.types import AreaMark, EditionKind, Mode


@dataclass(frozen=True)
class Phrases:
    """The sentences of one language; `{}` takes the value. `way_out` ends a copy of a subscriber."""

    drill: str
    test: str
    cancel: str
    correction: str
    cancel_reason: str
    correction_reason: str
    cancelled: str
    level: str
    areas: str
    other_areas: str
    contact: str
    more: str
    sent: str
    cut: str
    comma: str
    date: str
    way_out: str

    def of_mode(self, mode: Mode) -> str:
        """The sentence that says that this is not in earnest, or nothing."""
        return {Mode.EXERCISE: self.drill, Mode.TEST: self.test}.get(mode, "")

    def of_kind(self, kind: EditionKind) -> str:
        """The sentence that takes an earlier edition back, or nothing."""
        return {EditionKind.CANCEL: self.cancel, EditionKind.CORRECTION: self.correction}.get(kind, "")

    def of_note(self, kind: EditionKind, note: str) -> str:
        """Why it was cancelled, or what was corrected; nothing for the other editions."""
        wanted = {EditionKind.CANCEL: self.cancel_reason, EditionKind.CORRECTION: self.correction_reason}.get(kind, "")
        return wanted.format(note) if note else ""


JAPANESE = Phrases(
    drill="これは訓練です。実際の災害ではありません。",
    test="これは配信の試験です。実際の災害ではありません。",
    cancel="先にお送りしたお知らせを取り消します。",
    correction="先にお送りしたお知らせを訂正します。",
    cancel_reason="取り消しの理由：{}",
    correction_reason="訂正した点：{}",
    cancelled="取り消した内容：{}",
    level="警戒レベル{}　{}",
    areas="対象地域：{}",
    other_areas="ほか{}地域",
    contact="お問い合わせ：{}",
    more="詳しくは：{}",
    sent="発信：{city}　{at}",
    cut="…（続きは {} ）",
    comma="、",
    date="{0.year}年{0.month}月{0.day}日 {0.hour}時{0.minute:02}分",
    way_out="このメールは、市の配信に登録された方にお送りしています。\n登録の変更・解除：{change}",
)

PHRASES: dict[str, Phrases] = {
    "ja": JAPANESE,
    "ja-easy": Phrases(
        drill="これは 訓練（くんれん）です。本当（ほんとう）の 災害（さいがい）では ありません。",
        test="これは テストです。本当（ほんとう）の 災害（さいがい）では ありません。",
        cancel="前（まえ）に おくった お知（し）らせは まちがいです。とりけします。",
        correction="前（まえ）に おくった お知（し）らせを なおしました。",
        cancel_reason="とりけす わけ：{}",
        correction_reason="なおした ところ：{}",
        cancelled="とりけした こと：{}",
        level="警戒（けいかい）レベル{}　{}",
        areas="場所（ばしょ）：{}",
        other_areas="ほか {}か所（しょ）",
        contact="聞（き）きたいとき：{}",
        more="くわしい こと：{}",
        sent="おくった人（ひと）：{city}　{at}",
        cut="…（つづきは {} ）",
        comma="、",
        date="{0.year}年{0.month}月{0.day}日 {0.hour}時{0.minute:02}分",
        way_out="この メールは 登録（とうろく）した 人（ひと）に おくっています。\nかえる・やめる：{change}",
    ),
    "en": Phrases(
        drill="This is a drill. There is no real disaster.",
        test="This is a test of our delivery. There is no real disaster.",
        cancel="We cancel our earlier notice.",
        correction="We correct our earlier notice.",
        cancel_reason="Reason for the cancellation: {}",
        correction_reason="What was corrected: {}",
        cancelled="Cancelled: {}",
        level="Alert Level {} {}",
        areas="Areas: {}",
        other_areas="and {} other areas",
        contact="Questions: {}",
        more="More: {}",
        sent="Sent by {city}, {at}",
        cut="… (continued at {} )",
        comma=", ",
        date="{0.year}-{0.month:02}-{0.day:02} {0.hour:02}:{0.minute:02} (Japan time)",
        way_out="You get this mail because you subscribed to the city's notices.\nChange or end: {change}",
    ),
}


def phrases_in(language: str) -> Phrases:
    """The sentences in this language; Japanese ones where we have none, as the marks of the title do."""
    return PHRASES.get(language, JAPANESE)


def level_words(level: int | None, notice: str, language: str) -> str:
    """Number and official word together, `警戒レベル4　避難指示`; the word alone where there is no number."""
    official = {known.words["ja"].word: known.in_language(language).word for known in LEVELS.values()}
    word = official.get(notice, notice)
    return phrases_in(language).level.format(level, word).strip() if level else word


def area_name(area: AreaMark, language: str) -> str:
    """What the area is called in this language, or in Japanese where it has no such name."""
    return {"en": area.name_en, "ja-easy": area.name_easy}.get(language, "") or area.name
