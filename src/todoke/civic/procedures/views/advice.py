"""What the guide advises, ready to show: one entry for each errand, for residents and for the counter alike."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import get_language

from todoke.base.calendar import OfficeCalendar, in_words
from todoke.base.clock import now
from todoke.civic.procedures.actions.filing import circumstances
from todoke.civic.procedures.advising import Advice, advise
from todoke.civic.procedures.life_event import Errand, LeftOut, Outside
from todoke.civic.procedures.models import GuideOffice, GuideTopic, ProcedureVersion
from todoke.civic.procedures.queries.catalogue import Opening, opening_of
from todoke.civic.procedures.queries.guide import offices, versions_of
from todoke.civic.procedures.types import Audience
from todoke.ground.people.models import Section
from todoke.shared.paperwork.models import Channel
from todoke.shared.paperwork.queries import Filled
from todoke.shared.paperwork.types import Words
from todoke.shared.timetable.queries import office_calendar


@dataclass(frozen=True)
class Told:
    """One errand as the page tells it."""

    name: str
    by_when: str
    last_day: date | None
    is_over: bool
    # The office is closed on the last day: the open one before it, in words.
    better_day: str
    bring: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]
    where: str
    basis: str
    carries: int
    summary: str = ""
    room: str = ""
    hours: str = ""
    ways: tuple[str, ...] = ()
    link: str = ""
    procedure: str = ""
    is_online: bool = False
    # The address of its button; nothing where it cannot be begun here.
    start: str = ""


Start = Callable[[ProcedureVersion, int], str]


def told_errands(topic: GuideTopic, found: Filled, start: Start) -> list[Told]:
    """Every errand of these answers, the most urgent first; `start` gives the address of the button to begin one."""
    around = circumstances(now())
    advice = advise(topic.text, found.standing(around), around)
    versions = versions_of(advice)
    teller = _Teller(found, versions, offices(), office_calendar(), around.today, start)
    return [teller.tell(each) for each in advice if each.errand.outside or each.errand.procedure in versions]


@dataclass(frozen=True)
class _Teller:
    """What telling takes, asked of the database once for all errands."""

    found: Filled
    versions: dict[str, ProcedureVersion]
    offices: dict[str, GuideOffice]
    calendar: OfficeCalendar
    today: date
    start: Start

    def tell(self, advice: Advice) -> Told:
        errand, version = advice.errand, self.versions.get(advice.errand.procedure)
        common = {
            "by_when": errand.by_when.say(),
            "last_day": advice.last_day,
            "is_over": advice.last_day is not None and advice.last_day < self.today,
            "better_day": self._better_day(advice.last_day),
            "left_out": tuple((each.words.say(), basis_of(each, version)) for each in errand.left_out),
            "carries": sum(1 for ours in errand.carry.values() if _is_answered(self.found, ours)),
        }
        if version is not None:
            return self._procedure(advice, version, common)
        assert errand.outside is not None
        return self._outside(errand, errand.outside, common)

    def _procedure(self, advice: Advice, version: ProcedureVersion, common: dict[str, Any]) -> Told:
        document, errand = version.document, advice.errand
        return Told(
            name=document.name.say(),
            summary=document.summary.say(),
            bring=tuple(each.say() for each in errand.bring or document.bring),
            where=section_words(version.section),
            **self._office(version.section.key),
            ways=tuple(str(each.label) for each in document.channels),
            basis=document.basis,
            procedure=document.key,
            is_online=Channel.WEB in document.channels,
            start=self.start(version, advice.place) if _is_open(version) else "",
            **common,
        )

    def _outside(self, errand: Errand, outside: Outside, common: dict[str, Any]) -> Told:
        return Told(
            name=outside.name.say(),
            bring=tuple(each.say() for each in errand.bring),
            where=outside.where.say(),
            **self._office(outside.section),
            basis=outside.basis,
            link=outside.link,
            **common,
        )

    def _office(self, section: str) -> dict[str, Any]:
        office = self.offices.get(section)
        return {"room": Words(office.where).say(), "hours": Words(office.hours).say()} if office else {}

    def _better_day(self, day: date | None) -> str:
        if day is None or self.calendar.is_open(day):
            return ""
        return in_words(self.calendar.latest_open(day), get_language() or "ja")


def _is_answered(found: Filled, key: str) -> bool:
    return key in found.sheet and found.sheet[key].value is not None


def section_words(section: Section) -> str:
    """A section as whoever reads the active language knows it."""
    language = get_language() or "ja"
    if language == "ja-easy" and section.reading:
        return f"{section.name}（{section.reading}）"
    return section.name_en if language == "en" and section.name_en else section.name


def _is_open(version: ProcedureVersion) -> bool:
    return opening_of(version.procedure, now()) is Opening.OPEN and version.document.audience is Audience.EVERYONE


def basis_of(left_out: LeftOut, version: ProcedureVersion | None) -> str:
    """On what ground a paper is left out: of the procedure's own papers, and what the guide adds."""
    rules = [version.document.attachment(question) for question in left_out.papers] if version else []
    told = [rule.instead_basis for rule in rules if rule is not None]
    return "、".join(dict.fromkeys([left_out.basis, *told] if left_out.basis else told))


def errand_at(topic: GuideTopic, place: int) -> Errand | None:
    """The errand at this place of the life event, if it is a procedure of this house."""
    errands = topic.event.errands
    return errands[place] if place < len(errands) and errands[place].procedure else None
