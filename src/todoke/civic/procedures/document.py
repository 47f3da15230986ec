"""A procedure as a document: all that a city says of it, asks in it and does with it, in one file.

    {"todoke-procedure": 1, "key": "dog-registration", "section": "kankyo",
     "name": {"ja": …}, "summary": {…}, "for_whom": {…}, "by_when": {…}, "where": {…}, "bring": [{…}],
     "basis": "狂犬病予防法第4条第1項",
     "audience": "everyone", "channels": ["web", "counter", "post"], "level": "contact", "proxies": ["legal", "chosen"],
     "standard_days": 5, "retention": "5-years",
     "conditions": [{"formula": …, "says": {…}}],
     "attachments": [{"question": "papers.certificate", "name": {…}, "purpose": {…}, "basis": "…", "handling": "keep",
                      "instead": "held", "instead_basis": "…", "needed": formula?, "left_out": formula?}],
     "fee": {"formula": …, "words": {…}, "basis": "…"},
     "form": {a form of shared/paperwork}, "flow": "standard.permit", "route": "permits",
     "addressee": ["applicant.name"],
     "letters": {"granted": {"letter": "dog-licence", "seal": "mayor", "facts": {"dog": "dog.name"}}, "refused": {…}},
     "tests": [{"name": "…", "on": "2026-04-01", "typed": {…}, "expects": {…}}]}

Formulas speak about the questions and computed values of the form. Texts are given by language, Japanese always.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from json import loads
from typing import Any

from django.utils.translation import gettext_lazy as _

from todoke.civic.procedures.types import Audience, Handling, Instead, Proxy, level_of
from todoke.ground.people.rules import Level
from todoke.shared.paperwork.document import BrokenDocument as BrokenForm
from todoke.shared.paperwork.document import FormDocument, read_document
from todoke.shared.paperwork.models import Channel
from todoke.shared.paperwork.types import Fault, Json, Words

EDITION = 1
KEY = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
STANDARD_DAYS_MAX = 365
TESTS_MAX = 200


class BrokenProcedure(Exception):
    """This JSON is no procedure. `faults` say what is wrong and where, all of them."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"{fault.where}: {fault.says}" for fault in faults))
        self.faults = tuple(faults)


@dataclass(frozen=True)
class Condition:
    """Who may apply: where the formula is not true, the sentence says why not and what to do instead."""

    formula: Json
    says: Words


@dataclass(frozen=True)
class Attachment:
    """One paper that is asked for (添付書類): by which rule, what for, and what may stand in for it.

    `question` is the files question of the form. `needed`: the formula by which the rule asks for it at all (None:
    always). `left_out`: the formula by which it need not be brought this time, because of what stands in for it.
    """

    question: str
    name: Words
    purpose: Words
    basis: str
    handling: Handling
    instead: Instead
    instead_basis: str
    needed: Json
    left_out: Json


@dataclass(frozen=True)
class Fee:
    """What it costs, in yen: a formula, the words for the line of the quote, and the ordinance with its article."""

    formula: Json
    words: Words
    basis: str


@dataclass(frozen=True)
class LetterUse:
    """The letter for one outcome: its key, the seal ("": none), and where its facts come from.

    `facts`: questions of the form by the letter's names; a name that is a question itself need not be given, and
    `actions/lettering` knows a few more (`applied.date`, `fee` …).
    """

    letter: str
    seal: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StaffTest:
    """A trial that staff wrote: what somebody types on that day, and what must come out.

    `typed`: the boxes of each question, as people fill them in. `expects` may hold `complete` and `may_apply` (true or
    false), `fee` (yen, 0 for none), `asked` and `not_asked` (questions), `troubled` (questions), `brought` and
    `left_out` (questions that ask for papers), `computed` (values by key); what is not named is not looked at.
    """

    name: str
    on: date
    typed: Mapping[str, Mapping[str, Sequence[str]]]
    expects: Mapping[str, Any]


