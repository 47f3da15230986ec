"""A life event (くらしの出来事) as the guide knows it: a few questions, and every errand that may come of the answers.

    {"key": "moving", "icon": "box", "name": {"ja": …}, "intro": {…}, "questions": [questions of shared/paperwork],
     "procedures": [{"procedure": "moving-out", "needed": formula?, "by_when": {"formula": …?, "words": {…}},
                     "bring": [{…}], "left_out": [{"ja": …, "papers": ["identity.paper"]?, "basis": "…"?}],
                     "carry": {"question of the form": "question of the guide"}},
                    {"outside": {"name": {…}, "where": {…}, "basis": "…", "section": "shimin"?, "link": "https://…"?},
                     "by_when": {…}, …}]}

An errand is a procedure of this house, or something to be done elsewhere (`outside`). Formulas speak of the questions.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from json import loads
from typing import Any

from django.utils.translation import gettext_lazy as _

from todoke.shared.paperwork.document import BrokenDocument, FormDocument, Question, read_document
from todoke.shared.paperwork.fields.choices import choices_of
from todoke.shared.paperwork.types import Fault, Json, Words

FORM = 1
PAGE = "answers"
ICONS = ("box", "child", "rings", "flower", "shop", "house", "paw", "sign")
KNOWN = {"key", "icon", "name", "intro", "questions", "procedures"}
OF_ERRAND = {"procedure", "outside", "needed", "by_when", "bring", "left_out", "carry"}
OF_OUTSIDE = {"name", "where", "basis", "section", "link"}


class BrokenLifeEvent(Exception):
    """This is no life event. `faults` say what is wrong and where, all of them."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"{fault.where}: {fault.says}" for fault in faults))
        self.faults = tuple(faults)


@dataclass(frozen=True)
class LeftOut:
    """A paper that need not be brought: in words, and why. `papers` name attachments whose own basis counts."""

    words: Words
    papers: tuple[str, ...] = ()
    basis: str = ""


@dataclass(frozen=True)
class Outside:
    """An errand that is no procedure of this house: at a counter of the city (`section`), or of somebody else."""

    name: Words
    where: Words
    basis: str
    section: str = ""
    link: str = ""


