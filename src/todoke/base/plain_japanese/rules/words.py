"""Words: hard ones without explanation, the office's own, honorifics, loanwords, sounds, Latin letters."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from todoke.base.plain_japanese import vocabulary
from todoke.base.plain_japanese.finding import Finding, Rule, Words
from todoke.base.plain_japanese.text import Text

_LISTS: dict[str, tuple[Rule, Words]] = {
    "office": (Rule.OFFICE_WORD, _("役所の言葉です。")),
    "honorific": (Rule.HONORIFIC, _("尊敬語や謙譲語は、わかりにくい言葉です。")),
    "loanword": (Rule.LOANWORD, _("外来語や略語は、日本の外では通じないことがあります。")),
    "onomatopoeia": (Rule.ONOMATOPOEIA, _("音や様子を表す言葉は、覚えていない人に伝わりません。")),
}
_WORD_LETTER = re.compile(r"[一-鿿々〆ァ-ヺー]")
_KATAKANA = re.compile(r"[ァ-ヺー]")
_ROMAN = re.compile(r"[A-Za-zＡ-Ｚａ-ｚ]{2,}(?:[-_./][A-Za-z0-9]+)*")
# Names, and what everybody writes so.
_KNOWN_ROMAN = frozenset(
    {"LINE", "SNS", "URL", "QR", "PDF", "NHK", "SOS", "AED", "ATM", "CD", "DVD", "TV", "IC", "Wi", "Fi"}
)
# “X とは …” and “X は … ことです” explain a word where it stands, as “（X）” behind its meaning and “X：…” do.
_SAYS_WHAT = re.compile(r"[：:][^\n{%]{3}|[」』]?(?:とは|は、?[^。]*(?:こと|意味|ところ|お知らせ)です|というのは)")


def word_findings(text: Text) -> Iterator[Finding]:
    """Words of the lists, the longest first, so that 避難指示 is not taken for 避難."""
    letters, seen = text.tight, set[str]()
    explained = {
        found.group()
        for found in _pattern().finditer(letters.letters)
        if found.group() in vocabulary.hard_words() and _is_explained(text, found.group(), *found.span())
    }
    for found in _pattern().finditer(letters.letters):
        word, (begin, end) = found.group(), found.span()
        if not _stands_alone_in_katakana(letters.letters, begin, end):
            continue
        where = letters.where(begin, end)
        if hard := vocabulary.hard_words().get(word):
            if word in explained or word in seen:
                continue
            seen.add(word)
            put = None if _is_inside_a_word(text, begin, end) else hard.explained
            unknown = format_lazy(_("「{word}」は、説明がないとわからない人がいます。"), word=word)
            yield Finding(Rule.HARD_WORD, where, unknown, hard.explained, put)
        else:
            name = _list_of()[word]
            rule, says = _LISTS[name]
            put = vocabulary.replacements(name)[word]
            replacement = None if _is_inside_a_word(text, begin, end) else put
            yield Finding(rule, where, says, put, replacement)


def roman_findings(text: Text) -> Iterator[Finding]:
    """Latin letters that are no well-known name."""
    for found in _ROMAN.finditer(text.tight.letters):
        if found.group() not in _KNOWN_ROMAN:
            says = _("ローマ字は、名前のほかには使いません。")
            yield Finding(
                Rule.ROMAN_LETTERS, text.tight.where(*found.span()), says, _("日本語で書くか、説明を付けてください。")
            )


@lru_cache(maxsize=1)
def _list_of() -> Mapping[str, str]:
    """For every word that is replaced, the list that has it; an earlier list goes before."""
    return {word: name for name in reversed(_LISTS) for word in vocabulary.replacements(name)}


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    return vocabulary.longest_first(frozenset({*_list_of(), *vocabulary.hard_words()}))


def _stands_alone_in_katakana(letters: str, begin: int, end: int) -> bool:
    """Whether a katakana word is not a piece of a longer one (ルート in ルートビア)."""
    before, after = letters[max(0, begin - 1) : begin], letters[end : end + 1]
    cut_before = _KATAKANA.match(letters[begin]) and _KATAKANA.match(before)
    cut_after = _KATAKANA.match(letters[end - 1]) and _KATAKANA.match(after)
    return not (cut_before or cut_after)


def _is_inside_a_word(text: Text, begin: int, end: int) -> bool:
    """Whether kanji or katakana stand against the word, so that nothing can be put in its place without a person."""
    letters, starts, ends = text.tight.letters, text.tight.starts, text.tight.ends
    touches_before = begin > 0 and ends[begin - 1] == starts[begin]
    touches_after = end < len(letters) and ends[end - 1] == starts[end]
    if touches_before and _WORD_LETTER.match(letters[begin - 1]) and _WORD_LETTER.match(letters[begin]):
        return True
    return touches_after and bool(_WORD_LETTER.match(letters[end]) and _WORD_LETTER.match(letters[end - 1]))


def _is_explained(text: Text, word: str, begin: int, end: int) -> bool:
    """Whether ＜…＞ follows, the word stands in brackets behind its meaning, or the sentence says what it is."""
    _start, stop = text.tight.where(begin, end)
    rest = text.original[stop : stop + 120].lstrip(" 」』")
    if any(start <= _start < finish for start, finish in text.explanations):
        return True
    if any(text.original[stop:start].strip(" 」』") == "" and start >= stop for start, _finish in text.explanations):
        return True
    if text.original[:_start].rstrip().endswith(("（", "(")) and rest.startswith(("）", ")")):
        return True
    said = vocabulary.without_readings(rest).replace(" ", "")
    meaning = vocabulary.without_readings(vocabulary.hard_words()[word].meaning).replace(" ", "")
    return _SAYS_WHAT.match(said) is not None or (said.startswith("は") and meaning in said.split("。")[0])
