"""Writing the record, and purging what may no longer be kept."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from django.conf import settings
from django.db import connection, models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from todoke.base.prepared import insert
from todoke.base.registry import KEY
from todoke.ground.audit.models import Entry
from todoke.ground.audit.rules import payload_hash, payload_text, ranges_text

SALT_BYTES = 32
NAME_CHARACTERS_MAX = 200


class Person(Protocol):
    """Whoever acts, as far as the record needs to know: a `Viewer` of the people room."""

    @property
    def account_id(self) -> int | None: ...

    @property
    def name(self) -> str: ...


class NotInTheRecord(LookupError):
    """Somebody wants to purge entries that are not there, or whose transaction has not been committed."""

    sentence: str | Promise = _("指定された番号の監査記録がありません。番号を確かめてください。")

    def __init__(self, numbers: Sequence[int]) -> None:
        super().__init__(f"no entries under {ranges_text(list(numbers))}")
        self.numbers = tuple(numbers)


def record(
    what: str,
    *,
    on: models.Model | tuple[str, object],
    by: Person | models.Model | str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    why: str = "",
) -> Entry:
    """Write into the record that `by` did `what` to `on`; stays or goes with the surrounding transaction.

    `what` is a key of the form `room.verb`, as in `people.signed-in`. `on` is a saved record or a pair of type and key.
    `by` is a viewer, an account, or the name of a machine part that acts by itself ("intake"). `before` and `after`
    hold only what changed, in values that JSON knows (dates, instants and decimals too); no password, no secret, no My
    Number. Raises ValueError for a misshapen key, an unsaved record or an empty actor, TypeError for values that
    JSON cannot say.
    """
    if not KEY.fullmatch(what):
        raise ValueError(f"what was done is named room.verb, not “{what}”")
    actor, actor_name = _actor(by)
    target_type, target_key, target_name = _target(on)
    payload = payload_text(
        {"actor_name": actor_name, "target_name": target_name, "before": before, "after": after, "why": why}
    )
    salt = secrets.token_bytes(SALT_BYTES)
    entry = Entry(
        what=what,
        actor=actor,
        target_type=target_type,
        target_key=target_key,
        payload=payload,
        salt=salt,
        payload_hash=payload_hash(salt, payload),
    )
    insert(entry)
    return entry


@transaction.atomic
def purge(numbers: Sequence[int], *, by: Person | models.Model | str, why: str) -> Entry:
    """Delete payload and salt of these entries for good and record that it was done; the chain stays whole.

    `why` names the rule that asks for it (the ordinance and article, or the retention schedule). Entries that were
    purged before are left alone. Raises NotInTheRecord, and ValueError where no reason is given.
    """
    if not why.strip():
        raise ValueError("a purge names the rule that asks for it")
    known = set(Entry.objects.filter(number__in=numbers).values_list("number", flat=True))
    if missing := [number for number in numbers if number not in known]:
        raise NotInTheRecord(missing)
    if not numbers:
        raise NotInTheRecord(())
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_purge(%s::bigint[])", [sorted(set(numbers))])
    return record("audit.purged", on=("audit.entry", ranges_text(list(numbers))), by=by, why=why)


def actor_key(by: Person | models.Model | str) -> str:
    """How the record names this actor, for a search."""
    return _actor(by)[0]


def target_of(on: models.Model | tuple[str, object]) -> tuple[str, str]:
    """How the record names this target, type and key, for a search."""
    return _target(on)[:2]


def _actor(by: Person | models.Model | str) -> tuple[str, str]:
    if isinstance(by, str):
        if not by.strip():
            raise ValueError("an entry names who acted")
        return by, ""
    if isinstance(by, models.Model):
        target_type, key, name = _target(by)
        return f"{target_type}:{key}", name
    if by.account_id is None:
        resident = getattr(by, "resident_id", None)
        return (f"people.resident:{resident}", "") if resident is not None else ("anonymous", "")
    return f"{settings.AUTH_USER_MODEL.lower()}:{by.account_id}", by.name[:NAME_CHARACTERS_MAX]


def _target(on: models.Model | tuple[str, object]) -> tuple[str, str, str]:
    if isinstance(on, models.Model):
        if on.pk is None:
            raise ValueError(f"an unsaved {on._meta.label} cannot be named in the record")
        return on._meta.label_lower, str(on.pk), str(on)[:NAME_CHARACTERS_MAX]
    target_type, key = on
    return target_type, str(key), ""
