"""A paper as pages show it: its line of levels with stamps, its acts in words, its history, what has changed."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from todoke.base.clock import in_japan
from todoke.base.formulas import Kind as ValueKind
from todoke.base.formulas import said
from todoke.shared.decisions.models import Content, Mark, Step
from todoke.shared.decisions.queries import READ, Matter, Organisation, seat_of
from todoke.shared.decisions.rules.machine import open_seats
from todoke.shared.decisions.rules.routes import RoutePlan
from todoke.shared.decisions.rules.values import Act, Function, Kind, Phase, Reading

# What a stamp says.
STAMPS: dict[str, Promise] = {
    Kind.APPROVE: gettext_lazy("承認"),
    Kind.CONCUR: gettext_lazy("合議"),
    Kind.DECIDE: gettext_lazy("決裁"),
    Kind.DECIDE_BY_DELEGATION: gettext_lazy("専決"),
    Kind.DECIDE_FOR: gettext_lazy("代決"),
    Kind.READ_LATER: gettext_lazy("後閲"),
    Kind.PULL_UP: gettext_lazy("引上げ"),
    Kind.SUBMIT: gettext_lazy("回議に付した"),
    Kind.AMEND: gettext_lazy("内容の変更"),
    Kind.REMAND: gettext_lazy("差戻し"),
    Kind.WITHDRAW: gettext_lazy("取下げ"),
    Kind.DROP: gettext_lazy("廃案"),
    Kind.READ: gettext_lazy("閲覧済み"),
}
FUNCTIONS: dict[str, Promise] = {
    Function.LINE: gettext_lazy("回議"),
    Function.CONCUR: gettext_lazy("合議"),
    READ: gettext_lazy("供覧"),
}
READINGS: dict[str, Promise] = {Reading.LATER: gettext_lazy("後閲"), Reading.INFORMED: gettext_lazy("供覧")}
TONES = {Phase.DRAFTING: "neutral", Phase.CIRCULATING: "active", Phase.DECIDED: "good", Phase.DROPPED: "bad"}


@dataclass(frozen=True)
class SeatShown:
    """One seat of the line. `state` is a sentence or word, so that colour is never alone."""

    name: str
    holders: str
    state: str
    stamp: str = ""
    by: str = ""
    on: str = ""
    as_post: str = ""
    reading: str = ""
    comment: str = ""
    is_open: bool = False


@dataclass(frozen=True)
class LevelShown:
    """One level of the line."""

    number: int
    title: str
    seats: tuple[SeatShown, ...]
    is_now: bool
    is_deciding: bool
    need: str


def line_of(matter: Matter, around: Organisation) -> list[LevelShown]:
    """The route of a paper as a line, from the first level to the readers."""
    waited = open_seats(matter.route, matter.paper)
    rows = {row.number: row for row in matter.marks}
    standing = {(mark.level, mark.seat): rows.get(mark.number) for mark in matter.paper.marks}
    kinds = {(mark.level, mark.seat): mark.kind for mark in matter.paper.marks}
    deciding = max((step.level for step in matter.steps if step.is_deciding), default=0)
    raised = max((mark.reach for mark in matter.paper.marks), default=-1)
    last = max(deciding, raised)
    levels: dict[int, list[Step]] = {}
    for step in matter.steps:
        levels.setdefault(step.level, []).append(step)
    shown = []
    for number, steps in sorted(levels.items()):
        is_now = matter.paper.phase is Phase.CIRCULATING and number == matter.paper.level
        skipped = number > last and steps[0].function != READ
        seats = []
        for step in steps:
            seat = seat_of(step.section.key, step.post.key)
            row = standing.get((number, seat))
            seats.append(
                _stamped(step, around, kinds[number, seat], row, matter)
                if row is not None
                else _unmarked(step, around, is_open=is_now and seat in waited, skipped=skipped, matter=matter)
            )
        need = _("%(need)d人の同意が必要") % {"need": steps[0].need} if len(steps) > 1 and steps[0].need > 0 else ""
        title = str(FUNCTIONS[steps[0].function]) if number != last else _("決裁")
        shown.append(LevelShown(number, title, tuple(seats), is_now, number == last, need if title != READ else ""))
    return shown


def _stamped(step: Step, around: Organisation, kind: Kind, row: Mark, matter: Matter) -> SeatShown:
    as_other = row.as_post is not None and (row.as_section_id, row.as_post_id) != (step.section_id, step.post_id)
    return SeatShown(
        name=_seat_name(step),
        holders=_holders(step, around),
        state=_("済み"),
        stamp=str(STAMPS[kind]),
        by=row.by.name,
        on=_day(row),
        as_post=_("%(post)sとして") % {"post": f"{row.as_section.name} {row.as_post.name}"} if as_other else "",  # type: ignore[union-attr]
        reading=_reading(step, matter),
        comment=row.comment if row.kind != Kind.PULL_UP else "",
    )


def _reading(step: Step, matter: Matter) -> str:
    """Whether somebody who was passed over, or decided for, has read it since."""
    seat = seat_of(step.section.key, step.post.key)
    for task in matter.paper.tasks:
        if (task.seat, task.level, task.reading) == (seat, step.level, Reading.LATER):
            return _("後閲：読みました") if task.done else _("後閲：まだ読んでいません")
    return ""


def _unmarked(step: Step, around: Organisation, *, is_open: bool, skipped: bool, matter: Matter) -> SeatShown:
    seat = seat_of(step.section.key, step.post.key)
    office = around.office(matter.decision)
    if step.function == READ:
        tasks = [task for task in matter.paper.tasks if (task.seat, task.reading) == (seat, Reading.INFORMED)]
        not_yet = _("まだ読んでいません") if tasks else _("決裁の後に読みます")
        state = _("読みました") if any(task.done for task in tasks) else not_yet
    elif skipped:
        state = _("この文書では回りません")
    elif not office.at(seat):
        state = _("空席です")
    elif is_open:
        state = _("不在です。ここで待っています") if office.is_absent(seat) else _("ここで待っています")
    elif matter.paper.phase is Phase.CIRCULATING and step.level < matter.paper.level:
        state = _("印は不要になりました")
    else:
        state = _("まだ回っていません")
    return SeatShown(_seat_name(step), _holders(step, around), state, is_open=is_open)


def _seat_name(step: Step) -> str:
    return f"{step.section.name} {step.post.name}"


def _holders(step: Step, around: Organisation) -> str:
    people = around.holders.get(seat_of(step.section.key, step.post.key), frozenset())
    return "、".join(sorted(around.names[person] for person in people))


def _day(row: Mark) -> str:
    at = in_japan(row.made_at)
    return f"{at.year}.{at.month}.{at.day}"


# ---- acts in words ----------------------------------------------------------------------------------------------


def code_of(act: Act) -> str:
    """An act as the value of a form's entry."""
    return f"{act.kind}:{act.seat}:{act.as_seat}:{act.level}"


