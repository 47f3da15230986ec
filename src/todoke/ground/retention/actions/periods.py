"""Period keys: finding the one of a period or making it, and wrapping a record's key with it."""

import uuid
from datetime import date, datetime

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from todoke.base.clock import in_japan
from todoke.ground.retention import keystore
from todoke.ground.retention.models import Custody, PeriodKey, RetentionClass, Wrapping
from todoke.ground.retention.rules import period_of

PERMANENT = "permanent"


class StoreIsAway(Exception):
    """The key store's folder is not there although keys were made in it: a second, empty one would hide the loss."""

    sentence: str | Promise = _(
        "鍵の置き場が見つかりません。情報システム担当に連絡してください（TODOKE_KEY_STORE のフォルダーがありません）。"
    )


def open_period(at: datetime) -> PeriodKey:
    """The key of the month of this instant, held until the transaction ends; made where there is none."""
    return _live_key(PeriodKey.Kind.OPEN, period_of(in_japan(at).date()), "", at)


def kept_period(retention_class: RetentionClass, expires_on: date | None, at: datetime) -> PeriodKey:
    """The key of a class and a last day, held until the transaction ends; made where there is none."""
    label = expires_on.isoformat() if expires_on else PERMANENT
    return _live_key(PeriodKey.Kind.KEPT, label, retention_class.code, at)


def successor_of(period: PeriodKey, at: datetime) -> PeriodKey:
    """The key that follows one that is doomed: for the same period, held until the transaction ends."""
    return _live_key(PeriodKey.Kind(period.kind), period.label, period.retention_class, at)


def wrap_with(custody: Custody, period: PeriodKey, data_key: bytes) -> None:
    """Have this period key wrap the key of the record, and note it; the row of the record is saved by the caller."""
    custody.wrapped_key = period.wrap(data_key, custody.pk)
    custody.period = period


def note_wrapping(custody: Custody, period: PeriodKey) -> None:
    """Write down that backups from now on can be read with this period key."""
    Wrapping.objects.get_or_create(custody=custody, period=period)


def _live_key(kind: PeriodKey.Kind, label: str, retention_class: str, at: datetime) -> PeriodKey:
    while True:
        found = _held(kind, label, retention_class)
        if found is not None and not keystore.is_gone(found.identifier):
            return found
        if found is not None:
            # A database that has gone back in time believes in a key that was destroyed since.
            PeriodKey.objects.filter(pk=found.pk, doomed_at__isnull=True).update(doomed_at=at)
        made = PeriodKey(kind=kind, label=label, retention_class=retention_class, made_at=at)
        made.identifier = uuid.uuid4()
        _refuse_a_second_store()
        # First the file, then the row: a row must never name a key that a power cut has lost. A rolled-back row leaves
        # a file with which nothing was ever sealed.
        keystore.put(made.identifier, keystore.About(kind.value, label, retention_class, at))
        # Two may begin a month at the same moment: the second one waits here for the first, and takes its key.
        PeriodKey.objects.bulk_create([made], ignore_conflicts=True)


def _held(kind: PeriodKey.Kind, label: str, retention_class: str) -> PeriodKey | None:
    """The live key under a lock that many share and that a destruction waits for (FOR KEY SHARE)."""
    return next(
        iter(
            PeriodKey.objects.raw(
                "SELECT * FROM retention_periodkey WHERE kind = %s AND label = %s AND retention_class = %s"
                " AND doomed_at IS NULL FOR KEY SHARE",
                [kind.value, label, retention_class],
            )
        ),
        None,
    )


def _refuse_a_second_store() -> None:
    if not keystore.is_there() and PeriodKey.objects.filter(Q(destroyed_at__isnull=True)).exists():
        raise StoreIsAway
