"""Which units are well, as the control station says without sounding any."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from todoke.shared.loudspeakers.models import Unit


@transaction.atomic
def take_in_faults(faults: Mapping[str, str], *, at: datetime) -> int:
    """Keep what the station says of each unit, and how many changed. A trouble keeps the instant at which it began."""
    changed = 0
    for unit in Unit.objects.select_for_update().filter(is_active=True, key__in=list(faults)):
        trouble = faults[unit.key][:300]
        if unit.trouble == trouble:
            continue
        unit.trouble_at = (unit.trouble_at or at) if trouble else None
        unit.trouble = trouble
        unit.save(update_fields=["trouble", "trouble_at"])
        changed += 1
    return changed
