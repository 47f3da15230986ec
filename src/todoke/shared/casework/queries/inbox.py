"""The inbox: the open cases of a section or of a person, the most urgent first, in pages that stay quick.

A page is asked for by the last line of the one before (sort day and number of the row), so that the hundredth page
costs what the first does. Whatever the numbers, an inbox is one question, its counts are another.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from todoke.ground.people.models import Section
from todoke.ground.people.rules import Viewer
from todoke.shared.casework.models import Case
from todoke.shared.casework.queries.cases import HANDLE, READ, sections_of

PAGE_LENGTH = 50

# Where a page begins: the sort day and the row's number of the last line before it.
Page = tuple[date, int]


@dataclass(frozen=True)
class Inbox:
    """One page: its cases, and where the next one begins, or None at the end."""

    cases: list[Case]
    next_page: Page | None


def inbox(
    viewer: Viewer,
    *,
    section: str | None = None,
    person: int | None = None,
    states: Collection[str] = (),
    overdue_on: date | None = None,
    unassigned: bool = False,
    page: Page | None = None,
    length: int = PAGE_LENGTH,
) -> Inbox:
    """A page of open cases that this viewer may see, the earliest due date first, those without one last.

    `section` and `person` (an account) narrow it down; `overdue_on` keeps those that were due before that day,
    `unassigned` those that nobody handles yet.
    """
    section_ids = _section_ids(viewer, section)
    parts = [
        _part(section_id, person, states, overdue_on, page, unassigned=unassigned)[: length + 1]
        for section_id in section_ids
    ]
    if not parts:
        return Inbox([], None)
    # One index scan a section, merged: the order holds across sections without sorting all of them.
    found = parts[0] if len(parts) == 1 else parts[0].union(*parts[1:], all=True).order_by("sort_date", "pk")
    keys = [pk for pk, _day in found[: length + 1]]
    rows = Case.objects.select_related("flow_version", "section", "handler").in_bulk(keys[:length])
    cases = [rows[key] for key in keys[:length] if key in rows]
    more = len(keys) > length and bool(cases)
    return Inbox(cases, (cases[-1].sort_date, cases[-1].pk) if more else None)


def counts(
    viewer: Viewer, *, today: date, section: str | None = None, person: int | None = None
) -> dict[str, tuple[int, int]]:
    """How many open cases there are by state, and how many of them are overdue."""
    open_cases = Case.objects.filter(closed_on=None, section__in=_section_ids(viewer, section))
    if person is not None:
        open_cases = open_cases.filter(handler=person)
    rows = open_cases.values("state").annotate(all=Count("*"), overdue=Count("pk", filter=Q(sort_date__lt=today)))
    return {row["state"]: (row["all"], row["overdue"]) for row in rows.order_by("state")}


def load_by_person(viewer: Viewer, section: str, *, today: date) -> list[tuple[int | None, int, int]]:
    """The load of a section: account (None: nobody yet), open cases, overdue ones; the heaviest load first."""
    open_cases = Case.objects.filter(closed_on=None, section__in=_section_ids(viewer, section))
    rows = open_cases.values("handler").annotate(all=Count("*"), overdue=Count("pk", filter=Q(sort_date__lt=today)))
    return [(row["handler"], row["all"], row["overdue"]) for row in rows.order_by("-all", "handler")]


def _section_ids(viewer: Viewer, section: str | None) -> list[int]:
    allowed = sections_of(viewer, READ, HANDLE)
    wanted = allowed if section is None else allowed & {section}
    if not wanted:
        return []
    return list(Section.objects.filter(key__in=wanted).order_by("pk").values_list("pk", flat=True))


def _part(
    section_id: int,
    person: int | None,
    states: Collection[str],
    overdue_on: date | None,
    page: Page | None,
    *,
    unassigned: bool,
) -> QuerySet[Case, tuple[int, date]]:
    found = Case.objects.filter(closed_on=None, section=section_id)
    if person is not None:
        found = found.filter(handler=person)
    if unassigned:
        found = found.filter(handler__isnull=True)
    if states:
        found = found.filter(state__in=states)
    if overdue_on is not None:
        found = found.filter(sort_date__lt=overdue_on)
    if page is not None:
        # A row comparison is one range of the index; the plain half lets the planner see that.
        found = found.filter(Q(sort_date__gt=page[0]) | Q(sort_date=page[0], pk__gt=page[1]), sort_date__gte=page[0])
    return found.order_by("sort_date", "pk").values_list("pk", "sort_date")
