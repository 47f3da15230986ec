"""A document dies with the custody it was issued under: nobody reads it, and the line of the register stays."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import DatabaseError, transaction

from tests.shared.documents.orders import a_certificate
from todoke.base import sealing
from todoke.base.clock import now
from todoke.ground.retention import registry
from todoke.ground.retention.actions import custody as keeping
from todoke.ground.retention.actions import purging
from todoke.ground.retention.models import Custody, PurgeRun, RetentionClass
from todoke.ground.retention.registry import Shredded
from todoke.shared.documents.actions.issuing import issue_order, withdraw
from todoke.shared.documents.actions.reading import Gone, paper_of
from todoke.shared.documents.keeping import InCustody
from todoke.shared.documents.models import OfficialDocument
from todoke.shared.documents.queries import particulars_of

LATER = datetime(2033, 5, 1, 1, tzinfo=UTC)


class Households:
    """What the documents are about, played: nothing of its own."""

    key, target_type = "test.households", "test.household"

    def targets(self, target_type: str, key: str) -> list[tuple[str, str]]:
        return []

    def shred(self, target_type: str, key: str) -> list[Shredded]:
        return []


@pytest.fixture(autouse=True)
def households(monkeypatch) -> None:
    monkeypatch.setitem(registry.shredders._items, Households.key, Households())


@pytest.fixture
def household(clerk, settings, tmp_path) -> Custody:
    settings.KEY_STORE = tmp_path / "keys"
    RetentionClass.objects.create(
        code="y5", name="5年", years=5, counts_from="fiscal_year", then="delete", basis="規程"
    )
    return keeping.take(("test.household", 1), "y5", at=now())


@pytest.fixture
def document(household, clerk, doboku) -> OfficialDocument:
    made = issue_order(replace(a_certificate(1), custody=household), section=doboku, viewer=clerk, at=now())
    return withdraw(made, "試験 太郎1さんの届出が誤っていたため", viewer=clerk, at=now())


def purge_after_its_time(custody: Custody) -> PurgeRun:
    keeping.close(custody, date(2026, 11, 21))
    with time_machine.travel(LATER, tick=False):
        run = purging.approve_purge(purging.propose_purge(by="one", at=LATER), by="two", at=LATER)
        assert purging.carry_out(run, at=LATER)
    run.refresh_from_db()
    return run


def test_a_document_is_read_with_the_key_of_its_custody(document, household):
    assert document.custody == f"retention.custody:{household.pk}"
    assert particulars_of(document)["facts"]["applicant.name"] == "試験 太郎1"
    assert paper_of(document).startswith(b"%PDF")


def test_with_the_custody_goes_what_is_personal_and_the_line_stays(document, household):
    run = purge_after_its_time(household)

    document.refresh_from_db()
    assert run.cases.get().state == "purged"
    assert (document.end_reason, document.particulars, document.secret_hash) == ("", None, None)
    assert document.state == "withdrawn"
    assert document.shredded_at is not None
    assert particulars_of(document) == {}
    with pytest.raises(Gone):
        paper_of(document)
    assert "documents.OfficialDocument" in run.certificate
    assert "試験" not in run.certificate


def test_another_record_keeps_its_documents(document, household, clerk, doboku):
    other = keeping.take(("test.household", 2), "y5", at=now())
    kept = issue_order(replace(a_certificate(2), custody=other), section=doboku, viewer=clerk, at=now())

    purge_after_its_time(household)

    kept.refresh_from_db()
    assert particulars_of(kept)["facts"]["applicant.name"] == "試験 太郎2"


def test_a_key_that_is_gone_opens_and_seals_no_more(document, household):
    keeper, name = InCustody(), str(household.pk)
    sealed = keeper.seal(name, b"word", context=b"here")
    assert keeper.open_sealed(name, sealed, context=b"here") == b"word"
    with pytest.raises(sealing.CannotOpen):
        keeper.open_sealed(name, sealed, context=b"there")

    purge_after_its_time(household)

    with pytest.raises(LookupError):
        keeper.open_sealed(name, sealed, context=b"here")
    with pytest.raises(LookupError):
        keeper.seal(name, b"more", context=b"here")
    with pytest.raises(LookupError):
        keeper.open_sealed("00000000-0000-0000-0000-000000000000", sealed, context=b"here")


@pytest.mark.parametrize("change", [{"end_reason": ""}, {"end_reason": "別の理由"}])
def test_why_it_ended_goes_with_the_shredding_alone(document, change):
    with pytest.raises(DatabaseError), transaction.atomic():
        OfficialDocument.objects.filter(pk=document.pk).update(**change)


def test_shredding_writes_no_other_reason(document):
    with pytest.raises(DatabaseError, match="ends once"), transaction.atomic():
        OfficialDocument.objects.filter(pk=document.pk).update(
            end_reason="別の理由", particulars=None, secret_hash=None, shredded_at=now()
        )
