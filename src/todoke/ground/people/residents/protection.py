"""支援措置: whose address is hidden, and who may see it all the same."""

from collections.abc import Collection
from datetime import date

from django.db import transaction
from django.db.models import QuerySet

from todoke.ground.audit.actions import record
from todoke.ground.people.models import Account, Protection, Resident
from todoke.ground.people.rules import Viewer


@transaction.atomic
def protect(
    resident: Resident, handlers: Collection[Account], *, start_date: date, end_date: date, by: Viewer
) -> Protection:
    """Hide this resident's address and telephone from everybody but these handlers, from the first to the last day."""
    protection = Protection.objects.create(resident=resident, start_date=start_date, end_date=end_date)
    protection.handlers.set(handlers)
    record(
        "people.protected",
        on=resident,
        by=by,
        after={"start_date": start_date, "end_date": end_date, "handlers": sorted(each.pk for each in handlers)},
    )
    return protection


def is_protected(resident_id: int, on: date) -> bool:
    """Whether a measure is in force on that day."""
    return _in_force(on).filter(resident_id=resident_id).exists()


def may_see_address(viewer: Viewer, resident_id: int, on: date) -> bool:
    """Whether this viewer may be shown where this resident lives: the resident, everybody else only without a measure.

    With one in force, its handlers alone. Whoever shows, exports, prints or searches addresses asks this first; it says
    nothing about the other rights that are needed.
    """
    if viewer.resident_id == resident_id:
        return True
    measures = list(_in_force(on).filter(resident_id=resident_id).prefetch_related("handlers"))
    return all(viewer.account_id in {handler.pk for handler in each.handlers.all()} for each in measures)


def hidden_from(viewer: Viewer, on: date) -> frozenset[int]:
    """The residents whose address this viewer may not see that day, for lists: one query for them all."""
    measures = _in_force(on).exclude(resident_id=viewer.resident_id or 0)
    if viewer.account_id is not None:
        measures = measures.exclude(pk__in=Protection.objects.filter(handlers=viewer.account_id).values("pk"))
    return frozenset(measures.values_list("resident_id", flat=True))


def _in_force(on: date) -> QuerySet[Protection]:
    return Protection.objects.filter(start_date__lte=on, end_date__gte=on)