@dataclass(frozen=True)
class ProcedureDocument:
    """A whole procedure, frozen."""

    key: str
    section: str
    name: Words
    summary: Words
    form: FormDocument
    form_json: Json
    flow: str
    for_whom: Words = field(default_factory=Words)
    by_when: Words = field(default_factory=Words)
    where: Words = field(default_factory=Words)
    bring: tuple[Words, ...] = ()
    basis: str = ""
    audience: Audience = Audience.EVERYONE
    channels: tuple[Channel, ...] = ()
    level: Level = Level.CONTACT
    proxies: tuple[Proxy, ...] = ()
    standard_days: int | None = None
    retention: str = ""
    conditions: tuple[Condition, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    fee: Fee | None = None
    route: str = ""
    addressee: tuple[str, ...] = ()
    letters: Mapping[str, LetterUse] = field(default_factory=dict)
    tests: tuple[StaffTest, ...] = ()

    def attachment(self, question: str) -> Attachment | None:
        """The rule behind a question that asks for files."""
        return next((each for each in self.attachments if each.question == question), None)


@lru_cache(maxsize=256)
def document_of(text: str) -> ProcedureDocument:
    """The procedure of a stored text; read once and kept. Raises BrokenProcedure."""
    return read_procedure(loads(text))


def read_procedure(given: Json) -> ProcedureDocument:
    """The procedure that this JSON describes. Raises BrokenProcedure with every fault that was found."""
    reader = _Reader()
    document = reader.procedure(given)
    if reader.faults or document is None:
        raise BrokenProcedure(reader.faults)
    return document


KNOWN = {
    "todoke-procedure", "key", "section", "name", "summary", "for_whom", "by_when", "where", "bring", "basis",
    "audience", "channels", "level", "proxies", "standard_days", "retention", "conditions", "attachments", "fee",
    "form", "flow", "route", "addressee", "letters", "tests",
}  # fmt: skip


EXPECTED = {
    "complete", "may_apply", "fee", "asked", "not_asked", "troubled", "brought", "left_out", "computed",
}  # fmt: skip


class _Reader:
    """Reads what somebody wrote or imported and believes nothing."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def procedure(self, given: Json) -> ProcedureDocument | None:
        if not isinstance(given, dict) or given.get("todoke-procedure") != EDITION:
            self._fault("", _("手続きのファイルではありません。この画面から書き出したファイルを選んでください。"))
            return None
        self._known(given, KNOWN, "")
        key = self._text(given, "key", "")
        if not KEY.fullmatch(key):
            self._fault("key", _("名前は、半角の英小文字・数字とハイフンで書いてください（例 dog-registration）。"))
        form = self._form(given)
        return ProcedureDocument(
            key=key,
            section=self._text(given, "section", ""),
            name=self._words(given, "name", ""),
            summary=self._words(given, "summary", ""),
            form=form,
            form_json=given.get("form"),
            flow=self._text(given, "flow", ""),
            for_whom=self._words(given, "for_whom", "", needed=False),
            by_when=self._words(given, "by_when", "", needed=False),
            where=self._words(given, "where", "", needed=False),
            bring=tuple(self._words({"": each}, "", f"bring.{i}") for i, each in enumerate(self._list(given, "bring"))),
            basis=self._text(given, "basis", ""),
            audience=self._one(given, "audience", Audience, "", Audience.EVERYONE),
            channels=tuple(self._some(given, "channels", Channel)),
            level=self._level(given),
            proxies=tuple(self._some(given, "proxies", Proxy, needed=False)),
            standard_days=self._days(given),
            retention=self._text(given, "retention", ""),
            conditions=tuple(self._condition(each, i) for i, each in self._tables(given, "conditions")),
            attachments=tuple(self._attachment(each, i, form) for i, each in self._tables(given, "attachments")),
            fee=self._fee(given),
            route=self._text(given, "route", "", needed=False),
            addressee=self._addressee(given, form),
            letters=self._letters(given, form),
            tests=tuple(self._test(each, i) for i, each in self._tables(given, "tests", TESTS_MAX)),
        )

    def _form(self, given: dict[str, Any]) -> FormDocument:
        try:
            return read_document(given.get("form"))
        except BrokenForm as broken:
            self.faults += [Fault(f"form.{fault.where}".rstrip("."), fault.says) for fault in broken.faults]
            return FormDocument(Words(), ())

    def _level(self, given: dict[str, Any]) -> Level:
        level = level_of(str(given.get("level", "contact")))
        if level is None:
            self._fault("level", _("none、contact、account、counter、card、signed のどれかを書いてください。"))
        return Level.CONTACT if level is None else level

    def _days(self, given: dict[str, Any]) -> int | None:
        days = given.get("standard_days")
        if days is None:
            return None
        if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= STANDARD_DAYS_MAX:
            self._fault("standard_days", _("標準処理期間は、1から365までの整数（開庁日の数）で書いてください。"))
            return None
        return days

    def _condition(self, given: dict[str, Any], number: int) -> Condition:
        where = f"conditions.{number}"
        self._known(given, {"formula", "says"}, where)
        return Condition(given.get("formula"), self._words(given, "says", where))

    def _attachment(self, given: dict[str, Any], number: int, form: FormDocument) -> Attachment:
        where = f"attachments.{number}"
        known = {"question", "name", "purpose", "basis", "handling", "instead", "instead_basis", "needed", "left_out"}
        self._known(given, known, where)
        question = self._text(given, "question", where)
        if question and form.pages and form.question(question) is None:
            self._fault(f"{where}.question", _("この名前の質問が様式にありません。"))
        instead = self._one(given, "instead", Instead, where, Instead.NONE)
        if instead is not Instead.NONE and (not given.get("instead_basis") or given.get("left_out") is None):
            self._fault(where, _("省略できる書類には、省略の根拠（instead_basis）と条件（left_out）を書いてください。"))
        return Attachment(
            question,
            self._words(given, "name", where),
            self._words(given, "purpose", where),
            self._text(given, "basis", where),
            self._one(given, "handling", Handling, where, Handling.KEEP),
            instead,
            str(given.get("instead_basis", "")),
            given.get("needed"),
            given.get("left_out"),
        )

    def _fee(self, given: dict[str, Any]) -> Fee | None:
        fee = given.get("fee")
        if fee is None:
            return None
        if not isinstance(fee, dict):
            self._fault("fee", _("書き方が正しくありません。"))
            return None
        self._known(fee, {"formula", "words", "basis"}, "fee")
        return Fee(fee.get("formula"), self._words(fee, "words", "fee"), self._text(fee, "basis", "fee"))

    def _addressee(self, given: dict[str, Any], form: FormDocument) -> tuple[str, ...]:
        keys = given.get("addressee", ["applicant.name"] if form.question("applicant.name") else [])
        if not isinstance(keys, list) or not all(form.question(str(key)) for key in keys):
            self._fault("addressee", _("宛名にする質問の名前を、様式の中から書いてください。"))
            return ()
        return tuple(map(str, keys))

    def _letters(self, given: dict[str, Any], form: FormDocument) -> Mapping[str, LetterUse]:
        letters = given.get("letters", {})
        if not isinstance(letters, dict):
            self._fault("letters", _("書き方が正しくありません。"))
            return {}
        return {
            outcome: self._letter(use if isinstance(use, dict) else {"letter": use}, f"letters.{outcome}", form)
            for outcome, use in letters.items()
        }

    def _letter(self, given: dict[str, Any], where: str, form: FormDocument) -> LetterUse:
        self._known(given, {"letter", "seal", "facts"}, where)
        facts = given.get("facts", {})
        if not isinstance(facts, dict):
            self._fault(f"{where}.facts", _("書き方が正しくありません。"))
            facts = {}
        for name, key in facts.items():
            if form.pages and form.question(str(key)) is None and not any(c.key == key for c in form.computed):
                self._fault(f"{where}.facts.{name}", _("この名前の質問が様式にありません。"))
        return LetterUse(
            self._text(given, "letter", where), self._text(given, "seal", where, needed=False), dict(facts)
        )

    def _test(self, given: dict[str, Any], number: int) -> StaffTest:
        where = f"tests.{number}"
        self._known(given, {"name", "on", "typed", "expects"}, where)
        try:
            on = date.fromisoformat(str(given.get("on")))
        except ValueError:
            self._fault(f"{where}.on", _("日付は「2026-04-01」のように書いてください。"))
            on = date.min
        typed, expects = given.get("typed", {}), given.get("expects", {})
        if not isinstance(typed, dict) or not isinstance(expects, dict) or not expects:
            self._fault(where, _("テストには、入力（typed）と期待する結果（expects）を書いてください。"))
            typed, expects = {}, {}
        self._known(expects, EXPECTED, f"{where}.expects")
        return StaffTest(self._text(given, "name", where), on, self._boxes(typed, f"{where}.typed"), expects)

    def _boxes(self, typed: dict[str, Any], where: str) -> dict[str, dict[str, list[str]]]:
        """Boxes by question. A single text stands for the one box of a question that has no other."""
        found = {}
        for key, given in typed.items():
            boxes = given if isinstance(given, dict) else {"": given}
            lists = {part: each if isinstance(each, list) else [each] for part, each in boxes.items()}
            if not all(isinstance(word, str) for each in lists.values() for word in each):
                self._fault(f"{where}.{key}", _("入力は、画面に書くとおりの文字で書いてください。"))
            found[str(key)] = {str(part): [str(word) for word in each] for part, each in lists.items()}
        return found

    def _words(self, given: Mapping[str, Any], name: str, where: str, *, needed: bool = True) -> Words:
        place = ".".join(part for part in (where, name) if part)
        words = given.get(name)
        if words is None and not needed:
            return Words()
        if not isinstance(words, dict) or not all(isinstance(text, str) for text in words.values()):
            self._fault(place, _("ことばごとの文を書いてください。"))
            return Words()
        if not words.get("ja", "").strip():
            self._fault(place, _("日本語の文を書いてください。"))
        return Words(words)

    def _text(self, given: Mapping[str, Any], name: str, where: str, *, needed: bool = True) -> str:
        text = given.get(name, "")
        if not isinstance(text, str) or (needed and not text.strip()):
            self._fault(".".join(part for part in (where, name) if part), _("空です。値を書いてください。"))
            return ""
        return text.strip()

    def _one(self, given: Mapping[str, Any], name: str, among: Any, where: str, otherwise: Any) -> Any:
        value = given.get(name, otherwise.value)
        if value not in {each.value for each in among}:
            self._fault(".".join(part for part in (where, name) if part), _choose_among(among))
            return otherwise
        return among(value)

    def _some(self, given: Mapping[str, Any], name: str, among: Any, *, needed: bool = True) -> list[Any]:
        chosen = given.get(name, [])
        known = {each.value for each in among}
        if not isinstance(chosen, list) or (needed and not chosen) or not set(map(str, chosen)) <= known:
            self._fault(name, _choose_among(among))
            return []
        return [each for each in among if each.value in chosen]

    def _list(self, given: Mapping[str, Any], name: str, most: int = 100) -> list[Any]:
        found = given.get(name, [])
        if not isinstance(found, list) or len(found) > most:
            self._fault(name, _("書き方が正しくないか、多すぎます。"))
            return []
        return found

    def _tables(self, given: Mapping[str, Any], name: str, most: int = 100) -> list[tuple[int, dict[str, Any]]]:
        found = self._list(given, name, most)
        for number, each in enumerate(found):
            if not isinstance(each, dict):
                self._fault(f"{name}.{number}", _("書き方が正しくありません。"))
        return [(number, each) for number, each in enumerate(found) if isinstance(each, dict)]

    def _known(self, given: dict[str, Any], names: set[str], where: str) -> None:
        # A misspelt “left_ot” would silently ask everybody for a paper that nobody needs.
        for name in sorted(set(map(str, given)) - names):
            self._fault(
                ".".join(part for part in (where, name) if part), _("この項目は使えません。つづりを確かめてください。")
            )

    def _fault(self, where: str, says: Any) -> None:
        self.faults.append(Fault(where, says))


def _choose_among(among: Any) -> Any:
    return _("次の中から選んでください: %(allowed)s") % {"allowed": ", ".join(each.value for each in among)}
