"""The builder's pure functions: a document in, a new one out, and the old one as it was."""

import copy
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.civic.procedures.samples import stall
from todoke.base.formulas import Circumstances, Kind, Name, compile_formula
from todoke.civic.procedures.building import pages
from todoke.civic.procedures.building.conditions import (
    OFFERED,
    WITHOUT_VALUE,
    Clause,
    Comparison,
    NoValue,
    Rule,
    rule_of,
    written,
)
from todoke.civic.procedures.building.differences import differences
from todoke.civic.procedures.building.fees import FeeLine, How, Tariff, formula_of, tariff_of
from todoke.civic.procedures.building.mending import Area, mendings
from todoke.civic.procedures.building.pages import NotThere, StillUsed
from todoke.civic.procedures.building.parts import (
    move_fee_line,
    put_entry,
    put_rule,
    remove_entry,
    remove_fee_line,
    rule_at,
    with_parts,
)
from todoke.civic.procedures.building.texts import percentage_done, texts_in, with_texts
from todoke.civic.procedures.document import read_procedure
from todoke.shared.paperwork.types import Fault

WORDS = {"ja": "質問"}
COLOURS = {"red": {"ja": "赤"}, "blue": {"ja": "青"}}
SCOPE = {
    "yes": Name("yes", Kind.TRUTH, WORDS),
    "colour": Name("colour", Kind.CHOICE, WORDS, COLOURS),
    "colours": Name("colours", Kind.CHOICES, WORDS, COLOURS),
    "area": Name("area", Kind.NUMBER, WORDS),
    "people": Name("people", Kind.NUMBER, WORDS, whole=True),
    "income": Name("income", Kind.MONEY, WORDS),
    "born": Name("born", Kind.DATE, WORDS),
    "name": Name("name", Kind.TEXT, WORDS),
}
VALUES = {
    "colour": st.sampled_from(list(COLOURS)),
    "colours": st.sampled_from(list(COLOURS)),
    "area": st.decimals(-(10**9), 10**9, places=3).map(lambda number: format(_plain(number), "f")),
    "people": st.integers(0, 10**6).map(str),
    "income": st.integers(0, 10**9).map(str),
    "born": st.dates().map(str),
    "name": st.text(st.characters(categories=["L"]), min_size=1, max_size=20),
}


def _plain(number: Decimal) -> Decimal:
    return Decimal(int(number)) if number == int(number) else number.normalize()


@st.composite
def clauses(draw: st.DrawFn) -> Clause:
    name = draw(st.sampled_from(list(SCOPE)))
    comparison = draw(st.sampled_from(OFFERED[SCOPE[name].kind]))
    if comparison in WITHOUT_VALUE:
        return Clause(name, comparison)
    if comparison in (Comparison.AGE_FROM, Comparison.AGE_BELOW):
        return Clause(name, comparison, str(draw(st.integers(0, 120))))
    return Clause(name, comparison, draw(VALUES[name]))


@given(st.lists(clauses(), min_size=1, max_size=5), st.sampled_from(["and", "or"]))
def test_what_is_chosen_is_a_sound_condition_and_is_read_back(lines: list[Clause], joined: str) -> None:
    rule = Rule(tuple(lines), joined if len(lines) > 1 else "and")

    formula = written(rule, SCOPE)

    assert compile_formula(formula, SCOPE, Kind.TRUTH).words()
    assert rule_of(formula, SCOPE) == rule


@pytest.mark.parametrize(
    "formula",
    [
        {"op": "more", "of": [{"op": "add", "of": [{"name": "area"}, 1]}, 3]},
        {"op": "and", "of": [{"op": "or", "of": [{"op": "answered", "of": [{"name": "area"}]}]}]},
        {"op": "equal", "of": [{"name": "ghost"}, 1]},
        {"op": "equal", "of": [{"name": "colour"}, "green"]},
        {"op": "includes-any", "of": [{"name": "colours"}], "values": ["red", "blue"]},
        {"op": "not", "of": [{"op": "equal", "of": [{"name": "yes"}, True]}]},
        {"op": "at-least", "of": [{"op": "age-on", "of": [{"name": "born"}, {"date": "2026-04-01"}]}, 18]},
        {"name": "yes"},
        True,
    ],
)
def test_the_chooser_leaves_alone_what_it_cannot_show(formula: object) -> None:
    assert rule_of(formula, SCOPE) is None


