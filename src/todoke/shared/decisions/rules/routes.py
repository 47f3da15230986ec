"""A route as a published document, what is wrong with one, and the way it gives to a draft.

| part | meaning |
| --- | --- |
| title, title_en, title_easy | what kind of paper takes it |
| facts | key, kind (money, number, truth, choice, text, date), label; choices for a choice |
| levels | key, function (line or concur), seats, need, in_order, optional, when |
| deciding | rows of level and when, tried from the top; the last has no condition, so that somebody always decides |
| readers | seats that read it once it is decided (供覧) |
| may_decide_own_draft | false: nobody decides what they drafted |

A seat is `{section, post}`: the section's key, `drafter` (the drafter's own) or `drafter.parent` (the one above it).
`optional`: a level that falls away where the organisation has no such post. `when`: a formula over the facts.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from todoke.base.formulas import Circumstances, Formula, Kind, Name, Unsound, canonical, compile_formula, findings
from todoke.shared.decisions.rules.values import Function, Seat

OWN, PARENT = "drafter", "drafter.parent"
LEVELS_MAX = 12
FACT_KINDS = (Kind.MONEY, Kind.NUMBER, Kind.TRUTH, Kind.CHOICE, Kind.TEXT, Kind.DATE)


@dataclass(frozen=True)
class RouteFault:
    """One thing that is wrong with a route: where in its document, and what to do about it."""

    path: str
    says: str | Promise

    def __str__(self) -> str:
        return f"{self.path}: {self.says}"


@dataclass(frozen=True)
class WantedLevel:
    """A level as the document wants it, before anybody's section is known."""

    key: str
    function: Function
    seats: tuple[tuple[str, str], ...]
    need: int
    in_order: bool
    optional: bool
    when: Formula | None


@dataclass(frozen=True)
class RoutePlan:
    """A sound route document, compiled."""

    title: Mapping[str, str]
    facts: Mapping[str, Name]
    levels: tuple[WantedLevel, ...]
    deciding: tuple[tuple[str, Formula | None], ...]
    readers: tuple[tuple[str, str], ...]
    may_decide_own_draft: bool

    def title_in(self, language: str) -> str:
        """The title in a language of the house, else in Japanese."""
        return self.title.get(language) or self.title["ja"]

    def seats(self) -> Iterator[tuple[str, str]]:
        """Every seat that it names."""
        for level in self.levels:
            yield from level.seats
        yield from self.readers


