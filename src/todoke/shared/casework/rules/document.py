"""A flow as its document says it: states, actions, timers, terms. Read once, checked, and then only asked.

The document is JSON; `read_flow` gives it as values, with every fault at its path. What it may contain:

| key | meaning |
| --- | --- |
| `title` | words by language |
| `begins` | the state of a new case |
| `states` | `key`, `title`, `clock` (`run`, `stop`), `outcome` (only where the case ends) |
| `actions` | `key`, `title`, `from` (states), `to`, `by` (`staff`, `resident`, `system`), `guard` (a formula),
`fields`, | | | `needs_reason`, `effects` (`effect`, `settings`), `opens` (a task) |
| `opens` | `key`, `title`, `for` (`resident`, `section`, `handler`), `fields`, `after`, `counts`, `then` (an action) |
| `timers` | `key`, `anchor` (`opened`, `entered`, `answer`), `of`, `after`, `counts`, `action` |
| `term` | `days` (標準処理期間), `counts` (`open-days`, `days`), `rolls` (on a closed day the next open one counts) |
| `names` | what guards speak about: `key`, `kind`, `words`, `choices` |
| `retention` | the retention class of the case's own writing, or nothing where it shares its subject's custody |
"""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from todoke.base.canonical import sha256_of
from todoke.base.formulas import Fault, Formula, Kind, Matter, Name, Unsound, canonical, compile_formula, findings


class By(StrEnum):
    """Who may take an action."""

    STAFF = "staff"
    RESIDENT = "resident"
    SYSTEM = "system"


class Counts(StrEnum):
    """In which days a term is counted."""

    OPEN_DAYS = "open-days"
    DAYS = "days"


class Anchor(StrEnum):
    """From when a timer counts."""

    OPENED = "opened"
    ENTERED = "entered"
    ANSWER = "answer"


class For(StrEnum):
    """Whose a task is."""

    RESIDENT = "resident"
    SECTION = "section"
    HANDLER = "handler"


Words = Mapping[str, str]


@dataclass(frozen=True)
class State:
    """Where a case can stand. With an `outcome` it ends there; with `stops` the office waits for somebody else."""

    key: str
    title: Words
    stops: bool
    outcome: str

    @property
    def is_end(self) -> bool:
        """Whether a case that comes here is closed."""
        return bool(self.outcome)


@dataclass(frozen=True)
class TaskOrder:
    """A task that an action opens: for whom, which fields, how long, and the action that its doing takes."""

    key: str
    title: Words
    whose: For
    fields: tuple[str, ...]
    after: int | None
    counts: Counts
    then: str


@dataclass(frozen=True)
class EffectOrder:
    """An effect that an action sets going, with its settings."""

    effect: str
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class Action:
    """A way from some states into one."""

    key: str
    title: Words
    sources: tuple[str, ...]
    target: str
    by: frozenset[By]
    guard: Formula | None
    fields: tuple[str, ...]
    needs_reason: bool
    effects: tuple[EffectOrder, ...]
    opens: TaskOrder | None


@dataclass(frozen=True)
class TimerOrder:
    """An action that is taken by itself, so many days after an anchor are over."""

    key: str
    anchor: Anchor
    of: str
    after: int
    counts: Counts
    action: str


@dataclass(frozen=True)
class FlowDocument:
    """A sound flow. States, actions and timers stand in the order in which they were written."""

    title: Words
    begins: str
    states: Mapping[str, State]
    actions: Mapping[str, Action]
    timers: Mapping[str, TimerOrder]
    names: Mapping[str, Name]
    term_days: int | None
    counts: Counts
    rolls: bool
    retention: str

    def actions_from(self, state: str) -> list[Action]:
        """The actions that begin in this state."""
        return [action for action in self.actions.values() if state in action.sources]


