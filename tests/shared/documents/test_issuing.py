"""Issuing: all of it or nothing."""

import copy
import io
from dataclasses import replace

import pypdf
import pytest
from django.db import IntegrityError, transaction

from tests.shared.documents.conftest import viewer_with
from tests.shared.documents.orders import REASONS, DecidedForTests, a_certificate, a_permit, a_refusal
from todoke.base.clock import now
from todoke.base.registry import Registry
from todoke.ground.audit.models import Entry
from todoke.ground.files import actions as files
from todoke.ground.files.models import Document
from todoke.ground.places.models import City
from todoke.shared.documents.actions import issuing
from todoke.shared.documents.actions.issuing import issue_order, shred, withdraw
from todoke.shared.documents.actions.letters import publish, save_draft
from todoke.shared.documents.actions.reading import Gone, paper_of
from todoke.shared.documents.actions.refusals import (
    AlreadyIssued,
    CannotIssueNow,
    EndedAlready,
    FactsRefused,
    InstructionsMissing,
    NotAllowed,
    ReasonMissing,
    ReasonsMissing,
    SealRefused,
)
from todoke.shared.documents.models import (
    ClauseVersion,
    DocumentNumber,
    DocumentState,
    OfficialDocument,
    Seal,
    SealUse,
)
from todoke.shared.documents.queries import particulars_of, published_version


@pytest.fixture(autouse=True)
def decisions(monkeypatch):
    registry = Registry("documents.leaves")
    registry.register(DecidedForTests())
    monkeypatch.setattr(issuing, "leaves", registry)


def text_of(document: OfficialDocument) -> str:
    reader = pypdf.PdfReader(io.BytesIO(paper_of(document)))
    return "".join(page.extract_text() for page in reader.pages).replace("\n", "")


def test_a_refusal_goes_out_with_number_reasons_instructions_seal_and_code(doboku, clerk):
    document = issue_order(a_refusal(), section=doboku, viewer=clerk, at=now())

    text = text_of(document)
    assert document.number.text == "8凪土第1号"
    assert "8凪土第1号" in text
    assert "試験 花子　様" in text
    assert REASONS[0] in text
    assert "3か月以内に、凪浜市長に対して審査請求" in text
    assert "6か月以内に、凪浜市を被告として" in text
    assert "documents/verify/" in text
    assert "見本" in text
    use = SealUse.objects.get(document=document)
    assert (use.seal.key, use.used_by_name, use.leave_words) == ("shicho", "杉本 剛", "決裁第7号（土木課長専決）")
    assert Entry.objects.get(what="documents.issued").target_key == str(document.pk)
    assert "花子" not in Entry.objects.get(what="documents.issued").payload


@pytest.mark.parametrize("reasons", [(), ("",), ("法令に適合しないため。",), ("　" * 40,)])
def test_a_refusal_without_reasons_cannot_be_issued(doboku, clerk, reasons):
    with pytest.raises(ReasonsMissing):
        issue_order(a_refusal(reasons=reasons), section=doboku, viewer=clerk, at=now())

    assert not DocumentNumber.objects.exists()


def test_a_refusal_without_instructions_in_force_cannot_be_issued(doboku, clerk):
    ClauseVersion.objects.filter(clause__key="kyoji-shicho").update(end_date="2020-01-01")

    with pytest.raises(InstructionsMissing):
        issue_order(a_refusal(), section=doboku, viewer=clerk, at=now())

    assert not DocumentNumber.objects.exists()


def test_the_database_itself_refuses_a_refusal_without_reasons(doboku, clerk):
    issued = issue_order(a_refusal(), section=doboku, viewer=clerk, at=now())
    number = DocumentNumber.objects.create(
        series=issued.number.series, fiscal_year=2026, number=99, text="x", given_at=now()
    )
    issued.pk, issued.key, issued.number, issued.issue_key = None, None, number, "another"
    issued.key = "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"
    issued.needs_reasons, issued.reasons_sha256 = False, ""

    with pytest.raises(IntegrityError, match="document_states_its_reasons"), transaction.atomic():
        issued.save(force_insert=True)


def test_the_database_itself_refuses_a_refusal_without_instructions(doboku, clerk):
    issued = issue_order(a_refusal(), section=doboku, viewer=clerk, at=now())
    number = DocumentNumber.objects.create(
        series=issued.number.series, fiscal_year=2026, number=99, text="x", given_at=now()
    )
    issued.pk, issued.number, issued.issue_key = None, number, "another"
    issued.key = "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"
    issued.needs_instructions, issued.instructions = False, None

    with pytest.raises(IntegrityError, match="document_says_how_to_object"), transaction.atomic():
        issued.save(force_insert=True)


