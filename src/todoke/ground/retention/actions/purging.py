"""The purge: proposed by one person, approved by another, carried out in steps that may stop anywhere."""

import hashlib
import json
import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from todoke.base.backup.setbacks import open_setbacks
from todoke.base.clock import in_japan
from todoke.ground.audit.actions import Person, actor_key, record
from todoke.ground.audit.actions import purge as purge_entries
from todoke.ground.audit.models import Entry
from todoke.ground.retention.actions.keys import retire
from todoke.ground.retention.models import Custody, PeriodKey, PurgeCase, PurgeItem, PurgeRun
from todoke.ground.retention.queries import ready_to_purge, why_not
from todoke.ground.retention.registry import Shredded, Shredder, shreddable_types, shredders_for
from todoke.ground.retention.rules import hash_of_ids

log = logging.getLogger("todoke.retention")

RECORDS_A_RUN_MAX = 5_000
Actor = Person | models.Model | str


class Refusal(Exception):
    """A purge that is not to be. Its sentence is for the screen."""

    sentence: str | Promise = ""


class NothingIsDue(Refusal):
    """No record has reached its end, or all of them wait in other runs."""

    sentence = _("廃棄の時期が来た記録はありません。")


class SamePerson(Refusal):
    """Whoever proposed a purge wants to approve it."""

    sentence = _("廃棄を起案した人は、決定できません。別の人が決定してください。")


class IsSettled(Refusal):
    """The run was approved or dropped before."""

    sentence = _("この廃棄決定は、すでに決定または取下げが済んでいます。画面を読み直してください。")


class WentBackInTime(Refusal):
    """The database was restored and nobody has looked yet: it does not know what has happened since."""

    sentence = _(
        "データベースが過去の状態に戻っているため、廃棄できません。"
        "復元の確認が終わってから（todoke resume）、もう一度お試しください。"
    )


class NotDue(Refusal):
    """A record is not waiting to be selected."""

    sentence = _("この記録は、選別を待っていません。画面を読み直してください。")


def propose_purge(*, by: Actor, at: datetime, limit: int = RECORDS_A_RUN_MAX) -> PurgeRun:
    """Put everything that is due today into a run (起案), the oldest first and so many at most; nothing goes yet.

    What is held, what waits for its selection, and what nobody knows how to shred stays out. Raises NothingIsDue,
    WentBackInTime.
    """
    refuse_after_a_setback()
    with transaction.atomic():
        today = in_japan(at).date()
        due = list(ready_to_purge(today).filter(target_type__in=shreddable_types())[:limit])
        if not due:
            raise NothingIsDue
        run = PurgeRun.objects.create(due_on=today, proposed_at=at, proposed_by=actor_key(by))
        PurgeCase.objects.bulk_create(PurgeCase(run=run, custody=custody) for custody in due)
        record("retention.purge-proposed", on=run, by=by, after={"records": len(due)})
    return run


@transaction.atomic
def approve_purge(run: PurgeRun, *, by: Actor, at: datetime) -> PurgeRun:
    """A second person decides (廃棄決定); the caretaker then carries it out. Raises SamePerson, IsSettled."""
    refuse_after_a_setback()
    held = _waiting(run)
    if held.proposed_by == actor_key(by):
        raise SamePerson
    held.approved_at, held.approved_by = at, actor_key(by)
    held.save(update_fields=["approved_at", "approved_by"])
    record("retention.purge-approved", on=held, by=by)
    return held


@transaction.atomic
def drop_purge(run: PurgeRun, *, by: Actor, at: datetime) -> PurgeRun:
    """The run is not to be: its records fall due again at once. Raises IsSettled."""
    held = _waiting(run)
    held.dropped_at, held.dropped_by = at, actor_key(by)
    held.save(update_fields=["dropped_at", "dropped_by"])
    held.cases.update(state=PurgeCase.State.LEFT, why=PurgeCase.Why.DROPPED)
    record("retention.purge-dropped", on=held, by=by)
    return held


@transaction.atomic
def select(custody: Custody, selection: Custody.Selection, *, by: Actor, at: datetime) -> Custody:
    """Decide about a record whose class asks for a selection (選別): purge it, or it has been handed to the archive.

    Raises NotDue where its end has not come or it was purged.
    """
    held = Custody.objects.select_for_update().get(pk=custody.pk)
    if held.purged_at is not None or not held.is_over_on(in_japan(at).date()):
        raise NotDue
    before, held.selection = held.selection, selection
    held.save(update_fields=["selection"])
    record("retention.selected", on=held, by=by, before={"selection": before}, after={"selection": held.selection})
    return held


def carry_out(run: PurgeRun, *, at: datetime, limit: int = 200) -> bool:
    """Purge so many records of an approved run; True when it is finished, certificate and all.

    To be called until it is: each record goes in a transaction of its own, then the keys, then the certificate. It may
    die anywhere and be called again. Raises WentBackInTime.
    """
    refuse_after_a_setback()
    run = PurgeRun.objects.get(pk=run.pk)
    if not run.is_under_way:
        return run.finished_at is not None
    for case in list(run.cases.filter(state=PurgeCase.State.WAITING).order_by("pk")[:limit]):
        _purge_or_leave(case, at)
    if run.cases.filter(state=PurgeCase.State.WAITING).exists():
        return False
    for period in _keys_of(run):
        _note_key(run, period)
        retire(period, at=at)
    _finish(run, at)
    return True


def refuse_after_a_setback() -> None:
    """Raises WentBackInTime while a restored database waits for a person."""
    if open_setbacks():
        raise WentBackInTime


