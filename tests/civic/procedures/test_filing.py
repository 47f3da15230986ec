"""From the first page to the end of the case."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.civic.procedures.samples import TYPED, stall
from todoke.base.clock import in_japan, now
from todoke.civic.procedures.actions import deciding
from todoke.civic.procedures.actions.drafting import publish, save_draft
from todoke.civic.procedures.actions.filing import Filer, begin, submit, take_payment
from todoke.civic.procedures.actions.following import answer_correction, ask_correction, settle, withdraw
from todoke.civic.procedures.actions.refusals import CannotApply, LevelTooLow, NotAllowed, NotOffered, NotPayable
from todoke.civic.procedures.effects import address_of
from todoke.civic.procedures.follower import FOLLOWER
from todoke.civic.procedures.models import Filing, PaperCount, Tally
from todoke.ground.people.rules import ANONYMOUS, Level
from todoke.shared.casework.actions.acting import act
from todoke.shared.casework.actions.recording import Actor
from todoke.shared.decisions.models import Decision
from todoke.shared.paperwork.actions.responses import Incomplete, Posted, take
from todoke.shared.paperwork.models import Channel

HOLDER = Actor("holder")


def filed(filing: Filing) -> Filing:
    submit(filing, submit_key="k", viewer=ANONYMOUS, at=now())
    filing.refresh_from_db()
    return filing


def test_what_is_handed_in_is_a_case_with_its_quote_and_its_papers(filled_in):
    receipt = submit(filled_in, submit_key="k", viewer=ANONYMOUS, at=now())

    filing = Filing.objects.get()
    assert receipt.is_new
    assert filing.case is not None
    assert filing.case.number.startswith("doboku-")
    assert filing.case.arrived_at == receipt.arrived_at == filing.filed_at
    assert (filing.fee_state, filing.fee_yen, filing.quote["yen"]) == ("due", 2000, 2000)
    assert list(PaperCount.objects.values_list("question", "outcome", "instead")) == [("plan", "left_out", "held")]
    assert filing.case.custody_id == filing.response.custody_id


def test_the_second_click_gets_the_same_receipt_and_no_second_case(filled_in):
    first = submit(filled_in, submit_key="k", viewer=ANONYMOUS, at=now())
    second = submit(filled_in, submit_key="k", viewer=ANONYMOUS, at=now())

    assert (second.code, second.is_new) == (first.code, False)
    assert Tally.objects.get().filings == 1


def test_who_may_not_apply_is_told_why_and_nothing_is_filed(filled_in):
    take(filled_in.response, Posted({"area": {"": ["0"]}}), at=now())

    with pytest.raises(CannotApply) as refusal:
        submit(filled_in, submit_key="k", viewer=ANONYMOUS, at=now())

    assert [words.say("ja") for words in refusal.value.reasons] == ["広さは1平方メートルからです。"]
    filled_in.response.refresh_from_db()
    assert filled_in.response.state == "draft"


def test_what_is_missing_is_not_filed(version):
    filing = begin(version, Filer(ANONYMOUS), at=now())

    with pytest.raises(Incomplete):
        submit(filing, submit_key="k", viewer=ANONYMOUS, at=now())


def test_a_level_is_asked_at_the_beginning_and_again_at_the_end(clerk):
    draft = save_draft(stall(flow="notification", route="", level="card"), viewer=clerk, at=now())
    version = publish(draft.procedure, viewer=clerk, at=now())
    shown = replace(ANONYMOUS, resident_id=None, level=Level.CARD)

    with pytest.raises(LevelTooLow):
        begin(version, Filer(replace(ANONYMOUS, level=Level.COUNTER)), at=now())
    filing = begin(version, Filer(shown), at=now())
    take(filing.response, Posted(TYPED), at=now())
    with pytest.raises(LevelTooLow):
        submit(filing, submit_key="k", viewer=ANONYMOUS, at=now())
    assert submit(filing, submit_key="k", viewer=shown, at=now()).is_new


def test_a_clerk_takes_it_at_the_counter_and_it_is_the_same_case(clerk, version):
    filing = begin(version, Filer(clerk), at=now(), channel=Channel.COUNTER)
    take(filing.response, Posted(TYPED), at=now())
    submit(filing, submit_key="k", viewer=clerk, at=now())

    filing.refresh_from_db()
    assert filing.case is not None
    assert filing.case.arrived_by == "counter"
    assert filing.response.entered_by == "杉本 剛"


@pytest.mark.parametrize(("channel", "refusal"), [(Channel.COUNTER, NotAllowed), (Channel.POST, NotOffered)])
def test_nobody_else_files_for_the_counter_and_nobody_by_a_way_that_is_not_offered(version, channel, refusal):
    with pytest.raises(refusal):
        begin(version, Filer(ANONYMOUS), at=now(), channel=channel)


def test_a_correction_opens_two_answers_and_stops_the_clock(clerk, filled_in):
    filing = filed(filled_in)
    task = ask_correction(
        filing, ["area", "again"], reason="広さが図と違います。", revision=filing.case.revision, viewer=clerk, at=now()
    )
    filing.case.refresh_from_db()

    assert (task.fields, filing.case.state, filing.case.is_stopped) == (["again", "area"], "correcting", True)

    take(filing.response, Posted({"area": {"": ["5"]}, "applicant.mail": {"": ["x@example.jp"]}}), at=now())
    receipt = answer_correction(filing, submit_key="k2", by=HOLDER, at=now())
    again = answer_correction(filing, submit_key="k2", by=HOLDER, at=now())
    filing.case.refresh_from_db()

    assert (receipt.is_new, again.is_new) == (True, False)
    assert (filing.case.state, filing.case.is_stopped) == ("received", False)
    assert address_of(filing) == "nagisa@example.jp"


def test_a_correction_is_asked_once_by_two_clicks(clerk, filled_in):
    filing = filed(filled_in)
    told = {"reason": "図と違います。", "revision": filing.case.revision, "viewer": clerk, "at": now()}

    first = ask_correction(filing, ["area"], **told)
    second = ask_correction(filing, ["area"], **told)

    assert first.pk == second.pk


def test_it_can_be_taken_back_until_it_is_decided(clerk, filled_in):
    filing = filed(filled_in)

    withdraw(filing, by=HOLDER, at=now())
    withdraw(filing, by=HOLDER, at=now())
    filing.case.refresh_from_db()

    assert filing.case.outcome == "withdrawn"


def test_what_has_ended_cannot_be_taken_back(clerk, filled_in):
    filing = filed(filled_in)
    act(filing.case.key, "accept", viewer=clerk, revision=filing.case.revision, at=now())

    with pytest.raises(NotOffered):
        withdraw(filing, by=HOLDER, at=now())


def test_the_end_closes_the_custody_and_tells_the_tally_once(clerk, filled_in):
    filing = filed(filled_in)
    act(filing.case.key, "accept", viewer=clerk, revision=filing.case.revision, at=now())

    assert FOLLOWER.step() == 1
    assert FOLLOWER.step() == 0

    filing.refresh_from_db()
    filing.response.custody.refresh_from_db()
    assert filing.response.custody.closed_on == in_japan(now()).date()
    assert not settle(filing, at=now())
    assert sorted(Tally.objects.values_list("outcome", "filings", "papers_left_out", "fee_yen")) == [
        ("", 1, 1, 2000),
        ("accepted", 1, 1, 2000),
    ]


def test_a_fee_is_paid_once(clerk, filled_in):
    filing = filed(filled_in)

    take_payment(filing, note="領収第1号", viewer=clerk, at=now())
    paid_at = Filing.objects.get().paid_at
    take_payment(filing, note="二度目", viewer=clerk, at=now() + timedelta(minutes=1))

    filing.refresh_from_db()
    assert (filing.fee_state, filing.paid_note, filing.paid_at) == ("paid", "領収第1号", paid_at)


def test_who_may_not_take_money_does_not(filled_in):
    filing = filed(filled_in)

    with pytest.raises(NotAllowed):
        take_payment(filing, note="", viewer=ANONYMOUS, at=now())


def test_where_nothing_is_due_nothing_is_paid(clerk, filled_in):
    with pytest.raises(NotPayable):
        take_payment(filled_in, note="", viewer=clerk, at=now())


@pytest.fixture
def examined(clerk):
    """A stall that goes the way of a permit, being examined; without letters."""
    flow = stall()
    flow["letters"] = {"granted": "senyo-kyoka", "refused": "senyo-fukyoka"}
    draft = save_draft(flow, viewer=clerk, at=now())
    filing = begin(publish(draft.procedure, viewer=clerk, at=now()), Filer(ANONYMOUS), at=now())
    take(filing.response, Posted(TYPED), at=now())
    filing = filed(filing)
    filing.case = act(filing.case.key, "examine", viewer=clerk, revision=filing.case.revision, at=now())
    return filing


def proposed(filing, clerk, outcome="granted"):
    return deciding.propose(
        filing,
        outcome=outcome,
        body="許可してよろしいか伺います。",
        reasons=["通行に支障がないため。"],
        facts={},
        revision=filing.case.revision,
        viewer=clerk,
        at=now(),
    )


@pytest.mark.parametrize(
    ("outcome", "phase", "state"),
    [("granted", "decided", "granted"), ("refused", "decided", "refused"), ("granted", "dropped", "examining")],
)
def test_the_case_goes_where_the_decision_sends_it(clerk, examined, outcome, phase, state):
    proposal = proposed(examined, clerk, outcome)
    examined.case.refresh_from_db()
    assert examined.case.state == "deciding"

    ended = {"decided_at": now()} if phase == "decided" else {"dropped_at": now()}
    Decision.objects.filter(pk=proposal.decision_id).update(phase=phase, **ended)
    moved = deciding.follow(proposal, at=now())
    again = deciding.follow(proposal, at=now())

    examined.case.refresh_from_db()
    assert (moved, again, examined.case.state) == (True, False, state)


def test_a_filing_is_put_to_decision_once(clerk, examined):
    first = proposed(examined, clerk)
    second = proposed(examined, clerk)

    assert first.pk == second.pk
    assert Decision.objects.count() == 1


def test_the_reasons_of_a_proposal_lie_sealed(clerk, examined):
    proposal = proposed(examined, clerk)

    assert deciding.reasons_of(proposal) == ["通行に支障がないため。"]
    assert json.dumps("通行").strip('"').encode() not in bytes(proposal.reasons)