class BrokenFlow(Exception):
    """A flow cannot be used. Each fault has its path and a sentence for staff."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("the flow has faults")
        self.faults = tuple(faults)

    def __str__(self) -> str:
        return " ".join(str(fault) for fault in self.faults)


# Names that every guard may ask, whatever the flow declares.
CASE_NAMES = {
    "case.opened_on": Name("case.opened_on", Kind.DATE, {"ja": "受け付けた日", "en": "day of arrival"}),
    "case.open_days_used": Name(
        "case.open_days_used", Kind.NUMBER, {"ja": "使った開庁日数", "en": "open days used"}, least=0, whole=True
    ),
}


def digest(document: Mapping[str, Any]) -> str:
    """The sha256 of the canonical document, in hexadecimal."""
    return sha256_of(canonical(document))


def read_flow(document: Any, *, known_effects: Collection[str] | None = None) -> FlowDocument:
    """The flow that this document describes; raises BrokenFlow with every fault.

    `known_effects`: the keys that exist; None where an old version is read whose effects may have retired.
    """
    reader = _Reader(known_effects)
    try:
        flow = reader.flow(document)
    except (KeyError, TypeError, ValueError, AttributeError) as trouble:
        # Not the shape of a flow at all: no finer place can be told.
        says = _("フローの書き方ではありません（%(what)s）。見本と見比べてください。") % {"what": trouble}
        raise BrokenFlow([*reader.faults, Fault("", says)]) from None
    if reader.faults:
        raise BrokenFlow(reader.faults)
    return flow


@lru_cache(maxsize=256)
def read_published(canonical_text: str) -> FlowDocument:
    """A published version, which was sound when it was published; read once in a process."""

    return read_flow(json.loads(canonical_text))


@dataclass
class _Reader:
    known_effects: Collection[str] | None
    faults: list[Fault] = field(default_factory=list)

    def fault(self, path: str, says: str) -> None:
        self.faults.append(Fault(path, says))

    def flow(self, document: Mapping[str, Any]) -> FlowDocument:
        names = self._names(document.get("names", []))
        states = self._keyed("states", document["states"], self._state)
        actions = self._keyed("actions", document["actions"], lambda each, path: self._action(each, path, names))
        timers = self._keyed("timers", document.get("timers", []), self._timer)
        term = document.get("term") or {}
        flow = FlowDocument(
            document["title"],
            document["begins"],
            states,
            actions,
            timers,
            names,
            self._days(term["days"], "/term/days") if "days" in term else None,
            self._counts(term, "/term") if "days" in term else Counts.DAYS,
            bool(term.get("rolls", True)),
            str(document.get("retention") or ""),
        )
        self.faults += _structure_faults(flow)
        return flow

    def _keyed(self, part: str, items: Any, read: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for index, each in enumerate(items):
            path = f"/{part}/{index}"
            if not isinstance(each.get("title", {}), Mapping):
                self.fault(f"{path}/title", _('名前は、言語ごとに書いてください。例：{"ja": "審査中"}'))
            if each["key"] in found:
                self.fault(
                    f"{path}/key", _("「%(key)s」が2つあります。別のキーにしてください。") % {"key": each["key"]}
                )
            found[each["key"]] = read(each, path)
        return found

    def _names(self, items: Any) -> dict[str, Name]:
        names = dict(CASE_NAMES)
        for index, each in enumerate(items):
            if each["key"] in names:
                self.fault(
                    f"/names/{index}/key",
                    _("「%(key)s」が2つあります。別のキーにしてください。") % {"key": each["key"]},
                )
            names[each["key"]] = Name(each["key"], Kind(each["kind"]), each["words"], each.get("choices", {}))
        return names

    def _state(self, each: Mapping[str, Any], _path: str) -> State:
        return State(each["key"], each["title"], each.get("clock", "run") == "stop", each.get("outcome") or "")

    def _action(self, each: Mapping[str, Any], path: str, names: Mapping[str, Name]) -> Action:
        by = frozenset(By(who) for who in each["by"])
        if not by:
            self.fault(f"{path}/by", _("だれがする操作かを書いてください。"))
        for name in each.get("fields", []):
            if name not in names:
                self.fault(f"{path}/fields", _("「%(key)s」という項目はありません。") % {"key": name})
        orders = tuple(EffectOrder(order["effect"], order.get("settings") or {}) for order in each.get("effects", []))
        if self.known_effects is not None:
            for index, order in enumerate(orders):
                if order.effect not in self.known_effects:
                    says = _("「%(key)s」という命令はありません。一覧から選んでください。") % {"key": order.effect}
                    self.fault(f"{path}/effects/{index}", says)
        opens = self._task(each["opens"], f"{path}/opens") if each.get("opens") else None
        guard = self._guard(each["guard"], f"{path}/guard", names) if each.get("guard") is not None else None
        return Action(
            each["key"], each["title"], tuple(each["from"]), each["to"], by, guard,
            tuple(each.get("fields", [])), bool(each.get("needs_reason")), orders, opens,
        )  # fmt: skip

    def _guard(self, document: Any, path: str, names: Mapping[str, Name]) -> Formula | None:
        try:
            formula = compile_formula(document, names, Kind.TRUTH)
        except Unsound as unsound:
            self.faults += [Fault(path + fault.path, fault.says) for fault in unsound.faults]
            return None
        if any(found.matter == Matter.NEVER and found.path in {"", "/"} for found in findings([formula])):
            self.fault(path, _("この条件は決して成り立ちません。この操作はだれにもできません。"))
        return formula

    def _task(self, each: Mapping[str, Any], path: str) -> TaskOrder:
        after = self._days(each["after"], f"{path}/after") if "after" in each else None
        counts = self._counts(each, path) if after is not None else Counts.DAYS
        return TaskOrder(
            each["key"], each["title"], For(each["for"]), tuple(each.get("fields", [])), after, counts, each["then"]
        )

    def _timer(self, each: Mapping[str, Any], path: str) -> TimerOrder:
        anchor = each.get("anchor")
        if anchor not in set(Anchor):
            self.fault(f"{path}/anchor", _("いつから数えるか（opened、entered、answer）を書いてください。"))
            anchor = Anchor.OPENED
        after = self._days(each["after"], f"{path}/after")
        return TimerOrder(
            each["key"], Anchor(anchor), each.get("of") or "", after, self._counts(each, path), each["action"]
        )

    def _days(self, value: Any, path: str) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 3660:
            self.fault(path, _("日数は0から3660までの整数で書いてください。"))
            return 0
        return value

    def _counts(self, each: Mapping[str, Any], path: str) -> Counts:
        counts = each.get("counts")
        if counts not in set(Counts):
            self.fault(f"{path}/counts", _("開庁日（open-days）と暦の日（days）のどちらで数えるかを書いてください。"))
            return Counts.DAYS
        return Counts(counts)


def _structure_faults(flow: FlowDocument) -> Iterator[Fault]:
    yield from _dangling(flow)
    if flow.begins not in flow.states:
        yield Fault("/begins", _("はじめの状態「%(key)s」がありません。") % {"key": flow.begins})
        return
    reached = _reached(flow, {flow.begins})
    ends = {key for key, state in flow.states.items() if state.is_end}
    for index, (key, state) in enumerate(flow.states.items()):
        if key not in reached:
            yield Fault(
                f"/states/{index}", _("「%(key)s」に入る操作がありません。だれもここに来られません。") % {"key": key}
            )
        if state.is_end:
            continue
        if not any(_is_for_somebody(flow, action) for action in flow.actions_from(key)):
            yield Fault(
                f"/states/{index}",
                _("「%(key)s」から先に進められる人がいません。操作を加えてください。") % {"key": key},
            )
        elif not ends & _reached(flow, {key}):
            yield Fault(f"/states/{index}", _("「%(key)s」から、終わりの状態に着けません。") % {"key": key})


def _is_for_somebody(flow: FlowDocument, action: Action) -> bool:
    """Whether a person may take it, or a timer does."""
    if action.by & {By.STAFF, By.RESIDENT}:
        return True
    return any(timer.action == action.key for timer in flow.timers.values())


def _reached(flow: FlowDocument, found: set[str]) -> set[str]:
    waiting = list(found)
    while waiting:
        state = waiting.pop()
        for action in flow.actions_from(state):
            if action.target not in found:
                found.add(action.target)
                waiting.append(action.target)
    return found


def _dangling(flow: FlowDocument) -> Iterator[Fault]:
    """Everything that names a state, an action or a name which is not there."""
    for index, action in enumerate(flow.actions.values()):
        for key in (*action.sources, action.target):
            if key not in flow.states:
                yield Fault(f"/actions/{index}", _("「%(key)s」という状態はありません。") % {"key": key})
        if action.opens is None:
            continue
        then = flow.actions.get(action.opens.then)
        if then is None:
            yield Fault(
                f"/actions/{index}/opens/then", _("「%(key)s」という操作はありません。") % {"key": action.opens.then}
            )
        elif action.target not in then.sources:
            says = _("「%(key)s」は、「%(state)s」からはできない操作です。") % {"key": then.key, "state": action.target}
            yield Fault(f"/actions/{index}/opens/then", says)
        elif (By.RESIDENT if action.opens.whose is For.RESIDENT else By.STAFF) not in then.by:
            yield Fault(
                f"/actions/{index}/opens/then", _("「%(key)s」は、この人にはできない操作です。") % {"key": then.key}
            )
    for index, timer in enumerate(flow.timers.values()):
        path = f"/timers/{index}"
        named = flow.actions.get(timer.action)
        if named is None or By.SYSTEM not in named.by:
            yield Fault(
                f"{path}/action", _("「%(key)s」は、自動でする操作（system）ではありません。") % {"key": timer.action}
            )
        if timer.anchor is Anchor.ENTERED and timer.of not in flow.states:
            yield Fault(f"{path}/of", _("「%(key)s」という状態はありません。") % {"key": timer.of})
        if timer.anchor is Anchor.ANSWER and (timer.of not in flow.names or flow.names[timer.of].kind is not Kind.DATE):
            yield Fault(f"{path}/of", _("「%(key)s」という日付の項目はありません。") % {"key": timer.of})
