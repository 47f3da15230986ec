"""A response from its beginning to its end: begun, filled page by page, handed in, corrected, withdrawn."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from todoke.base.codes.my_number import holds_my_number
from todoke.base.events import announce
from todoke.base.formulas import Circumstances
from todoke.base.prepared import Prepared, insert, update
from todoke.base.refusals import Refusal
from todoke.base.registry import UnknownKey
from todoke.ground.audit.actions import Person, record
from todoke.ground.retention.actions import custody
from todoke.shared.paperwork.document import FormDocument, Question
from todoke.shared.paperwork.events import ResponseArrived, ResponseWithdrawn
from todoke.shared.paperwork.models import (
    AnswerIndex,
    Channel,
    Form,
    Response,
    ResponseState,
    Revision,
)
from todoke.shared.paperwork.queries import (
    Filled,
    context_of,
    is_open_at,
    published_version,
    sheet_of,
    submitted_count,
)
from todoke.shared.paperwork.registry import field_kinds
from todoke.shared.paperwork.rules import RECEIPT_LETTERS, in_groups, merged, new_code
from todoke.shared.paperwork.sheet import Entry, Sheet, is_open, parted, with_entry
from todoke.shared.paperwork.standing import Standing
from todoke.shared.paperwork.types import Raw, Source, Value

NAME = "paperwork.response"
_OVER = (ResponseState.WITHDRAWN, ResponseState.PURGED)
_HELD = Prepared(lambda pk: Response.objects.select_for_update().filter(pk=pk))
_HELD_LATEST = Prepared(
    lambda response: Revision.objects.select_for_update().filter(response_id=response).order_by("-number")[:1]
)
_HELD_OPEN = Prepared(
    lambda response: (
        Revision.objects.select_for_update(of=("self",))
        .filter(response_id=response, arrived_at__isnull=True)
        .exclude(response__state__in=_OVER)
    )
)


class ResponseRefused(Refusal):
    """It was not done; the text is fit for the screen."""

    says = _("この操作はできません。")


class NotOpenYet(ResponseRefused):
    """The form's time has not come."""

    says = _("まだ受付が始まっていません。")

    def __init__(self, form: Form) -> None:
        super().__init__()
        self.opens_at = form.opens_at


class Closed(ResponseRefused):
    """The form's time is over, or it has no published version."""

    says = _("受付は終わりました。")


class Full(ResponseRefused):
    """As many as the form takes have been handed in."""

    says = _("定員に達したため、受付を終わりました。")


class AlreadyHandedIn(ResponseRefused):
    """There is no open revision: nothing can be typed any more."""

    says = _("この回答は、もう提出されています。")


class Incomplete(ResponseRefused):
    """Something is wrong or missing; `standing` says what."""

    says = _("まだ提出できません。書いていないところや、直すところがあります。")

    def __init__(self, standing: Standing) -> None:
        super().__init__()
        self.standing = standing


@dataclass(frozen=True)
class Carried:
    """An answer that was not typed here: its value, where it comes from, and the words for that."""

    value: Value
    source: Source = Source.CARRIED
    detail: str = ""


@dataclass(frozen=True)
class Posted:
    """What a page posted: the boxes of each question, and the marks of what the page had shown."""

    answers: Mapping[str, Raw]
    shown: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Taken:
    """What became of a posted page: the response as it is now, what another device had typed, where a My Number was."""

    filled: Filled
    conflicts: frozenset[str] = frozenset()
    my_numbers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Receipt:
    """What whoever hands in gets: the code, the instant of arrival, and how it stood if it arrived just now."""

    code: str
    arrived_at: datetime
    standing: Standing | None = None

    @property
    def is_new(self) -> bool:
        """Whether it arrived just now, and not at an earlier click."""
        return self.standing is not None


@transaction.atomic(savepoint=False)
def begin(
    form: Form,
    *,
    at: datetime,
    channel: Channel = Channel.WEB,
    language: str = "ja",
    owner: str = "",
    entered_by: str = "",
    carried: Mapping[str, Carried] | None = None,
) -> Response:
    """Begin a response on the version that is published now; it stays pinned to it. Stays or goes with the surrounding
    transaction, as a whole.

    `carried`: answers from a guide, an earlier response or a register, each shown with its source and still to be
    changed. Raises NotOpenYet, Closed, Full.
    """
    version = published_version(form)
    refuse_unless_open(form, at)
    if version is None:
        raise Closed
    response = Response(version=version, channel=channel, language=language, begun_at=at, touched_at=at)
    response.owner, response.entered_by = owner, entered_by
    response.custody = custody.take((NAME, response.key), form.retention_class, at=at)
    insert(response)
    revision = Revision(response=response, number=1, begun_at=at)
    sheet: dict[str, Entry] = {}
    for key, each in (carried or {}).items():
        question = version.read().question(key)
        if question is not None and each.value is not None:
            raw = field_kinds[question.kind].raw_of(each.value, question)
            sheet[key] = Entry(raw, each.value, at=at.isoformat())
            revision.sources[key] = {"source": each.source.value, "detail": each.detail}
    _write(revision, sheet)
    insert(revision)
    record(
        "paperwork.begun", on=response, by=entered_by or "resident", after={"form": form.key, "version": version.number}
    )
    return response


