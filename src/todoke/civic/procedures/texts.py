"""Every text of procedures that residents read, as one file for translators (.po of GNU gettext) and back. Pure.

Each entry names its procedure and its place (`dog-registration:form/pages/0/title`) as its context, so that the same
Japanese may be said in two ways. What a translator must leave as it is (`{name}`, `%(name)s`, addresses) has to come
back.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polib
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import to_locale

from todoke.base.codes.my_number import holds_my_number
from todoke.civic.procedures.building.texts import texts_in
from todoke.shared.paperwork.types import Json, Words

JAPANESE = "ja"
FILE_BYTES_MAX = 5_000_000
TEXT_MAX = 10_000
PLACEHOLDER = re.compile(r"\{[^{}]*\}|%\([a-z_]+\)[sd]|https?://[!-~]*[a-z0-9/]", re.IGNORECASE | re.ASCII)


class UnreadableTexts(Exception):
    """The file cannot be taken in; the sentence says why and what to do."""

    def __init__(self, says: str | Promise) -> None:
        super().__init__()
        self.says = says

    def __str__(self) -> str:
        return str(self.says)


@dataclass(frozen=True)
class Translated:
    """One entry of a file: which procedure, which place in it, the Japanese it was made from, and what it says."""

    procedure: str
    place: str
    japanese: str
    text: str
    is_unsure: bool = False


@dataclass(frozen=True)
class File:
    """A file as it came back: its language, and its entries in order."""

    language: str
    entries: tuple[Translated, ...]


def written_file(documents: Mapping[str, Json], language: str) -> str:
    """The texts of these procedures, by key, as one file in this language; what is not translated yet is empty."""
    file = polib.POFile(wrapwidth=78)
    file.metadata = {
        "Project-Id-Version": "todoke procedures",
        "Language": to_locale(language),
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "X-Source-Language": JAPANESE,
    }
    for key, document in documents.items():
        name = Words(document.get("name", {})).say(JAPANESE)
        for each in texts_in(document):
            words, context = each.words, f"{key}:{each.place}"
            text = words.get(language, "")
            file.append(polib.POEntry(msgctxt=context, msgid=words[JAPANESE], msgstr=text, comment=name))
    return str(file)


def read_file(data: bytes, languages: Iterable[str]) -> File:
    """A file as it came back from a translator. Raises UnreadableTexts."""
    if len(data) > FILE_BYTES_MAX:
        raise UnreadableTexts(_("ファイルが大きすぎます。手続きを分けて、書き出してください。"))
    try:
        # With a line before it no text is taken for the name of a file.
        file = polib.pofile("\n" + data.decode("utf-8-sig"), encoding="utf-8")
    except (UnicodeDecodeError, OSError, ValueError):
        says = _("翻訳のファイル（.po、UTF-8）として読めません。書き出したファイルを、翻訳の道具で保存してください。")
        raise UnreadableTexts(says) from None
    language = next((each for each in languages if to_locale(each) == file.metadata.get("Language")), "")
    if not language or language == JAPANESE:
        says = _("何語の翻訳かわかりません。ファイルのはじめの Language を、書き出したときのままにしてください。")
        raise UnreadableTexts(says)
    entries = [entry for entry in file if not entry.obsolete]
    if not entries:
        raise UnreadableTexts(_("翻訳の文が一つもありません。書き出したファイルを選んでください。"))
    return File(language, tuple(_translated(entry) for entry in entries))


def _translated(entry: polib.POEntry) -> Translated:
    key, _colon, place = (entry.msgctxt or "").partition(":")
    return Translated(key, place, entry.msgid, entry.msgstr.strip(), entry.fuzzy)


def why_not(entry: Translated, there: Words | None) -> str | Promise:
    """Why an entry cannot be taken, where `there` is the text that stands at its place now; "" where it can."""
    if there is None:
        return _("この文は、いまの手続きにありません。もう一度書き出してください。")
    if there.get(JAPANESE) != entry.japanese:
        return _("日本語の文が、書き出したあとに変わりました。もう一度書き出して、訳を直してください。")
    if entry.is_unsure:
        return _("確かめていない印（fuzzy）が付いています。訳を確かめて、印を外してください。")
    if len(entry.text) > TEXT_MAX:
        return _("訳が長すぎます。10,000文字までにしてください。")
    if holds_my_number(entry.text):
        return _("マイナンバーのような数字が入っています。消してください。")
    return _of_placeholders(entry)


def _of_placeholders(entry: Translated) -> str:
    wanted, found = PLACEHOLDER.findall(entry.japanese), PLACEHOLDER.findall(entry.text)
    if lost := [part for part in wanted if part not in found]:
        return _("訳に「%(parts)s」がありません。そのまま入れてください。") % {"parts": "、".join(lost)}
    if strange := [part for part in found if part not in wanted]:
        return _("元の文にない「%(parts)s」が訳に入っています。消してください。") % {"parts": "、".join(strange)}
    return ""