@pytest.mark.parametrize(
    "clause",
    [
        Clause("area", Comparison.MORE, "多い"),
        Clause("area", Comparison.MORE, ""),
        Clause("area", Comparison.MORE, "1e99"),
        Clause("income", Comparison.MORE, "1.5"),
        Clause("colour", Comparison.IS, "green"),
        Clause("colours", Comparison.INCLUDES, ""),
        Clause("born", Comparison.LESS, "昨日"),
        Clause("born", Comparison.AGE_FROM, "-1"),
        Clause("name", Comparison.IS, " "),
        Clause("name", Comparison.MORE, "3"),
    ],
)
def test_a_value_that_cannot_be_read_is_told(clause: Clause) -> None:
    with pytest.raises(NoValue) as missing:
        written(Rule((clause,)), SCOPE)

    assert str(missing.value.says)


WHEN = {"op": "equal", "of": [{"name": "yes"}, True]}
LINES = st.lists(
    st.builds(FeeLine, st.integers(0, 10**7), st.sampled_from(["", "area", "people"]), st.sampled_from([None, WHEN]))
    | st.builds(FeeLine, st.none(), st.just("income"), st.sampled_from([None, WHEN])),
    min_size=1,
    max_size=6,
)


@given(LINES)
def test_a_fee_in_lines_is_a_sum_and_is_read_back(lines: list[FeeLine]) -> None:
    tariff = Tariff(tuple(lines))

    formula = formula_of(tariff, SCOPE)

    assert compile_formula(formula, SCOPE, Kind.MONEY)
    assert tariff_of(formula) == tariff


@given(LINES)
def test_a_table_of_conditions_and_amounts_says_the_same_when_it_is_read_back(lines: list[FeeLine]) -> None:
    formula = formula_of(Tariff(tuple(lines), How.FIRST), SCOPE)
    back = tariff_of(formula)

    assert compile_formula(formula, SCOPE, Kind.MONEY)
    assert back is not None
    assert back.lines in (tuple(lines), tuple(lines[:-1]))
    assert all(_cost(back, yes) == _cost(Tariff(tuple(lines), How.FIRST), yes) for yes in (True, False))


def _cost(tariff: Tariff, yes: bool) -> object:
    formula = compile_formula(formula_of(tariff, SCOPE), SCOPE, Kind.MONEY)
    answers = {"yes": yes, "area": 2, "people": 3, "income": 400}
    return formula.value(answers, Circumstances(date(2026, 6, 1), lambda _day: True))


TABLE = Tariff((FeeLine(300, "", WHEN), FeeLine(200, "people", {"op": "not", "of": [WHEN]}), FeeLine(900)), How.FIRST)


@pytest.mark.parametrize(
    ("yes", "people", "yen"), [(True, 3, 300), (False, 3, 600), (None, 3, None), (False, None, None)]
)
def test_the_first_line_that_holds_is_the_fee(yes: bool | None, people: int | None, yen: int | None) -> None:
    formula = compile_formula(formula_of(TABLE, SCOPE), SCOPE, Kind.MONEY)

    answers = {"yes": yes, "people": people}

    assert formula.value(answers, Circumstances(date(2026, 6, 1), lambda _day: True)) == yen


def test_lines_of_a_fee_are_moved_and_removed() -> None:
    fee = {"words": {"ja": "料"}, "basis": "別表", "formula": formula_of(TABLE, SCOPE)}
    document = stall(fee=fee)

    moved = move_fee_line(document, "1", -1, SCOPE)
    edge = move_fee_line(document, "0", -1, SCOPE)
    gone = remove_fee_line(document, "2", SCOPE)
    for _each in range(2):
        gone = remove_fee_line(gone, "0", SCOPE)

    assert [line.yen for line in tariff_of(moved["fee"]["formula"]).lines] == [200, 300, 900]  # type: ignore[union-attr]
    assert edge == document
    assert "fee" not in gone
    with pytest.raises(NotThere):
        move_fee_line(document, "3", 1, SCOPE)


