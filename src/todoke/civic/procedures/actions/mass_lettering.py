"""The letters of a batch: sorted by postal code, written in pieces by several workers, printed in packs.

Whoever writes holds a lease that is renewed with every piece. Whoever takes over after a death goes on where the last
piece ended: what was issued is found by its own key, and a letter keeps its place in the print.
"""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from pypdf import PdfWriter

from todoke.base.clock import in_japan, now
from todoke.civic.procedures.actions.lettering import NoAnswers, order_for
from todoke.civic.procedures.actions.refusals import NotAllowed
from todoke.civic.procedures.models import Batch, Filing, Proposal
from todoke.civic.procedures.queries.casework import people_in
from todoke.civic.procedures.rules import SUBJECT
from todoke.ground.audit.actions import record
from todoke.ground.looks.actions import record_looks
from todoke.ground.looks.rules import Way
from todoke.ground.people.queries import viewer_for
from todoke.ground.people.rules import Viewer
from todoke.ground.retention.models import Gone
from todoke.shared.casework.queries import HANDLE
from todoke.shared.documents.actions.batch import Progress, issue_many
from todoke.shared.documents.actions.issuing import Order
from todoke.shared.documents.actions.reading import paper_of
from todoke.shared.documents.models import OfficialDocument
from todoke.shared.paperwork.fields.addresses import Address
from todoke.shared.paperwork.queries import Filled, latest_submitted

LEASE = timedelta(minutes=5)
PACK = 200
CASE_WORK = "looks.case-work"
# After every code there is: what has no address is printed at the end.
NO_CODE = "~"


class Interrupted(Exception):
    """Told to stop between two pieces; somebody goes on later."""


def letters_due(batch: Batch) -> QuerySet[Proposal]:
    """The letters of a batch that are to be written and are not there yet, in the order of the print."""
    rows = batch.proposals.exclude(letter="").filter(document__isnull=True, trouble="")
    return rows.order_by("place").select_related(
        "batch", "decision", "filing__version", "filing__case", "filing__response__custody__period"
    )


@transaction.atomic
def claim(at: datetime) -> Batch | None:
    """A batch whose cases have all gone their way and that has letters to write; nobody else gets it meanwhile."""
    proposals = Proposal.objects.filter(batch=OuterRef("pk"))
    ready = Batch.objects.filter(Q(leased_until__isnull=True) | Q(leased_until__lt=at)).filter(
        ~Exists(proposals.filter(followed_at__isnull=True)),
        Exists(proposals.exclude(letter="").filter(document__isnull=True, trouble="")),
    )
    batch = ready.select_for_update(skip_locked=True, of=("self",)).order_by("pk").first()
    if batch is not None:
        batch.leased_until = at + LEASE
        batch.save(update_fields=["leased_until"])
    return batch


def write_letters(batch: Batch, *, stop: threading.Event | None = None, workers: int | None = None) -> Progress:
    """Write every letter of a claimed batch that is not there yet. Raises Interrupted, CannotIssueNow.

    A letter that is refused says why beside its case and keeps nobody else back.
    """
    sort(batch)
    under_way: list[tuple[Proposal, Order]] = []
    told = 0

    def orders() -> Iterator[Order]:
        for proposal in _one_by_one(letters_due(batch)):
            try:
                order = order_for(proposal.filing, proposal.letter, proposal)
            except (NoAnswers, Gone):
                order = None
            if order is None:
                _trouble(proposal, "答えがないか、この結論の通知がありません。")
                continue
            under_way.append((proposal, order))
            yield order

    def tell(progress: Progress) -> None:
        nonlocal told
        refused = dict(progress.refused)
        for place, (proposal, _order) in enumerate(under_way, told):
            if place in refused:
                _trouble(proposal, refused[place])
        _note(under_way)
        told = progress.done
        under_way.clear()
        Batch.objects.filter(pk=batch.pk).update(leased_until=now() + LEASE)
        if stop is not None and stop.is_set():
            raise Interrupted

    at = now()
    viewer = viewer_for(batch.made_by, in_japan(at).date())
    try:
        progress = issue_many(orders(), section=batch.section, viewer=viewer, at=at, tell=tell, workers=workers)
    except Interrupted:
        _let_go(batch)
        raise
    # Where press, signer or disk fail, the lease stands: nobody tries again before it is over.
    _let_go(batch)
    return progress


def _let_go(batch: Batch) -> None:
    Batch.objects.filter(pk=batch.pk).update(leased_until=None)


