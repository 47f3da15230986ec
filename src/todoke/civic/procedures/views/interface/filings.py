"""Filing and following: begun, written, handed in, looked up. The same actions as the pages', the same rights."""

from uuid import UUID

from django.http import Http404, HttpRequest
from django.utils.translation import get_language
from ninja import File, Header, Router, Status
from ninja.files import UploadedFile
from ninja.responses import codes_4xx

from todoke.base.clock import now
from todoke.civic.procedures.actions import filing as filings
from todoke.civic.procedures.actions.following import answer_correction
from todoke.civic.procedures.actions.refusals import LevelTooLow
from todoke.civic.procedures.models import Filing
from todoke.civic.procedures.queries import filings as queries
from todoke.civic.procedures.queries.catalogue import published
from todoke.civic.procedures.rules import ASK
from todoke.civic.procedures.types import FeeState
from todoke.civic.procedures.views.doors import actor
from todoke.civic.procedures.views.filling import filer_of
from todoke.civic.procedures.views.interface.problems import faults_in
from todoke.civic.procedures.views.interface.shapes import (
    Answers,
    Beginning,
    Boxes,
    Code,
    Draft,
    Issued,
    Moment,
    Paper,
    Problem,
    Receipt,
    Section,
    Standing,
    Submission,
    Told,
)
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.casework.models import Case
from todoke.shared.casework.queries import told_history, told_reason
from todoke.shared.documents.queries import address_of, code_of
from todoke.shared.paperwork.actions.responses import AlreadyHandedIn, Posted, take
from todoke.shared.paperwork.filling import opened_by, token_of, with_files
from todoke.shared.paperwork.filling.receipts import look_up
from todoke.shared.paperwork.queries import Filled, filled_in
from todoke.shared.paperwork.registry import field_kinds
from todoke.shared.paperwork.rules import in_groups
from todoke.shared.paperwork.types import Raw

router = Router(tags=["filings"])
TOKEN = Header("", alias="X-Filing-Token", max_length=100, description="The token of a draft, where nobody signed in.")


def _theirs(request: HttpRequest, key: UUID, token: str) -> Filing:
    """The filing of whoever signed in as whose it is, or has its token. Raises Http404, LevelTooLow."""
    viewer = request.viewer  # type: ignore[attr-defined]
    found = queries.filing_of(viewer, key)
    if found is None:
        found = queries.filing_with(viewer, key)
        if found is None or not opened_by(token, found.response):
            raise Http404
    return found


def _open(request: HttpRequest, key: UUID, token: str) -> tuple[Filing, Filled]:
    """The same, for who may write in it and read what is in it."""
    mine = _theirs(request, key, token)
    viewer = request.viewer  # type: ignore[attr-defined]
    if not queries.opens_to(viewer, mine, is_held=opened_by(token, mine.response)):
        raise LevelTooLow
    found = filled_in(mine.response)
    if found is None:
        raise Http404
    return mine, found


@router.post("/procedures/{slug:key}/filings", response={201: Draft, codes_4xx: Problem}, url_name="begin")
def begin(request: HttpRequest, key: str, told: Beginning) -> Status:
    """Begin a filing on the form of today. A procedure that asks who it is wants the session of a resident."""
    version = published(key)
    if version is None:
        raise Http404
    filer = filer_of(request.viewer, key, told.acting)  # type: ignore[attr-defined]
    begun = filings.begin(version, filer, at=now(), language=get_language() or "ja")
    return Status(201, _draft(begun))


def _draft(filing: Filing) -> Draft:
    found = filled_in(filing.response)
    assert found is not None
    standing = found.standing(filings.circumstances(now()))
    judged = filings.judgement_of(filing, now())
    return Draft(
        key=filing.response.key,
        token=token_of(filing.response),
        procedure=filing.version.document.key,
        title=filing.version.document.name.say(),
        is_correction=filing.case_id is not None,
        open_questions=found.revision.open_keys,
        pages=[page.key for page in standing.pages],
        asked=[question.key for question in standing.questions],
        is_complete=standing.is_complete,
        faults=faults_in(standing),
        refusals=[each.say() for each in judged.refusals],
        fee_yen=judged.quote.yen if judged.quote else None,
        papers=[
            Paper(name=each.rule.name.say(), is_left_out=each.is_left_out, is_only_shown=each.is_only_shown)
            for each in judged.papers
        ],
    )


