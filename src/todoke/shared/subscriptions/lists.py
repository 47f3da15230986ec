"""Reading a list of subscribers: pure, line by line, so that one broken line spoils no other.

A spreadsheet's CSV in UTF-8, UTF-16 or Shift_JIS (CP932). One line is one person: a cell with a line break in it, or a
quotation mark that is never closed, is a fault of its line and does not swallow the rest of the file.

| column | also called | meaning |
| --- | --- | --- |
| メールアドレス | address, mail, email, アドレス | required |
| 分野 | topics | names or keys of topics, with ; or 、 between them; required |
| 地域 | area | name or key of an area; empty: the whole city |
| 言語 | language | ja, ja-easy, en or 日本語 …; empty: Japanese |
"""

import codecs
import csv
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

ADDRESS, TOPICS, AREA, LANGUAGE = "メールアドレス", "分野", "地域", "言語"
CALLED = {
    **dict.fromkeys(("メールアドレス", "アドレス", "address", "mail", "email", "e-mail"), ADDRESS),
    **dict.fromkeys(("分野", "topics", "topic"), TOPICS),
    **dict.fromkeys(("地域", "area"), AREA),
    **dict.fromkeys(("言語", "language"), LANGUAGE),
}
BETWEEN = re.compile("[;；、,，/／]")
# What CP932 lets through where a byte is no character, and what we put where it does not.
BROKEN = re.compile("[\ufffd\x00-\x08\x0b\x0c\x0e-\x1f\x80\uf8f0-\uf8f3]")
ROWS_MAX = 500_000
WHOLE_LINE = "行"


@dataclass(frozen=True, slots=True)
class GoodRow:
    """One person of the list: the address in its normal form, the key of an area or "", numbers of topics."""

    line: int
    address: str
    area: str
    topics: tuple[int, ...]
    language: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A line that cannot be taken in, the column that is to blame, and what to do about it."""

    line: int
    column: str
    reason: str


@dataclass(frozen=True)
class Vocabulary:
    """What the words of a list can mean. The two `…_names` are for people, `trouble` and `normal` are the channel's."""

    topics: Mapping[str, int]
    topic_names: str
    areas: Mapping[str, str]
    languages: Mapping[str, str]
    language_names: str
    trouble: Callable[[str], str | None]
    normal: Callable[[str], str]


@dataclass
class ListRead:
    """What a list came to. With `trouble` nothing of it can be used; the sentence says why and what to do."""

    encoding: str = ""
    trouble: str = ""
    rows: int = 0
    good: list[GoodRow] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)


def read_list(content: bytes, words: Vocabulary) -> ListRead:
    """Every line of the list, as a person or as a refusal; empty lines count as nothing."""
    found = ListRead()
    text, found.encoding = _decoded(content)
    lines = enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1)
    head_line = next(((number, line) for number, line in lines if line.strip()), None)
    if head_line is None:
        found.trouble = _("ファイルが空です。")
        return found
    columns, found.trouble = _columns(head_line[1])
    if found.trouble:
        return found
    seen: dict[str, int] = {}
    for number, line in lines:
        if not line.replace(",", "").replace('"', "").strip():
            continue
        found.rows += 1
        if found.rows > ROWS_MAX:
            found.trouble = _("%(most)d行を超えています。ファイルを分けてください。") % {"most": ROWS_MAX}
            return found
        outcome = _row(number, line, columns, words)
        if isinstance(outcome, GoodRow) and outcome.address in seen:
            reason = _("同じアドレスが%(line)d行目にもあります。こちらの行は取り込みません。")
            outcome = Refusal(number, ADDRESS, reason % {"line": seen[outcome.address]})
        if isinstance(outcome, Refusal):
            found.refusals.append(outcome)
        else:
            seen[outcome.address] = number
            found.good.append(outcome)
    return found


def _decoded(content: bytes) -> tuple[str, str]:
    """The text and the name of its encoding; what is no character becomes U+FFFD, and its line is refused."""
    if content.startswith(codecs.BOM_UTF8):
        return content.decode("utf-8-sig", "replace"), "UTF-8"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace"), "UTF-16"
    try:
        return content.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        # CP932 is what spreadsheets mean when they save as Shift_JIS.
        return content.decode("cp932", "replace"), "Shift_JIS"


