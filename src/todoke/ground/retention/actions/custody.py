"""Taking a record into custody, closing it, opening it again, holding it: the doors of every room with records."""

import secrets
from datetime import date, datetime

from django.db import IntegrityError, models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from todoke.base import clock
from todoke.base.prepared import Prepared, insert
from todoke.ground.audit.actions import Person, actor_key, record, target_of
from todoke.ground.retention.actions.periods import kept_period, note_wrapping, open_period, wrap_with
from todoke.ground.retention.keystore import KEY_BYTES
from todoke.ground.retention.models import Custody, Gone, Hold, RetentionClass, Wrapping

_CLASS = Prepared(lambda code: RetentionClass.objects.filter(code=code))


class UnknownClass(LookupError):
    """No class of the city's schedule has this code."""

    sentence: str | Promise = _(
        "この保存年限は登録されていません。市のフォルダーの retention.toml を確かめてください。"
    )

    def __init__(self, code: str) -> None:
        super().__init__(f"no retention class “{code}” in this city’s retention.toml")
        self.code = code


class AlreadyInCustody(Exception):
    """This record is in custody, or was and has been purged: a record is taken once."""

    sentence: str | Promise = _("この記録は、すでに保管しています。")


class NotClosed(Exception):
    """The record is open: there is nothing to open again."""

    sentence: str | Promise = _("この記録は、まだ完結していません。")


@transaction.atomic(savepoint=False)
def take(target: models.Model | tuple[str, object], retention_class: str, *, at: datetime) -> Custody:
    """Take a record into custody with a key of its own; stays or goes with the surrounding transaction, as a whole.

    `target` is a saved record or a pair of type and opaque key; `retention_class` a code of the city's schedule.
    Raises UnknownClass, AlreadyInCustody, StoreIsAway.
    """
    found = _class(retention_class)
    target_type, target_key = target_of(target)
    period = open_period(at)
    custody = Custody(target_type=target_type, target_key=target_key, retention_class=found, opened_at=at)
    wrap_with(custody, period, secrets.token_bytes(KEY_BYTES))
    try:
        insert(custody)
    except IntegrityError as error:
        raise AlreadyInCustody(f"{target_type} {target_key}") from error
    insert(Wrapping(custody=custody, period=period))
    return custody


@transaction.atomic
def close(custody: Custody, on: date) -> Custody:
    """The record is done (完結): its retention is counted from `on`, a Japanese day. Closing again moves the day.

    Its key is wrapped anew with the key of its class and last day. Raises Gone.
    """
    held = _lock(custody)
    held.closed_on = on
    return _settle(custody, held)


@transaction.atomic
def reopen(custody: Custody) -> Custody:
    """The record is taken up again: nothing runs until it is closed anew. Raises NotClosed, Gone."""
    held = _lock(custody)
    if held.closed_on is None:
        raise NotClosed(str(held.pk))
    held.closed_on = None
    held.selection = ""
    return _settle(custody, held)


@transaction.atomic
def change_class(custody: Custody, retention_class: str, *, by: Person | models.Model | str, why: str) -> Custody:
    """Keep the record under another class of the schedule; the last day is counted anew. Raises UnknownClass, Gone."""
    held = _lock(custody)
    before, after = held.retention_class, _class(retention_class)
    held.retention_class = after
    settled = _settle(custody, held)
    record(
        "retention.class-changed", on=held, by=by, before={"class": before.code}, after={"class": after.code}, why=why
    )
    return settled


@transaction.atomic
def hold(
    custody: Custody,
    reason: Hold.Reason,
    *,
    why: str,
    until: date | None,
    by: Person | models.Model | str,
    at: datetime,
) -> Hold:
    """Keep the record from every purge until that day (included), or until somebody lifts it. Raises Gone.

    `why` says which case, never whose: a file number.
    """
    held = _lock(custody)
    made = Hold.objects.create(
        custody=held, reason=reason, why=why.strip(), until=until, held_at=at, held_by=actor_key(by)
    )
    record("retention.held", on=held, by=by, after={"hold": made.pk, "reason": reason.value, "until": until}, why=why)
    return made


@transaction.atomic
def lift(hold: Hold, *, by: Person | models.Model | str, at: datetime) -> None:
    """End a hold; one that was lifted before stays as it is."""
    held = Hold.objects.select_for_update().get(pk=hold.pk)
    if held.lifted_at is not None:
        return
    held.lifted_at, held.lifted_by = at, actor_key(by)
    held.save(update_fields=["lifted_at", "lifted_by"])
    record("retention.hold-lifted", on=held.custody, by=by, before={"hold": held.pk})


def _settle(given: Custody, held: Custody) -> Custody:
    """Count the last day anew and have the right key wrap the record's; `given`, the caller's object, learns of it."""
    data_key = held.data_key()
    term = held.retention_class.term
    held.expires_on = term.expires_on(held.closed_on) if held.closed_on else None
    period = (
        kept_period(held.retention_class, held.expires_on, clock.now())
        if held.closed_on
        else open_period(held.opened_at)
    )
    if held.period_id != period.pk:
        wrap_with(held, period, data_key)
        note_wrapping(held, period)
    held.save()
    for name in ("closed_on", "expires_on", "retention_class", "period", "wrapped_key", "selection"):
        setattr(given, name, getattr(held, name))
    return given


def _lock(custody: Custody) -> Custody:
    held = Custody.objects.select_for_update(of=("self",)).select_related("retention_class").get(pk=custody.pk)
    if held.purged_at is not None:
        raise Gone(held)
    return held


def _class(code: str) -> RetentionClass:
    found = _CLASS.first(code)
    if found is None:
        raise UnknownClass(code)
    return found
