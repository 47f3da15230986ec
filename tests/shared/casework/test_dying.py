"""How a case ends for good: what people wrote and who they were goes, that there was a case stays; and the leave that
a decided paper gives to seal.
"""

import uuid
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, transaction

from tests.shared.casework.flows import AT, Answers, case, document, resident, version
from tests.shared.decisions.offices import draft, make_office, viewer
from todoke.ground.people.models import Account
from todoke.ground.people.rules import Viewer
from todoke.ground.retention.actions import custody as keeping
from todoke.ground.retention.actions import purging
from todoke.ground.retention.models import PurgeCase, PurgeRun, RetentionClass
from todoke.shared.casework.actions.acting import act
from todoke.shared.casework.actions.letters import write_letter
from todoke.shared.casework.leave import DecidedPaper
from todoke.shared.casework.models import Case, CaseEvent, EffectRun, Letter, Task, Timer
from todoke.shared.casework.queries import letters_of
from todoke.shared.casework.shredding import CaseShredder, SharedCustodyShredder
from todoke.shared.decisions.actions.marking import decide, drop, mark, submit
from todoke.shared.decisions.models import Content, Decision, Mark
from todoke.shared.documents.registry import Request

pytestmark = pytest.mark.django_db
LATER = datetime(2033, 5, 1, 1, tzinfo=UTC)


@pytest.fixture
def kept(five_years: RetentionClass) -> Case:
    del five_years
    return case(version(document(retention="y5")), key="answer-1", resident_id=7)


def ended(held: Case, officer: Viewer, answers: Answers) -> Case:
    """Sent back with a reason, mended by the resident, written about, granted."""
    answers.by_key["answer-1"] = {"answer.people": 3}
    home = resident(7)
    for who, key, more in (
        (officer, "examine", {}),
        (officer, "send-back", {"reason": "空欄 花子"}),
        (home, "mended", {"values": {"answer.people": 3}}),
        (officer, "grant", {}),
    ):
        held.refresh_from_db()
        act(held.key, key, viewer=who, revision=held.revision, at=AT, **more)
    write_letter(held.key, "花子です", viewer=home, once=uuid.uuid4(), at=AT)
    write_letter(held.key, "花子さんへ", viewer=officer, once=uuid.uuid4(), at=AT)
    held.refresh_from_db()
    return held


def purge_after_its_time() -> PurgeRun:
    with time_machine.travel(LATER, tick=False):
        run = purging.approve_purge(purging.propose_purge(by="one", at=LATER), by="two", at=LATER)
        assert purging.carry_out(run, at=LATER)
    run.refresh_from_db()
    return run


def about(held: Case) -> tuple[str, str]:
    return ("casework.case", str(held.key))


def step(action: Any, paper: Decision, who: Account, **more: Any) -> None:
    paper.refresh_from_db()
    action(paper.pk, revision=paper.revision, viewer=viewer(who), at=AT, **more)


def decided(paper: Decision, people: dict[str, Account]) -> Decision:
    step(submit, paper, people["kusano"])
    step(mark, paper, people["kakari"], seat="kankyo/kakaricho")
    step(decide, paper, people["kacho"], seat="kankyo/kacho")
    paper.refresh_from_db()
    return paper


def test_with_its_custody_goes_what_people_wrote_and_who_they_were(
    kept: Case, officer: Viewer, answers: Answers
) -> None:
    held = ended(kept, officer, answers)
    EffectRun.objects.update(state="done", result={"card": "12"}, trouble="")
    numbers = (held.number, held.outcome, held.opened_at, held.closed_on, held.seq)

    run = purge_after_its_time()

    held = Case.objects.get(pk=held.pk)
    assert run.cases.get().state == PurgeCase.State.PURGED
    assert (held.number, held.outcome, held.opened_at, held.closed_on, held.seq) == numbers
    assert held.resident_id is None
    assert not Task.objects.exclude(resident_id=None).exists()
    assert not Timer.objects.exclude(fires_at=None).exists()
    assert {bytes(letter.body) for letter in Letter.objects.all()} == {b""}
    assert [letter.author_id is None for letter in Letter.objects.order_by("seq")] == [True, False]
    assert not CaseEvent.objects.exclude(private=None).exists()
    assert {event.by for event in CaseEvent.objects.filter(by__startswith="resident")} == {"resident"}
    assert not CaseEvent.objects.filter(by="resident").exclude(actor=None).exists()
    assert CaseEvent.objects.filter(by=f"staff:{officer.account_id}").exclude(actor=None).exists()
    assert [(each.settings, each.result) for each in EffectRun.objects.all()] == [({}, {})]
    assert [text for _letter, text in letters_of(officer, held)] == [None, None]
    assert "casework.Letter" in run.certificate
    assert "花子" not in run.certificate


def test_an_effect_that_still_waits_is_not_tried_any_more(kept: Case, officer: Viewer, answers: Answers) -> None:
    ended(kept, officer, answers)
    assert EffectRun.objects.get().state == "waiting"

    purge_after_its_time()

    assert EffectRun.objects.get().state == "gave-up"


