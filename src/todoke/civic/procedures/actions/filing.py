"""Filing: begun, filled page by page (shared/paperwork), handed in once, and from then on a case."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from todoke.base.clock import in_japan
from todoke.base.formulas import Circumstances
from todoke.base.prepared import Prepared, insert, update
from todoke.civic.procedures.actions.refusals import (
    BegunBySomebodyElse,
    CannotApply,
    LevelTooLow,
    NotAllowed,
    NotOffered,
    NotPayable,
)
from todoke.civic.procedures.judging import Judgement, Paper, formulas_of, judge
from todoke.civic.procedures.models import Filing, PaperCount, ProcedureVersion
from todoke.civic.procedures.rules import SUBJECT, TAKE
from todoke.civic.procedures.types import Audience, FeeState, Proxy
from todoke.ground.audit.actions import record
from todoke.ground.people.models import Mandate
from todoke.ground.people.rules import Level, Viewer
from todoke.shared.casework.actions.opening import open_case_for
from todoke.shared.casework.models import Case, FlowVersion
from todoke.shared.paperwork.actions import responses
from todoke.shared.paperwork.actions.responses import Carried, Receipt
from todoke.shared.paperwork.models import Channel
from todoke.shared.paperwork.queries import filled_in
from todoke.shared.paperwork.standing import Standing
from todoke.shared.timetable.queries import office_calendar

_COUNT = """
INSERT INTO procedures_tally AS line
    (procedure_id, month, channel, language, level, outcome,
     filings, open_days, papers_brought, papers_left_out, fee_yen)
VALUES
    (%(procedure_id)s, %(month)s, %(channel)s, %(language)s, %(level)s, %(outcome)s,
     %(filings)s, %(open_days)s, %(papers_brought)s, %(papers_left_out)s, %(fee_yen)s)
ON CONFLICT (procedure_id, month, channel, language, level, outcome) DO UPDATE SET
    filings = line.filings + excluded.filings,
    open_days = line.open_days + excluded.open_days,
    papers_brought = line.papers_brought + excluded.papers_brought,
    papers_left_out = line.papers_left_out + excluded.papers_left_out,
    fee_yen = line.fee_yen + excluded.fee_yen
"""
_FLOW = Prepared(lambda pk: FlowVersion.objects.filter(pk=pk))
_HELD = Prepared(lambda pk: Filing.objects.select_for_update().filter(pk=pk))


@dataclass(frozen=True)
class Filer:
    """Who files: themselves, or for somebody else; and how they are known."""

    viewer: Viewer
    proxy: Proxy | str = ""
    mandate: Mandate | None = None


def circumstances(at: datetime) -> Circumstances:
    """The day in Japan, and on which days the city's offices are open."""
    return Circumstances(in_japan(at).date(), office_calendar().is_open)


@transaction.atomic
def begin(
    version: ProcedureVersion,
    filer: Filer,
    *,
    at: datetime,
    channel: Channel = Channel.WEB,
    language: str = "ja",
    carried: Mapping[str, Carried] | None = None,
) -> Filing:
    """Begin a filing on the version that is published now; what is typed is kept from the first page on.

    A clerk begins it with the resident in front of them, or with their paper (`channel`). Raises NotOffered,
    LevelTooLow, NotAllowed, and what paperwork refuses: NotOpenYet, Closed, Full.
    """
    document, viewer = version.document, filer.viewer
    if version.state != ProcedureVersion.State.PUBLISHED or channel not in document.channels:
        raise NotOffered
    if filer.proxy and filer.proxy not in document.proxies:
        raise NotOffered
    is_staff_work = channel != Channel.WEB or document.audience == Audience.STAFF
    if is_staff_work and not _may_take(viewer, version):
        raise NotAllowed
    if not is_staff_work and viewer.level < document.level:
        raise LevelTooLow
    response = responses.begin(
        version.procedure.form,
        at=at,
        channel=channel,
        language=language,
        entered_by=viewer.name if is_staff_work else "",
        carried=carried,
    )
    filing = Filing(
        version=version,
        response=response,
        resident_id=viewer.resident_id,
        mandate=filer.mandate,
        proxy=str(filer.proxy),
        level=int(viewer.level),
        begun_at=at,
    )
    insert(filing)
    return filing


def _may_take(viewer: Viewer, version: ProcedureVersion) -> bool:
    if version.document.audience == Audience.STAFF:
        return viewer.is_staff
    return viewer.may(TAKE, version.section.key)


def judgement_of(filing: Filing, at: datetime) -> Judgement:
    """What the procedure makes of the filing as it stands now: who may, what it costs, which papers."""
    found = filled_in(filing.response)
    assert found is not None
    around = circumstances(at)
    return _judged(filing, found.standing(around), around)


def _judged(filing: Filing, standing: Standing, around: Circumstances) -> Judgement:
    document = filing.version.document
    return judge(document, formulas_of(document), standing, around)