def test_a_second_click_gives_the_same_document(doboku, clerk):
    first = issue_order(a_permit(), section=doboku, viewer=clerk, at=now())
    second = issue_order(a_permit(), section=doboku, viewer=clerk, at=now())

    assert first.pk == second.pk
    assert DocumentNumber.objects.count() == 1


def test_the_same_matter_with_other_contents_is_refused_and_names_what_is_there(doboku, clerk):
    first = issue_order(a_permit(), section=doboku, viewer=clerk, at=now())
    order = a_permit()

    with pytest.raises(AlreadyIssued) as refused:
        issue_order(replace(order, facts={**order.facts, "fee": 1}), section=doboku, viewer=clerk, at=now())

    assert refused.value.document.pk == first.pk


def test_facts_that_do_not_fit_are_all_named(doboku, clerk):
    order = a_permit()
    facts = {**order.facts, "fee": "12300", "extra": "x"}
    del facts["place"]

    with pytest.raises(FactsRefused) as refused:
        issue_order(replace(order, facts=facts), section=doboku, viewer=clerk, at=now())

    assert [fault.split("（")[0].split(":")[0] for fault in refused.value.faults] == ["extra", "fee", "place"]


def test_what_somebody_writes_is_never_read_as_the_type_setters_language(doboku, clerk):
    order = a_permit()
    name = '#read("/etc/passwd") *太* $x$ {fee} \\ "'
    document = issue_order(
        replace(order, facts={**order.facts, "purpose": name}), section=doboku, viewer=clerk, at=now()
    )

    assert name.replace(" ", "") in text_of(document).replace(" ", "")


class TestASeal:
    def test_without_a_decision_is_not_used(self, doboku, clerk):
        with pytest.raises(SealRefused, match="決裁"):
            issue_order(a_permit(leave=None), section=doboku, viewer=clerk, at=now())

    @pytest.mark.parametrize("leave", [("test.decision", "8"), ("test.nothing", "7")])
    def test_with_another_decision_is_not_used(self, doboku, clerk, leave):
        with pytest.raises(SealRefused):
            issue_order(a_permit(leave=leave), section=doboku, viewer=clerk, at=now())

    def test_with_a_decision_about_another_matter_is_not_used(self, doboku, clerk):
        with pytest.raises(SealRefused):
            issue_order(a_permit(subject=("test.case", "13")), section=doboku, viewer=clerk, at=now())

    def test_of_one_use_stands_on_no_other_letter(self, doboku, clerk):
        with pytest.raises(SealRefused, match="専用印"):
            issue_order(a_permit(seal="shomei-senyo"), section=doboku, viewer=clerk, at=now())

    def test_out_of_use_is_not_used(self, doboku, clerk):
        Seal.objects.filter(key="shicho").update(end_date="2020-01-01")

        with pytest.raises(SealRefused, match="使用期間"):
            issue_order(a_permit(), section=doboku, viewer=clerk, at=now())

    def test_unknown_is_not_used(self, doboku, clerk):
        with pytest.raises(SealRefused, match="台帳"):
            issue_order(a_permit(seal="x"), section=doboku, viewer=clerk, at=now())

    def test_with_a_standing_rule_needs_no_decision(self, doboku, clerk):
        document = issue_order(a_certificate(), section=doboku, viewer=clerk, at=now())

        assert document.seal_use.leave_words.startswith("凪浜市事務専決規程")

    def test_left_out_is_said_on_the_paper_and_nothing_is_entered(self, doboku, clerk):
        document = issue_order(a_permit(seal="", leave=None), section=doboku, viewer=clerk, at=now())

        assert "（公印省略）" in text_of(document)
        assert not SealUse.objects.exists()

    def test_use_is_neither_changed_nor_deleted(self, doboku, clerk):
        use = issue_order(a_certificate(), section=doboku, viewer=clerk, at=now()).seal_use

        for act in (use.delete, use.save):
            with pytest.raises(Exception, match="neither changed nor shortened"), transaction.atomic():
                act()


def test_without_the_right_in_this_section_nothing_is_issued(doboku, clerk):
    elsewhere = viewer_with("documents.issue", "documents.withdraw", section="koho")

    with pytest.raises(NotAllowed):
        issue_order(a_permit(), section=doboku, viewer=elsewhere, at=now())


def test_without_a_signer_no_number_is_used(doboku, clerk, settings):
    City.objects.update(sample=False)

    with pytest.raises(CannotIssueNow, match="TODOKE_DOCUMENT_SIGNER"):
        issue_order(a_permit(), section=doboku, viewer=clerk, at=now())

    assert not DocumentNumber.objects.exists()


def test_a_full_disk_leaves_no_number_no_row_and_no_seal_use(doboku, clerk, monkeypatch):
    def full(*_arguments, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "store", full)
    with pytest.raises(CannotIssueNow):
        issue_order(a_permit(), section=doboku, viewer=clerk, at=now())
    monkeypatch.undo()

    assert not OfficialDocument.objects.exists()
    assert not SealUse.objects.exists()
    assert not Document.objects.exists()
    assert issue_order(a_permit(seal="", leave=None), section=doboku, viewer=clerk, at=now()).number.number == 1


