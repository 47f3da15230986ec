"""Reading what is in custody, and what falls due."""

from django.db import models

from todoke.ground.audit.actions import target_of
from todoke.ground.retention.models import Custody


def custody_of(target: models.Model | tuple[str, object]) -> Custody | None:
    """The custody in which this record is or was; None for one that was never taken."""
    target_type, target_key = target_of(target)
    return (
        Custody.objects.select_related("period", "retention_class")
        .filter(target_type=target_type, target_key=target_key)
        .first()
    )
