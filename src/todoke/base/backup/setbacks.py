"""When the database has gone back in time: the rooms set aside what was under way, a person lets it go on."""

from datetime import datetime

from django.db import connection, transaction

from todoke.base.backup.models import Setback
from todoke.base.backup.registry import Loss, after_restore


@transaction.atomic
def set_back(kind: Setback.Kind, *, went_back_to: datetime, host: str, seen_until: datetime | None = None) -> Setback:
    """Have every room set aside what would go out too late, and write down that it was done; all of it or nothing.

    `seen_until` is the last moment of the lost time that is known of; with None that is now, as after a restore.
    """
    with connection.cursor() as cursor:
        # The database's own clock: every host compares its mark with this moment.
        cursor.execute("SELECT clock_timestamp()")
        (found_at,) = cursor.fetchone()
    setback = Setback.objects.create(
        kind=kind,
        found_at=found_at,
        went_back_to=went_back_to,
        seen_until=seen_until or found_at,
        host=host[:200],
    )
    loss = loss_of(setback)
    setback.said = [said for room in after_restore if (said := room.set_aside(loss))]
    setback.save(update_fields=["said"])
    return setback


@transaction.atomic
def resume(setback: Setback, *, by: str, at: datetime, send: bool) -> list[str]:
    """Close a setback: `by` has looked. With `send`, the rooms let go on what was set aside and still makes sense.

    Without, everything that was set aside stays with the people who were asked. Gives what the rooms did.
    """
    held = Setback.objects.select_for_update().get(pk=setback.pk)
    said = [said for room in after_restore if (said := room.resume(loss_of(held), by=by))] if send else []
    held.closed_at, held.closed_by = at, by[:200]
    held.save(update_fields=["closed_at", "closed_by"])
    return said


def doubts_about(setback: Setback) -> list[str]:
    """What a person must look at before closing it."""
    return [doubt for room in after_restore for doubt in room.doubts(loss_of(setback))]


def open_setbacks() -> list[Setback]:
    """Those that nobody has closed yet, newest first."""
    return list(Setback.objects.filter(closed_at=None))


def loss_of(setback: Setback) -> Loss:
    """The setback as rooms see it."""
    return Loss(
        number=setback.pk,
        found_at=setback.found_at,
        went_back_to=setback.went_back_to,
        seen_until=setback.seen_until,
        is_tail=setback.kind == Setback.Kind.TAIL,
    )
