"""Issuing: number, seal, reasons, instructions, paper, signature, file and row, all of it or nothing.

The numbers of a section wait for each other while a paper is made (some 0.1 s), because a number that is given back
must go to the next one. `batch` takes many numbers at once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from todoke.base import sealing
from todoke.base.calendar import fiscal_year_of
from todoke.base.clock import in_japan
from todoke.base.events import announce
from todoke.base.formulas import Circumstances
from todoke.ground.audit.actions import record
from todoke.ground.files import actions as files
from todoke.ground.people.models import Section
from todoke.ground.people.rules import Viewer
from todoke.ground.places.queries import the_city
from todoke.shared.documents.actions import numbers
from todoke.shared.documents.actions.refusals import (
    AlreadyIssued,
    CannotIssueNow,
    ClauseMissing,
    DocumentRefused,
    EndedAlready,
    FactsRefused,
    InstructionsMissing,
    NoSeries,
    NoSuchLetter,
    NotAllowed,
    ReasonMissing,
    ReasonsMissing,
    SealRefused,
)
from todoke.shared.documents.composing import BadFacts, Composition, Instruction, check_facts, text_digest
from todoke.shared.documents.events import DocumentEnded, DocumentIssued
from todoke.shared.documents.making import CANNOT_MAKE, Made, make
from todoke.shared.documents.models import (
    ClauseVersion,
    DocumentNumber,
    DocumentState,
    LetterVersion,
    OfficialDocument,
    Seal,
    SealKind,
    SealUse,
    Series,
)
from todoke.shared.documents.queries import (
    CONTEXT,
    FILE_CONTEXT,
    ISSUE,
    WITHDRAW,
    address_of,
    body_of,
    clauses_in_force,
    code_of,
    in_groups,
    published_version,
    secret_digest,
    series_of,
)
from todoke.shared.documents.registry import Leave, Request, leaves
from todoke.shared.documents.rules.conditions import has_conditions, left_out
from todoke.shared.documents.rules.facts import canonical, digest
from todoke.shared.documents.rules.letters import LetterBody, in_force
from todoke.shared.documents.signing.house import the_signer
from todoke.shared.documents.signing.keys import NoSigner, Signer
from todoke.shared.documents.signing.timestamps import Authority
from todoke.shared.timetable.queries import office_calendar

REASONS_CHARACTERS_MIN = 20
STANDING = "documents.standing"
SAMPLE_MARK = "見本（架空の市の文書）"


class Custody(Protocol):
    """Who keeps the key to what is personal in a document: a record of a room below, with `pk`."""

    pk: Any

    def seal(self, plain: bytes, *, context: bytes) -> bytes: ...


@dataclass(frozen=True)
class Order:
    """One document that somebody wants issued.

    `subject` is type and key of what it is about; with the letter and `revision` it makes the document's own key.
    `addressee` and `sender` are lines as they are printed. `leave` names whose leave the seal has (kind and key);
    without one the seal's standing rule must cover the letter.
    """

    letter: str
    facts: Mapping[str, Any]
    subject: tuple[str, str]
    addressee: Sequence[str] = ()
    reasons: Sequence[str] = ()
    seal: str = ""
    leave: tuple[str, str] | None = None
    sender: Sequence[str] = ()
    series: str = ""
    revision: int = 1
    number: DocumentNumber | None = None
    custody: Custody | None = None

    @property
    def issue_key(self) -> str:
        """The same for the same subject, letter and revision: a second click finds the first one's document."""
        return digest([self.letter, list(self.subject), self.revision])


@dataclass(frozen=True)
class Sound:
    """An order that was checked: nothing is missing but the number."""

    order: Order
    section: Section
    series: Series
    version: LetterVersion
    body: LetterBody
    day: date
    seal: Seal | None
    leave: Leave | None
    instructions: ClauseVersion | None
    clauses: Mapping[str, ClauseVersion]
    city: str

    @property
    def expires_on(self) -> date | None:
        days = self.body.valid_days
        return self.day + timedelta(days=days) if days else None


def issue(
    letter: str,
    facts: Mapping[str, Any],
    *,
    section: Section,
    subject: tuple[str, str],
    viewer: Viewer,
    at: datetime,
    **more: Any,
) -> OfficialDocument:
    """Issue one document; `more` are the other fields of `Order`. The same subject, letter and revision with the same
    contents gives the document that is there already.

    Raises NotAllowed, NoSuchLetter, NoSeries, FactsRefused, ReasonsMissing, InstructionsMissing, ClauseMissing,
    SealRefused, AlreadyIssued, CannotIssueNow: each before anything is kept.
    """
    return issue_order(Order(letter, facts, subject, **more), section=section, viewer=viewer, at=at)


