"""What the guide advises, ready to show: one entry for each errand, for residents and for the counter alike."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import get_language

from todoke.base.calendar import in_words
from todoke.base.clock import in_japan, now
from todoke.civic.procedures.actions.filing import circumstances
from todoke.civic.procedures.advising import Advice, advise
from todoke.civic.procedures.life_event import Errand, LeftOut
from todoke.civic.procedures.models import GuideOffice, GuideTopic, ProcedureVersion
from todoke.civic.procedures.queries.catalogue import Opening, opening_of
from todoke.civic.procedures.queries.guide import offices, versions_of
from todoke.civic.procedures.types import Audience
from todoke.shared.paperwork.models import Channel
from todoke.shared.paperwork.queries import Filled
from todoke.shared.paperwork.types import Words
from todoke.shared.timetable.queries import office_calendar


@dataclass(frozen=True)
class Told:
    """One errand as the page tells it."""

    name: str
    summary: str
    by_when: str
    last_day: date | None
    is_over: bool
    # The office is closed on the last day: the open one before it, in words.
    better_day: str
    bring: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]
    where: str
    room: str
    hours: str
    ways: tuple[str, ...]
    basis: str
    link: str
    procedure: str
    is_online: bool
    carries: int
    # The address of its button; nothing where it cannot be begun here.
    start: str = ""


def told_errands(topic: GuideTopic, found: Filled, start: Callable[[ProcedureVersion, int], str]) -> list[Told]:
    """Every errand of these answers, the most urgent first; `start` gives the address of the button to begin one."""
    around = circumstances(now())
    advice = advise(topic.text, found.standing(around), around)
    versions, known = versions_of(advice), offices()
    offered = [each for each in advice if each.errand.outside or each.errand.procedure in versions]
    return [_told(each, versions.get(each.errand.procedure), known, found, start) for each in offered]


def _told(
    advice: Advice,
    version: ProcedureVersion | None,
    known: dict[str, GuideOffice],
    found: Filled,
    start: Callable[[ProcedureVersion, int], str],
) -> Told:
    errand, document = advice.errand, version.document if version else None
    outside = errand.outside
    office = known.get(version.section.key if version else outside.section if outside else "")
    name = document.name if document else outside.name if outside else Words()
    return Told(
        name=name.say(),
        summary=document.summary.say() if document else "",
        by_when=errand.by_when.say(),
        last_day=advice.last_day,
        is_over=advice.last_day is not None and advice.last_day < in_japan(now()).date(),
        better_day=_better_day(advice.last_day),
        bring=tuple(each.say() for each in errand.bring or (document.bring if document else ())),
        left_out=tuple((each.words.say(), basis_of(each, version)) for each in errand.left_out),
        where=outside.where.say() if outside else version.section.name if version else "",
        room=Words(office.where).say() if office else "",
        hours=Words(office.hours).say() if office else "",
        ways=tuple(str(each.label) for each in document.channels) if document else (),
        basis=document.basis if document else outside.basis if outside else "",
        link=outside.link if outside else "",
        procedure=errand.procedure,
        is_online=bool(document and Channel.WEB in document.channels),
        carries=sum(1 for ours in errand.carry.values() if ours in found.sheet and found.sheet[ours].value is not None),
        start=start(version, advice.place) if version and _is_open(version) else "",
    )


def _is_open(version: ProcedureVersion) -> bool:
    return opening_of(version.procedure, now()) is Opening.OPEN and version.document.audience is Audience.EVERYONE


def _better_day(day: date | None) -> str:
    calendar = office_calendar()
    return "" if day is None or calendar.is_open(day) else in_words(calendar.latest_open(day), get_language() or "ja")


def basis_of(left_out: LeftOut, version: ProcedureVersion | None) -> str:
    """On what ground a paper is left out: of the procedure's own papers, and what the guide adds."""
    rules = [version.document.attachment(question) for question in left_out.papers] if version else []
    told = [rule.instead_basis for rule in rules if rule is not None]
    return "、".join(dict.fromkeys([left_out.basis, *told] if left_out.basis else told))


def errand_at(topic: GuideTopic, place: int) -> Errand | None:
    """The errand at this place of the life event, if it is a procedure of this house."""
    errands = topic.event.errands
    return errands[place] if place < len(errands) and errands[place].procedure else None
