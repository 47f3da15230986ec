"""A list of subscribers: kept sealed, looked through, taken in step by step, and forgotten."""

from datetime import date, datetime, timedelta
from functools import lru_cache, partial
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from todoke.base.refusals import Refusal
from todoke.base.rounds.errands import Errand
from todoke.base.sealing import open_sealed, seal
from todoke.ground.audit.actions import record
from todoke.ground.people.models import Account
from todoke.ground.places.models import Area
from todoke.shared.messaging.actions.contacts import mass_channel, register_new
from todoke.shared.messaging.queries.contacts import known_among
from todoke.shared.subscriptions.lists import GoodRow, ListRead, Vocabulary, folded, read_list
from todoke.shared.subscriptions.models import Import, ImportRefusal, Topic
from todoke.shared.subscriptions.queries.channels import trouble_with

SEALED_AS = b"subscriptions.import"
BYTES_MAX = 30 * 1024 * 1024
REFUSALS_KEPT = 20_000
# So many people are taken in one transaction: half a second's work.
STEP = 2_000
# A list that nobody takes in is not kept for longer.
KEPT = timedelta(days=7)
DROP = Errand("subscriptions.drop-list", _("取り込まれなかった名簿を消す"))
TAKE_IN = Errand("subscriptions.take-in", _("名簿を調べて取り込む"))


class ImportRefused(Refusal):
    """The list was not taken. The text is fit for the person at the screen."""

    says = _("この名簿は取り込めません。")


class TooLarge(ImportRefused):
    """More than thirty megabytes: no list of people is."""

    says = _("ファイルが大きすぎます（30MBまで）。分けて取り込んでください。")


class NotToBeTaken(ImportRefused):
    """It has been taken in, dropped, or not been looked through."""

    says = _("この名簿は、いまは取り込めません。画面を新しくして、状態を確かめてください。")


@transaction.atomic
def upload(content: bytes, *, channel: str, basis: str, consented_on: date, by: Account, at: datetime) -> Import:
    """Keep a list to be looked through. Raises TooLarge, or a messaging ContactRefused for the channel."""
    if len(content) > BYTES_MAX:
        raise TooLarge
    mass_channel(channel)
    batch = Import.objects.create(
        channel=channel,
        basis=basis,
        consented_on=consented_on,
        content=seal(content, context=SEALED_AS),
        uploaded_by=by,
        created_at=at,
    )
    record(
        "subscriptions.list-uploaded",
        on=batch,
        by=by,
        after={"channel": channel, "bytes": len(content), "consented_on": consented_on},
        why=basis,
    )
    return batch


@transaction.atomic
def take(batch_id: int, *, by: Account, at: datetime) -> None:
    """Have a list taken in that was looked through. Raises NotToBeTaken."""
    batch = Import.objects.select_for_update().get(pk=batch_id)
    if batch.state != Import.State.CHECKED or batch.trouble or not batch.good:
        raise NotToBeTaken
    batch.state, batch.begun_at = Import.State.TAKING, at
    batch.save(update_fields=["state", "begun_at"])
    record("subscriptions.list-taken", on=batch, by=by, after={"good": batch.good, "refused": batch.refused})


@transaction.atomic
def drop(batch_id: int, *, by: Account | str, at: datetime) -> None:
    """Forget a list that has not been taken in. Raises NotToBeTaken."""
    batch = Import.objects.select_for_update().get(pk=batch_id)
    if batch.state not in (Import.State.CHECKING, Import.State.CHECKED):
        raise NotToBeTaken
    batch.state, batch.content, batch.ended_at = Import.State.DROPPED, b"", at
    batch.save(update_fields=["state", "content", "ended_at"])
    record("subscriptions.list-dropped", on=batch, by=by)


def drop_forgotten(*, at: datetime) -> int:
    """Drop lists that were looked through and never taken in; how many."""
    waiting = Import.objects.filter(state=Import.State.CHECKED, created_at__lt=at - KEPT).defer("content")

    def forget(batch: Import) -> bool:
        drop(batch.pk, by="subscriptions.caretaker", at=at)
        return True

    return DROP.each(waiting.order_by("pk"), forget)


@transaction.atomic
def step(*, at: datetime) -> bool:
    """Do the next piece of work on any list; False when there is none, or others have it in hand.

    A worker that dies over it leaves the list as it was before this piece, and so does a list that cannot be read: the
    next one is not kept waiting.
    """
    waiting = Import.objects.filter(state__in=(Import.State.CHECKING, Import.State.TAKING))
    waiting = waiting.exclude(pk__in=TAKE_IN.resting())
    # Without the list itself: megabytes that are read once (`_read`), and not for every step.
    batch = waiting.select_for_update(skip_locked=True).defer("content").order_by("pk").first()
    if batch is None:
        return False
    with TAKE_IN.guarded(batch.pk), transaction.atomic():
        if batch.state == Import.State.CHECKING:
            _check(batch, at)
        else:
            _take_some(batch, at)
    return True


