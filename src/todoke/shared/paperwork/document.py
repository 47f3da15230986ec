"""A form as a document: read from JSON, written to one canonical text, known by the hash of it.

    {"todoke-form": 1, "title": {"ja": …}, "intro": {…},
     "pages": [{"key": "you", "title": {…}, "visible": formula?,
                "questions": [{"key": "you.name", "kind": "paperwork.person-name", "label": {…}, "help": {…},
                               "required": true | false | formula, "visible": formula?, "sensitive": bool?,
                               "searchable": bool?, "settings": {…}, "block": {"key": …, "number": …}?}]}],
     "computed": {"fee": {"label": {…}, "formula": …}}}

The canonical text is JSON with sorted keys, no spaces and every character beyond ASCII escaped, so that the same form
has the same bytes on every machine (in the manner of RFC 8785, without its numbers: a form's numbers are whole or
texts).
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext_lazy as _

from todoke.shared.paperwork.types import Fault, Json, Words

EDITION = 1
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}(\.[a-z][a-z0-9_]{0,39}){0,3}")
QUESTIONS_MAX = 500
PAGES_MAX = 60
BYTES_MAX = 2_000_000


class BrokenDocument(Exception):
    """This JSON is no form. `faults` say what is wrong and where."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{fault.where}: {fault.says}" for fault in faults))
        self.faults = tuple(faults)


@dataclass(frozen=True)
class Question:
    """One question of a form. `visible` and `required` may be formulas; `block` names where a shared one comes from."""

    key: str
    kind: str
    label: Words
    help: Words = field(default_factory=Words)
    required: Json = False
    visible: Json = None
    sensitive: bool | None = None
    searchable: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)
    block: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Page:
    """What is asked on one screen."""

    key: str
    title: Words
    questions: tuple[Question, ...] = ()
    help: Words = field(default_factory=Words)
    visible: Json = None


@dataclass(frozen=True)
class Computed:
    """A value that the house reckons from the answers."""

    key: str
    label: Words
    formula: Json


@dataclass(frozen=True)
class FormDocument:
    """A whole form, frozen."""

    title: Words
    pages: tuple[Page, ...]
    intro: Words = field(default_factory=Words)
    computed: tuple[Computed, ...] = ()

    @property
    def questions(self) -> Iterator[Question]:
        """Every question, in the order of the pages."""
        for page in self.pages:
            yield from page.questions

    def question(self, key: str) -> Question | None:
        """The question with this key."""
        return next((each for each in self.questions if each.key == key), None)

    def page(self, key: str) -> Page | None:
        """The page with this key."""
        return next((each for each in self.pages if each.key == key), None)

    def page_of(self, key: str) -> Page | None:
        """The page on which a question stands."""
        return next((page for page in self.pages if any(each.key == key for each in page.questions)), None)


def canonical(document: Json) -> str:
    """The one text of this JSON."""
    return json.dumps(document, ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False)


def sha256_of(text: str) -> str:
    """The hash under which a canonical text is known."""
    return hashlib.sha256(text.encode()).hexdigest()


@lru_cache(maxsize=256)
def document_of(text: str) -> FormDocument:
    """The form of a canonical text; read once and kept. Raises BrokenDocument."""
    return read_document(json.loads(text))


def read_document(given: Json) -> FormDocument:
    """The form that this JSON describes. Raises BrokenDocument with every fault that was found, not with the first."""
    reader = _Reader()
    document = reader.form(given)
    if reader.faults:
        raise BrokenDocument(reader.faults)
    return document


def read_questions(given: Json, where: str = "questions") -> tuple[Question, ...]:
    """Questions alone: of a block or a repeating group. Raises BrokenDocument."""
    reader = _Reader()
    questions = reader.questions(given, where)
    if reader.faults:
        raise BrokenDocument(reader.faults)
    return questions