def refuse_unless_open(form: Form, at: datetime) -> None:
    """Raises NotOpenYet, Closed or Full where the form takes nothing at this instant."""
    if form.opens_at and at < form.opens_at:
        raise NotOpenYet(form)
    if not is_open_at(form, at):
        raise Closed
    if form.responses_max is not None and submitted_count(form) >= form.responses_max:
        raise Full


@transaction.atomic
def take(
    response: Response,
    posted: Posted,
    *,
    at: datetime,
    page: str = "",
    source: Source = Source.TYPED,
    device: str = "",
) -> Taken:
    """Keep what a page posted, sound or not, to the letter; nothing is ever refused for being wrong.

    But a My Number: its box is not kept, and `Taken.my_numbers` names it. Where another device has changed the same
    answer since the page was fetched, what is posted now holds and the other one lies beside it (`Entry.aside`).
    Questions that are not open are left as they are. Raises AlreadyHandedIn.
    """
    found = _locked(response)
    sheet: dict[str, Entry] = dict(found.sheet)
    conflicts, numbers = set(), {}
    found.revision.edits += 1
    for key, raw in posted.answers.items():
        question = found.document.question(key)
        if question is None or question.kind not in field_kinds or not found.may_change(key):
            continue
        clean, wrong = without_my_numbers(question, raw)
        if wrong:
            numbers[key] = wrong
        held = sheet.get(key, Entry({}))
        kept = field_kinds[question.kind].held - set(raw)
        clean = {**clean, **{part: held.raw[part] for part in kept if part in held.raw}}
        # Who goes back in their own browser and types again contradicts nobody.
        shown = posted.shown.get(key) if held.device != device else None
        now_raw, aside = merged(shown, held.raw, clean)
        if aside is not None:
            conflicts.add(key)
        if now_raw == held.raw and held.aside is None and aside is None:
            continue
        read = field_kinds[question.kind].read(now_raw, question)
        value = read.value if read.is_sound else None
        sheet = with_entry(sheet, key, Entry(now_raw, value, found.revision.edits, at.isoformat(), aside, device))
        if now_raw != held.raw:
            found.revision.sources[key] = {"source": source.value, "detail": ""}
    if page and page not in found.revision.pages_taken:
        found.revision.pages_taken.append(page)
    _write(found.revision, sheet, found.document)
    update(found.revision, "plain", "sealed", "sources", "edits", "pages_taken")
    found.response.touched_at = at
    update(found.response, "touched_at")
    return Taken(Filled(found.response, found.revision, sheet), frozenset(conflicts), numbers)


def without_my_numbers(question: Question, raw: Raw) -> tuple[Raw, tuple[str, ...]]:
    """The boxes without those in which a My Number stands, and the names of these: it is neither kept nor shown."""
    kind = field_kinds[question.kind]
    wrong = tuple(
        part
        for part, posted in raw.items()
        if part not in kind.held
        and not kind.may_hold_twelve_digits(question, part)
        and any(holds_my_number(word) for word in posted)
    )
    return {part: posted for part, posted in raw.items() if part not in wrong}, wrong


@transaction.atomic
def submit(response: Response, *, submit_key: str, circumstances: Circumstances, at: datetime) -> Receipt:
    """Hand in what is on the open revision; the second click, and the third, get the same receipt.

    What is hidden from this person is not handed in. The instant of arrival is the database's. Raises Incomplete,
    NotOpenYet, Closed, Full (a correction is taken at any time).
    """
    held, revision = _HELD.first(response.pk), _HELD_LATEST.first(response.pk)
    if held is None or revision is None or held.state in _OVER:
        raise AlreadyHandedIn
    # What it is pinned to, and the key that opens it: the same for as long as it is there.
    held.version, held.custody = response.version, response.custody
    revision.response = held
    if revision.arrived_at is not None:
        return Receipt(in_groups(held.receipt_code or ""), revision.arrived_at)
    found = Filled(held, revision, sheet_of(revision))
    if revision.number == 1:
        form = Form.objects.select_for_update().get(pk=held.version.form_id) if _is_capped(held) else held.version.form
        refuse_unless_open(form, at)
    standing = found.standing(circumstances)
    if not standing.is_complete:
        raise Incomplete(standing)
    sheet = handed_in(standing, found.sheet)
    for key, value in standing.computed.items():
        revision.sources[key] = {"source": Source.COMPUTED.value, "detail": "" if value is None else str(value)}
    _write(revision, sheet, found.document)
    revision.judged_on = circumstances.today
    revision.submit_key = submit_key or new_code(RECEIPT_LETTERS)
    update(revision, "plain", "sealed", "sources", "judged_on", "submit_key", told=("arrived_at",))
    arrived_at = revision.arrived_at
    held.receipt_code = held.receipt_code or new_code(RECEIPT_LETTERS)
    held.state, held.touched_at, held.generation = ResponseState.SUBMITTED, at, held.generation + 1
    update(held, "receipt_code", "state", "touched_at", "generation")
    _index(held, revision, standing)
    record("paperwork.handed-in", on=held, by=held.entered_by or "resident", after={"revision": revision.number})
    assert arrived_at is not None
    announce(ResponseArrived(held.pk, revision.number, arrived_at))
    return Receipt(in_groups(held.receipt_code), arrived_at, standing)


