"""Submitting, returning, approving, breaking the glass, reviewing: who answers for what goes out."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from todoke.base.events import announce
from todoke.civic.emergency.actions.drafts import drop, follow_edition, held
from todoke.civic.emergency.actions.refusals import (
    BadExpiry,
    EditedByAnother,
    NoAreas,
    NotAllowed,
    NotLive,
    NotSubmitted,
    OutsideDelegation,
    ReasonMissing,
    ReviewedBySender,
    SamePerson,
    ShortTextWithoutLevel,
    TextMissing,
    TwoPeopleForAnotherCity,
    first_retired,
    no_level_fits,
)
from todoke.civic.emergency.events import DraftChanged
from todoke.civic.emergency.models import LIVE, Draft, DraftState, Verdict
from todoke.civic.emergency.queries.drafts import area_rows, as_area_levels, audience_of, content_of
from todoke.civic.emergency.queries.speaking import on_behalf_of, trouble_with_delegation
from todoke.civic.emergency.rules.additions import matter_of
from todoke.civic.emergency.rules.content import highest_level
from todoke.civic.emergency.rules.evacuation import levels_that_do_not_fit, retired_words_in
from todoke.civic.emergency.rules.mending import texts_in
from todoke.civic.emergency.rules.rights import APPROVE, BREAK_GLASS, DRAFT, MESSAGE_KIND
from todoke.ground.audit.actions import record
from todoke.ground.people.models import Account
from todoke.ground.people.rules import Viewer
from todoke.shared.messaging.actions.release import Order, release
from todoke.shared.messaging.models import Edition
from todoke.shared.messaging.types import EditionKind, Mode
from todoke.shared.unforeseen.actions import released as additions_released
from todoke.shared.unforeseen.actions import take_along

EXPIRY_MAX = timedelta(days=7)
FIELDS = {"title": _("題名"), "body": _("本文"), "short": _("短い文")}


@transaction.atomic
def submit(draft_id: int, *, revision: int, viewer: Viewer, at: datetime) -> Draft:
    """Ask for approval. Raises what `check_sensible` raises, EditedByAnother where it changed meanwhile."""
    if not viewer.may(DRAFT):
        raise NotAllowed
    draft = held(draft_id)
    if draft.state == DraftState.SUBMITTED:
        return draft
    _as_seen(draft, revision)
    check_sensible(draft, at)
    draft.state = DraftState.SUBMITTED
    draft.submitted_by_id = viewer.account_id
    draft.submitted_at = at
    # Whoever submits what the desk prepared has read it, and answers for it as its editor.
    draft.last_editor_id = draft.last_editor_id or viewer.account_id
    draft.save(update_fields=["state", "submitted_by", "submitted_at", "last_editor"])
    record("emergency.draft-submitted", on=draft, by=viewer, after={"revision": draft.revision})
    announce(DraftChanged(draft.pk))
    return draft


@transaction.atomic
def take_back(draft_id: int, *, viewer: Viewer, at: datetime) -> Draft:
    """Withdraw a submission in order to go on writing."""
    if not viewer.may(DRAFT):
        raise NotAllowed
    draft = held(draft_id)
    if draft.state != DraftState.SUBMITTED:
        raise NotSubmitted
    draft.state = DraftState.PREPARED
    draft.edited_at = at
    draft.save(update_fields=["state", "edited_at"])
    record("emergency.draft-taken-back", on=draft, by=viewer)
    announce(DraftChanged(draft.pk))
    return draft


@transaction.atomic
def return_draft(draft_id: int, *, reason: str, viewer: Viewer, at: datetime) -> Draft:
    """Send a submitted draft back to its writer, with the reason."""
    if not viewer.may(APPROVE):
        raise NotAllowed
    if not reason.strip():
        raise ReasonMissing
    draft = held(draft_id)
    if draft.state != DraftState.SUBMITTED:
        raise NotSubmitted
    draft.state = DraftState.RETURNED
    draft.returned_by_id = viewer.account_id
    draft.returned_at = at
    draft.return_reason = reason.strip()[:500]
    draft.save(update_fields=["state", "returned_by", "returned_at", "return_reason"])
    record("emergency.draft-returned", on=draft, by=viewer, why=reason)
    announce(DraftChanged(draft.pk))
    return draft


@transaction.atomic
def approve(draft_id: int, *, revision: int, viewer: Viewer, at: datetime) -> Edition:
    """Approve and release, in one transaction. A second click gives NotLive and releases nothing.

    Raises SamePerson where the viewer wrote or submitted it (the database refuses that too), ReleaseRefused of the
    ledger where it does not take it.
    """
    if not viewer.may(APPROVE):
        raise NotAllowed
    draft = held(draft_id)
    if draft.state != DraftState.SUBMITTED:
        raise NotSubmitted
    if viewer.account_id in (draft.submitted_by_id, draft.last_editor_id):
        raise SamePerson
    _as_seen(draft, revision)
    check_sensible(draft, at)
    draft.approved_by_id = viewer.account_id
    draft.approved_at = at
    take_along(matter_of(draft.pk), draft.message_id, approver=viewer, at=at)
    edition = _release(draft, author_id=draft.submitted_by_id or 0, approver_id=viewer.account_id, at=at)
    record("emergency.draft-approved", on=draft, by=viewer, after={"edition": edition.identifier})
    return edition


@transaction.atomic
def break_glass(draft_id: int, *, revision: int, reason: str, viewer: Viewer, at: datetime) -> Edition:
    """Send now on one person's word; somebody else must review it within half an hour.

    For the night in which nobody else can be reached and waiting costs lives. Raises ReasonMissing, NotAllowed.
    """
    if not viewer.may(BREAK_GLASS):
        raise NotAllowed
    if not reason.strip():
        raise ReasonMissing
    draft = held(draft_id)
    if draft.incident.on_behalf_id is not None:
        raise TwoPeopleForAnotherCity
    _as_seen(draft, revision)
    check_sensible(draft, at)
    draft.submitted_by_id = viewer.account_id
    draft.submitted_at = at
    draft.last_editor_id = draft.last_editor_id or viewer.account_id
    draft.break_glass = True
    draft.break_glass_reason = reason.strip()[:500]
    edition = _release(draft, author_id=viewer.account_id or 0, approver_id=None, at=at)
    record(
        "emergency.glass-broken",
        on=draft,
        by=viewer,
        after={"edition": edition.identifier},
        why=draft.break_glass_reason,
    )
    return edition


@transaction.atomic
def review(draft_id: int, *, verdict: Verdict, note: str, viewer: Viewer, at: datetime) -> Draft:
    """Look at what one person sent, and say what has to follow. Raises ReviewedBySender, NotLive where it was done."""
    if not viewer.may(APPROVE):
        raise NotAllowed
    draft = Draft.objects.select_for_update(of=("self",)).get(pk=draft_id)
    if not draft.break_glass or draft.reviewed_at is not None:
        raise NotLive(state=draft.get_state_display())
    if draft.submitted_by_id == viewer.account_id:
        raise ReviewedBySender
    if verdict != Verdict.RIGHT and not note.strip():
        raise ReasonMissing
    draft.reviewed_by_id = viewer.account_id
    draft.reviewed_at = at
    draft.verdict = verdict
    draft.review_note = note.strip()[:500]
    draft.save(update_fields=["reviewed_by", "reviewed_at", "verdict", "review_note"])
    record("emergency.reviewed", on=draft, by=viewer, after={"verdict": verdict}, why=draft.review_note)
    announce(DraftChanged(draft.pk))
    return draft


@transaction.atomic
def ask_to_cancel(message_key: str, *, reason: str, viewer: Viewer, at: datetime) -> Draft:
    """Begin and submit a cancellation in one act, whatever else is being written or sent; needs a reason.

    Where somebody has begun one already, DraftExists leads to it.
    """
    if not reason.strip():
        raise ReasonMissing
    draft = follow_edition(message_key, edition_kind=EditionKind.CANCEL, viewer=viewer, at=at, note=reason)
    return submit(draft.pk, revision=draft.revision, viewer=viewer, at=at)


def check_sensible(draft: Draft, at: datetime) -> None:
    """Whether this may be asked for and sent: areas, texts, levels, words, end, reason. Raises the first DeskRefused.

    A cancellation repeats what was said, and is not held up by how it was said.
    """
    if draft.takes_back and not draft.note.strip():
        raise ReasonMissing
    if not at < draft.expires_at <= at + EXPIRY_MAX:
        raise BadExpiry
    if trouble := trouble_with_delegation(draft, [row.area.key for row in area_rows(draft)], at):
        raise OutsideDelegation(trouble)
    if draft.edition_kind == EditionKind.CANCEL:
        return
    areas = as_area_levels(area_rows(draft))
    if not areas:
        raise NoAreas
    for name, field in FIELDS.items():
        if not draft.texts.get("ja", {}).get(name, "").strip():
            raise TextMissing(field=field)
    if unfit := levels_that_do_not_fit(draft.kind, draft.hazard, areas):
        raise no_level_fits([area.name for area in unfit])
    said = [*draft.texts.values(), *texts_in(draft.mended).values(), draft.addition]
    texts = [text for language in said for text in language.values()]
    if retired := retired_words_in(texts):
        raise first_retired(retired)
    level = highest_level(areas)
    start = f"警戒レベル{level}"
    if level and not draft.texts["ja"]["short"].strip().startswith(start):
        raise ShortTextWithoutLevel(start=start)


def _as_seen(draft: Draft, revision: int) -> None:
    if draft.revision != revision:
        raise EditedByAnother(name=str(draft.last_editor or "自動作成"))


def _release(draft: Draft, *, author_id: int, approver_id: int | None, at: datetime) -> Edition:
    people = Account.objects.in_bulk([pk for pk in (author_id, approver_id) if pk is not None])
    edition = release(
        Order(
            kind=EditionKind(draft.edition_kind),
            content=content_of(draft),
            destinations=tuple(audience_of(draft, at)),
            expires_at=draft.expires_at,
            author=people[author_id],
            approver=people[approver_id] if approver_id is not None else None,
            break_glass=draft.break_glass,
            note=draft.note,
            message=draft.message,
            after_number=draft.after_number,
            message_kind=MESSAGE_KIND,
            mode=Mode(draft.mode),
            origin=draft.incident.origin,
            on_behalf=on_behalf_of(draft.incident),
        ),
        at=at,
    )
    draft.state = DraftState.RELEASED
    draft.edition = edition
    draft.message = edition.message
    draft.save()
    additions_released(matter_of(draft.pk), edition.message, at=at)
    _drop_overtaken(draft, at)
    announce(DraftChanged(draft.pk))
    return edition


def _drop_overtaken(draft: Draft, at: datetime) -> None:
    """Drafts of the same message that nobody has worked on are overtaken; after a cancellation, all of them are."""
    others = Draft.objects.select_for_update(of=("self",)).filter(message=draft.message, state__in=LIVE)
    for other in others:
        if draft.edition_kind == EditionKind.CANCEL or not other.is_touched:
            drop(other, "新しい版が発信されたため", at)
            record("emergency.draft-discarded", on=other, by="desk", why=other.discard_reason)
