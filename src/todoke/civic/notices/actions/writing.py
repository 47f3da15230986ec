"""Writing: beginning a notice, editing it, following an edition, dropping it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from todoke.civic.notices.actions.refusals import (
    EditedByAnother,
    MessageIsOver,
    NextEditionExists,
    NotAllowed,
    NotLive,
    ReasonMissing,
    WaitsForApproval,
)
from todoke.civic.notices.models import LIVE, Notice, NoticeState, Template
from todoke.civic.notices.queries.notices import texts_of
from todoke.civic.notices.rules.content import next_texts
from todoke.civic.notices.rules.rights import MESSAGE_KIND, WRITE
from todoke.civic.notices.rules.timing import VALID_DAYS
from todoke.ground.audit.actions import record
from todoke.ground.people.models import Section
from todoke.ground.people.rules import Viewer
from todoke.shared.messaging.models import Edition, Message
from todoke.shared.messaging.types import EditionKind


@dataclass(frozen=True)
class Changes:
    """What a person has entered in the editor; areas, topics and destinations by key, texts by language."""

    texts: Mapping[str, Mapping[str, str]]
    topics: tuple[str, ...]
    areas: tuple[str, ...]
    destinations: tuple[str, ...]
    expires_at: datetime
    send_at: datetime | None = None
    note: str = ""


@transaction.atomic
def start_notice(
    *,
    key: UUID,
    section: str,
    template_id: int | None,
    destinations: tuple[str, ...],
    viewer: Viewer,
    at: datetime,
) -> Notice:
    """Begin a notice, from a template or empty. A second call with the same `key` gives the same notice.

    Raises NotAllowed where the viewer may not write for that section.
    """
    if not viewer.may(WRITE, section):
        raise NotAllowed
    template = Template.objects.filter(pk=template_id or 0, is_active=True).first()
    notice, is_new = Notice.objects.get_or_create(
        key=key,
        defaults={
            "section": Section.objects.get(key=section),
            "texts": template.texts if template else {},
            "topics": template.topics if template else [],
            "destinations": list(destinations),
            "expires_at": at + timedelta(days=template.valid_days if template else VALID_DAYS),
            "created_at": at,
            "edited_at": at,
            "author_id": viewer.account_id or 0,
            "last_editor_id": viewer.account_id or 0,
        },
    )
    if is_new:
        record("notices.started", on=notice, by=viewer, after=snapshot(notice))
    elif notice.author_id != viewer.account_id:
        raise NotAllowed
    return notice


@transaction.atomic
def edit_notice(notice_id: int, changes: Changes, *, revision: int, viewer: Viewer, at: datetime) -> Notice:
    """Save what a person entered.

    Raises WaitsForApproval once submitted or scheduled, NotLive once released or dropped, EditedByAnother where
    somebody saved since `revision`: the caller still holds what was entered and shows it.
    """
    notice = held(notice_id)
    may_write(notice, viewer)
    if not notice.can_be_edited:
        raise WaitsForApproval
    if notice.revision != revision:
        raise EditedByAnother(name=str(notice.last_editor))
    before = snapshot(notice)
    notice.texts = {language: dict(text) for language, text in changes.texts.items()}
    notice.expires_at = changes.expires_at
    notice.send_at = changes.send_at
    notice.note = changes.note.strip()[:500]
    if not notice.cancels:
        notice.topics = list(changes.topics)
        notice.areas = list(changes.areas)
        notice.destinations = list(changes.destinations)
    # Where another edition went out meanwhile, the writer has been told of it: this one comes next.
    if notice.message_id is not None:
        notice.after_number = Edition.objects.filter(message=notice.message_id).count()
    if snapshot(notice) == before:
        # A second click on “save”: nothing is new, and nobody else is told that something was.
        return notice
    notice.last_editor_id = viewer.account_id or notice.last_editor_id
    notice.revision += 1
    notice.edited_at = at
    notice.save()
    record("notices.edited", on=notice, by=viewer, before=before, after=snapshot(notice))
    return notice


@transaction.atomic
def follow_edition(
    message_key: UUID | str, *, edition_kind: EditionKind, viewer: Viewer, at: datetime, note: str = ""
) -> Notice:
    """Begin the next edition of a notice that went out: an update, a correction or a cancellation.

    Raises MessageIsOver after a cancellation, NextEditionExists (with its number) where it is being written already.
    """
    message = Message.objects.select_for_update().get(key=message_key, kind=MESSAGE_KIND)
    latest = message.editions.order_by("number").last()
    if latest is None or latest.kind == EditionKind.CANCEL:
        raise MessageIsOver
    first = Notice.objects.select_related("section").get(edition=latest)
    may_write(first, viewer)
    others = Notice.objects.filter(message=message, state__in=LIVE)
    cancels = edition_kind == EditionKind.CANCEL
    same = others.filter(edition_kind=edition_kind) if cancels else others.exclude(edition_kind=EditionKind.CANCEL)
    if (other := same.first()) is not None:
        raise NextEditionExists(other.pk)
    notice = Notice.objects.create(
        section=first.section,
        message=message,
        after_number=latest.number,
        edition_kind=edition_kind,
        texts=next_texts(edition_kind, texts_of(latest)),
        topics=first.topics,
        areas=first.areas,
        destinations=first.destinations,
        note=note.strip()[:500],
        # Of an edition that is about to end, the next one needs time of its own.
        expires_at=max(latest.expires_at, at + timedelta(days=1)),
        created_at=at,
        edited_at=at,
        author_id=viewer.account_id or 0,
        last_editor_id=viewer.account_id or 0,
    )
    record("notices.started", on=notice, by=viewer, after=snapshot(notice), why=note)
    return notice


@transaction.atomic
def drop_notice(notice_id: int, *, reason: str, viewer: Viewer, at: datetime) -> Notice:
    """Drop a notice that has not gone out, also one that is scheduled; it stays readable. Raises ReasonMissing."""
    notice = held(notice_id)
    may_write(notice, viewer)
    if not reason.strip():
        raise ReasonMissing
    drop(notice, reason, at)
    record("notices.dropped", on=notice, by=viewer, why=reason)
    return notice


def drop(notice: Notice, reason: str, at: datetime) -> None:
    """Mark a notice as dropped; the caller holds its row and records why."""
    notice.state = NoticeState.DROPPED
    notice.dropped_at = at
    notice.drop_reason = reason.strip()[:500]
    notice.save(update_fields=["state", "dropped_at", "drop_reason"])


def held(notice_id: int) -> Notice:
    """The notice, locked until the end of the transaction; NotLive where nothing can be changed any more."""
    notice = (
        Notice.objects.select_for_update(of=("self",))
        .select_related("section", "message", "last_editor")
        .get(pk=notice_id)
    )
    if not notice.is_live:
        raise NotLive(state=notice.get_state_display())
    return notice


def may_write(notice: Notice, viewer: Viewer) -> None:
    """Raises NotAllowed where the viewer may not write for the section of the notice."""
    if not viewer.may(WRITE, notice.section.key):
        raise NotAllowed


def snapshot(notice: Notice) -> dict[str, object]:
    """What the audit keeps of a notice: what it says, to whom and when; nothing about persons."""
    return {
        "texts": notice.texts,
        "topics": notice.topics,
        "areas": notice.areas,
        "destinations": notice.destinations,
        "expires_at": notice.expires_at,
        "send_at": notice.send_at,
        "note": notice.note,
    }
