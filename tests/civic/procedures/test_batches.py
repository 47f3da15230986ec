"""Many cases on one paper: a frozen list, each decided once, each with one letter, whoever dies in between."""

import io
import threading
from datetime import timedelta

import pypdf
import pytest
from django.db import IntegrityError, transaction

from tests.civic.procedures.flood import HALF, decided, filed, publish_certificates, somebody
from todoke.base.clock import now
from todoke.civic.procedures.actions import deciding, mass_lettering
from todoke.civic.procedures.actions.batches import (
    filings_in,
    groups_for,
    is_unchanged,
    propose_batch,
)
from todoke.civic.procedures.actions.findings import FindingShredder, find
from todoke.civic.procedures.actions.following import withdraw
from todoke.civic.procedures.actions.lettering import issue_letter
from todoke.civic.procedures.actions.refusals import AlreadyProposed, ListHasChanged, NobodyInTheBatch, NotAllowed
from todoke.civic.procedures.effects import IssueLetter
from todoke.civic.procedures.follower import FOLLOWER
from todoke.civic.procedures.leave import DecidedBatch
from todoke.civic.procedures.models import Batch, Finding, Proposal
from todoke.civic.procedures.rules import SUBJECT
from todoke.civic.procedures.scribe import Scribe
from todoke.ground.looks.models import Look
from todoke.shared.casework.actions.acting import act
from todoke.shared.casework.actions.recording import Actor
from todoke.shared.casework.models import EffectRun
from todoke.shared.casework.registry import Order
from todoke.shared.documents.actions import batch as documents_batch
from todoke.shared.documents.actions.reading import paper_of
from todoke.shared.documents.models import DocumentNumber, OfficialDocument, SealUse
from todoke.shared.documents.registry import Request

REASONS = ["現地調査により、住家の被害の程度を判定したため。"]


@pytest.fixture
def version(town, tmp_path):
    return publish_certificates(tmp_path)


@pytest.fixture
def clerk(version):
    return somebody("shunin", "浜田 美緒")


@pytest.fixture
def chief(version):
    return somebody("kacho", "汐見 和馬")


@pytest.fixture
def found(version, clerk):
    """Three households with the same degree of damage; the postal codes go against the order of arrival."""
    filings = [filed(version, clerk, number, code) for number, code in enumerate(("9830003", "9800001", "9810002"))]
    for filing in filings:
        find(filing, HALF, viewer=clerk, at=now())
    return filings


def proposed(clerk, without=(), expected=None, outcome="granted"):
    group = groups_for(clerk)[0]
    expected = len(filings_in(group, without)) if expected is None else expected
    told = {"outcome": outcome, "body": "交付してよろしいか。", "reasons": REASONS, "without": without}
    return propose_batch(group, expected=expected, viewer=clerk, at=now(), **told)


def all_gone():
    follower = FOLLOWER
    while follower.step():
        pass


def states(filings):
    for filing in filings:
        filing.case.refresh_from_db()
    return [filing.case.state for filing in filings]


# ---- one case -------------------------------------------------------------------------------------------------------


def run_effects():
    for run in EffectRun.objects.filter(effect="procedures.issue-letter"):
        yield IssueLetter().run(Order(run.case_id, run.seq, run.once, run.settings))


def test_a_granted_case_issues_its_sealed_and_numbered_certificate_once(version, clerk, chief):
    filing = filed(version, clerk, 1)
    case = act(filing.case.key, "examine", viewer=clerk, revision=filing.case.revision, at=now())
    proposal = deciding.propose(
        filing,
        outcome="granted",
        body="交付してよろしいか。",
        reasons=REASONS,
        facts=HALF,
        revision=case.revision,
        viewer=clerk,
        at=now(),
    )
    decided(proposal.decision, chief)
    all_gone()

    first, again = list(run_effects()), list(run_effects())

    document = OfficialDocument.objects.get()
    assert first == again == [{"document": str(document.key)}]
    assert DocumentNumber.objects.get() == document.number
    assert SealUse.objects.get().leave_kind == "casework.decision"
    words = pypdf.PdfReader(io.BytesIO(paper_of(document))).pages[0].extract_text()
    for word in ("浜野 千代1", "半壊", "1番地", "大雨"):
        assert word in words
    assert document.custody == f"retention.custody:{filing.response.custody_id}"


