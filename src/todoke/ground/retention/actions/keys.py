"""The end of period keys, their copies, and what a database that has gone back in time is told about them."""

import base64
import json
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from todoke.base import sealing
from todoke.base.clock import in_japan, now
from todoke.ground.audit.actions import record
from todoke.ground.retention import keystore
from todoke.ground.retention.actions.periods import note_wrapping, open_period, successor_of, wrap_with
from todoke.ground.retention.models import Custody, KeyCopy, PeriodKey, PurgeCase, PurgeRun, Wrapping
from todoke.ground.retention.rules import period_of

AT_ONCE = 200
COPY = b"retention.copy"


class BadCopy(ValueError):
    """The file is no copy of a key store, or was sealed with keys that SEAL_KEYS do not hold."""

    sentence: str | Promise = _(
        "鍵の写しとして読めません。ファイルと、作ったときの TODOKE_SEAL_KEYS があるかを確かめてください。"
    )


def retire(period: PeriodKey, *, at: datetime) -> None:
    """Destroy a period key for good. What is still kept and hangs on it is wrapped with a successor first.

    Four steps, each safe to die in and to do again: nothing new, wrapped anew, the file, the row.
    """
    _doom(period, at)
    # Where the mark of destruction stands already, everything that could be wrapped anew has been.
    while not keystore.is_gone(period.identifier) and _wrap_some_anew(period, at):
        pass
    _destroy_file(period, at)
    _write_down(period, at)


@transaction.atomic
def _doom(period: PeriodKey, at: datetime) -> None:
    # FOR UPDATE waits for everybody who is wrapping with it at this moment (FOR KEY SHARE); afterwards nobody finds it.
    held = PeriodKey.objects.select_for_update().get(pk=period.pk)
    if held.doomed_at is None:
        held.doomed_at = at
        held.save(update_fields=["doomed_at"])


@transaction.atomic
def _wrap_some_anew(period: PeriodKey, at: datetime) -> int:
    held = list(Custody.objects.select_for_update().filter(period=period.pk).order_by("pk")[:AT_ONCE])
    if held:
        successor = successor_of(period, at)
        for custody in held:
            wrap_with(custody, successor, period.unwrap(bytes(custody.wrapped_key or b""), custody.pk))
            custody.save(update_fields=["period", "wrapped_key"])
            note_wrapping(custody, successor)
    return len(held)


def _destroy_file(period: PeriodKey, at: datetime) -> None:
    survivors, purged = {}, {}
    for custody in Custody.objects.filter(wrappings__period=period.pk):
        if custody.wrapped_key is not None and custody.period_id is not None:
            survivors[custody.pk] = keystore.Survivor(custody.period_id, bytes(custody.wrapped_key))
        elif custody.closed_on and custody.expires_on:
            purged[custody.pk] = keystore.Purged(custody.closed_on, custody.expires_on)
    keystore.destroy(period.identifier, survivors, purged, on=in_japan(at).date())


@transaction.atomic
def _write_down(period: PeriodKey, at: datetime) -> None:
    held = PeriodKey.objects.select_for_update().get(pk=period.pk)
    Wrapping.objects.filter(period=held).delete()
    if held.destroyed_at is None:
        held.destroyed_at = at
        held.save(update_fields=["destroyed_at"])
        record(
            "retention.key-destroyed",
            on=("retention.periodkey", held.pk),
            by="retention",
            after={"kind": held.kind, "label": held.label, "class": held.retention_class},
        )


def tidy(*, at: datetime) -> int:
    """Destroy the keys on which nothing hangs any more, and go on with those that are doomed; how many.

    The open key of this month stays, and one of a class stays while something may still be closed into it.
    """
    today = in_japan(at).date()
    idle = [
        period
        for period in PeriodKey.objects.filter(destroyed_at__isnull=True, custodies__isnull=True)
        if _is_past(period, period_of(today), today.isoformat())
    ]
    doomed = list(PeriodKey.objects.filter(destroyed_at__isnull=True, doomed_at__isnull=False))
    for period in {each.pk: each for each in (*doomed, *idle)}.values():
        retire(period, at=at)
    return len({each.pk for each in (*doomed, *idle)})


def _is_past(period: PeriodKey, month: str, today: str) -> bool:
    # Both are written so that the order of their letters is the order of time; “permanent” is never past.
    return period.label < (month if period.kind == PeriodKey.Kind.OPEN else today)


def make_ready(*, at: datetime) -> None:
    """Have the key of the present month, so that the first record of a month need not wait for the disk."""
    open_period(at)