@router.get("/filings/{uuid:key}", response={200: Told | Standing | Draft, codes_4xx: Problem}, url_name="filing")
def filing(request: HttpRequest, key: UUID, token: str = TOKEN) -> Told | Standing | Draft:
    """Where it stands: a draft with what is still wrong, or what has become of it."""
    mine = _theirs(request, key, token)
    viewer = request.viewer  # type: ignore[attr-defined]
    is_open = queries.opens_to(viewer, mine, is_held=opened_by(token, mine.response))
    if mine.case is None:
        if not is_open:
            raise LevelTooLow
        return _draft(mine)
    return _told(mine, mine.case) if is_open else _standing(mine, mine.case)


def _standing(filing: Filing, case: Case) -> Standing:
    task = queries.task_of(case)
    awaits_fee = case.is_stopped and task is None and filing.fee_state == FeeState.DUE
    assert filing.filed_at is not None
    return Standing(
        procedure=filing.version.document.key,
        title=filing.version.document.name.say(),
        code=in_groups(filing.response.receipt_code or ""),
        number=case.number,
        state=queries.state_words(case),
        is_open=case.is_open,
        section=Section(key=case.section.key, name=case.section.name),
        filed_at=filing.filed_at,
        due_date=case.due_date,
        awaits="nothing" if not case.is_open else "correction" if task else "fee" if awaits_fee else "office",
        history=[Moment(at=line.event.at, title=str(line.title)) for line in told_history(case)],
    )


def _told(filing: Filing, case: Case) -> Told:
    documents = [
        Issued(title=each.title, number=each.number.text, verify=address_of(code_of(each.pk)))
        for each in queries.documents_of(filing)
    ]
    reason = told_reason(case, ASK) if queries.task_of(case) else ""
    return Told(**_standing(filing, case).dict(), reason=reason, documents=documents)


@router.patch("/filings/{uuid:key}/answers", response={200: Draft, codes_4xx: Problem}, url_name="answers")
def answers(request: HttpRequest, key: UUID, told: Answers, token: str = TOKEN) -> Draft:
    """Keep some answers, sound or not, to the letter; what is wrong with them stands in `faults`."""
    mine, found = _open(request, key, token)
    posted = {question: raw for question, boxes in told.answers.items() if (raw := _raw(found, question, boxes))}
    page = told.page if found.document.page(told.page) else ""
    take(mine.response, Posted(posted), at=now(), page=page, device="interface")
    return _draft(mine)


def _raw(found: Filled, key: str, boxes: str | list[str] | Boxes) -> Raw | None:
    """The boxes of one question, without those that the house alone writes."""
    question = found.document.question(key)
    if question is None or question.kind not in field_kinds:
        return None
    parts = boxes if isinstance(boxes, dict) else {"": boxes}
    held = field_kinds[question.kind].held
    return {part: [told] if isinstance(told, str) else told for part, told in parts.items() if part not in held}


@router.post("/filings/{uuid:key}/files/{str:question}", response={200: Draft, codes_4xx: Problem}, url_name="file")
def file(request: HttpRequest, key: UUID, question: str, file: File[UploadedFile], token: str = TOKEN) -> Draft:
    """One more file for a question that asks for files. Why one was not taken stands in `faults`."""
    mine, found = _open(request, key, token)
    if not found.is_open:
        raise AlreadyHandedIn
    raw = with_files(found, question, [file])
    if raw is None:
        raise Http404
    take(mine.response, Posted({question: raw}), at=now(), device="interface")
    return _draft(mine)


@router.post("/filings/{uuid:key}/submission", response={200: Receipt, codes_4xx: Problem}, url_name="submission")
def submission(request: HttpRequest, key: UUID, told: Submission, token: str = TOKEN) -> Receipt:
    """Hand it in, or the correction that was asked for; the second time gets the same receipt."""
    mine, _found = _open(request, key, token)
    visitor: VisitorRequest = request  # type: ignore[assignment]
    if mine.case_id is None:
        receipt = filings.submit(mine, submit_key=told.submit_key, viewer=visitor.viewer, at=now())
    else:
        receipt = answer_correction(mine, submit_key=told.submit_key, by=actor(visitor), at=now())
    mine.refresh_from_db(fields=["case"])
    number = mine.case.number if mine.case else ""
    return Receipt(code=receipt.code, number=number, arrived_at=receipt.arrived_at, is_new=receipt.is_new)


@router.post("/status", response={200: Told | Standing, codes_4xx: Problem}, url_name="status")
def status(request: HttpRequest, told: Code) -> Told | Standing:
    """Where the filing with this receipt code stands; what lies behind its level is told to nobody by a code alone."""
    viewer = request.viewer  # type: ignore[attr-defined]
    found = look_up(request, told.code, lambda code: queries.filing_with_receipt(viewer, code))
    if found is None or found.case is None:
        raise Http404
    is_open = queries.opens_to(viewer, found, is_held=False)
    return _told(found, found.case) if is_open else _standing(found, found.case)