def _columns(line: str) -> tuple[dict[str, int], str]:
    """Where each column stands; or what is wrong with the head."""
    try:
        names = [unicodedata.normalize("NFKC", cell).strip().lower() for cell in next(csv.reader([line], strict=True))]
    except csv.Error:
        return {}, _("見出しの行を読めません。引用符を確かめてください。")
    columns: dict[str, int] = {}
    for position, name in enumerate(names):
        meaning = CALLED.get(name)
        if meaning in columns:
            return {}, _("見出しに「%(name)s」が2回あります。片方を消してください。") % {"name": meaning}
        if meaning:
            columns[meaning] = position
    for needed in (ADDRESS, TOPICS):
        if needed not in columns:
            return {}, _(
                "見出しに「%(name)s」がありません。1行目に、メールアドレス,地域,分野,言語 のように書いてください。"
            ) % {"name": needed}
    return {**columns, WHOLE_LINE: len(names)}, ""


class _Refused(Exception):
    """The line has a fault: the column, and what to do about it."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.reason = reason


def _row(number: int, line: str, columns: Mapping[str, int], words: Vocabulary) -> GoodRow | Refusal:
    try:
        return _person(number, _cells(line, columns), words)
    except _Refused as refused:
        return Refusal(number, refused.column, refused.reason)


def _cells(line: str, columns: Mapping[str, int]) -> dict[str, str]:
    if BROKEN.search(line):
        raise _Refused(WHOLE_LINE, _("文字化けしています。この行を入力し直してください。"))
    try:
        cells = next(csv.reader([line], strict=True))
    except csv.Error:
        raise _Refused(
            WHOLE_LINE, _("引用符が閉じていないか、セルの中に改行があります。1人を1行にしてください。")
        ) from None
    if len(cells) != columns[WHOLE_LINE]:
        raise _Refused(
            WHOLE_LINE,
            _("%(found)d列あります。見出しは%(wanted)d列です。コンマの数を確かめてください。")
            % {"found": len(cells), "wanted": columns[WHOLE_LINE]},
        )
    return {name: cells[position].strip() for name, position in columns.items() if name != WHOLE_LINE}


def _person(number: int, told: Mapping[str, str], words: Vocabulary) -> GoodRow:
    address = told[ADDRESS]
    if not address:
        raise _Refused(ADDRESS, _("空です。アドレスを書いてください。"))
    if trouble := words.trouble(address):
        raise _Refused(ADDRESS, trouble)
    return GoodRow(
        number, words.normal(address), _area(told, words), _topics(told[TOPICS], words), _language(told, words)
    )


def _area(told: Mapping[str, str], words: Vocabulary) -> str:
    named = folded(told.get(AREA, ""))
    if named and named not in words.areas:
        raise _Refused(AREA, _("「%(word)s」という地域はありません。空にすると市内全域です。") % {"word": named[:40]})
    return words.areas.get(named, "")


def _topics(told: str, words: Vocabulary) -> tuple[int, ...]:
    named = [word for word in map(folded, BETWEEN.split(told)) if word]
    if not named:
        raise _Refused(TOPICS, _("空です。分野を1つ以上書いてください。"))
    if unknown := next((word for word in named if word not in words.topics), ""):
        reason = _("「%(word)s」という分野はありません。使える分野：%(known)s。")
        raise _Refused(TOPICS, reason % {"word": unknown[:40], "known": words.topic_names})
    return tuple(sorted({words.topics[word] for word in named}))


def _language(told: Mapping[str, str], words: Vocabulary) -> str:
    named = folded(told.get(LANGUAGE, "")) or "ja"
    if named not in words.languages:
        reason = _("「%(word)s」という言語は使えません。使える言語：%(known)s。")
        raise _Refused(LANGUAGE, reason % {"word": named[:40], "known": words.language_names})
    return words.languages[named]


def folded(word: str) -> str:
    """Half-width letters, no blanks around: what is meant the same is written the same."""
    return unicodedata.normalize("NFKC", word).strip().lower()