def read_code(code: str) -> Act | None:
    """The act of such a value; None for anything else."""
    parts = code.split(":")
    try:
        return Act(Kind(parts[0]), parts[1], parts[2], int(parts[3]))
    except (ValueError, IndexError):
        return None


_ORDER = list(Kind)


def choices_of(acts: Iterable[Act], matter: Matter, names: Mapping[str, str]) -> list[tuple[str, str]]:
    """The acts of a form, what is waited for first; changing the wording has a page of its own."""
    shown = sorted((act for act in acts if act.kind is not Kind.AMEND), key=_rank)
    several = len({act.as_seat for act in shown}) > 1
    return [(code_of(act), words_of(act, matter, names, several=several)) for act in shown]


def _rank(act: Act) -> tuple[int, str, int]:
    return (_ORDER.index(act.kind), act.seat, act.level)


def words_of(act: Act, matter: Matter, names: Mapping[str, str], *, several: bool = False) -> str:
    """An act in a sentence, with the post as which it is done where there is a choice."""
    seat = names.get(act.seat, act.seat)
    sentence = {
        Kind.SUBMIT: _("回議に付す"),
        Kind.APPROVE: _("承認して、次へ回す"),
        Kind.CONCUR: _("合議に同意して、次へ回す"),
        Kind.DECIDE: _("決裁する"),
        Kind.DECIDE_BY_DELEGATION: _("決裁する（専決）"),
        Kind.DECIDE_FOR: _("%(seat)sに代わって決裁する（代決）") % {"seat": seat},
        Kind.READ_LATER: _("不在の%(seat)sを後閲とし、次へ回す") % {"seat": seat},
        Kind.PULL_UP: _("引き上げて、自分のところへ回す"),
        Kind.REMAND: _remand_words(act, matter),
        Kind.WITHDRAW: _("取り下げて、手元に戻す"),
        Kind.DROP: _("廃案にする（元に戻せません）"),
        Kind.READ: _("読んだことを記録する"),
    }[act.kind]
    if several and act.as_seat:
        return _("%(sentence)s【%(post)sとして】") % {"sentence": sentence, "post": names.get(act.as_seat, act.as_seat)}
    return sentence