def test_the_seal_has_no_leave_before_the_paper_is_decided(version, clerk):
    filing = filed(version, clerk, 1)
    find(filing, HALF, viewer=clerk, at=now())
    batch = proposed(clerk)
    proposal = batch.proposals.get()

    assert DecidedBatch().leave(str(proposal.pk), Request("x", "x", (SUBJECT, str(filing.response.key)))) is None
    assert issue_letter(filing, "nothing", at=now()) is None


# ---- many -----------------------------------------------------------------------------------------------------------


def test_cases_that_agree_stand_in_one_group(found, clerk, version):
    other = filed(version, clerk, 9)
    find(other, {"degree": "全壊"}, viewer=clerk, at=now())

    groups = groups_for(clerk)

    assert [(group.facts["degree"], group.count) for group in groups] == [("半壊", 3), ("全壊", 1)]
    assert states([other]) == ["examining"]
    assert groups_for(somebody("shunin", "他の人", ())) == []


def test_a_batch_is_decided_case_by_case_once_and_whoever_took_it_back_is_passed_over(found, clerk, chief):
    batch = proposed(clerk)
    all_gone()
    assert set(states(found)) == {"deciding"}
    withdraw(found[1], by=Actor("holder"), at=now())
    decided(batch.decision, chief)

    # The first worker dies after one of them.
    deciding.follow(batch.proposals.order_by("pk")[0], at=now())
    all_gone()
    all_gone()

    assert states(found) == ["granted", "withdrawn", "granted"]
    assert list(batch.proposals.order_by("pk").values_list("passed_over", flat=True)) == ["", "withdrawn", ""]
    granted = [
        event for filing in found for event in filing.case.events.all() if event.payload.get("action") == "grant"
    ]
    assert len(granted) == 2
    assert mass_lettering.progress_of(batch) == {
        "all": 3,
        "went": 2,
        "passed_over": 1,
        "letters": 2,
        "written": 0,
        "troubled": 0,
    }


def test_the_hash_of_the_list_stands_on_the_paper_and_an_altered_list_goes_nowhere(found, clerk, chief):
    batch = proposed(clerk, without=[found[2].case.number])
    assert batch.sha256 in batch.decision.contents.get().body
    assert batch.count == 2
    decided(batch.decision, chief)
    # Somebody adds a case to what was decided.
    Proposal.objects.create(
        filing=found[2],
        decision=batch.decision,
        batch=batch,
        outcome="granted",
        reasons=b"",
        made_at=now(),
        made_by_id=clerk.account_id,
    )

    all_gone()

    assert not is_unchanged(batch)
    assert "granted" not in states(found)


def test_a_dropped_paper_sends_them_back_to_be_examined(found, clerk):
    batch = proposed(clerk)
    all_gone()
    type(batch.decision).objects.filter(pk=batch.decision_id).update(phase="dropped", dropped_at=now())

    all_gone()

    assert set(states(found)) == {"examining"}
    assert groups_for(clerk)[0].count == 3


def test_what_is_refused(found, clerk):
    with pytest.raises(ListHasChanged):
        proposed(clerk, expected=2)
    with pytest.raises(NobodyInTheBatch):
        proposed(clerk, without=[filing.case.number for filing in found])
    group = groups_for(clerk)[0]
    with pytest.raises(NotAllowed):
        propose_batch(
            group, expected=3, outcome="granted", body="", reasons=[], viewer=somebody("shunin", "x", ()), at=now()
        )
    proposed(clerk)
    with pytest.raises(AlreadyProposed):
        find(found[0], {"degree": "全壊"}, viewer=clerk, at=now())
    with pytest.raises(AlreadyProposed):
        deciding.propose(
            found[0],
            outcome="granted",
            body="",
            reasons=[],
            facts=HALF,
            revision=found[0].case.revision,
            viewer=clerk,
            at=now(),
        )
    assert Batch.objects.count() == 1


