"""Reading the looks: the person's own view, the auditor's, and what stands out."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol

from django.conf import settings
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from todoke.base.clock import JAPAN, in_japan
from todoke.ground.looks.models import Look
from todoke.ground.looks.registry import concerns, purposes
from todoke.ground.looks.rules import is_outside_hours

READ = "looks.read"
COUNTED_MAX = 100_000
SHOWN_MAX = 200


class Reader(Protocol):
    """Whoever reads the looks: a `Viewer` of the people room."""

    def may(self, permission: str, section: str | None = None) -> bool: ...


@dataclass(frozen=True)
class Seen:
    """One look as the person concerned sees it. `staff` is empty unless the city shows names (TODOKE_LOOKS_NAMES)."""

    day: date
    sections: tuple[str, ...]
    purpose: str | Promise
    what: str
    way: str | Promise
    staff: str


def looks_at(person: str) -> list[Seen]:
    """The latest `SHOWN_MAX` looks at this person's data, as they may be shown to them; sections are keys.

    The caller has made sure that it is that person who asks.
    """
    if not person:
        return []
    return [
        Seen(
            day=in_japan(look.at).date(),
            sections=tuple(filter(None, look.sections.split(","))),
            purpose=purpose_name(look.purpose),
            what=look.what,
            way=Look.Way(look.way).label,
            staff=look.viewer_name if settings.LOOKS_NAMES else "",
        )
        for look in Look.objects.filter(of_person=person).order_by("-at", "-pk")[:SHOWN_MAX]
    ]


def people_concerned(target_type: str, key: str) -> list[str | None]:
    """Whom this record is about, as `record_looks` wants them: None where there is nobody that could be named."""
    concern = concerns.find(target_type)
    found: list[str | None] = [*concern.people(key)] if concern else []
    return found or [None]


def purpose_name(key: str) -> str | Promise:
    """The purpose in words; of a room that is switched off, that it is no longer in use."""
    known = purposes.find(key)
    return known.name if known else _("使われなくなった目的")


def latest_looks(
    reader: Reader,
    *,
    viewer: str = "",
    target_type: str = "",
    target_key: str = "",
    of_person: str = "",
    since: date | None = None,
    until: date | None = None,
) -> QuerySet[Look]:
    """Looks that this reader may see, newest first; none without the permission looks.read. Both days are included."""
    if not reader.may(READ):
        return Look.objects.none()
    looks = Look.objects.order_by("-at", "-pk")
    wanted = {"viewer": viewer, "target_type": target_type, "target_key": target_key, "of_person": of_person}
    looks = looks.filter(**{name: value for name, value in wanted.items() if value})
    if since:
        looks = looks.filter(at__gte=_midnight(since))
    if until:
        looks = looks.filter(at__lt=_midnight(until + timedelta(days=1)))
    return looks


@dataclass(frozen=True)
class Pattern:
    """How one viewer looked in a span: looks, different people, the most people in one hour, looks outside hours."""

    viewer: str
    name: str
    looks: int
    people: int
    people_in_an_hour: int
    outside_hours: int


def patterns(reader: Reader, since: date, until: date) -> list[Pattern]:
    """Every viewer in this span, whoever saw the most people in one hour first; none without looks.read.

    A number is no accusation: who answers the telephone looks often. It says where an auditor begins to ask.
    """
    by_viewer: dict[str, list[Look]] = defaultdict(list)
    for look in latest_looks(reader, since=since, until=until)[:COUNTED_MAX]:
        by_viewer[look.viewer].append(look)
    found = [_pattern(viewer, looks) for viewer, looks in by_viewer.items()]
    return sorted(found, key=lambda each: (-each.people_in_an_hour, -each.outside_hours, -each.looks, each.viewer))


def _pattern(viewer: str, looks: list[Look]) -> Pattern:
    return Pattern(
        viewer=viewer,
        name=looks[0].viewer_name,
        looks=len(looks),
        people=len({_person(look) for look in looks}),
        people_in_an_hour=_most_in_an_hour(looks),
        outside_hours=sum(is_outside_hours(look.at) for look in looks),
    )


def _person(look: Look) -> str:
    return look.of_person or f"{look.target_type} {look.target_key}"


def _most_in_an_hour(looks: Iterable[Look]) -> int:
    """The largest number of different people within any sixty minutes."""
    in_order = sorted(looks, key=lambda look: look.at)
    within: Counter[str] = Counter()
    most = begin = 0
    for look in in_order:
        within[_person(look)] += 1
        while look.at - in_order[begin].at >= timedelta(hours=1):
            gone = _person(in_order[begin])
            within[gone] -= 1
            if not within[gone]:
                del within[gone]
            begin += 1
        most = max(most, len(within))
    return most


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=JAPAN)