@pytest.mark.parametrize(
    "formula",
    [
        {"op": "look-up", "table": "fees", "of": [{"name": "colour"}]},
        {"op": "yen", "way": "up", "of": [{"op": "multiply", "of": [{"name": "area"}, {"yen": 1}]}]},
        {"op": "if", "cases": [{"when": WHEN, "then": {"op": "min", "of": [1, 2]}}], "otherwise": 2},
        {"op": "add", "of": [1, {"op": "if", "cases": [{"when": WHEN, "then": 1}], "otherwise": 2}]},
        {"op": "if", "cases": [], "otherwise": 2},
        {"op": "if", "cases": [WHEN], "otherwise": 2},
        {"op": "if"},
        {"op": "yen", "way": "down", "of": []},
        {"op": "multiply", "of": [{"name": "area"}, {"name": "people"}]},
        None,
    ],
)
def test_a_fee_beyond_lines_is_left_alone(formula: object) -> None:
    assert tariff_of(formula) is None


def test_the_document_that_came_in_is_never_changed() -> None:
    before = stall()
    kept = copy.deepcopy(before)

    pages.add_page(before, {"ja": "三"})
    pages.add_question(before, "you", {"kind": "paperwork.date", "label": {"ja": "日"}})
    pages.move_question(before, "applicant.mail", 1)
    pages.remove_question(before, "applicant.name")
    pages.change_question(before, "area", help={"ja": "x"})
    put_rule(before, "visible:plan", None, {})
    with_texts(before, {"name": {"ja": "x", "en": "y"}})
    with_parts(before, fee=None)
    remove_entry(before, "tests", 0)

    assert before == kept


def test_a_question_moves_within_its_page_and_over_its_edge() -> None:
    document = pages.move_question(stall(), "again", -1)
    over = pages.move_question(document, "again", -1)
    back = pages.move_question(over, "again", 1)
    at_the_end = pages.move_question(back, "plan", 1)

    assert _keys(document) == [["applicant.name", "applicant.mail"], ["again", "area", "plan"]]
    assert _keys(over) == [["applicant.name", "applicant.mail", "again"], ["area", "plan"]]
    assert _keys(at_the_end) == _keys(document)


def _keys(document: object) -> list[list[str]]:
    return [[question["key"] for question in page["questions"]] for page in document["form"]["pages"]]  # type: ignore[index]


def test_a_question_takes_along_what_hangs_on_it() -> None:
    document = stall(
        addressee=["applicant.name"], letters={"granted": {"letter": "x", "facts": {"name": "applicant.name"}}}
    )

    made = pages.remove_question(pages.remove_question(document, "plan"), "applicant.name")

    assert made["attachments"] == []
    assert made["addressee"] == []
    assert made["letters"]["granted"]["facts"] == {}
    assert made["tests"][0]["expects"]["left_out"] == []
    assert read_procedure(made).form.question("plan") is None


def test_a_question_and_its_page_stay_while_something_speaks_about_it() -> None:
    with pytest.raises(StillUsed) as used:
        pages.remove_question(stall(), "area")
    with pytest.raises(StillUsed):
        pages.remove_page(stall(), "stall")

    assert used.value.places == ("広さは1平方メートルからです。", "占用料")
    assert len(pages.remove_page(stall(), "you")["form"]["pages"]) == 1


@pytest.mark.parametrize("place", ["visible:ghost", "page:ghost", "condition:9", "needed:x", "fee:9", "colour:1", ""])
def test_a_place_that_is_not_there_is_told(place: str) -> None:
    with pytest.raises(NotThere):
        rule_at(stall(), place)


def test_rules_are_put_where_they_belong_and_taken_away() -> None:
    scope = {"area": SCOPE["area"]}
    made = put_rule(stall(), "fee:0", WHEN, scope)
    gone = put_rule(put_rule(made, "condition:0", None, scope), "left-out:0", None, scope)

    assert rule_at(made, "fee:0") == WHEN
    assert gone["conditions"][0]["formula"] is True
    assert gone["attachments"][0]["left_out"] is False
    assert rule_at(gone, "condition:0") is None
    assert read_procedure(gone)