@dataclass(frozen=True)
class Errand:
    """One thing to be done. `needed` None: by everybody; `day` gives the last day, where it can be reckoned."""

    procedure: str
    outside: Outside | None
    needed: Json = None
    day: Json = None
    by_when: Words = field(default_factory=Words)
    bring: tuple[Words, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    carry: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class LifeEvent:
    """A whole life event, frozen; `form_json` is the form in which its questions are asked."""

    key: str
    icon: str
    name: Words
    intro: Words
    form: FormDocument
    form_json: Json
    errands: tuple[Errand, ...]


@lru_cache(maxsize=64)
def life_event_of(text: str) -> LifeEvent:
    """The life event of a stored text; read once and kept. Raises BrokenLifeEvent: of a stored one it never does."""
    return read_life_event(loads(text))


def read_life_event(given: Json) -> LifeEvent:
    """The life event that this JSON describes. Raises BrokenLifeEvent with every fault that was found."""
    reader = _Reader()
    event = reader.event(given)
    if reader.faults:
        raise BrokenLifeEvent(reader.faults)
    return event


def is_taken(ours: Question | None, theirs: Question | None) -> bool:
    """Whether every answer to our question is one to theirs: of the same kind, with no choice that they have not."""
    if ours is None or theirs is None or ours.kind != theirs.kind:
        return False
    return set(choices_of(ours)) <= set(choices_of(theirs))


class _Reader:
    """Reads what somebody wrote and believes nothing."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def event(self, given: dict[str, Any]) -> LifeEvent:
        self._known(given, KNOWN, "")
        name, intro = self._words(given, "name", ""), self._words(given, "intro", "")
        page = {"key": PAGE, "title": dict(name), "help": dict(intro), "questions": given.get("questions", [])}
        form_json = {"todoke-form": FORM, "title": dict(name), "pages": [page]}
        if given.get("icon") not in ICONS:
            self._fault("icon", _("次の中から選んでください: %(allowed)s") % {"allowed": ", ".join(ICONS)})
        errands = [each for each in self._list(given, "procedures", "") if isinstance(each, dict)]
        if not errands:
            self._fault("procedures", _("案内する手続きを、一つ以上書いてください。"))
        return LifeEvent(
            str(given.get("key", "")),
            str(given.get("icon", "")),
            name,
            intro,
            self._form(form_json),
            form_json,
            tuple(self._errand(each, f"procedures.{number}") for number, each in enumerate(errands)),
        )

    def _form(self, form_json: Json) -> FormDocument:
        try:
            return read_document(form_json)
        except BrokenDocument as broken:
            self.faults += [Fault(fault.where.removeprefix("pages.0."), fault.says) for fault in broken.faults]
            return FormDocument(Words(), ())

    def _errand(self, given: dict[str, Any], where: str) -> Errand:
        self._known(given, OF_ERRAND, where)
        if ("procedure" in given) is ("outside" in given):
            self._fault(
                where, _("市の手続き（procedure）か、ほかの手続き（outside）の、どちらか一つを書いてください。")
            )
        by_when, carry = given.get("by_when", {}), given.get("carry", {})
        if not isinstance(by_when, dict) or not isinstance(carry, dict):
            self._fault(where, _("書き方が正しくありません。"))
            by_when, carry = {}, {}
        left_out = [each for each in self._list(given, "left_out", where) if isinstance(each, dict)]
        return Errand(
            str(given.get("procedure", "")),
            self._outside(given["outside"], f"{where}.outside") if "outside" in given else None,
            given.get("needed"),
            by_when.get("formula"),
            self._words(by_when, "words", f"{where}.by_when"),
            tuple(
                self._words({"words": each}, "words", f"{where}.bring.{number}")
                for number, each in enumerate(self._list(given, "bring", where))
            ),
            tuple(self._left_out(each, f"{where}.left_out.{number}") for number, each in enumerate(left_out)),
            {str(theirs): str(ours) for theirs, ours in carry.items()},
        )

    def _outside(self, given: Any, where: str) -> Outside:
        if not isinstance(given, dict):
            self._fault(where, _("書き方が正しくありません。"))
            return Outside(Words(), Words(), "")
        self._known(given, OF_OUTSIDE, where)
        link = str(given.get("link", ""))
        if link and not link.startswith("https://"):
            self._fault(f"{where}.link", _("「https://」で始まるアドレスを書いてください。"))
        if not given.get("basis"):
            self._fault(f"{where}.basis", _("空です。値を書いてください。"))
        return Outside(
            self._words(given, "name", where),
            self._words(given, "where", where),
            str(given.get("basis", "")),
            str(given.get("section", "")),
            link,
        )

    def _left_out(self, given: dict[str, Any], where: str) -> LeftOut:
        words = {name: text for name, text in given.items() if name not in ("papers", "basis")}
        papers = tuple(map(str, self._list(given, "papers", where)))
        if not papers and not given.get("basis"):
            self._fault(where, _("省略できる根拠を、書類（papers）か文（basis）で書いてください。"))
        return LeftOut(self._words({"words": words}, "words", where), papers, str(given.get("basis", "")))

    def _words(self, given: Mapping[str, Any], name: str, where: str) -> Words:
        words = given.get(name)
        if not isinstance(words, dict) or not all(isinstance(text, str) for text in words.values()):
            self._fault(".".join(part for part in (where, name) if part), _("ことばごとの文を書いてください。"))
            return Words()
        if not words.get("ja", "").strip():
            self._fault(".".join(part for part in (where, name) if part), _("日本語の文を書いてください。"))
        return Words(words)

    def _list(self, given: Mapping[str, Any], name: str, where: str) -> list[Any]:
        found = given.get(name, [])
        if not isinstance(found, list):
            self._fault(".".join(part for part in (where, name) if part), _("書き方が正しくありません。"))
            return []
        return found

    def _known(self, given: Mapping[str, Any], names: set[str], where: str) -> None:
        for name in sorted(set(map(str, given)) - names):
            place = ".".join(part for part in (where, name) if part)
            self._fault(place, _("この項目は使えません。つづりを確かめてください。"))

    def _fault(self, where: str, says: Any) -> None:
        self.faults.append(Fault(where, says))
