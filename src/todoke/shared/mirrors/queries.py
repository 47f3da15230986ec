"""Reading what is known of the mirrors."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count

from todoke.ground.people.rules import Viewer
from todoke.shared.mirrors.models import Mirror
from todoke.shared.mirrors.rules import Standing, standing_of

READ = "mirrors.read"


@dataclass(frozen=True)
class MirrorSeen:
    """A mirror with its standing at one moment, the age of its copy, and how many files it has."""

    mirror: Mirror
    standing: Standing
    age: timedelta | None
    files: int


def mirrors_for(viewer: Viewer, *, at: datetime) -> list[MirrorSeen]:
    """Every mirror of the settings; one query. None for who may not see them."""
    if not viewer.may(READ):
        return []
    return mirrors_at(at)


def mirrors_at(at: datetime) -> list[MirrorSeen]:
    """The same for the machine itself: the doctor, the gauges."""
    return [
        MirrorSeen(mirror, standing_at(mirror, at), age_at(mirror, at), mirror.file_count)
        for mirror in Mirror.objects.filter(is_named=True).annotate(file_count=Count("files"))
    ]


def standing_at(mirror: Mirror, at: datetime) -> Standing:
    """How a mirror stands: by what its public address says, or, where it has none, by when we made it whole."""
    return standing_of(copied_at=_copied_at(mirror), is_read=bool(mirror.public), at=at)


def age_at(mirror: Mirror, at: datetime) -> timedelta | None:
    """How old the copy is; None where there never was one."""
    copied_at = _copied_at(mirror)
    return None if copied_at is None else max(timedelta(0), at - copied_at)


def _copied_at(mirror: Mirror) -> datetime | None:
    return mirror.copy_at if mirror.public else mirror.whole_at