@transaction.atomic
def sort(batch: Batch) -> None:
    """Give each letter its place in the print, by postal code and case number; once for all of them."""
    rows = batch.proposals.exclude(letter="")
    if rows.filter(place__isnull=False).exists():
        return
    keys = []
    related = (
        "filing__case",
        "filing__version",
        "filing__response__version__form",
        "filing__response__custody__period",
    )
    for proposal in rows.select_related(*related).iterator(chunk_size=PACK):
        assert proposal.filing.case is not None
        keys.append((_postal_code(proposal.filing), proposal.filing.case.number, proposal))
    keys.sort(key=lambda each: each[:2])
    for place, (_code, _number, proposal) in enumerate(keys, 1):
        proposal.place = place
    Proposal.objects.bulk_update([proposal for _code, _number, proposal in keys], ["place"], batch_size=1000)


def _postal_code(filing: Filing) -> str:
    try:
        found = latest_submitted(filing.response)
    except Gone:
        found = None
    return _code_in(filing, found) if found else NO_CODE


def _code_in(filing: Filing, found: Filled) -> str:
    """Of the address in the letter's window, or of the first one that was given."""
    questions = [each for each in found.document.questions if each.kind == Address.key]
    window = filing.version.document.addressee
    for question in sorted(questions, key=lambda each: each.key not in window):
        entry = found.sheet.get(question.key)
        if entry is not None and entry.value:
            return str(entry.value.get("postal_code") or NO_CODE)
    return NO_CODE


def _one_by_one(rows: QuerySet[Proposal]) -> Iterator[Proposal]:
    """In pieces, and without a cursor that would stay open over the transactions of whoever writes."""
    keys = list(rows.values_list("pk", flat=True))
    for first in range(0, len(keys), PACK):
        piece = rows.in_bulk(keys[first : first + PACK])
        yield from (piece[key] for key in keys[first : first + PACK] if key in piece)


def _note(written: list[tuple[Proposal, Order]]) -> None:
    """Note the documents that are there now, also those that somebody wrote before dying."""
    by_key = {order.issue_key: proposal.pk for proposal, order in written}
    issued = OfficialDocument.objects.filter(issue_key__in=by_key)
    for pk, key in issued.values_list("pk", "issue_key"):
        Proposal.objects.filter(pk=by_key[key]).update(document=pk)


def _trouble(proposal: Proposal, says: str) -> None:
    Proposal.objects.filter(pk=proposal.pk).update(trouble=says[:300])


def try_again(batch: Batch, *, viewer: Viewer) -> int:
    """A person has looked: write those letters again that were refused. How many. Raises NotAllowed."""
    if not viewer.may(HANDLE, batch.section.key):
        raise NotAllowed
    return batch.proposals.exclude(trouble="").update(trouble="")


def packs(batch: Batch) -> int:
    """How many packs the print has."""
    return -(-batch.proposals.exclude(letter="").count() // PACK)


@transaction.atomic
def pack(batch: Batch, number: int, *, viewer: Viewer, at: datetime) -> bytes:
    """One pack of the print as one PDF (the signatures stay with the single papers). Raises NotAllowed, LookupError."""
    if not viewer.may(HANDLE, batch.section.key):
        raise NotAllowed
    first = (number - 1) * PACK
    rows = batch.proposals.filter(document__isnull=False, place__gt=first, place__lte=first + PACK)
    found = list(rows.order_by("place").select_related("document__file", "filing__response", "filing__mandate"))
    if not found:
        raise LookupError(f"the print has no pack {number}")
    together, seen = PdfWriter(), list[tuple[tuple[str, str], str | None]]()
    for proposal in found:
        assert proposal.document is not None
        together.append(BytesIO(paper_of(proposal.document)), import_outline=False)
        about = (SUBJECT, str(proposal.filing.response.key))
        seen += [(about, person) for person in people_in(proposal.filing)]
    record_looks(viewer, seen, what="通知の印刷", purpose=CASE_WORK, way=Way.PRINT, at=at)
    record("procedures.pack-printed", on=batch, by=viewer, after={"pack": number, "papers": len(found)})
    out = BytesIO()
    together.write(out)
    return out.getvalue()


def progress_of(batch: Batch) -> dict[str, int]:
    """How far a batch has come, in numbers."""
    rows = batch.proposals
    return {
        "all": batch.count,
        "went": rows.filter(followed_at__isnull=False, passed_over="").count(),
        "passed_over": rows.exclude(passed_over="").count(),
        "letters": rows.exclude(letter="").count(),
        "written": rows.filter(document__isnull=False).count(),
        "troubled": rows.exclude(trouble="").count(),
    }
