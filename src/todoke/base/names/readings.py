"""フリガナ: how a name is read, in full-width katakana as the family register writes it.

The register takes katakana with small letters (ャュョッ), the long-vowel sign and ヴ, and asks that キョウコ and
キヨウコ are not mixed up (法務省「戸籍にフリガナが記載されます」, 令和7年5月26日施行). So nothing is made larger or
smaller here: only hiragana and half-width letters change their form, and the signs that people type for ー.
"""

import re
import unicodedata
from enum import StrEnum

import jaconv

from todoke.base.names.characters import as_written

# What is typed where ー is meant: hyphens, minus signs and dashes of every width, after a kana that can be prolonged.
_LONG_VOWEL = re.compile("(?<=[ァ-ヺー])(?<![ンッ])[-\u2010-\u2015\u2212\uff0d~\u301c\uff5e]+(?=[ァ-ヺー]|\\s|$)")
_KATAKANA = re.compile("[ァ-ヺー・]+")
# Kana that hiragana2katakana tables leave out, and the marks that repeat the letter before.
_BY_HAND = str.maketrans({"ゕ": "ヵ", "ゖ": "ヶ", "ゝ": "ヽ", "ゞ": "ヾ"})
_VOICED = "カキクケコサシスセソタチツテトハヒフヘホウ"


class Hint(StrEnum):
    """Why a person should look once more at a name and its reading; never a reason to refuse them."""

    READING_IS_EMPTY = "reading-is-empty"
    NAME_IS_EMPTY = "name-is-empty"
    KANJI_IN_READING = "kanji-in-reading"
    OTHER_SIGNS_IN_READING = "other-signs-in-reading"
    ANOTHER_NUMBER_OF_PARTS = "another-number-of-parts"
    KANA_DIFFER = "kana-differ"


def reading(text: str) -> str:
    """The reading in full-width katakana, single blanks between its parts; what is not kana stays as it is."""
    wide = jaconv.h2z(as_written(text), kana=True, ascii=False, digit=False)
    katakana = jaconv.hira2kata(unicodedata.normalize("NFC", wide).translate(_BY_HAND))
    return _LONG_VOWEL.sub("ー", _repeated(katakana))


def _repeated(text: str) -> str:
    """Repeats written out: ミスヾ is ミスズ, サヽキ is ササキ."""
    letters: list[str] = []
    for each in text:
        if each in "ヽヾ" and letters and _KATAKANA.fullmatch(letters[-1]):
            plain = unicodedata.normalize("NFD", letters[-1])[0]
            letters.append(
                unicodedata.normalize("NFC", plain + "\u3099") if each == "ヾ" and plain in _VOICED else plain
            )
        else:
            letters.append(each)
    return "".join(letters)


def hints(name: str, its_reading: str) -> list[Hint]:
    """What looks implausible about a name and its reading, for a friendly question; an empty list is well."""
    name, read = as_written(name), reading(its_reading)
    if not name or not read:
        return [hint for hint, empty in ((Hint.NAME_IS_EMPTY, not name), (Hint.READING_IS_EMPTY, not read)) if empty]
    found = []
    strange = [each for each in read if not each.isspace() and not _KATAKANA.fullmatch(each)]
    if any(_is_kanji(each) for each in strange):
        found.append(Hint.KANJI_IN_READING)
    if any(not _is_kanji(each) for each in strange):
        found.append(Hint.OTHER_SIGNS_IN_READING)
    if len(name.split()) != len(read.split()):
        found.append(Hint.ANOTHER_NUMBER_OF_PARTS)
    spelled = reading(name)
    # A name of kana is its own reading (みどり, ミドリ).
    if all(_KATAKANA.fullmatch(each) for each in spelled.split()) and _bare(spelled) != _bare(read):
        found.append(Hint.KANA_DIFFER)
    return found


def _bare(text: str) -> str:
    return re.sub(r"[\s・]", "", text)


def _is_kanji(character: str) -> bool:
    return character in "々〆仝" or unicodedata.name(character, "").startswith("CJK ")