def _purge_or_leave(case: PurgeCase, at: datetime) -> None:
    try:
        _purge(case, at)
    except Exception as error:
        # One record that a room cannot shred holds up no other. It stays whole, and due; the certificate names it.
        log.exception("retention.purge-failed", extra={"case": case.pk, "error": type(error).__name__})
        PurgeCase.objects.filter(pk=case.pk).update(state=PurgeCase.State.LEFT, why=PurgeCase.Why.TROUBLE)


@transaction.atomic
def _purge(case: PurgeCase, at: datetime) -> None:
    held = PurgeCase.objects.select_for_update().get(pk=case.pk)
    if held.state != PurgeCase.State.WAITING:
        return
    custody = Custody.objects.select_for_update().get(pk=held.custody_id)
    if why := why_not(custody, in_japan(at).date()):
        held.state, held.why = PurgeCase.State.LEFT, why
        held.save(update_fields=["state", "why"])
        return
    known = shredders_for(custody.target_type)
    targets = _targets(custody, known)
    gone = [each for shredder in known for each in shredder.shred(custody.target_type, custody.target_key) if each.ids]
    gone += _purge_audit(targets, held.run)
    PurgeItem.objects.bulk_create(
        PurgeItem(
            run_id=held.run_id,
            custody=custody,
            model=each.model,
            fields=list(each.fields),
            count=len(each.ids),
            sha256_of_ids=hash_of_ids(each.ids),
        )
        for each in gone
    )
    custody.wrapped_key, custody.period, custody.purged_at = None, None, at
    custody.save(update_fields=["wrapped_key", "period", "purged_at"])
    held.state = PurgeCase.State.PURGED
    held.save(update_fields=["state"])


def _targets(custody: Custody, known: Iterable[Shredder]) -> set[tuple[str, str]]:
    own = {(custody.target_type, custody.target_key), ("retention.custody", str(custody.pk))}
    return own.union(*(shredder.targets(custody.target_type, custody.target_key) for shredder in known))


def _purge_audit(targets: set[tuple[str, str]], run: PurgeRun) -> list[Shredded]:
    numbers: list[int] = []
    for target_type, target_key in sorted(targets):
        about = Entry.objects.filter(target_type=target_type, target_key=target_key, payload__isnull=False)
        numbers += [number for number in about.values_list("number", flat=True) if number is not None]
    if not numbers:
        return []
    purge_entries(numbers, by="retention", why=f"廃棄決定 {run.pk}")
    return [Shredded("audit.Entry", [str(number) for number in numbers], ("payload", "salt"))]


def _keys_of(run: PurgeRun) -> list[PeriodKey]:
    """Every key that has ever wrapped what this run has purged, and that is still there."""
    return list(
        PeriodKey.objects.filter(
            destroyed_at__isnull=True,
            wrappings__custody__in=run.cases.filter(state=PurgeCase.State.PURGED).values("custody"),
        )
        .distinct()
        .order_by("made_at", "pk")
    )


def _note_key(run: PurgeRun, period: PeriodKey) -> None:
    if str(period.pk) not in run.keys_destroyed:
        run.keys_destroyed = [*run.keys_destroyed, str(period.pk)]
        run.save(update_fields=["keys_destroyed"])


@transaction.atomic
def _finish(run: PurgeRun, at: datetime) -> None:
    held = PurgeRun.objects.select_for_update().get(pk=run.pk)
    if held.finished_at is not None:
        return
    text = json.dumps(certificate_of(held, at), ensure_ascii=False, sort_keys=True, indent=1)
    held.finished_at, held.certificate = at, text
    held.certificate_sha256 = hashlib.sha256(text.encode()).hexdigest()
    held.save(update_fields=["finished_at", "certificate", "certificate_sha256"])
    record("retention.purged", on=held, by="retention", after={"sha256": held.certificate_sha256})


def certificate_of(run: PurgeRun, at: datetime) -> dict[str, Any]:
    """What is certified (廃棄証明): who decided, what went by model and number, which keys, what was left and why.

    Identifiers stand in it as a hash, people not at all but for the two who decided, by the key of their account.
    """
    cases = run.cases.select_related("custody__retention_class").order_by("pk")
    purged = [case.custody for case in cases if case.state == PurgeCase.State.PURGED]
    return {
        "run": run.pk,
        "kind": run.kind,
        "due_on": run.due_on.isoformat(),
        "proposed": {"by": run.proposed_by, "at": run.proposed_at.isoformat()},
        "approved": {"by": run.approved_by, "at": run.approved_at.isoformat() if run.approved_at else None},
        "finished_at": at.isoformat(),
        "records": len(purged),
        "sha256_of_records": hash_of_ids(str(custody.pk) for custody in purged),
        "classes": dict(sorted(Counter(custody.retention_class.code for custody in purged).items())),
        "gone": _gone(list(run.items.all())),
        "keys_destroyed": sorted(run.keys_destroyed),
        "left": dict(sorted(Counter(case.why for case in cases if case.state == PurgeCase.State.LEFT).items())),
    }


def _gone(items: Sequence[PurgeItem]) -> list[dict[str, Any]]:
    by_model: dict[tuple[str, tuple[str, ...]], list[PurgeItem]] = {}
    for item in items:
        by_model.setdefault((item.model, tuple(item.fields)), []).append(item)
    return [
        {
            "model": model,
            "fields": list(fields),
            "count": sum(item.count for item in alike),
            "sha256_of_ids": hash_of_ids(item.sha256_of_ids for item in alike),
        }
        for (model, fields), alike in sorted(by_model.items())
    ]


def _waiting(run: PurgeRun) -> PurgeRun:
    held = PurgeRun.objects.select_for_update().get(pk=run.pk)
    if not held.is_waiting:
        raise IsSettled
    return held
