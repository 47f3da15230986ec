"""Reading what is in custody, and what falls due."""

from dataclasses import dataclass
from datetime import date

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from todoke.ground.audit.actions import target_of
from todoke.ground.retention.models import Custody, Hold, PurgeCase, RetentionClass
from todoke.ground.retention.registry import shreddable_types


def custody_of(target: models.Model | tuple[str, object]) -> Custody | None:
    """The custody in which this record is or was; None for one that was never taken."""
    target_type, target_key = target_of(target)
    return (
        Custody.objects.select_related("period", "retention_class")
        .filter(target_type=target_type, target_key=target_key)
        .first()
    )


def holds_in_force(today: date) -> QuerySet[Hold]:
    """Holds that nobody has lifted and whose day has not passed."""
    return Hold.objects.filter(Q(until__isnull=True) | Q(until__gte=today), lifted_at__isnull=True)


def over(today: date) -> QuerySet[Custody]:
    """Records whose last day has passed and that are still there, the oldest first."""
    return Custody.objects.filter(purged_at__isnull=True, expires_on__lt=today).order_by("expires_on", "id")


def waiting_for_selection(today: date) -> QuerySet[Custody]:
    """Records that are over and about which the archive has not decided."""
    return over(today).filter(retention_class__then=RetentionClass.Then.ARCHIVE, selection=Custody.Selection.NONE)


def ready_to_purge(today: date) -> QuerySet[Custody]:
    """Records that are over, not held, selected where their class asks for it, and in no run that waits."""
    waits = PurgeCase.objects.filter(custody=OuterRef("pk"), state=PurgeCase.State.WAITING)
    return (
        over(today)
        .exclude(retention_class__then=RetentionClass.Then.ARCHIVE, selection=Custody.Selection.NONE)
        .exclude(Exists(holds_in_force(today).filter(custody=OuterRef("pk"))))
        .exclude(Exists(waits))
    )


def why_not(custody: Custody, today: date) -> PurgeCase.Why | None:
    """What keeps this record, which was to be purged, at this moment; None where nothing does."""
    if custody.purged_at is not None:
        return PurgeCase.Why.GONE_ALREADY
    if not custody.is_over_on(today):
        return PurgeCase.Why.NOT_DUE
    if holds_in_force(today).filter(custody=custody).exists():
        return PurgeCase.Why.HELD
    if custody.retention_class.then == RetentionClass.Then.ARCHIVE and custody.selection == Custody.Selection.NONE:
        return PurgeCase.Why.NO_SELECTION
    return None if custody.target_type in shreddable_types() else PurgeCase.Why.NO_SHREDDER


@dataclass(frozen=True)
class Falling:
    """A line of the preview: so many records of one type and class; `can_go` says whether their room can shred them."""

    target_type: str
    retention_class: str
    basis: str
    count: int
    can_go: bool


def falling_due(today: date) -> list[Falling]:
    """What a run that is proposed today would take, by type and class."""
    known = shreddable_types()
    counted = (
        ready_to_purge(today)
        .order_by("target_type", "retention_class__code")
        .values("target_type", "retention_class__name", "retention_class__basis")
        .annotate(count=Count("pk"))
    )
    return [
        Falling(
            row["target_type"],
            row["retention_class__name"],
            row["retention_class__basis"],
            row["count"],
            row["target_type"] in known,
        )
        for row in counted
    ]


def held_and_over(today: date) -> QuerySet[Hold]:
    """Holds that keep a record beyond its last day."""
    return holds_in_force(today).filter(custody__in=over(today)).select_related("custody").order_by("pk")