@transaction.atomic
def issue_order(
    order: Order, *, section: Section, viewer: Viewer, at: datetime, replaces: OfficialDocument | None = None
) -> OfficialDocument:
    """As `issue`, for an order."""
    _hold(order.issue_key)
    if there := issued_already(order):
        return there
    sound = check(order, section=section, viewer=viewer, at=at)
    signer = ready_signer(at)
    number = _number(sound, viewer, at)
    pk = new_keys(1)[0]
    composition = compose(sound, number, pk, is_sample=signer.is_sample)
    try:
        made = make(composition, at=at, signer=signer, stamper=stamper())
    except CANNOT_MAKE as trouble:
        # The transaction goes, and the number with it: the next document gets it.
        raise CannotIssueNow from trouble
    return keep(sound, number, pk, made, viewer=viewer, at=at, signer=signer, replaces=replaces)


def issued_already(order: Order) -> OfficialDocument | None:
    """The document of this order, if it was issued. Raises AlreadyIssued where its contents were others."""
    there = OfficialDocument.objects.select_related("number").filter(issue_key=order.issue_key).first()
    if there is not None and there.facts_sha256 != contents_digest(order):
        raise AlreadyIssued(there)
    return there


def contents_digest(order: Order) -> str:
    """SHA-256 of all that the order says on the paper."""
    return digest([order.facts, list(order.addressee), list(order.reasons)])


def check(order: Order, *, section: Section, viewer: Viewer, at: datetime) -> Sound:
    """Everything that can be refused before a number is given."""
    if not viewer.may(ISSUE, section.key):
        raise NotAllowed
    version = published_version(order.letter)
    if version is None:
        raise NoSuchLetter
    series = series_of(section, order.series)
    if series is None:
        raise NoSeries
    body = body_of(version)
    try:
        check_facts(body.names, order.facts)
    except BadFacts as bad:
        raise FactsRefused(bad.faults) from bad
    day = in_japan(at).date()
    clauses = clauses_in_force(body.clause_keys(), day)
    instructions = clauses.get(body.instructions)
    disposition = version.disposition
    if disposition.needs_reasons and len("".join(order.reasons).strip()) < REASONS_CHARACTERS_MIN:
        raise ReasonsMissing
    if disposition.needs_instructions and instructions is None:
        raise InstructionsMissing
    if missing := [key for key in body.clause_keys() if key not in clauses]:
        raise ClauseMissing(missing)
    seal, leave = _seal(order, day)
    city = the_city()
    return Sound(
        order=order,
        section=section,
        series=series,
        version=version,
        body=body,
        day=day,
        seal=seal,
        leave=leave,
        instructions=instructions,
        clauses=clauses,
        city=city.name if city else "",
    )


def ready_signer(at: datetime) -> Signer:
    """The signer, or the refusal that says why there is none. Asked before a number is given."""
    try:
        return the_signer(at)
    except NoSigner as none:
        raise CannotIssueNow(none.says) from none


def stamper() -> Authority | None:
    """The time-stamping authority, where one is named."""
    return Authority(settings.TIMESTAMPS) if settings.TIMESTAMPS else None


def compose(sound: Sound, number: DocumentNumber, pk: int, *, is_sample: bool) -> Composition:
    """What will stand on the paper."""
    order, seal = sound.order, sound.seal
    code = code_of(pk)
    sender = tuple(order.sender) or ((seal.title, seal.holder) if seal else (f"{sound.city}長",))
    return Composition(
        body=sound.body,
        facts=order.facts,
        number=number.text,
        day=sound.day,
        city=sound.city,
        addressee=tuple(order.addressee),
        sender=tuple(line for line in sender if line),
        address=address_of(code),
        shown_code=in_groups(code),
        expires_on=sound.expires_on,
        reasons=tuple(order.reasons),
        instructions=_told(sound.instructions),
        clauses={key: told for key, each in sound.clauses.items() if (told := _told(each))},
        seal=seal.drawing if seal else "",
        seal_name=seal.name if seal else "",
        seal_mm=seal.size_mm if seal else 0,
        mark=SAMPLE_MARK if is_sample else "",
        left_out=_left_out(sound),
    )