def test_a_finding_goes_with_the_answers(found):
    key = str(found[0].response.key)

    assert [each.model for each in FindingShredder().shred("paperwork.response", key)] == ["procedures.Finding"]
    assert FindingShredder().shred("paperwork.response", key) == []
    assert Finding.objects.count() == 2


# ---- their letters --------------------------------------------------------------------------------------------------


@pytest.fixture
def granted(found, clerk, chief):
    batch = proposed(clerk)
    decided(batch.decision, chief)
    all_gone()
    return batch


def test_a_batch_writes_one_letter_each_in_the_order_of_the_postal_code(granted, found, clerk):
    assert list(run_effects()) == [{"batch": str(granted.key)}] * 3
    assert not OfficialDocument.objects.exists()

    assert Scribe().step(workers=1)
    assert not Scribe().step(workers=1)

    rows = list(granted.proposals.order_by("place").select_related("document__number", "filing"))
    assert [row.filing_id for row in rows] == [found[1].pk, found[2].pk, found[0].pk]
    numbers = [row.document.number.number for row in rows]
    assert numbers == sorted(numbers)
    assert OfficialDocument.objects.count() == DocumentNumber.objects.count() == 3
    assert SealUse.objects.filter(leave_kind="procedures.batch").count() == 3

    pack = pypdf.PdfReader(io.BytesIO(mass_lettering.pack(granted, 1, viewer=clerk, at=now())))
    assert ["千代1" in pack.pages[0].extract_text(), len(pack.pages)] == [True, 3]
    assert Look.objects.filter(way="print").count() == 3
    with pytest.raises(LookupError):
        mass_lettering.pack(granted, 2, viewer=clerk, at=now())
    with pytest.raises(NotAllowed):
        mass_lettering.pack(granted, 1, viewer=somebody("shunin", "x", ()), at=now())


def test_whoever_takes_over_goes_on_where_the_last_piece_ended(granted, monkeypatch):
    monkeypatch.setattr(documents_batch, "PIECE", 1)
    stop = threading.Event()
    stop.set()

    Scribe().step(stop, workers=1)
    assert mass_lettering.progress_of(granted)["written"] == 1
    # The next one dies after its piece was kept, before it could write that down.
    Proposal.objects.update(document=None)
    Scribe().step(workers=1)

    assert mass_lettering.progress_of(granted)["written"] == 3
    assert OfficialDocument.objects.count() == DocumentNumber.objects.count() == 3


def test_nobody_else_gets_a_batch_while_the_lease_holds(granted):
    at = now()

    assert mass_lettering.claim(at) == granted
    assert mass_lettering.claim(at) is None
    assert mass_lettering.claim(at + mass_lettering.LEASE + timedelta(seconds=1)) == granted


def test_a_letter_that_is_refused_says_why_and_can_be_written_later(granted, clerk):
    proposal = granted.proposals.first()
    with transaction.atomic():
        type(proposal).objects.filter(pk=proposal.pk).update(letter="nothing")

    Scribe().step(workers=1)
    told = mass_lettering.progress_of(granted)
    proposal.refresh_from_db()
    assert (told["written"], told["troubled"]) == (2, 1)
    assert "通知" in proposal.trouble

    type(proposal).objects.filter(pk=proposal.pk).update(letter="granted")
    assert mass_lettering.try_again(granted, viewer=clerk) == 1
    Scribe().step(workers=1)
    assert mass_lettering.progress_of(granted)["written"] == 3


def test_the_database_keeps_a_filing_to_one_place(granted):
    first = granted.proposals.first()

    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.create(
            filing=first.filing,
            decision=granted.decision,
            batch=granted,
            outcome="granted",
            reasons=b"",
            made_at=now(),
            made_by_id=first.made_by_id,
        )


def test_where_the_signature_fails_nothing_is_written_and_nobody_tries_again_at_once(granted, settings):
    settings.TIMESTAMPS = "http://127.0.0.1:9/"

    assert Scribe().step(workers=1)
    assert not Scribe().step(workers=1)

    assert not DocumentNumber.objects.exists()
    assert mass_lettering.progress_of(granted)["troubled"] == 0
