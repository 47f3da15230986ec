"""Work that is done row by row, so that one row that raises keeps back no other and is not forgotten."""

import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Model, QuerySet
from django.utils.functional import Promise

import todoke
from todoke.base.clock import now
from todoke.base.registry import Registry
from todoke.base.rounds.models import Stuck

log = logging.getLogger("todoke.rounds")

BATCH = 50
PAUSE_MINUTES_FIRST = 1
PAUSE_MINUTES_MAX = 60
HOUSE = Path(todoke.__file__).parent

Row = TypeVar("Row", bound=Model)


def nowhere(row: str) -> str:
    """Rows of this errand have no page."""
    del row
    return ""


@dataclass(frozen=True)
class Errand:
    """One kind of work that a room does row by row, registered from its `plugs.py`.

    `words` say to staff what was to be done; `page` gives the address at which they look at a row, by its key, or "".
    Between two tries lie a minute, two, four … and `pause_minutes_max` at most: few where an emergency waits.
    Example: a library sends reminders, `Errand("library.remind", _("督促を送る"))`.
    """

    key: str
    words: str | Promise
    page: Callable[[str], str] = nowhere
    pause_minutes_max: int = PAUSE_MINUTES_MAX

    def each(self, rows: QuerySet[Row], act: Callable[[Row], object], *, limit: int | None = BATCH) -> int:
        """Act on each of these rows, in a transaction of its own; for how many `act` gave something true.

        A row for which it raises stays as it was, is told and noted (`guarded`); its next try waits a while, so that
        fifty of them do not take the places of all others. Raises where the database itself is away.
        """
        noted = set(Stuck.objects.filter(errand=self.key).values_list("row", flat=True))
        resting = self.resting() if noted else []
        went = 0
        for row in list(rows.exclude(pk__in=resting)[:limit]):
            with self.guarded(row.pk, was_stuck=str(row.pk) in noted), transaction.atomic():
                went += bool(act(row))
        self._forget_done(rows, noted.difference(resting))
        return went

    def resting(self) -> list[str]:
        """The keys of the rows whose next try is not due yet."""
        stuck = Stuck.objects.filter(errand=self.key, next_try_at__gt=now())
        return list(stuck.values_list("row", flat=True))

    @contextmanager
    def guarded(self, row: object, *, was_stuck: bool = True) -> Iterator[None]:
        """Whatever is raised inside is told, noted as this row's trouble, and goes no further; a lost database does.

        What goes well takes the row off the list; with `was_stuck` false it is known not to stand there.
        """
        try:
            yield
        except Exception as trouble:
            if _lost_the_database(trouble):
                raise
            self._note(str(row), trouble)
        else:
            if was_stuck:
                Stuck.objects.filter(errand=self.key, row=str(row)).delete()

    def _note(self, row: str, trouble: Exception) -> None:
        at, kind, place = now(), type(trouble).__name__, _place_of(trouble)
        with transaction.atomic():
            start = {"since": at, "next_try_at": at}
            stuck, _made = Stuck.objects.select_for_update().get_or_create(errand=self.key, row=row, defaults=start)
            stuck.tries += 1
            stuck.next_try_at, stuck.trouble, stuck.place = (
                at + _pause_after(stuck.tries, self.pause_minutes_max),
                kind,
                place,
            )
            stuck.save()
        # The words of an error may hold what people wrote; its class and its place never do.
        told = {"errand": self.key, "row": row, "tries": stuck.tries, "trouble": kind, "place": place}
        log.error("rounds.row-failed", extra=told)

    def _forget_done(self, rows: QuerySet[Row], due: set[str]) -> None:
        """What a person has seen to meanwhile waits for nothing any more."""
        if due:
            waiting = {str(pk) for pk in rows.filter(pk__in=due).values_list("pk", flat=True)}
            Stuck.objects.filter(errand=self.key, row__in=due - waiting).delete()


errands: Registry[Errand] = Registry("rounds.errands")


def _pause_after(tries: int, minutes_max: int) -> timedelta:
    return timedelta(minutes=min(PAUSE_MINUTES_FIRST * 2 ** min(tries - 1, 10), minutes_max))


def _lost_the_database(trouble: Exception) -> bool:
    # The class alone does not tell: a row that always runs into a time-out is the row's trouble.
    return isinstance(trouble, InterfaceError | OperationalError) and not connection.is_usable()


def _place_of(trouble: Exception) -> str:
    """The innermost line of ours on the way to what was raised: file and number."""
    steps = traceback.extract_tb(trouble.__traceback__)
    ours = [(Path(step.filename), step.lineno) for step in steps if HOUSE in Path(step.filename).parents]
    return f"{ours[-1][0].relative_to(HOUSE)}:{ours[-1][1]}" if ours else ""