def _check(batch: Import, at: datetime) -> None:
    read = _read(batch.pk)
    ImportRefusal.objects.filter(batch=batch).delete()
    ImportRefusal.objects.bulk_create(
        (
            ImportRefusal(batch=batch, line=one.line, column=one.column, reason=one.reason[:300])
            for one in read.refusals[:REFUSALS_KEPT]
        ),
        batch_size=2_000,
    )
    batch.state, batch.checked_at = Import.State.CHECKED, at
    batch.encoding, batch.trouble = read.encoding, read.trouble[:300]
    batch.rows, batch.good, batch.refused = read.rows, len(read.good), len(read.refusals)
    batch.known = known_among(batch.channel, [row.address for row in read.good])
    batch.save(
        update_fields=["state", "checked_at", "encoding", "trouble", "rows", "good", "refused", "known"],
    )


def _take_some(batch: Import, at: datetime) -> None:
    read = _read(batch.pk)
    portion = read.good[batch.taken : batch.taken + STEP]
    numbers = register_new(batch.channel, [(row.address, row.language) for row in portion], at=at)
    # Whoever is known keeps what they chose themselves; whoever left is not brought back.
    new = [(row, number) for row, number in zip(portion, numbers, strict=True) if number is not None]
    _write_down(batch, new)
    batch.taken += len(portion)
    batch.added += len(new)
    changed = ["taken", "added"]
    if batch.taken >= len(read.good):
        batch.state, batch.content, batch.ended_at = Import.State.DONE, b"", at
        changed += ["state", "content", "ended_at"]
        _read.cache_clear()
    batch.save(update_fields=changed)


# Thousands of rows as a few arrays: a third of the time that as many lists of values take.
PLACES = """
INSERT INTO subscriptions_place (contact_id, label, area_id, topics, number, siblings)
SELECT told.contact, 'home', a.id, told.topics::smallint[], 0, 0
FROM unnest(%(contacts)s::bigint[], %(areas)s::text[], %(topics)s::text[]) AS told (contact, area, topics)
LEFT JOIN places_area a ON a.key = told.area
ORDER BY told.contact
"""
CONSENTS = """
INSERT INTO subscriptions_consent (contact_id, way, basis, given_on, batch_id)
SELECT contact, 'imported', %(basis)s, %(given_on)s, %(batch)s FROM unnest(%(contacts)s::bigint[]) AS contact
"""


def _write_down(batch: Import, new: list[tuple[GoodRow, int]]) -> None:
    told: dict[str, Any] = {
        "contacts": [number for _row, number in new],
        "areas": [row.area for row, _number in new],
        "topics": ["{" + ",".join(map(str, row.topics)) + "}" for row, _number in new],
        "basis": batch.basis,
        "given_on": batch.consented_on,
        "batch": batch.pk,
    }
    with connection.cursor() as cursor:
        cursor.execute(PLACES, told)
        cursor.execute(CONSENTS, told)


@lru_cache(maxsize=1)
def _read(batch_id: int) -> ListRead:
    """The list, read once for all its steps: its bytes never change."""
    batch = Import.objects.get(pk=batch_id)
    return read_list(open_sealed(bytes(batch.content), context=SEALED_AS), _vocabulary(batch.channel))


def _vocabulary(channel: str) -> Vocabulary:
    kind = mass_channel(channel)
    offered = list(Topic.objects.filter(is_active=True))
    topics = {folded(word): topic.pk for topic in offered for word in (topic.key, topic.name)}
    areas: dict[str, str] = {}
    for key, name, kind_of_area in Area.objects.values_list("key", "name", "kind"):
        # The municipality itself is the whole city.
        meant = "" if kind_of_area == Area.Kind.MUNICIPALITY else key
        areas |= {folded(key): meant, folded(name): meant}
    areas |= {"市内全域": "", "全域": ""}
    languages = {folded(word): code for code, name in settings.LANGUAGES for word in (code, name)}
    return Vocabulary(
        topics=topics,
        topic_names="、".join(topic.name for topic in offered),
        areas=areas,
        languages=languages,
        language_names="、".join(str(name) for _code, name in settings.LANGUAGES),
        trouble=partial(trouble_with, kind),
        normal=kind.normal,
    )