class BadRoute(Exception):
    """A route document is not sound; every fault has its place."""

    def __init__(self, faults: Sequence[RouteFault]) -> None:
        super().__init__("; ".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


def sha256_of(document: Any) -> str:
    """The hash of the canonical document."""
    return hashlib.sha256(canonical(document).encode()).hexdigest()


def read_route(document: Mapping[str, Any]) -> RoutePlan:
    """The compiled route. Raises BadRoute with every fault."""
    return _Reader(document).plan()


class _Reader:
    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.faults: list[RouteFault] = []
        self.scope: dict[str, Name] = {}

    def tell(self, path: str, says: str | Promise) -> None:
        self.faults.append(RouteFault(path, says))

    def plan(self) -> RoutePlan:
        title = {
            language: str(self.document.get(key, "")).strip()
            for language, key in (("ja", "title"), ("en", "title_en"), ("ja-easy", "title_easy"))
        }
        if not title["ja"]:
            self.tell("title", _("経路の名前を書いてください。"))
        self._facts()
        levels = self._levels()
        deciding = self._deciding(levels)
        readers = self._seats("readers", self.document.get("readers", []))
        plan = RoutePlan(
            title, self.scope, tuple(levels), deciding, readers, bool(self.document.get("may_decide_own_draft", False))
        )
        self._seats_stand_once(plan)
        if self.faults:
            raise BadRoute(self.faults)
        return plan

    def _facts(self) -> None:
        for number, fact in enumerate(self.document.get("facts", [])):
            key, kind = str(fact.get("key", "")), str(fact.get("kind", ""))
            if not key or key in self.scope or kind not in FACT_KINDS:
                self.tell(
                    f"facts.{number}",
                    _("項目のキーか種類が正しくありません。種類は %(kinds)s のどれかです。")
                    % {"kinds": ", ".join(FACT_KINDS)},
                )
                continue
            words = {
                "ja": fact.get("label", key),
                "en": fact.get("label_en", ""),
                "ja-easy": fact.get("label_easy", ""),
            }
            words = {language: text for language, text in words.items() if text}
            self.scope[key] = Name(key, Kind(kind), words, choices=dict(fact.get("choices", {})))

    def _levels(self) -> list[WantedLevel]:
        wanted = self.document.get("levels", [])
        if not 1 <= len(wanted) <= LEVELS_MAX:
            self.tell("levels", _("段階は1つから12までにしてください。"))
            return []
        levels = []
        keys: set[str] = set()
        for number, level in enumerate(wanted):
            path = f"levels.{number}"
            key, function = str(level.get("key", "")), str(level.get("function", Function.LINE))
            seats = self._seats(f"{path}.seats", level.get("seats", []))
            need = level.get("need", len(seats) if function == Function.CONCUR else 1)
            if not key or key in keys:
                self.tell(f"{path}.key", _("段階のキーが空か、ほかと同じです。別のキーを書いてください。"))
            if function not in list(Function):
                self.tell(f"{path}.function", _("lineかconcurを書いてください。"))
                continue
            if not seats:
                self.tell(f"{path}.seats", _("だれの職かを1つ以上書いてください。"))
            if not isinstance(need, int) or not 1 <= need <= max(len(seats), 1):
                self.tell(f"{path}.need", _("必要な人数は、1から職の数までにしてください。"))
            keys.add(key)
            levels.append(
                WantedLevel(
                    key,
                    Function(function),
                    seats,
                    need if isinstance(need, int) else 1,
                    bool(level.get("in_order", False)),
                    bool(level.get("optional", False)),
                    self._condition(f"{path}.when", level.get("when")),
                )
            )
        return levels

    def _deciding(self, levels: Sequence[WantedLevel]) -> tuple[tuple[str, Formula | None], ...]:
        rows = self.document.get("deciding", [])
        if not rows or rows[-1].get("when") is not None:
            self.tell("deciding", _("最後の行は条件なしにしてください。どの場合にも決裁する職が必要です。"))
        by_key = {level.key: level for level in levels}
        found = []
        for number, row in enumerate(rows):
            level = by_key.get(str(row.get("level", "")))
            path = f"deciding.{number}.level"
            if level is None:
                self.tell(path, _("この段階はありません。levelsにあるキーを書いてください。"))
            elif level.function is Function.CONCUR or len(level.seats) != 1:
                self.tell(path, _("決裁する段階は、lineで、職が1つだけのものにしてください。"))
            elif level.optional or level.when is not None:
                self.tell(
                    path, _("決裁する段階は、なくなることのないものにしてください（optionalとwhenは使えません）。")
                )
            if row.get("when") is None and number < len(rows) - 1:
                self.tell(
                    f"deciding.{number}",
                    _("条件のない行より後の行は使われません。条件を書くか、後の行を消してください。"),
                )
            found.append((str(row.get("level", "")), self._condition(f"deciding.{number}.when", row.get("when"))))
        conditions = [formula for _key, formula in found if formula is not None]
        for finding in findings(conditions):
            self.tell("deciding", finding.says)
        return tuple(found)

    def _seats(self, path: str, wanted: Any) -> tuple[tuple[str, str], ...]:
        seats = []
        for number, seat in enumerate(wanted):
            section, post = str(seat.get("section", "")), str(seat.get("post", ""))
            if section and post:
                seats.append((section, post))
            else:
                self.tell(f"{path}.{number}", _("課（section）と職（post）のキーを書いてください。"))
        return tuple(seats)

    def _condition(self, path: str, document: Any) -> Formula | None:
        if document is None:
            return None
        try:
            return compile_formula(document, self.scope, expects=Kind.TRUTH)
        except Unsound as unsound:
            for fault in unsound.faults:
                self.tell(f"{path}{fault.path}", fault.says)
            return None

    def _seats_stand_once(self, plan: RoutePlan) -> None:
        """The same seat twice would have to mark twice: once says everything."""
        seen: set[tuple[str, str]] = set()
        for number, level in enumerate(plan.levels):
            for seat in level.seats:
                if seat in seen:
                    self.tell(f"levels.{number}.seats", _("同じ職が2つの段階にあります。片方を消してください。"))
                seen.add(seat)


@dataclass(frozen=True)
class WayLevel:
    """A level of one paper's way, with real seats; `is_deciding` on one of them."""

    key: str
    function: Function
    seats: tuple[Seat, ...]
    need: int
    in_order: bool
    is_deciding: bool


@dataclass(frozen=True)
class Way:
    """The way of one paper, and who reads it afterwards."""

    levels: tuple[WayLevel, ...]
    readers: tuple[Seat, ...]


class NoSuchSeat(Exception):
    """The organisation has no such post, and the level cannot fall away."""

    def __init__(self, seat: Seat) -> None:
        super().__init__(seat)
        self.seat = seat


def deciding_key(plan: RoutePlan, facts: Mapping[str, Any], today: date) -> str:
    """The key of the level that decides for these facts: the first row whose condition holds."""
    around = Circumstances(today, _every_day)
    return next(level for level, when in plan.deciding if when is None or when.value(facts, around))


def why_decides(plan: RoutePlan, facts: Mapping[str, Any], today: date) -> list[str]:
    """Why that level decides, in words; nothing where no condition was met."""
    around = Circumstances(today, _every_day)
    for _level, when in plan.deciding:
        if when is not None and when.value(facts, around):
            return when.reasons(facts, around)
    return []


def way_for(
    plan: RoutePlan,
    facts: Mapping[str, Any],
    *,
    sections: Mapping[str, str],
    exists: frozenset[Seat],
    drafter: Seat,
    today: date,
) -> Way:
    """The way of a paper with these facts: `sections` says which one `drafter` and `drafter.parent` are.

    `exists` are the seats that the organisation has; the drafter's own seat marks nothing below the deciding level, and
    a seat that came earlier need not concur. Raises NoSuchSeat.
    """
    around = Circumstances(today, _every_day)
    deciding = deciding_key(plan, facts, today)
    levels: list[WayLevel] = []
    seen: set[Seat] = set()
    for wanted in plan.levels:
        if wanted.when is not None and not wanted.when.value(facts, around):
            continue
        is_deciding = wanted.key == deciding
        seats = []
        for section, post in wanted.seats:
            seat = f"{sections.get(section, section)}/{post}"
            if seat not in exists and not wanted.optional:
                raise NoSuchSeat(seat)
            if seat in exists and seat not in seen and (is_deciding or seat != drafter):
                seats.append(seat)
                seen.add(seat)
        if seats:
            need = min(wanted.need, len(seats))
            levels.append(WayLevel(wanted.key, wanted.function, tuple(seats), need, wanted.in_order, is_deciding))
    if not plan.may_decide_own_draft:
        levels = _raised(levels, drafter)
    readers = [f"{sections.get(section, section)}/{post}" for section, post in plan.readers]
    return Way(tuple(levels), tuple(dict.fromkeys(seat for seat in readers if seat in exists)))


def _raised(levels: list[WayLevel], drafter: Seat) -> list[WayLevel]:
    """Where the decider's own post drafts, the next level of the line decides; the top has nobody above it."""
    deciding = next(number for number, level in enumerate(levels) if level.is_deciding)
    above = [number for number in range(deciding + 1, len(levels)) if levels[number].function is Function.LINE]
    if drafter not in levels[deciding].seats or not above:
        return levels
    raised = [replace(level, is_deciding=number == above[0]) for number, level in enumerate(levels)]
    # A deciding level has one seat: it is the drafter's, and has nothing left to say.
    return raised[:deciding] + raised[deciding + 1 :]


def value_of_fact(name: Name, stored: Any) -> Any:
    """A fact as formulas know it, from its JSON: a date from its text; anything else as it stands."""
    if stored is not None and name.kind is Kind.DATE:
        return date.fromisoformat(stored)
    return stored


def _every_day(_day: date) -> bool:
    """Routes ask about amounts and kinds, not about opening days."""
    return True