def _remand_words(act: Act, matter: Matter) -> str:
    if act.level < 0:
        return _("起案者へ差し戻す")
    step = next(step for step in matter.steps if step.level == act.level)
    return _("%(seat)sへ差し戻す") % {"seat": _seat_name(step)}


def seat_names(matter: Matter, postings: Iterable[Any] = ()) -> dict[str, str]:
    """The names of the seats on the way of a paper, and of these postings."""
    names = {seat_of(step.section.key, step.post.key): _seat_name(step) for step in matter.steps}
    for each in (*postings, matter.decision.drafter):
        names[seat_of(each.section.key, each.post.key)] = f"{each.section.name} {each.post.name}"
    return names


# ---- the wording ------------------------------------------------------------------------------------------------


def facts_of(plan: RoutePlan, content: Content) -> list[tuple[str, str]]:
    """The facts in words."""
    return [(said(name.words), _fact_words(name, content.facts.get(key))) for key, name in plan.facts.items()]


def _fact_words(name: Any, value: Any) -> str:
    if name.kind is ValueKind.MONEY and value is not None:
        return _("%(yen)s円") % {"yen": f"{value:,}"}
    if name.kind is ValueKind.TRUTH:
        return _("はい") if value else _("いいえ")
    if name.kind is ValueKind.CHOICE:
        return said(name.choices[value]) if value in name.choices else ""
    return "" if value is None else str(value)


@dataclass(frozen=True)
class Line:
    """One line of a comparison: kept, added or taken away."""

    sign: str
    text: str


def changes(plan: RoutePlan, before: Content, now: Content) -> list[Line]:
    """What is new against an earlier wording: title, facts and text, line by line; unchanged lines are left out."""
    compared = difflib.ndiff(_lines(plan, before), _lines(plan, now))
    return [Line("added" if text[0] == "+" else "gone", text[2:]) for text in compared if text[0] in "+-"]


def _lines(plan: RoutePlan, content: Content) -> list[str]:
    facts = [f"{label}：{value}" for label, value in facts_of(plan, content)]
    files = [f"{_('添付')}：{each.document.name}" for each in content.attachments.all()]
    return [content.title, *facts, *content.body.splitlines(), *files]


def history_of(matter: Matter) -> list[dict[str, Any]]:
    """Every mark ever made, newest first, with those that no longer count told apart."""
    standing = {mark.number for mark in matter.paper.marks}
    counted = {Kind.APPROVE, Kind.CONCUR, Kind.READ_LATER, Kind.PULL_UP}
    return [
        {
            "row": row,
            "word": STAMPS[row.kind],
            "seat": f"{row.as_section.name} {row.as_post.name}" if row.as_section and row.as_post else "",
            "about": f"{row.section.name} {row.post.name}"
            if row.section and row.post and (row.section_id, row.post_id) != (row.as_section_id, row.as_post_id)
            else "",
            "has_fallen": row.kind in counted and row.number not in standing,
        }
        for row in reversed(list(matter.marks))
    ]


def route_title(plan: RoutePlan) -> str:
    """The title of a route in the active language."""
    return plan.title_in(get_language() or "ja")
