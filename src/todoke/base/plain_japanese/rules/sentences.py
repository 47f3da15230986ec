"""Sentences: their length, how many thoughts they hold, double negation, how they end; and the length of the whole."""

import re
from collections.abc import Iterator

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from todoke.base.plain_japanese.finding import Finding, Rule, Words
from todoke.base.plain_japanese.text import KANJI, MASK, Text

# Project choice: the guideline says “short” and gives no number. Readings and explanations do not count, a placeholder
# is one letter, and letters and figures of half width are half a letter each.
LETTERS_MAX = 40
# 横浜市: one sheet of A4, some 1,000 letters.
TEXT_MAX = 1000
# 弘前大学 for everyday information; for the first 72 hours of a disaster it asks for 3 or 4.
KANJI_MAX = 13
KANJI_MAX_DISASTER = 4

_THOUGHT = re.compile(r"(?:[^。、]が|けれども?|ので|から|ため(?:に)?|ことから|ものの|とともに|ほか|うえで?)、")
_NEGATION = re.compile(
    r"な(?:い|く)(?:わけ|こと|もの)?(?:で)?(?:は|も)(?:ない|ありません|なかった|なく)"
    r"|ないとは?(?:言え|いえ|限り?|かぎり?)(?:ない|ません)|ないとは?(?:限|かぎ)ら(?:ない|ません)"
    r"|ないわけには?(?:いかない|いきません)|ざるを(?:得ない|得ません|えない|えません)"
    r"|な(?:いで|く)?は(?:いられない|いられません)|ず(?:に)?は(?:いられない|いられません)"
    r"|ないものでも(?:ない|ありません)|ません(?:わけ)?ではありません"
)
_GOOD_ENDING = re.compile(r"(?:です|ます|ました|ません|でした|ください|下さい|ましょう|こと)(?:か|ね|よ)?$")
_VAGUE = re.compile(
    r"(?:おそれ|恐れ|可能性|見込み)が?(?:あります|です)$|(?:と思われます|と考えられます|と見られます|見込みです|模様です|ものとします)$"
)
_REQUEST = re.compile(
    r"(?:よう|を|に)?お願い(?:いた)?します$|いただきたいです$|(?:ことが必要|必要があり|べき)(?:です|ます)$"
)
_TRAILING = "。！？!?\n　 」』）)】"


def length_findings(text: Text) -> Iterator[Finding]:
    """Sentences over 40 letters, sentences with two thoughts, and a text over one sheet."""
    tight = text.tight
    for begin, end in text.sentences:
        letters = tight.letters[begin:end].rstrip("\n")
        length = _length(letters.rstrip("。"))
        if length > LETTERS_MAX:
            says = format_lazy(
                _("{number}文字の文です。{most}文字までが読みやすい長さです。"), number=length, most=LETTERS_MAX
            )
            yield Finding(Rule.SENTENCE_LENGTH, tight.where(begin, begin + len(letters)), says, _where_to_cut(letters))
        thoughts = list(_THOUGHT.finditer(letters))
        if len(thoughts) > 1:
            where = tight.where(begin + thoughts[1].start(), begin + thoughts[1].end())
            yield Finding(
                Rule.ONE_THOUGHT,
                where,
                _("一つの文に、三つのことが書いてあります。"),
                _("ここで「。」を打って、次の文を始めてください。"),
            )
    if len(tight.letters) > TEXT_MAX:
        says = format_lazy(
            _("全部で{number}文字です。{most}文字までにします。"), number=len(tight.letters), most=TEXT_MAX
        )
        yield Finding(Rule.TEXT_LENGTH, (0, len(text.original)), says, _("いちばん大事なことだけを残してください。"))


def _length(letters: str) -> int:
    narrow = sum(1 for letter in letters if letter.isascii())
    return len(letters) - narrow // 2


def _where_to_cut(letters: str) -> Words:
    """Where the middle comma is: most long sentences are two."""
    commas = [place for place, letter in enumerate(letters) if letter == "、"]
    if not commas:
        return _("二つの文に分けるか、三つ以上のことは箇条書きにしてください。")
    middle = min(commas, key=lambda place: abs(place - len(letters) / 2))
    return format_lazy(
        _("「{piece}」の後で文を分けてください。"), piece=letters[max(0, middle - 8) : middle].replace(MASK, "…")
    )


def negation_findings(text: Text) -> Iterator[Finding]:
    """ないわけではない and its like."""
    for found in _NEGATION.finditer(text.tight.letters):
        says = _("二重の否定は、意味を取り違えやすい言い方です。")
        yield Finding(
            Rule.DOUBLE_NEGATION,
            text.tight.where(*found.span()),
            says,
            _("「〜ます」「〜ことがあります」と言い切ってください。"),
        )


def ending_findings(text: Text) -> Iterator[Finding]:
    """Sentences that end neither in です nor ます, vague ends, and requests that are not 〜てください."""
    tight = text.tight
    for begin, end in text.sentences:
        letters = tight.letters[begin:end]
        if not letters.rstrip("\n").rstrip("」』）)】").endswith("。"):
            continue  # a heading, or a line of a list
        said = letters.rstrip(_TRAILING)
        if not said:
            continue
        if found := _VAGUE.search(said):
            says, suggestion = _("あいまいな終わり方です。"), _("「〜です」「〜かもしれません」と書いてください。")
        elif found := _REQUEST.search(said):
            says, suggestion = _("お願いだとわかりにくい終わり方です。"), _("「〜てください」と書いてください。")
        elif not said.endswith(MASK) and not _GOOD_ENDING.search(said):
            found = re.compile(r".{1,6}$", re.DOTALL).search(said)
            says, suggestion = (
                _("文が「です」「ます」で終わっていません。"),
                _("「〜です」「〜ます」「〜てください」で終えてください。"),
            )
        if found:
            where = tight.where(begin + found.start(), begin + found.end())
            yield Finding(Rule.SENTENCE_ENDING, where, says, suggestion)


def kanji_amount_findings(text: Text, *, disaster: bool) -> Iterator[Finding]:
    """Sentences with more kanji than readers can take."""
    most = KANJI_MAX_DISASTER if disaster else KANJI_MAX
    for begin, end in text.sentences:
        number = len(re.findall(f"[{KANJI}]", text.tight.letters[begin:end]))
        if number > most:
            says = format_lazy(_("漢字が{number}字あります。{most}字までにします。"), number=number, most=most)
            where = text.tight.where(begin, begin + len(text.tight.letters[begin:end].rstrip("\n")))
            yield Finding(Rule.KANJI_AMOUNT, where, says, _("言い換えるか、ひらがなで書いてください。"))