class _Reader:
    """Reads what somebody wrote or imported and believes nothing."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.keys: set[str] = set()

    def form(self, given: Json) -> FormDocument:
        if not isinstance(given, dict) or given.get("todoke-form") != EDITION:
            self._fault("", _("様式のファイルではありません。この画面から書き出したファイルを選んでください。"))
            return FormDocument(Words(), ())
        self._known(given, {"todoke-form", "title", "intro", "pages", "computed"}, "")
        pages = [self._page(each, f"pages.{i}") for i, each in enumerate(self._list(given, "pages", PAGES_MAX))]
        keys = [page.key for page in pages]
        for double in sorted({key for key in keys if keys.count(key) > 1}):
            self._fault(f"pages.{double}", _("同じ名前のページが二つあります。どちらかの名前を変えてください。"))
        if sum(len(page.questions) for page in pages) > QUESTIONS_MAX:
            self._fault("pages", _("質問が多すぎます。500問までにしてください。"))
        computed = given.get("computed", {})
        if not isinstance(computed, dict):
            self._fault("computed", _("書き方が正しくありません。"))
            computed = {}
        return FormDocument(
            self._words(given, "title", ""),
            tuple(pages),
            self._words(given, "intro", ""),
            tuple(self._computed(key, each) for key, each in computed.items()),
        )

    def questions(self, given: Json, where: str) -> tuple[Question, ...]:
        if not isinstance(given, list):
            self._fault(where, _("書き方が正しくありません。"))
            return ()
        return tuple(self._question(each, f"{where}.{i}") for i, each in enumerate(given[: QUESTIONS_MAX + 1]))

    def _page(self, given: Json, where: str) -> Page:
        if not isinstance(given, dict):
            self._fault(where, _("書き方が正しくありません。"))
            return Page("", Words())
        self._known(given, {"key", "title", "help", "visible", "questions"}, where)
        key = str(given.get("key", ""))
        if not KEY.fullmatch(key) or "." in key:
            self._fault(where, _("ページの名前は、半角の英小文字で始まる英数字にしてください。"))
        return Page(
            key,
            self._words(given, "title", where),
            self.questions(given.get("questions", []), joined_where(where, "questions")),
            self._words(given, "help", where),
            given.get("visible"),
        )

    def _question(self, given: Json, where: str) -> Question:
        if not isinstance(given, dict):
            self._fault(where, _("書き方が正しくありません。"))
            return Question("", "", Words())
        known = {"key", "kind", "label", "help", "required", "visible", "sensitive", "searchable", "settings", "block"}
        self._known(given, known, where)
        key = str(given.get("key", ""))
        if not KEY.fullmatch(key):
            self._fault(where, _("質問の名前は、半角の英小文字で始まる英数字にしてください。"))
        elif key in self.keys:
            self._fault(where, _("同じ名前の質問が二つあります。どちらかの名前を変えてください。"))
        self.keys.add(key)
        settings = given.get("settings", {})
        if not isinstance(settings, dict):
            self._fault(f"{where}.settings", _("書き方が正しくありません。"))
            settings = {}
        sensitive = given.get("sensitive")
        if sensitive is not None and not isinstance(sensitive, bool):
            self._fault(f"{where}.sensitive", _("書き方が正しくありません。"))
            sensitive = None
        return Question(
            key,
            str(given.get("kind", "")),
            self._words(given, "label", where),
            self._words(given, "help", where),
            given.get("required", False),
            given.get("visible"),
            sensitive,
            given.get("searchable") is True,
            settings,
            given.get("block"),
        )

    def _computed(self, key: str, given: Json) -> Computed:
        where = f"computed.{key}"
        if not isinstance(given, dict) or not KEY.fullmatch(key):
            self._fault(where, _("書き方が正しくありません。"))
            return Computed("", Words(), None)
        if key in self.keys:
            self._fault(where, _("同じ名前の質問が二つあります。どちらかの名前を変えてください。"))
        self.keys.add(key)
        return Computed(key, self._words(given, "label", where), given.get("formula"))

    def _words(self, given: dict[str, Any], name: str, where: str) -> Words:
        words = given.get(name, {})
        if not isinstance(words, dict) or not all(isinstance(text, str) for text in words.values()):
            self._fault(joined_where(where, name), _("ことばごとの文を書いてください。"))
            return Words()
        return Words(words)

    def _list(self, given: dict[str, Any], name: str, most: int) -> list[Any]:
        found = given.get(name, [])
        if not isinstance(found, list) or len(found) > most:
            self._fault(name, _("書き方が正しくないか、多すぎます。"))
            return []
        return found

    def _known(self, given: dict[str, Any], names: set[str], where: str) -> None:
        # A misspelt “requierd” would silently make a needed answer free.
        for name in sorted(set(map(str, given)) - names):
            self._fault(joined_where(where, name), _("この項目は使えません。つづりを確かめてください。"))

    def _fault(self, where: str, says: Any) -> None:
        self.faults.append(Fault(where, says))


def joined_where(where: str, name: str) -> str:
    """A place inside a place."""
    return f"{where}.{name}" if where else name
