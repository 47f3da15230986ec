"""Submitting, returning, approving: who answers for what goes out, and when."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from todoke.civic.notices.actions.refusals import (
    AreaGone,
    BadEnd,
    BadSchedule,
    DestinationMissing,
    DestinationUnfit,
    EditedByAnother,
    HalfWritten,
    NotAllowed,
    NoticeRefused,
    NotSubmitted,
    ReasonMissing,
    SamePerson,
    TextMissing,
    TopicGone,
    TopicMissing,
)
from todoke.civic.notices.actions.writing import drop, follow_edition, held, may_write
from todoke.civic.notices.models import LIVE, Notice, NoticeState
from todoke.civic.notices.queries.notices import content_of, destinations_of, offered_destinations
from todoke.civic.notices.rules.content import half_written
from todoke.civic.notices.rules.rights import APPROVE, MESSAGE_KIND
from todoke.civic.notices.rules.timing import Turn, end_is_sensible, schedule_is_sensible, turn_of
from todoke.ground.audit.actions import record
from todoke.ground.people.models import Account
from todoke.ground.people.rules import Viewer
from todoke.ground.places.queries import areas_by_key
from todoke.shared.messaging.actions.release import Order, ask_the_gates, release
from todoke.shared.messaging.models import Destination, Edition
from todoke.shared.messaging.registry import kinds
from todoke.shared.messaging.types import EditionKind, Mode
from todoke.shared.subscriptions.queries.topics import topics

FIELDS = {"title": _("題名"), "short": _("短い文"), "body": _("本文")}
# Kept with the notice for good, so in the language of the record.
CANCELLED = "このお知らせが取り消されたため"
LANGUAGE_NAMES = {"ja-easy": _("やさしい日本語"), "en": _("英語")}


@transaction.atomic
def submit(notice_id: int, *, revision: int, viewer: Viewer, at: datetime) -> Notice:
    """Ask for approval. A second click changes nothing. Raises what `check_sensible` raises, EditedByAnother."""
    notice = held(notice_id)
    may_write(notice, viewer)
    if notice.state in (NoticeState.SUBMITTED, NoticeState.SCHEDULED):
        return notice
    _as_seen(notice, revision)
    check_sensible(notice, at)
    notice.state = NoticeState.SUBMITTED
    notice.submitted_by_id = viewer.account_id
    notice.submitted_at = at
    notice.save(update_fields=["state", "submitted_by", "submitted_at"])
    record("notices.submitted", on=notice, by=viewer, after={"revision": notice.revision})
    return notice


@transaction.atomic
def take_back(notice_id: int, *, viewer: Viewer, at: datetime) -> Notice:
    """Withdraw a submission or a schedule in order to go on writing; it has to be approved anew."""
    notice = held(notice_id)
    may_write(notice, viewer)
    if notice.state not in (NoticeState.SUBMITTED, NoticeState.SCHEDULED):
        raise NotSubmitted
    notice.state = NoticeState.DRAFT
    notice.approved_by = notice.approved_at = None
    notice.edited_at = at
    notice.save(update_fields=["state", "approved_by", "approved_at", "edited_at"])
    record("notices.taken-back", on=notice, by=viewer)
    return notice


@transaction.atomic
def return_notice(notice_id: int, *, reason: str, viewer: Viewer, at: datetime) -> Notice:
    """Send a submitted or scheduled notice back to its writer, with the reason."""
    notice = held(notice_id)
    _may_approve(notice, viewer)
    if not reason.strip():
        raise ReasonMissing
    if notice.state not in (NoticeState.SUBMITTED, NoticeState.SCHEDULED):
        raise NotSubmitted
    hand_back(notice, reason, at, by=viewer.account_id)
    record("notices.returned", on=notice, by=viewer, why=reason)
    return notice


@transaction.atomic
def approve(notice_id: int, *, revision: int, viewer: Viewer, at: datetime) -> Edition | None:
    """Approve, and release at once, or at its time: then None comes back and the clock does the rest (`scheduling`).

    A second click gives NotSubmitted or NotLive and releases nothing. Raises SamePerson where the viewer wrote or
    submitted it (the database refuses that too), ReleaseRefused of the ledger where it does not take it, also now
    for a later hour where neither of the two may speak on an account.
    """
    notice = held(notice_id)
    _may_approve(notice, viewer)
    if notice.state != NoticeState.SUBMITTED:
        raise NotSubmitted
    if viewer.account_id in (notice.author_id, notice.submitted_by_id, notice.last_editor_id):
        raise SamePerson
    _as_seen(notice, revision)
    turn = Turn.SEND if notice.send_at is None else turn_of(notice.send_at, at)
    if turn is Turn.ASK:
        # The writer meant another day: somebody has to say anew when, or that it is to go at once.
        raise BadSchedule
    check_sensible(notice, at, approved_late=turn is Turn.SEND)
    notice.approved_by_id = viewer.account_id
    notice.approved_at = at
    if turn is Turn.WAIT:
        # What would be refused at its hour is refused now, while there is somebody to mend it.
        ask_the_gates(_order(notice, at), lane=kinds[MESSAGE_KIND].lane, mode=Mode.ACTUAL, at=at)
        notice.state = NoticeState.SCHEDULED
        notice.save(update_fields=["state", "approved_by", "approved_at"])
        record("notices.scheduled", on=notice, by=viewer, after={"send_at": notice.send_at})
        return None
    edition = send(notice, at)
    record("notices.approved", on=notice, by=viewer, after={"edition": edition.identifier})
    return edition


@transaction.atomic
def ask_to_cancel(message_key: str, *, reason: str, viewer: Viewer, at: datetime) -> Notice:
    """Begin and submit a cancellation in one act; another person approves it. Raises ReasonMissing."""
    if not reason.strip():
        raise ReasonMissing
    notice = follow_edition(message_key, edition_kind=EditionKind.CANCEL, viewer=viewer, at=at, note=reason)
    return submit(notice.pk, revision=notice.revision, viewer=viewer, at=at)


def send(notice: Notice, at: datetime) -> Edition:
    """Release an approved notice; the caller holds its row. Raises ReleaseRefused."""
    edition = release(_order(notice, at), at=at)
    notice.state = NoticeState.RELEASED
    notice.edition = edition
    notice.message = edition.message
    notice.save()
    if notice.cancels:
        _drop_the_rest(notice, at)
    return edition


def _order(notice: Notice, at: datetime) -> Order:
    people = Account.objects.in_bulk([pk for pk in (notice.submitted_by_id, notice.approved_by_id) if pk])
    return Order(
        kind=EditionKind(notice.edition_kind),
        content=content_of(notice),
        destinations=tuple(destinations_of(notice, at)),
        expires_at=notice.expires_at,
        author=people[notice.submitted_by_id or 0],
        approver=people[notice.approved_by_id or 0],
        note=notice.note,
        message=notice.message,
        after_number=notice.after_number,
        message_kind=MESSAGE_KIND,
        origin=f"notices.section:{notice.section.key}",
    )


def hand_back(notice: Notice, reason: str, at: datetime, *, by: int | None) -> None:
    """Put a notice before its writers again; the caller holds its row and records why. `by` None is the clock."""
    notice.state = NoticeState.RETURNED
    notice.approved_by = notice.approved_at = None
    notice.returned_by_id = by
    notice.returned_at = at
    notice.return_reason = reason.strip()[:500]
    notice.save(update_fields=["state", "approved_by", "approved_at", "returned_by", "returned_at", "return_reason"])


def check_sensible(notice: Notice, at: datetime, *, approved_late: bool = False) -> None:
    """Whether this may be asked for and sent: texts, topics, areas, destinations, times, reason.

    Raises the first NoticeRefused. `approved_late` forgives a time to send that came while it waited for its approver.
    A cancellation repeats what was said, and is held up by its reason alone.
    """
    if notice.takes_back and not notice.note.strip():
        raise ReasonMissing
    if notice.send_at is not None and not approved_late and not schedule_is_sensible(notice.send_at, at):
        raise BadSchedule
    if not end_is_sensible(notice.expires_at, from_at=max(at, notice.send_at or at)):
        raise BadEnd
    if notice.cancels:
        return
    for part, field in FIELDS.items():
        if not notice.texts.get("ja", {}).get(part, "").strip():
            raise TextMissing(field=field)
    if (language := half_written(notice.texts)) is not None:
        raise HalfWritten(language=LANGUAGE_NAMES[language])
    if not notice.topics:
        raise TopicMissing
    _none_gone(notice.topics, {topic.key for topic in topics()}, TopicGone)
    _none_gone(notice.areas, areas_by_key(notice.areas), AreaGone)
    if not notice.destinations:
        raise DestinationMissing
    fitting = {place.key for place in offered_destinations(notice.areas, at)}
    if unfit := [key for key in notice.destinations if key not in fitting]:
        names = dict(Destination.objects.filter(key__in=unfit).values_list("key", "name"))
        raise DestinationUnfit(names="、".join(names.get(key, key) for key in unfit))


def _none_gone(chosen: Collection[str], known: Collection[str], refusal: type[NoticeRefused]) -> None:
    if gone := [key for key in chosen if key not in known]:
        raise refusal(names="、".join(gone))


def _as_seen(notice: Notice, revision: int) -> None:
    if notice.revision != revision:
        raise EditedByAnother(name=str(notice.last_editor))


def _may_approve(notice: Notice, viewer: Viewer) -> None:
    if not viewer.may(APPROVE, notice.section.key):
        raise NotAllowed


def _drop_the_rest(notice: Notice, at: datetime) -> None:
    """What was being written or waited for its time under a message that is now cancelled is over."""
    others = Notice.objects.select_for_update(of=("self",)).filter(message=notice.message, state__in=LIVE)
    for other in others:
        drop(other, CANCELLED, at)
        record("notices.dropped", on=other, by="notices", why=other.drop_reason)
