"""What a procedure makes of a filled form: who may, what it costs, which papers; and the tests that staff wrote."""

from datetime import date

import pytest

from tests.civic.procedures.samples import TYPED, stall
from todoke.base.calendar import USUAL
from todoke.base.formulas import Circumstances
from todoke.civic.procedures.document import read_procedure
from todoke.civic.procedures.judging import formulas_of, judge
from todoke.civic.procedures.trials import run_tests
from todoke.shared.paperwork.document import canonical, document_of
from todoke.shared.paperwork.logic import logic_of
from todoke.shared.paperwork.sheet import Entry
from todoke.shared.paperwork.standing import standing_of

DAY = Circumstances(date(2026, 6, 1), USUAL.is_open)


def judged(typed, **changes):
    document = read_procedure(stall(**changes))
    text = canonical(document.form_json)
    standing = standing_of(document_of(text), logic_of(text), {key: Entry(raw) for key, raw in typed.items()}, DAY)
    return judge(document, formulas_of(document), standing, DAY)


def test_the_fee_is_reckoned_from_the_answers_and_says_how():
    quote = judged(TYPED).quote

    assert quote is not None
    assert quote.yen == 2000
    assert quote.as_json()["lines"][0]["basis"] == "見本条例別表"
    assert len(quote.sha256) == 64


def test_a_fee_is_not_promised_before_its_question_is_answered():
    assert judged({"again": {"": ["yes"]}}).quote is None


def test_free_of_charge_is_no_quote():
    assert judged({**TYPED, "area": {"": ["0"]}}).quote is None


@pytest.mark.parametrize(("area", "may"), [("1", True), ("0", False)])
def test_who_may_apply(area, may):
    judgement = judged({**TYPED, "area": {"": [area]}})

    assert judgement.may_apply is may
    assert [words.say("ja") for words in judgement.refusals] == ([] if may else ["広さは1平方メートルからです。"])


@pytest.mark.parametrize(("again", "left_out"), [("yes", True), ("no", False)])
def test_which_papers_can_be_left_out(again, left_out):
    (paper,) = judged({**TYPED, "again": {"": [again]}}).papers

    assert paper.is_left_out is left_out
    assert (paper.instead == "held") is left_out


def test_a_paper_that_the_rule_does_not_ask_for_is_not_among_them():
    paper = {**stall()["attachments"][0], "needed": {"op": "more", "of": [{"name": "area"}, 10]}}

    assert judged(TYPED, attachments=[paper]).papers == ()


def test_the_tests_of_staff_tell_what_came_out_otherwise():
    test = {"name": "高すぎる", "on": "2026-06-01", "typed": {"area": "4", "again": "yes"}, "expects": {"fee": 99}}
    report = run_tests(read_procedure(stall(tests=[test])), USUAL.is_open)

    assert not report.is_green
    assert report.results[0].deviations == ("手数料（円）：「99」のはずでしたが、「2000」でした。",)


def test_the_tests_of_staff_say_what_none_of_them_went_through():
    report = run_tests(read_procedure(stall()), USUAL.is_open)

    assert report.is_green
    assert report.questions_missed == ("applicant.name", "applicant.mail", "plan")
    assert ("attachments.0.left_out", False) in report.branches_missed
    assert 0 < report.percentage_covered < 100


@pytest.mark.parametrize(
    ("expects", "deviates"),
    [
        ({"complete": True}, True),
        ({"complete": False}, False),
        ({"troubled": ["applicant.name"]}, False),
        ({"troubled": []}, True),
        ({"asked": ["plan"]}, True),
        ({"not_asked": ["plan"]}, False),
        ({"left_out": ["plan"]}, False),
        ({"brought": ["plan"]}, True),
        ({"may_apply": False}, True),
        ({"computed": {"sum": "3"}}, True),
    ],
)
def test_each_expectation_can_fail(expects, deviates):
    test = {"name": "t", "on": "2026-06-01", "typed": {"area": "4", "again": "yes"}, "expects": expects}
    (result,) = run_tests(read_procedure(stall(tests=[test])), USUAL.is_open).results

    assert bool(result.deviations) is deviates
