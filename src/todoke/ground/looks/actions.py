"""Writing a look, and letting go of old ones."""

from collections.abc import Iterable
from contextvars import ContextVar
from datetime import datetime
from typing import Protocol

from django.db import connection, models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from todoke.base import clock
from todoke.ground.audit.actions import actor_key, target_of
from todoke.ground.looks.models import Look
from todoke.ground.looks.registry import purposes
from todoke.ground.looks.rules import SAME_FOR, Way

About = models.Model | tuple[str, object]

WHAT_MAX = 300
SECTIONS_MAX = 500

# How many looks this request has told of; `pages.shows_people` reads it.
told: ContextVar[int | None] = ContextVar("looks_told", default=None)


class Viewer(Protocol):
    """Whoever looks, as far as the record needs to know: a `Viewer` of the people room."""

    @property
    def account_id(self) -> int | None: ...

    @property
    def name(self) -> str: ...

    @property
    def section_keys(self) -> frozenset[str]: ...


class UnknownPurpose(LookupError):
    """No room has registered this purpose."""

    sentence: str | Promise = _("閲覧の目的を、一覧から選んでください。")

    def __init__(self, key: str) -> None:
        super().__init__(f"looks.purposes: nothing is registered under “{key}”")
        self.key = key


class NeedsWords(ValueError):
    """This purpose asks for a reason in the viewer's own words."""

    sentence: str | Promise = _("見る理由を書いてください。")


def record_look(
    viewer: Viewer,
    about: About,
    *,
    of_person: str | None,
    what: str,
    purpose: str,
    note: str = "",
    way: Way = Way.PAGE,
    at: datetime | None = None,
) -> Look | None:
    """Write down that this viewer saw `what` of a record about a person, in the transaction of the reading.

    `about` is a saved record or a pair of type and opaque key; `of_person` the opaque key of the person concerned, None
    where there is none; `record_looks` is for several. `what` names fields or the page, never a value. The same look by
    the same viewer within ten minutes is one: None then. Raises UnknownPurpose, NeedsWords, ValueError for an empty
    `what`.
    """
    written = record_looks(viewer, [(about, of_person)], what=what, purpose=purpose, note=note, way=way, at=at)
    return written[0] if written else None


def record_looks(
    viewer: Viewer,
    seen: Iterable[tuple[About, str | None]],
    *,
    what: str,
    purpose: str,
    note: str = "",
    way: Way = Way.PAGE,
    at: datetime | None = None,
) -> list[Look]:
    """The same for records about several people, or for one that is about several: one look for each pair, so that
    everybody finds theirs. Gives those that were not written within the last ten minutes.
    """
    known = purposes.find(purpose)
    if known is None:
        raise UnknownPurpose(purpose)
    if known.asks and not note.strip():
        raise NeedsWords(purpose)
    if not what.strip():
        raise ValueError("a look says what was seen")
    _tell()
    at = at or clock.now()
    facts = {
        "viewer": actor_key(viewer),
        "what": what.strip()[:WHAT_MAX],
        "way": way.value,
        "purpose": purpose,
        "note": note.strip()[:WHAT_MAX],
    }
    pairs = dict.fromkeys((*target_of(about), person or "") for about, person in seen)
    lately = Look.objects.filter(
        **facts, at__gt=at - SAME_FOR, at__lte=at, target_key__in={target_key for _type, target_key, _person in pairs}
    )
    written = set(lately.values_list("target_type", "target_key", "of_person"))
    sections = ",".join(sorted(viewer.section_keys))[:SECTIONS_MAX]
    return Look.objects.bulk_create(
        Look(
            at=at,
            viewer_name=viewer.name[:200],
            sections=sections,
            target_type=target_type,
            target_key=target_key,
            of_person=person,
            **facts,
        )
        for target_type, target_key, person in pairs
        if (target_type, target_key, person) not in written
    )


def expire(before: datetime) -> int:
    """Delete what is older, in the one way that the database allows; how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT looks_expire(%s)", [before])
        return int(cursor.fetchone()[0])


def forget_words(target_type: str, target_key: str) -> list[str]:
    """Blank what viewers wrote about a record that is purged; the looks themselves stay. The numbers of the rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT looks_forget(%s, %s)", [target_type, target_key])
        return [str(number) for (number,) in cursor.fetchall()]


def _tell() -> None:
    if (count := told.get()) is not None:
        told.set(count + 1)
