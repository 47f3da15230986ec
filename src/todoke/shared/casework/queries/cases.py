"""Cases as somebody may see them, with their history, tasks and letters."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from todoke.base.calendar import OfficeCalendar
from todoke.base.clock import in_japan
from todoke.base.formulas import Circumstances, said
from todoke.base.ui.values import Entry
from todoke.ground.people.models import Account
from todoke.ground.people.rules import Viewer
from todoke.shared.casework.models import Case, CaseEvent, Letter, Task
from todoke.shared.casework.private import show, show_values
from todoke.shared.casework.registry import pages, subjects
from todoke.shared.casework.rules.document import Action, By
from todoke.shared.casework.rules.history import What, stops_in
from todoke.shared.timetable.queries import office_calendar

READ = "casework.read"
HANDLE = "casework.handle"
ARRANGE = "casework.arrange"

_WORDS = {
    What.OPENED: _("案件を受け付けました"),
    What.MOVED: _("先に進めました"),
    What.ASSIGNED: _("担当者を決めました"),
    What.TRANSFERRED: _("ほかの課へ移しました"),
    What.FLOW_CHANGED: _("流れの新しい版に移しました"),
    What.TASK_OPENED: _("依頼しました"),
    What.TASK_DONE: _("依頼が済みました"),
    What.TASK_WITHDRAWN: _("依頼を取り下げました"),
    What.MESSAGE: _("やり取りがありました"),
    What.TIMER_PASSED: _("決めた日が過ぎました"),
}


def resident_of(viewer: Viewer) -> int | None:
    """The number of the resident who looks, or None."""
    return getattr(viewer, "resident_id", None)


def sections_of(viewer: Viewer, *permissions: str) -> frozenset[str]:
    """The keys of the sections in which this viewer holds one of these permissions."""
    return frozenset(section for permission, section in viewer.grants if permission in permissions)


def cases_for(viewer: Viewer) -> QuerySet[Case]:
    """The cases that this viewer may see: those of their sections for staff, their own for residents; else none."""
    found = Case.objects.select_related("flow_version", "section", "handler", "custody")
    sections = sections_of(viewer, READ, HANDLE)
    resident = resident_of(viewer)
    if not sections and resident is None:
        return found.none()
    mine = Q(section__key__in=sections)
    return found.filter(mine if resident is None else mine | Q(resident_id=resident))


def case_for(viewer: Viewer, key: UUID | str) -> Case | None:
    """The case with this key as this viewer may see it, or None."""
    return cases_for(viewer).filter(key=key).first()


def own_cases(viewer: Viewer) -> QuerySet[Case]:
    """The cases of this resident, of whichever service, the newest first; none for anybody else."""
    resident = resident_of(viewer)
    found = Case.objects.select_related("flow_version").order_by("-pk")
    return found.none() if resident is None else found.filter(resident_id=resident)


def page_for_staff(case: Case) -> str:
    """Where staff work on this case; nothing where its service has been switched off."""
    service = pages.find(case.subject_type)
    return service.for_staff(case.key) if service else ""


def page_for_resident(case: Case) -> str:
    """Where whoever filed it sees how it stands; nothing where its service has been switched off."""
    service = pages.find(case.subject_type)
    return service.for_resident(case.subject_key) if service else ""


def facts_of(case: Case, at: datetime, office: OfficeCalendar) -> dict[str, Any]:
    """What guards are asked over: what the subject says of itself, and what the engine knows of the case."""
    subject = subjects.find(case.subject_type)
    start = in_japan(case.arrived_at).date()
    used = office.days_used(start, in_japan(at).date(), stops_in(case.stops))
    known = dict(subject.facts(case.subject_key)) if subject else {}
    return known | {"case.opened_on": start, "case.open_days_used": used}


def circumstances(at: datetime, office: OfficeCalendar) -> Circumstances:
    """The day and the open days, for formulas."""
    return Circumstances(today=in_japan(at).date(), is_open=office.is_open)


def roles_of(viewer: Viewer, case: Case) -> frozenset[By]:
    """As whom this viewer may act on this case."""
    roles = set()
    if viewer.may(HANDLE, case.section.key):
        roles.add(By.STAFF)
    if case.resident_id is not None and case.resident_id == resident_of(viewer):
        roles.add(By.RESIDENT)
    return frozenset(roles)


def open_actions(viewer: Viewer, case: Case, *, at: datetime, values: Mapping[str, Any] | None = None) -> list[Action]:
    """The actions that this viewer may take now. A guard over fields that are typed with the action counts as met."""
    roles = roles_of(viewer, case)
    here = [action for action in case.flow_version.read.actions_from(case.state) if action.by & roles]
    if not any(action.guard for action in here):
        return here
    office = office_calendar()
    facts = facts_of(case, at, office) | dict(values or {})
    around = circumstances(at, office)
    return [
        action
        for action in here
        if action.guard is None or action.guard.names & set(action.fields) or action.guard.value(facts, around)
    ]


@dataclass(frozen=True)
class Line:
    """One line of a history: the event, who, and the words that were sealed with it."""

    event: CaseEvent
    who: str
    private: Mapping[str, Any]

    @property
    def title(self) -> str:
        """What happened, in the active language: an action by the name it had then, anything else in our words."""
        title = self.event.payload.get("title")
        return said(title) if title else str(_WORDS[What(self.event.kind)])

    @property
    def entry(self) -> Entry:
        """The line as the component `history` shows it."""
        return Entry(self.event.at, self.title, self.who, str(self.private.get("reason", "")))


def history_of(viewer: Viewer, case: Case) -> list[Line]:
    """The history of a case that this viewer may see, oldest first; residents see no names of staff and no reasons
    among staff."""
    if not cases_for(viewer).filter(pk=case.pk).exists():
        return []
    is_staff = viewer.may(READ, case.section.key) or viewer.may(HANDLE, case.section.key)
    lines = []
    for event in case.events.select_related("actor"):
        who = event.actor.name if is_staff and event.actor else ""
        private = show_values(case, event.private) if is_staff else {}
        lines.append(Line(event, who, private))
    return lines


def told_history(case: Case) -> list[Line]:
    """The history as it is told to whoever filed, once their service has let them in: no names, nothing sealed."""
    return [Line(event, "", {}) for event in case.events.all()]


def told_reason(case: Case, action: str) -> str:
    """The reason that staff gave when this action was last taken; for actions whose reason is written to whoever filed.

    Nothing where it was not taken, and after the purge.
    """
    event = case.events.filter(kind=What.MOVED, payload__action=action).order_by("-seq").first()
    return str(show_values(case, event.private).get("reason", "")) if event else ""


def told_letters(case: Case) -> list[tuple[Letter, str | None]]:
    """The letters of a case, oldest first, for whoever their service has let in; None for a text that was purged."""
    return [(letter, show(case, letter.body)) for letter in case.letters.order_by("seq")]


def tasks_for(viewer: Viewer) -> QuerySet[Task]:
    """The open tasks of this viewer: their own as a resident, their sections' and their own as staff."""
    resident = resident_of(viewer)
    mine = Q(section__key__in=sections_of(viewer, HANDLE))
    if viewer.account_id is not None and viewer.is_staff:
        mine |= Q(person=viewer.account_id, case__section__key__in=sections_of(viewer, HANDLE))
    if resident is not None:
        mine |= Q(resident_id=resident, case__resident_id=resident)
    found = Task.objects.filter(mine, done_at=None, withdrawn_at=None)
    return found.select_related("case", "case__section", "case__flow_version", "case__custody").order_by(
        "due_date", "pk"
    )


def letters_of(viewer: Viewer, case: Case) -> list[tuple[Letter, str | None]]:
    """The letters of a case that this viewer may see, oldest first, each with its text, or None after the purge."""
    if not cases_for(viewer).filter(pk=case.pk).exists():
        return []
    return [(letter, show(case, letter.body)) for letter in case.letters.select_related("author")]


def handlers_in(section_keys: Iterable[str]) -> list[tuple[int, str]]:
    """Who may handle cases of one of these sections: account and name, by name."""
    accounts = Account.objects.filter(
        staff__postings__section__key__in=list(section_keys),
        staff__postings__role__permissions__permission=HANDLE,
    )
    return list(accounts.distinct().order_by("name", "pk").values_list("pk", "name"))


def is_purged(case: Case) -> bool:
    """Whether what people wrote about it has been destroyed, at the end of its retention."""
    return case.custody is not None and case.custody.purged_at is not None


def is_overdue(case: Case, today: date) -> bool:
    """Whether the day by which it was to be decided is over."""
    return case.is_open and case.due_date is not None and case.due_date < today