def test_what_is_gone_goes_but_once(kept: Case, officer: Viewer, answers: Answers) -> None:
    held = ended(kept, officer, answers)
    shredder = CaseShredder()

    first = shredder.shred(*about(held))
    again = shredder.shred(*about(held))

    assert [each.model for each in first] == [each.model for each in again]
    assert SharedCustodyShredder().shred(*about(held)) == []
    assert list(SharedCustodyShredder().targets(*about(held))) == []
    assert ("casework.case", str(held.pk)) in set(shredder.targets(*about(held)))


def test_a_case_that_shares_the_custody_of_its_subject_goes_with_it(
    five_years: RetentionClass, officer: Viewer, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = keeping.take(("tests.answers", "answer-1"), five_years.code, at=AT)
    held = ended(case(key="answer-1", resident_id=7, custody=shared), officer, answers)
    other = case(key="answer-2", resident_id=8)

    gone = SharedCustodyShredder().shred("tests.answers", "answer-1")

    held.refresh_from_db()
    other.refresh_from_db()
    assert (held.resident_id, other.resident_id) == (None, 8)
    assert [each.ids for each in gone if each.model == "casework.Case"] == [[str(held.pk)]]


def test_a_case_that_goes_on_is_left_and_the_certificate_says_so(kept: Case, officer: Viewer) -> None:
    write_letter(kept.key, "花子です", viewer=resident(7), once=uuid.uuid4(), at=AT)
    assert kept.custody is not None
    keeping.close(kept.custody, date(2026, 11, 16))

    run = purge_after_its_time()

    kept.refresh_from_db()
    assert run.cases.get().why == PurgeCase.Why.TROUBLE
    assert kept.resident_id == 7
    assert [text for _letter, text in letters_of(officer, kept)] == ["花子です"]


def test_without_the_purge_nothing_of_it_is_emptied(kept: Case, officer: Viewer, answers: Answers) -> None:
    ended(kept, officer, answers)
    EffectRun.objects.update(state="done", result={"card": "12"})

    for rows, change in (
        (CaseEvent.objects.all(), {"private": None}),
        (Letter.objects.all(), {"body": b""}),
        (EffectRun.objects.all(), {"result": {}}),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)


def test_the_papers_by_which_it_was_decided_go_with_it(kept: Case, officer: Viewer, answers: Answers) -> None:
    people = make_office()
    held = ended(kept, officer, answers)
    paper = decided(draft(people, subject=about(held)), people)
    other = decided(draft(people, subject=("casework.case", str(uuid.uuid4()))), people)

    run = purge_after_its_time()

    assert list(Decision.objects.all()) == [other]
    assert not Content.objects.filter(decision=paper.pk).exists()
    assert not Mark.objects.filter(decision=paper.pk).exists()
    assert "decisions.Mark" in run.certificate


def test_a_paper_under_way_keeps_its_case(kept: Case, officer: Viewer, answers: Answers) -> None:
    people = make_office()
    held = ended(kept, officer, answers)
    draft(people, subject=about(held))

    run = purge_after_its_time()

    held.refresh_from_db()
    assert run.cases.get().why == PurgeCase.Why.TROUBLE
    assert held.resident_id == 7


class TestLeave:
    def test_a_decided_paper_gives_it_to_case_and_subject_alike(self) -> None:
        people = make_office()
        held = case(key="answer-1")
        papers = [draft(people, subject=about(held)), draft(people, subject=("tests.answers", "answer-1"))]
        for paper in papers:
            decided(paper, people)
            for subject in (about(held), ("tests.answers", "answer-1")):
                leave = DecidedPaper().leave(str(paper.pk), Request("letter", "shicho", subject))

                assert leave is not None
                assert leave.given_on == date(2026, 11, 16)
                assert leave.words == f"令和8年11月16日決裁（起案{paper.pk}）"

    def test_nothing_else_gives_it(self) -> None:
        people = make_office()
        held = case(key="answer-1")
        waiting, dropped = draft(people, subject=about(held)), draft(people, subject=about(held))
        step(submit, dropped, people["kusano"])
        step(drop, dropped, people["kusano"], comment="取りやめ")
        elsewhere = decided(draft(people, subject=("casework.case", str(uuid.uuid4()))), people)
        without = decided(draft(people), people)

        for key in (str(waiting.pk), str(dropped.pk), str(elsewhere.pk), str(without.pk), "999999", "x", "", "9" * 30):
            assert DecidedPaper().leave(key, Request("letter", "shicho", about(held))) is None, key

    def test_a_case_with_no_such_key_has_none(self) -> None:
        people = make_office()
        paper = decided(draft(people, subject=("casework.case", str(uuid.uuid4()))), people)

        assert DecidedPaper().leave(str(paper.pk), Request("letter", "shicho", ("casework.case", "no-key"))) is None