@transaction.atomic
def submit(filing: Filing, *, submit_key: str, viewer: Viewer, at: datetime) -> Receipt:
    """Hand it in: the answers arrive, the quote is frozen, the case opens. The second click gets the same receipt.

    Raises CannotApply with the reasons, LevelTooLow, BegunBySomebodyElse, and what paperwork refuses: Incomplete,
    NotOpenYet, Closed, Full.
    """
    (held,) = _HELD.rows(filing.pk)
    # Whoever calls has read these; a filing keeps them from its beginning.
    held.version, held.response = filing.version, filing.response
    around = circumstances(at)
    if held.case_id is not None:
        return responses.submit(held.response, submit_key=submit_key, circumstances=around, at=at)
    document = held.version.document
    if _is_online(held) and viewer.level < document.level:
        raise LevelTooLow
    if _is_online(held) and document.level > Level.NONE and held.resident_id not in (None, viewer.resident_id):
        raise BegunBySomebodyElse
    receipt = responses.submit(held.response, submit_key=submit_key, circumstances=around, at=at)
    judgement = _judged(held, receipt.standing, around) if receipt.standing else judgement_of(held, at)
    if not judgement.may_apply:
        raise CannotApply(judgement.refusals)
    held.case = _open(held, receipt.arrived_at, viewer, at)
    held.filed_at = receipt.arrived_at
    held.level = int(viewer.level)
    _freeze(held, judgement)
    update(held, "case", "filed_at", "level", "quote", "quote_sha256", "fee_yen", "fee_state")
    outcomes = _count_papers(held, judgement.papers)
    tally(held, outcome="", open_days=0, papers=outcomes)
    record("procedures.filed", on=held, by=held.response.entered_by or "resident", after={"case": held.case.number})
    return receipt


def _is_online(filing: Filing) -> bool:
    return filing.response.channel == Channel.WEB and filing.version.document.audience == Audience.EVERYONE


def _open(filing: Filing, arrived_at: datetime, viewer: Viewer, at: datetime) -> Case:
    (flow,) = _FLOW.rows(filing.version.flow_version_id)
    return open_case_for(
        filing.response,
        flow,
        subject_type=SUBJECT,
        section=filing.version.section,
        arrived_at=arrived_at,
        viewer=viewer,
        at=at,
        resident_id=filing.resident_id,
    )


def _freeze(filing: Filing, judgement: Judgement) -> None:
    if judgement.quote is None:
        return
    filing.quote, filing.quote_sha256 = judgement.quote.as_json(), judgement.quote.sha256
    filing.fee_yen, filing.fee_state = judgement.quote.yen, FeeState.DUE


def _count_papers(filing: Filing, papers: tuple[Paper, ...]) -> list[str]:
    """A row for each paper; what became of them."""
    rows = [
        PaperCount(
            filing=filing,
            question=paper.rule.question,
            outcome=_outcome_of(paper),
            instead=paper.instead,
            handling=paper.rule.handling,
        )
        for paper in papers
    ]
    PaperCount.objects.bulk_create(rows)
    return [row.outcome for row in rows]


def _outcome_of(paper: Paper) -> PaperCount.Outcome:
    if paper.is_left_out:
        return PaperCount.Outcome.LEFT_OUT
    return PaperCount.Outcome.SHOWN if paper.is_only_shown else PaperCount.Outcome.BROUGHT


@transaction.atomic
def take_payment(filing: Filing, *, note: str, viewer: Viewer, at: datetime) -> Filing:
    """The fee was paid at the counter; a second click changes nothing. Raises NotAllowed, NotPayable."""
    held = Filing.objects.select_for_update(of=("self",)).select_related("version__section").get(pk=filing.pk)
    if not viewer.may(TAKE, held.version.section.key):
        raise NotAllowed
    if held.fee_state == FeeState.PAID:
        return held
    if held.fee_state != FeeState.DUE:
        raise NotPayable
    held.fee_state, held.paid_at, held.paid_note = FeeState.PAID, at, note.strip()[:100]
    held.save(update_fields=["fee_state", "paid_at", "paid_note"])
    record("procedures.paid", on=held, by=viewer, after={"yen": held.fee_yen})
    return held


def tally(filing: Filing, *, outcome: str, open_days: int, papers: list[str] | None = None) -> None:
    """Count a filing where it is now; nothing of it but what the tally's columns hold ever gets there.

    `papers`: what became of each of its papers, where that has just been written down.
    """
    filed_on = in_japan(filing.filed_at or filing.begun_at).date()
    if papers is None:
        papers = list(PaperCount.objects.filter(filing=filing).values_list("outcome", flat=True))
    left_out = papers.count(PaperCount.Outcome.LEFT_OUT)
    line: dict[str, Any] = {
        "procedure_id": filing.version.procedure_id,
        "month": date(filed_on.year, filed_on.month, 1),
        "channel": filing.response.channel,
        "language": filing.response.language,
        "level": filing.level,
        "outcome": outcome,
    }
    counted = {
        "filings": 1,
        "open_days": open_days,
        "papers_brought": len(papers) - left_out,
        "papers_left_out": left_out,
        "fee_yen": filing.fee_yen or 0,
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, line | counted)