def new_keys(count: int) -> list[int]:
    """So many new keys of documents: the code on the paper is made of the key, before there is a row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('documents_officialdocument', 'id')) FROM generate_series(1, %s)",
            [count],
        )
        return [row[0] for row in cursor.fetchall()]


def keep(
    sound: Sound,
    number: DocumentNumber,
    pk: int,
    made: Made,
    *,
    viewer: Viewer,
    at: datetime,
    signer: Signer,
    replaces: OfficialDocument | None = None,
) -> OfficialDocument:
    """Store the paper, write the rows, tell the record. Raises CannotIssueNow when the disk is full."""
    order, version = sound.order, sound.version
    seal_up = _sealer(order.custody)
    try:
        file = files.store(seal_up(made.pdf, FILE_CONTEXT), name=f"{number.text}.pdf.sealed")
    except OSError as trouble:
        raise CannotIssueNow from trouble
    particulars = canonical({"addressee": list(order.addressee), "facts": order.facts})
    secret = order.facts.get(sound.body.secret) if sound.body.secret else None
    document = OfficialDocument.objects.create(
        pk=pk,
        number=number,
        version=version,
        disposition=version.disposition,
        section=sound.section,
        title=version.letter.name,
        subject_type=order.subject[0],
        subject_key=order.subject[1],
        revision=order.revision,
        issue_key=order.issue_key,
        issued_on=sound.day,
        issued_at=at,
        issued_by_id=viewer.account_id,
        expires_on=sound.expires_on,
        reasons_sha256=text_digest(order.reasons) if order.reasons else "",
        instructions=sound.instructions,
        custody=custody_name(order.custody),
        particulars=seal_up(particulars, CONTEXT),
        secret_hash=secret_digest(pk, str(secret)) if secret else None,
        file=file,
        sha256=made.sha256,
        size_bytes=len(made.pdf),
        facts_sha256=contents_digest(order),
        signer=signer.name[:300],
        has_timestamp=bool(settings.TIMESTAMPS),
        replaces=replaces,
    )
    if sound.seal is not None and sound.leave is not None:
        _enter_use(document, sound, viewer, at)
    record(
        "documents.issued",
        on=document,
        by=viewer,
        after={
            "number": number.text,
            "letter": version.letter.key,
            "version": version.number,
            "seal": order.seal,
            "sha256": made.sha256,
        },
    )
    announce(DocumentIssued(document.key, order.subject))
    return document


@transaction.atomic
def withdraw(document: OfficialDocument, reason: str, *, viewer: Viewer, at: datetime) -> OfficialDocument:
    """Say that a document no longer holds, and why; its page says so from the commit on. Raises NotAllowed,
    ReasonMissing, EndedAlready."""
    return _end(document, DocumentState.WITHDRAWN, reason, viewer=viewer, at=at, what="documents.withdrawn")


@transaction.atomic
def replace(document: OfficialDocument, order: Order, reason: str, *, viewer: Viewer, at: datetime) -> OfficialDocument:
    """Issue another document in the place of this one, which then says so. The order's revision is set here.

    Raises what `issue` and `withdraw` raise; nothing has changed then.
    """
    held = _end(document, DocumentState.REPLACED, reason, viewer=viewer, at=at, what="documents.replaced")
    if (order.letter, tuple(order.subject)) != (held.version.letter.key, (held.subject_type, held.subject_key)):
        raise DocumentRefused(_("差替えは、同じ件の同じ種類の文書だけにできます。"))
    later = Order(**{**order.__dict__, "revision": held.revision + 1})
    return issue_order(later, section=held.section, viewer=viewer, at=at, replaces=held)


@transaction.atomic
def shred(document: OfficialDocument, *, by: Viewer | Model | str, at: datetime, why: str) -> dict[str, int]:
    """Let go of what is personal: addressee, facts, the word of the holder, why it was ended, the file. That there was
    such a document stays provable. Gives the counts for a certificate."""
    held = OfficialDocument.objects.select_for_update().get(pk=document.pk)
    if held.shredded_at is not None:
        return {"documents": 0}
    held.particulars, held.secret_hash, held.end_reason, held.shredded_at = None, None, "", at
    held.save(update_fields=["particulars", "secret_hash", "end_reason", "shredded_at"])
    if held.file is not None:
        held.file.kept_until = in_japan(at).date() - timedelta(days=1)
        held.file.save(update_fields=["kept_until"])
    record("documents.shredded", on=held, by=by, why=why)
    return {"documents": 1}


def custody_name(custody: Custody | None) -> str:
    """What the row of a document calls its custody; `keepers` finds it again by that."""
    if custody is None:
        return ""
    kind = custody._meta.label_lower if isinstance(custody, Model) else type(custody).__name__.lower()
    return f"{kind}:{custody.pk}"


# ---- inside ---------------------------------------------------------------------------------------------------------


def _end(
    document: OfficialDocument, state: DocumentState, reason: str, *, viewer: Viewer, at: datetime, what: str
) -> OfficialDocument:
    if not viewer.may(WITHDRAW, document.section.key):
        raise NotAllowed
    if not reason.strip():
        raise ReasonMissing
    held = (
        OfficialDocument.objects.select_for_update(of=("self",))
        .select_related("section", "version__letter", "number")
        .get(pk=document.pk)
    )
    if held.state != DocumentState.VALID:
        raise EndedAlready
    held.state, held.ended_at, held.end_reason = state, at, reason.strip()[:500]
    held.ended_by_id = viewer.account_id
    held.save(update_fields=["state", "ended_at", "end_reason", "ended_by"])
    # The reason stays in the row, which is shredded with the rest; the record says that there is one.
    record(what, on=held, by=viewer, before={"state": "valid"}, after={"state": state.value})
    announce(DocumentEnded(held.key, (held.subject_type, held.subject_key), state.value))
    return held


def _number(sound: Sound, viewer: Viewer, at: datetime) -> DocumentNumber:
    reserved = sound.order.number
    if reserved is None:
        year = fiscal_year_of(sound.day)
        return numbers.number_for(sound.series, year, at=at, account_id=viewer.account_id)
    return numbers.use_reserved(reserved, section=sound.section)


def _seal(order: Order, day: date) -> tuple[Seal | None, Leave | None]:
    """The seal and whose leave it has; neither where the letter goes out without one (公印省略)."""
    if not order.seal:
        return None, None
    seal = Seal.objects.filter(key=order.seal).first()
    if seal is None:
        raise SealRefused(_("この公印は公印台帳にありません。"))
    if not in_force(seal.start_date, seal.end_date, day):
        raise SealRefused(_("この公印は、使用期間の外です。公印台帳を確かめてください。"))
    if seal.kind == SealKind.SPECIAL and order.letter not in seal.for_letters:
        raise SealRefused(_("この専用印は、この種類の文書には使えません。"))
    leave = _leave(order, seal, day)
    if leave is None or leave.given_on > day:
        raise SealRefused(_("公印を使う決裁も専決の定めもありません。決裁が済んでから発行してください。"))
    return seal, leave


def _leave(order: Order, seal: Seal, day: date) -> Leave | None:
    if order.leave is None:
        return Leave(seal.standing_rule, day) if order.letter in seal.standing_letters else None
    kind = leaves.find(order.leave[0])
    request = Request(order.letter, seal.key, (order.subject[0], order.subject[1]))
    return kind.leave(order.leave[1], request) if kind else None


def _enter_use(document: OfficialDocument, sound: Sound, viewer: Viewer, at: datetime) -> None:
    assert sound.seal is not None
    assert sound.leave is not None
    kind, key = sound.order.leave or (STANDING, "")
    SealUse.objects.create(
        seal=sound.seal,
        document=document,
        used_by_id=viewer.account_id,
        used_by_name=viewer.name[:100],
        used_at=at,
        purpose=f"{sound.version.letter.name}（{document.number.text}）"[:300],
        leave_kind=kind,
        leave_key=key,
        leave_words=sound.leave.words[:300],
    )


def _left_out(sound: Sound) -> frozenset[int]:
    if not has_conditions(sound.body.blocks):
        return frozenset()
    circumstances = Circumstances(sound.day, office_calendar().is_open)
    return left_out(sound.body.blocks, sound.body.names, sound.order.facts, circumstances)


def _told(clause: ClauseVersion | None) -> Instruction | None:
    return Instruction(clause.clause.name, clause.text) if clause else None


def _sealer(custody: Custody | None) -> Callable[[bytes, bytes], bytes]:
    if custody is None:
        return lambda plain, context: sealing.seal(plain, context=context)
    return lambda plain, context: custody.seal(plain, context=context)


def _hold(issue_key: str) -> None:
    """One at a time with the same key: the second click waits, and finds the first one's document."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(issue_key[:15], 16)])
