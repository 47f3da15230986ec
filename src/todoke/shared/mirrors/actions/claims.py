"""Which mirrors there are, and which worker has one in hand, on any number of hosts (SKIP LOCKED)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from todoke.shared.mirrors.models import Mirror
from todoke.shared.mirrors.rules import Place

# Beyond the budget of a round and its longest call; after that another worker may go on.
PUSH_CLAIM = timedelta(seconds=60)
LOOK_CLAIM = timedelta(seconds=40)


@dataclass(frozen=True)
class Claim:
    """One worker's hold on one mirror, for pushing or for looking."""

    mirror_id: int
    until: datetime


@transaction.atomic
def note_places(places: Sequence[Place], *, at: datetime) -> None:
    """Have a row for every mirror of the settings, and mark those that are named no more."""
    known = {mirror.key: mirror for mirror in Mirror.objects.select_for_update().order_by("id")}
    for place in places:
        values = {
            "name": place.name[:200],
            "kind": place.kind.value,
            "address": place.address[:500],
            "public": place.public[:500],
            "is_named": True,
        }
        mirror = known.get(place.key)
        if mirror is None:
            # Another host may have been quicker.
            new = Mirror(key=place.key, push_due_at=at, look_due_at=at, **values)
            Mirror.objects.bulk_create([new], ignore_conflicts=True)
            continue
        if {name: getattr(mirror, name) for name in values} == values:
            continue
        if (mirror.kind, mirror.address) != (values["kind"], values["address"]):
            # It is another place under the same name: what the old one was given says nothing about it.
            mirror.files.all().delete()
            mirror.whole_at = mirror.listed_at = mirror.copy_at = mirror.old_since = None
        for name, value in values.items():
            setattr(mirror, name, value)
        mirror.push_due_at = mirror.look_due_at = at
        mirror.save()
    gone = [mirror.pk for key, mirror in known.items() if key not in {place.key for place in places}]
    Mirror.objects.filter(pk__in=gone, is_named=True).update(is_named=False, old_since=None)


@transaction.atomic
def claim_push(key: str, *, at: datetime) -> Claim | None:
    """Take this mirror for pushing, if it is due and nobody has it."""
    return _claim("push", key, at, PUSH_CLAIM)


@transaction.atomic
def claim_look(key: str, *, at: datetime) -> Claim | None:
    """Take this mirror for looking, if it is due and nobody has it."""
    return _claim("look", key, at, LOOK_CLAIM)


def _claim(work: str, key: str, at: datetime, lasts: timedelta) -> Claim | None:
    free = Q(**{f"{work}_claimed_until": None}) | Q(**{f"{work}_claimed_until__lt": at})
    due = Mirror.objects.filter(free, key=key, is_named=True, **{f"{work}_due_at__lte": at})
    mirror = due.select_for_update(skip_locked=True).first()
    if mirror is None:
        return None
    until = at + lasts
    Mirror.objects.filter(pk=mirror.pk).update(**{f"{work}_claimed_until": until})
    return Claim(mirror.pk, until)
