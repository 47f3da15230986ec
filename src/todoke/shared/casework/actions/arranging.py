"""Whose a case is: assigning it, moving it to another section, handing over all cases when sections change."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Count

from todoke.base.clock import in_japan
from todoke.ground.audit.actions import record
from todoke.ground.people.models import Account, Section
from todoke.ground.people.queries import viewer_for
from todoke.ground.people.rules import Viewer
from todoke.shared.casework.actions.recording import Actor, actor_of, locked, write
from todoke.shared.casework.actions.refusals import (
    NotAllowed,
    NotOfThisSection,
    ReasonMissing,
    TableIncomplete,
    UnknownSection,
)
from todoke.shared.casework.models import Case
from todoke.shared.casework.queries.cases import ARRANGE, HANDLE
from todoke.shared.casework.rules.history import What


@transaction.atomic
def assign(key: UUID | str, account_id: int | None, *, viewer: Viewer, at: datetime) -> Case:
    """Give a case to somebody of its section, or to nobody. Raises NoSuchCase, NotAllowed, NotOfThisSection."""
    case = locked(viewer, key)
    if not viewer.may(HANDLE, case.section.key):
        raise NotAllowed
    if case.handler_id == account_id:
        return case
    if account_id is not None:
        person = viewer_for(Account.objects.filter(pk=account_id).first(), in_japan(at).date())
        if not person.may(HANDLE, case.section.key):
            raise NotOfThisSection
    write(case, What.ASSIGNED, {"handler": account_id}, by=actor_of(viewer), at=at)
    return case


@transaction.atomic
def transfer(key: UUID | str, section_key: str, *, reason: str, viewer: Viewer, at: datetime) -> Case:
    """Move a case to another section (移送); its number stays, its handler goes. The tasks of the section go along.

    Raises NoSuchCase, NotAllowed, ReasonMissing, UnknownSection.
    """
    case = locked(viewer, key)
    if not viewer.may(ARRANGE, case.section.key):
        raise NotAllowed
    if not reason.strip():
        raise ReasonMissing
    target = Section.objects.filter(key=section_key).exclude(pk=case.section_id).first()
    if target is None:
        raise UnknownSection
    source_id = case.section_id
    _transfer(case, target, by=actor_of(viewer), at=at, reason=reason.strip())
    record("casework.transferred", on=case, by=viewer, before={"section": source_id}, after={"section": target.pk})
    return case


def _transfer(case: Case, target: Section, *, by: Actor, at: datetime, reason: str) -> None:
    payload = {"section": target.pk, "handler": None, "revision": case.revision + 1}
    write(case, What.TRANSFERRED, payload, by=by, at=at, private={"reason": reason})
    mine = case.tasks.filter(done_at=None, withdrawn_at=None, resident_id=None)
    mine.update(section=target, person=None)


@dataclass(frozen=True)
class HandOverLine:
    """A line of the preview: so many cases of this section, open and in all, go to that one, or nowhere yet."""

    source: str
    target: str | None
    open_cases: int
    all_cases: int


def preview_hand_over(table: Mapping[str, str]) -> list[HandOverLine]:
    """What a hand-over by this table (old section → new section, by key) would move, a line a section of the table."""
    rows = (
        Case.objects.filter(section__key__in=table)
        .values("section__key")
        .annotate(all=Count("pk"), ended=Count("closed_on"))
    )
    found = {row["section__key"]: (row["all"] - row["ended"], row["all"]) for row in rows}
    there = set(Section.objects.filter(key__in=table.values()).values_list("key", flat=True))
    return [
        HandOverLine(source, target if target in there else None, *found.get(source, (0, 0)))
        for source, target in sorted(table.items())
    ]


def hand_over(table: Mapping[str, str], *, reason: str, viewer: Viewer, at: datetime, batch: int = 200) -> int:
    """Move every case of the sections in this table, ended ones too, to their new sections (組織改編). How many.

    In batches, each in a transaction of its own: stopped and begun again, it goes on where it was. Raises NotAllowed
    where the viewer may not arrange one of the old sections, TableIncomplete where a new section is not there or is
    itself handed on, ReasonMissing.
    """
    if not table or not all(viewer.may(ARRANGE, source) for source in table):
        raise NotAllowed
    if not reason.strip():
        raise ReasonMissing
    targets = {section.key: section for section in Section.objects.filter(key__in=table.values())}
    if missing := sorted(target for target in set(table.values()) if target not in targets or target in table):
        raise TableIncomplete(missing)
    by, moved = actor_of(viewer), 0
    while True:
        with transaction.atomic():
            cases = list(
                Case.objects.select_for_update(of=("self",))
                .select_related("section", "custody", "flow_version")
                .filter(section__key__in=table)
                .order_by("pk")[:batch]
            )
            for case in cases:
                _transfer(case, targets[table[case.section.key]], by=by, at=at, reason=reason.strip())
            if not cases:
                record("casework.handed-over", on=("casework.section", ",".join(sorted(table))[:200]), by=viewer,
                       after={"table": dict(table), "cases": moved}, why=reason.strip())  # fmt: skip
                return moved
        moved += len(cases)