def test_an_entry_is_put_in_its_place_or_at_the_end() -> None:
    one = {"formula": True, "says": {"ja": "一"}}

    assert put_entry(stall(), "conditions", 0, one)["conditions"] == [one]
    assert put_entry(stall(), "conditions", 7, one)["conditions"][1] == one


def test_texts_stand_side_by_side_and_say_how_far_they_are() -> None:
    document = stall()
    places = [each.place for each in texts_in(document)]

    made = with_texts(document, {place: {"en": "English"} for place in places} | {"nowhere/0": {"en": "x"}})

    assert "name" in places
    assert "form/pages/0/questions/0/label" in places
    assert not any(place.startswith("tests") for place in places)
    assert percentage_done(document, "en") < 20
    assert percentage_done(made, "en") == 100
    assert percentage_done(with_texts(made, {"name": {"en": " ", "ja": ""}}), "en") < 100


@pytest.mark.parametrize(
    ("where", "area", "page", "question", "number"),
    [
        ("name.ja", Area.BASICS, "", "", None),
        ("form.title", Area.FORM, "", "", None),
        ("form.pages.1.visible", Area.FORM, "stall", "", None),
        ("form.pages.1.questions.2.settings.most", Area.FORM, "stall", "plan", None),
        ("form.pages.9", Area.FORM, "", "", None),
        ("route", Area.HANDLING, "", "", None),
        ("letters.granted", Area.HANDLING, "", "", None),
        ("conditions.0.formula/of/0/name", Area.WHO, "", "", 0),
        ("attachments.0", Area.PAPERS, "", "", 0),
        ("fee.formula", Area.FEE, "", "", None),
        ("tests.0", Area.TESTS, "", "", 0),
    ],
)
def test_a_fault_leads_to_the_page_where_it_is_mended(where, area, page, question, number) -> None:
    found = mendings(stall(), [Fault(where, "x")])[0]

    assert (found.area, found.page, found.question, found.number) == (area, page, question, number)


def test_differences_are_told_in_words() -> None:
    old = read_procedure(stall())
    new = stall(level="card", summary={"ja": "新しい説明です。"}, conditions=[], tests=[])
    new["attachments"][0]["basis"] = "見本条例第3条"
    new["fee"]["basis"] = "別表2"

    told = [(each.about, each.says, each.before, each.after) for each in differences(old, read_procedure(new))]

    assert ("説明", "文が変わりました（ja）。", "道に屋台を出すときの許可です。", "新しい説明です。") in told
    assert ("本人確認の段階", "変わりました。", "確かめない", "マイナンバーカードで確かめる") in told
    assert next(each[1] for each in told if each[0] == "申請できる条件") == "なくなりました。"
    assert len([each for each in told if each[0] in ("添付書類", "手数料")]) == 4
    assert ("テスト「去年も出した人は図が要らない」", "なくなりました。", "", "") in told
    assert differences(old, old) == []


def test_a_changed_amount_of_a_table_is_told() -> None:
    rows = [{"when": [[True], {"from": 1, "below": 5}], "then": 100}, {"when": [[False], None], "then": 1200}]
    table = {"words": "別表", "columns": ["truth", "number"], "gives": "money", "rows": rows, "otherwise": 0}
    look_up = {"op": "look-up", "table": "fees", "of": [{"name": "again"}, {"name": "area"}]}
    fee = {"words": {"ja": "料"}, "basis": "別表", "formula": {"tables": {"fees": table}, "value": look_up}}
    old = read_procedure(copy.deepcopy(stall(fee=fee)))
    rows[0]["then"] = 150
    table["otherwise"] = 300

    told = [(each.says, each.before, each.after) for each in differences(old, read_procedure(stall(fee=fee)))]

    assert told == [
        ("なくなりました。", "料金表「別表」はい、1以上5未満：100円", ""),
        ("なくなりました。", "料金表「別表」どの行にも当てはまらないとき：0円", ""),
        ("増えました。", "", "料金表「別表」はい、1以上5未満：150円"),
        ("増えました。", "", "料金表「別表」どの行にも当てはまらないとき：300円"),
    ]