def test_the_paper_is_sealed_on_the_disk(doboku, clerk):
    document = issue_order(a_permit(), section=doboku, viewer=clerk, at=now())

    kept = files.read(document.file)
    assert b"%PDF" not in kept
    assert paper_of(document).startswith(b"%PDF")
    assert "花子".encode() not in bytes(document.particulars)
    assert particulars_of(document)["facts"]["fee"] == 12_300


class TestWithdrawing:
    def test_says_why_and_when(self, doboku, clerk):
        document = issue_order(a_permit(), section=doboku, viewer=clerk, at=now())

        ended = withdraw(document, "占用料の計算を誤ったため", viewer=clerk, at=now())

        assert (ended.state, ended.end_reason) == (DocumentState.WITHDRAWN, "占用料の計算を誤ったため")
        with pytest.raises(EndedAlready):
            withdraw(document, "もう一度", viewer=clerk, at=now())

    def test_needs_a_reason_and_the_right(self, doboku, clerk):
        document = issue_order(a_permit(), section=doboku, viewer=clerk, at=now())

        with pytest.raises(ReasonMissing):
            withdraw(document, " ", viewer=clerk, at=now())
        with pytest.raises(NotAllowed):
            withdraw(document, "理由", viewer=viewer_with("documents.withdraw", section="koho"), at=now())


class TestReplacing:
    def test_issues_the_next_revision_and_ends_the_old_one(self, doboku, clerk):
        order = a_permit()
        old = issue_order(order, section=doboku, viewer=clerk, at=now())

        new = issuing.replace(
            old, replace(order, facts={**order.facts, "fee": 9_000}), "占用料の訂正", viewer=clerk, at=now()
        )

        old.refresh_from_db()
        assert (old.state, old.replaced_by.pk) == (DocumentState.REPLACED, new.pk)
        assert (new.revision, new.number.number, new.state) == (2, 2, DocumentState.VALID)

    def test_that_is_refused_leaves_the_old_one_valid(self, doboku, clerk):
        old = issue_order(a_permit(), section=doboku, viewer=clerk, at=now())

        with pytest.raises(SealRefused):
            issuing.replace(old, a_permit(leave=None), "訂正", viewer=clerk, at=now())

        old.refresh_from_db()
        assert old.state == DocumentState.VALID

    def test_is_for_the_same_matter_alone(self, doboku, clerk):
        old = issue_order(a_permit(), section=doboku, viewer=clerk, at=now())

        with pytest.raises(issuing.DocumentRefused, match="同じ件"):
            issuing.replace(old, a_refusal(), "訂正", viewer=clerk, at=now())


@pytest.mark.parametrize(("fee", "is_left_out"), [(19_999, True), (20_000, False)])
def test_a_block_is_composed_where_its_condition_is_met(doboku, clerk, fee, is_left_out):
    version = published_version("senyo-kyoka")
    body = copy.deepcopy(version.body)
    body["blocks"].append(
        {
            "block": "body",
            "paragraphs": ["分けて納められます。"],
            "when": {"op": "at-least", "of": [{"name": "fee"}, 20_000]},
        }
    )
    save_draft(version.letter, body, by="test", at=now())
    publish(version.letter, by="test", at=now())
    order = a_permit(facts={**a_permit().facts, "fee": fee})

    sound = issuing.check(order, section=doboku, viewer=clerk, at=now())
    made = issuing.compose(sound, DocumentNumber(text="8凪土第1号"), 1, is_sample=True)

    assert made.left_out == (frozenset({len(body["blocks"]) - 1}) if is_left_out else frozenset())


def test_shredding_takes_what_is_personal_and_leaves_the_line(doboku, clerk):
    document = issue_order(a_permit(), section=doboku, viewer=clerk, at=now())

    counts = shred(document, by="test", at=now(), why="保存期間の満了")
    files.purge_due(now().date())

    document.refresh_from_db()
    assert counts == {"documents": 1}
    assert (document.particulars, document.secret_hash, document.number.text) == (None, None, "8凪土第1号")
    with pytest.raises(Gone):
        paper_of(document)
    assert shred(document, by="test", at=now(), why="再度") == {"documents": 0}


def test_what_was_issued_never_changes(doboku, clerk):
    document = issue_order(a_permit(), section=doboku, viewer=clerk, at=now())

    with pytest.raises(Exception, match="never changes"), transaction.atomic():
        OfficialDocument.objects.filter(pk=document.pk).update(title="別の題名")
    with pytest.raises(Exception, match="never deleted"), transaction.atomic():
        OfficialDocument.objects.filter(pk=document.pk)._raw_delete("default")