@transaction.atomic
def mend_after_restore(*, at: datetime) -> str:
    """Tell a restored database which keys were destroyed since: what is kept is found, what was purged goes again.

    Says in one sentence what it did; empty when there was nothing to do.
    """
    found, purged = 0, []
    gone = [each for each in PeriodKey.objects.filter(destroyed_at=None) if keystore.is_gone(each.identifier)]
    PeriodKey.objects.filter(pk__in=[each.pk for each in gone], doomed_at=None).update(doomed_at=at)
    for custody in Custody.objects.filter(period__in=gone).select_related("period"):
        assert custody.period is not None  # filtered so
        fate = keystore.fate(custody.period.identifier, custody.pk)
        if isinstance(fate, keystore.Survivor):
            _find_again(custody, fate, at)
            found += 1
        elif isinstance(fate, keystore.Purged):
            Custody.objects.filter(pk=custody.pk).update(closed_on=fate.closed_on, expires_on=fate.expires_on)
            purged.append(custody)
    if purged:
        _purge_again(purged, at)
    told = []
    if found:
        told.append(f"記録 {found} 件の鍵を、今の鍵に付け替えました。")
    if purged:
        told.append(f"バックアップから戻った廃棄済みの記録 {len(purged)} 件は、確認のあとで再び廃棄します。")
    return "".join(told)


def _find_again(custody: Custody, fate: keystore.Survivor, at: datetime) -> None:
    custody.period = _row_of(fate.period, at)
    custody.wrapped_key = fate.wrapped_key
    custody.save(update_fields=["period", "wrapped_key"])
    note_wrapping(custody, custody.period)


def _row_of(identifier: UUID, at: datetime) -> PeriodKey:
    """The row of a key that was made after the backup; where its period has another one, it is doomed at once."""
    known = PeriodKey.objects.filter(pk=identifier).first()
    if known is not None:
        return known
    about, _secret = keystore.read(identifier)
    values = {"kind": about.kind, "label": about.label, "retention_class": about.retention_class}
    has_one = PeriodKey.objects.filter(**values, doomed_at=None).exists()
    return PeriodKey.objects.create(
        identifier=identifier, **values, made_at=about.made_at, doomed_at=at if has_one else None
    )


def _purge_again(purged: list[Custody], at: datetime) -> None:
    run = PurgeRun.objects.create(
        kind=PurgeRun.Kind.AGAIN,
        due_on=in_japan(at).date(),
        proposed_at=at,
        proposed_by="retention.restored",
        approved_at=at,
        approved_by="retention.earlier-decision",
    )
    # A run of before the backup that was waiting for them has been carried out meanwhile.
    PurgeCase.objects.filter(custody__in=purged, state=PurgeCase.State.WAITING).update(
        state=PurgeCase.State.LEFT, why=PurgeCase.Why.GONE_ALREADY
    )
    PurgeCase.objects.bulk_create(PurgeCase(run=run, custody=custody) for custody in purged)


def copy_of_the_store(*, file_name: str, at: datetime) -> bytes:
    """Everything in the store as one sealed file, and a row that remembers it. SEAL_KEYS open it, nothing else."""
    files = {
        f"{identifier}.{suffix}": base64.b64encode(keystore.content(identifier, suffix)).decode()
        for suffix in ("key", "gone")
        for identifier in keystore.identifiers(suffix)
    }
    KeyCopy.objects.create(
        made_at=at, file_name=file_name[-255:], keys=sum(1 for name in files if name.endswith(".key"))
    )
    record("retention.keys-copied", on=("retention.keystore", "store"), by="todoke keys", after={"file": file_name})
    return sealing.seal(json.dumps({"made_at": at.isoformat(), "files": files}).encode(), context=COPY)


def take_copy(sealed: bytes) -> int:
    """Bring back what the store lacks; a key that was destroyed never. How many files were written. Raises BadCopy."""
    try:
        told = json.loads(sealing.open_sealed(sealed, context=COPY))
    except (sealing.CannotOpen, ValueError) as error:
        raise BadCopy(str(error)) from error
    known_as_gone = set(PeriodKey.objects.exclude(destroyed_at=None).values_list("identifier", flat=True))
    written = 0
    # The marks of destruction first: after them no key of the copy comes back that was destroyed before it was made.
    for name, content in sorted(told["files"].items(), key=lambda each: not each[0].endswith(".gone")):
        identifier, _dot, suffix = name.partition(".")
        if suffix == "key" and UUID(identifier) in known_as_gone:
            continue
        written += keystore.put_back(UUID(identifier), suffix, base64.b64decode(content))
    return written


def stale_copies() -> QuerySet[KeyCopy]:
    """Copies that still hold a key that was destroyed after they were made."""
    latest = PeriodKey.objects.exclude(destroyed_at=None).order_by("-destroyed_at").first()
    if latest is None:
        return KeyCopy.objects.none()
    return KeyCopy.objects.filter(destroyed_at=None, made_at__lt=latest.destroyed_at)


def say_copy_is_destroyed(copy: KeyCopy) -> None:
    """Somebody says that this copy is no more."""
    KeyCopy.objects.filter(pk=copy.pk, destroyed_at=None).update(destroyed_at=now())
    record("retention.copy-destroyed", on=("retention.keycopy", copy.pk), by="todoke keys")
