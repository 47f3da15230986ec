"""Opening a case: its number, its custody, its first event and its timers."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from todoke.base.calendar import fiscal_year_of
from todoke.base.clock import in_japan
from todoke.base.events import announce
from todoke.base.prepared import Prepared
from todoke.ground.people.models import Section
from todoke.ground.people.rules import Viewer
from todoke.ground.retention.actions import custody as keeping
from todoke.ground.retention.models import Custody
from todoke.shared.casework.actions.moving import Around, arm, entering
from todoke.shared.casework.actions.recording import Actor, write
from todoke.shared.casework.events import CaseOpened
from todoke.shared.casework.models import Case, FlowVersion
from todoke.shared.casework.queries.cases import facts_of
from todoke.shared.casework.rules.history import What
from todoke.shared.paperwork.models import Channel, Response
from todoke.shared.timetable.queries import office_calendar

_ABOUT = Prepared(lambda kind, key: Case.objects.filter(subject_type=kind, subject_key=key))


@dataclass(frozen=True)
class Arrival:
    """到達: when a filing came into the sphere of the office, and how that is known (`online`, `post`, `counter`)."""

    at: datetime
    by: str


@transaction.atomic(savepoint=False)
def open_case(
    version: FlowVersion,
    *,
    subject: tuple[str, str],
    section: Section,
    arrival: Arrival,
    by: Actor,
    at: datetime,
    resident_id: int | None = None,
    custody: Custody | None = None,
) -> Case:
    """Open a case about a subject; a second time for the same subject, it is the same case.

    Stays or goes with the surrounding transaction, as a whole.

    `custody` is that of the subject, which the case shares; without one, and where the flow names a retention class,
    the case is taken into a custody of its own. Whoever calls has asked whether this may be done. Raises what
    `custody.take` raises.
    """
    flow = version.read
    # Two openings of the same subject wait for each other here, not at the unique constraint.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"casework {subject[0]}:{subject[1]}"])
    known = _ABOUT.first(*subject)
    if known is not None:
        return known
    fiscal_year = fiscal_year_of(in_japan(arrival.at).date())
    case = Case(
        number=f"{section.key}-{fiscal_year}-{_next_number(section.key, fiscal_year):06}",
        fiscal_year=fiscal_year,
        flow_version=version,
        subject_type=subject[0],
        subject_key=subject[1],
        resident_id=resident_id,
        section=section,
        custody=custody,
        state=flow.begins,
        revision=0,
        seq=0,
        opened_at=at,
        arrived_at=arrival.at,
        arrived_by=arrival.by,
    )
    if custody is None and flow.retention:
        case.custody, case.owns_custody = keeping.take(("casework.case", case.key), flow.retention, at=at), True
    office = office_calendar()
    around = Around(at, office, facts_of(case, at, office))
    payload = {
        "section": section.pk,
        "flow_version": version.pk,
        "arrived_at": arrival.at.isoformat(),
        "arrived_by": arrival.by,
    } | entering(case, flow, flow.begins, around)
    event = write(case, What.OPENED, payload, by=by, at=at)
    arm(case, flow, event.seq, around)
    announce(CaseOpened(case.pk, case.number, subject))
    return case


def open_case_for(
    response: Response,
    version: FlowVersion,
    *,
    subject_type: str,
    section: Section,
    arrived_at: datetime,
    viewer: Viewer,
    at: datetime,
    resident_id: int | None = None,
) -> Case:
    """Open the case of a response that has arrived, kept with its answers. The subject's key is the response's.

    Raises what `open_case` raises.
    """
    who = f"staff:{viewer.account_id}" if viewer.is_staff else f"resident:{resident_id or ''}"
    return open_case(
        version,
        subject=(subject_type, str(response.key)),
        section=section,
        arrival=Arrival(arrived_at, "online" if response.channel == Channel.WEB else response.channel),
        by=Actor(who, viewer.account_id),
        at=at,
        resident_id=resident_id,
        custody=response.custody,
    )


def _next_number(section_key: str, fiscal_year: int) -> int:
    """The next number of this section in this fiscal year; the row is locked until the case is there, so none is
    lost.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO casework_casecounter (section_key, fiscal_year, latest) VALUES (%s, %s, 1) "
            "ON CONFLICT (section_key, fiscal_year) DO UPDATE SET latest = casework_casecounter.latest + 1 "
            "RETURNING latest",
            [section_key, fiscal_year],
        )
        (number,) = cursor.fetchone()
    return int(number)