def _is_capped(response: Response) -> bool:
    return response.version.form.responses_max is not None


def handed_in(standing: Standing, sheet: Sheet) -> dict[str, Entry]:
    """The answers that are handed in: those that are asked, with what was read beside what was typed."""
    asked = {question.key for question in standing.questions}
    return {
        key: replace(entry, value=standing.values.get(key), aside=None) for key, entry in sheet.items() if key in asked
    }


@transaction.atomic
def open_for_correction(
    response: Response, questions: Iterable[str], *, by: Person | str, at: datetime, why: str = ""
) -> Revision:
    """Open some questions once more (補正) in a revision of their own; what has arrived stays as it is.

    Raises UnknownKey for a question that the form does not have, AlreadyHandedIn where a revision is open.
    """
    held = (
        Response.objects.select_for_update(of=("self",))
        .select_related("version", "custody__period")
        .get(pk=response.pk)
    )
    latest = held.revisions.order_by("-number").first()
    if latest is None or latest.arrived_at is None or held.state != ResponseState.SUBMITTED:
        raise AlreadyHandedIn
    keys = sorted(set(questions))
    document = held.version.read()
    for key in keys:
        if document.question(key) is None:
            raise UnknownKey(f"questions of {held.version}", key)
    latest.response = held
    revision = Revision(response=held, number=latest.number + 1, begun_at=at, open_keys=keys)
    revision.sources = dict(latest.sources)
    revision.pages_taken = [page.key for page in document.pages]
    _write(revision, sheet_of(latest), document)
    revision.save()
    record("paperwork.opened", on=held, by=by, after={"revision": revision.number, "questions": keys}, why=why)
    return revision


@transaction.atomic
def withdraw(response: Response, *, by: Person | str, at: datetime, why: str = "") -> None:
    """取下げ: what was handed in no longer counts; it is kept as long as its class says. Raises AlreadyHandedIn."""
    held = Response.objects.select_for_update(of=("self",)).get(pk=response.pk)
    if held.state != ResponseState.SUBMITTED:
        raise AlreadyHandedIn
    held.state, held.withdrawn_at = ResponseState.WITHDRAWN, at
    held.save(update_fields=["state", "withdrawn_at"])
    AnswerIndex.objects.filter(response=held).delete()
    record("paperwork.withdrawn", on=held, by=by, why=why)
    announce(ResponseWithdrawn(held.pk, at))


@transaction.atomic
def empty(response: Response, *, at: datetime) -> dict[str, int]:
    """Let go of every answer; the row stays and says that it was there. How many rows were emptied, by table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('todoke.paperwork_purge', 'on', true)")
        revisions = response.revisions.update(plain="{}", sealed=None, sources={})
        cursor.execute("SELECT set_config('todoke.paperwork_purge', 'off', true)")
    indexed, _by_table = AnswerIndex.objects.filter(response=response).delete()
    Response.objects.filter(pk=response.pk).update(
        state=ResponseState.PURGED, purged_at=at, owner="", entered_by="", resume_hash=None, second_hash=None
    )
    return {"paperwork.revision": revisions, "paperwork.answerindex": indexed}


def _locked(response: Response) -> Filled:
    """The open revision under a lock, opened. Raises AlreadyHandedIn."""
    revision = _HELD_OPEN.first(response.pk)
    if revision is None:
        raise AlreadyHandedIn
    revision.response = response
    return Filled(response, revision, sheet_of(revision))


def _write(revision: Revision, sheet: Sheet, document: FormDocument | None = None) -> None:
    """Put the sheet into the row, its closed part sealed with the key of the custody."""
    whose = revision.response
    plain, closed = parted(sheet, document or whose.version.read())
    revision.plain = plain
    revision.sealed = None if closed is None else whose.custody.seal(closed, context=context_of(revision))


def _index(response: Response, revision: Revision, standing: Standing) -> None:
    if revision.number > 1:
        AnswerIndex.objects.filter(response=response).delete()
    rows = []
    for question in standing.questions:
        if not question.searchable or not is_open(question) or question.key not in standing.values:
            continue
        row = AnswerIndex(response=response, question=question.key)
        value = field_kinds[question.kind].for_formula(standing.values[question.key], question)
        _fill_index(row, value, field_kinds[question.kind].index(standing.values[question.key]))
        rows.append(row)
    AnswerIndex.objects.bulk_create(rows)


def _fill_index(row: AnswerIndex, value: Any, text: str | None) -> None:
    row.text = (text or "")[:500]
    if hasattr(value, "isoformat"):
        row.day = value
    elif not isinstance(value, bool) and (isinstance(value, int) or hasattr(value, "as_tuple")):
        row.number = value
