"""Computed values, fee tables and branches in the builder: chosen, checked by the rule language, shown in words."""

import pytest
from django.test import Client

from tests.civic.procedures.samples import stall
from tests.civic.procedures.test_builder_pages import NOTIFIED, address, desk, draft, post, words, written
from todoke.base.clock import now
from todoke.civic.procedures.actions.drafting import save_draft

__all__ = ["desk", "draft"]

LABEL = words("label", "広さと日数", "広（ひろ）さ", "Area")


def one(key: str = "sum1") -> str:
    return address("-computed", computed=key)


def add_area_and_two(client: Client) -> None:
    lines = {"term_0": "name:area", "term_1": "number:", "value_1": "2", "joint_1": "multiply"}
    answer = post(client, address("-new-computed"), {**LABEL, **lines, "save": "1"})
    assert answer.status_code == 302


def test_a_value_is_put_together_line_by_line(desk, draft):
    new = address("-new-computed")

    first = post(desk, new, {**LABEL, "more": "1", "new": "name:area"}).content.decode()
    second = post(
        desk, new, {**LABEL, "term_0": "name:area", "more": "1", "new": "number:", "new_joint": "multiply"}
    ).content.decode()

    assert 'value="name:area"' in first
    assert 'value="広さと日数"' in second
    assert 'value="multiply" selected' in second
    up = {"term_0": "name:area", "term_1": "number:", "value_1": "2", "joint_1": "subtract", "up": "1"}
    assert "2 − 広さ" in post(desk, new, {**LABEL, **up}).content.decode()
    assert "computed" not in written()["form"]
    add_area_and_two(desk)
    formula = {"op": "multiply", "of": [{"name": "area"}, {"number": 2}]}
    label = {"ja": "広さと日数", "ja-easy": "広（ひろ）さ", "en": "Area"}
    assert written()["form"]["computed"] == {"sum1": {"label": label, "formula": formula}}
    assert "広さ × 2" in desk.get(address("-computed-values")).content.decode()


def test_what_the_rule_language_finds_wrong_stands_at_its_line(desk, draft):
    lines = {"term_0": "name:area", "term_1": "yen:", "value_1": "500", "joint_1": "add"}
    nothing = {"term_0": "number:", "value_0": "二", "save": "1"}

    mixed = post(desk, address("-new-computed"), {**LABEL, **lines, "save": "1"})
    wrong = post(desk, address("-new-computed"), {**LABEL, **nothing})
    empty = post(desk, address("-new-computed"), {**LABEL, "save": "1"})

    assert [answer.status_code for answer in (mixed, wrong, empty)] == [422, 422, 422]
    assert "一緒に使えません" in mixed.content.decode()
    assert 'value="500"' in mixed.content.decode()
    assert "数字で書いてください" in wrong.content.decode()
    assert "一つ以上選んでください" in empty.content.decode()
    assert "computed" not in written()["form"]


def test_a_value_is_changed_rounded_and_removed(desk, draft):
    add_area_and_two(desk)
    shown = desk.get(one()).content.decode()
    lines = {"term_0": "name:area", "term_1": "number:", "value_1": "2", "drop_1": "1", "way": "up", "unit": "10"}
    post(desk, one(), {**LABEL, **lines, "save": "1"})

    assert 'value="2"' in shown
    rounded = {"op": "round", "way": "up", "to": 10, "of": [{"name": "area"}]}
    assert written()["form"]["computed"]["sum1"]["formula"] == rounded
    post(desk, address("-act"), {"act": "computed-remove:sum1"})
    assert written()["form"]["computed"] == {}


def test_a_value_beyond_lines_is_shown_and_kept_until_lines_replace_it(desk, clerk):
    document = stall(**NOTIFIED)
    beyond = {"op": "min", "of": [{"name": "area"}, 30]}
    document["form"]["computed"] = {"most": {"label": {"ja": "広さ、多くて30"}, "formula": beyond}}
    save_draft(document, viewer=clerk, at=now())

    shown = desk.get(one("most")).content.decode()
    post(desk, one("most"), {**LABEL, "save": "1"})
    kept = written()["form"]["computed"]["most"]
    post(desk, one("most"), {**LABEL, "term_0": "name:area", "save": "1"})

    assert "広さ、30のうち最小" in shown
    assert "選んで作る形では表せません" in shown
    assert (kept["formula"], kept["label"]["ja"]) == (beyond, "広さと日数")
    assert written()["form"]["computed"]["most"]["formula"] == {"name": "area"}


def test_a_value_is_shown_on_a_page_and_asked_in_conditions(desk, draft):
    page = address("-page", page="stall")
    assert "計算した値" not in desk.get(page).content.decode()
    add_area_and_two(desk)

    made = post(desk, page, {"what": "add", "add-kind": "paperwork.computed", **words("add-label", "計算した広さ")})
    post(desk, made["Location"], {**words("label", "計算した広さ"), "set_of": "sum1"})
    rule = address("-rule", place="visible:again")
    post(desk, rule, {"name_0": "sum1", "comparison_0": "more", "value_0": "10", "joined": "and"})
    kept = post(desk, address("-act"), {"act": "computed-remove:sum1"})

    asked = written()["form"]["pages"][1]["questions"]
    assert asked[3]["settings"] == {"of": "sum1"}
    assert asked[1]["visible"] == {"op": "more", "of": [{"name": "sum1"}, 10]}
    assert kept.status_code == 409
    assert "計算した広さ" in kept.content.decode()
    early = desk.get(address("-rule", place="visible:area")).content.decode()
    assert 'value="sum1"' not in early


def test_a_value_that_cannot_be_read_is_mended_on_its_page(desk, clerk):
    document = stall(**NOTIFIED)
    document["form"]["computed"] = {"a.b": {"label": {"ja": "壊れた計算"}, "formula": {"name": "ghost"}}}
    save_draft(document, viewer=clerk, at=now())

    overview = desk.get(address("")).content.decode()
    shown = desk.get(one("a.b"))

    assert one("a.b") in overview
    assert "「ghost」という項目はありません" in shown.content.decode()


@pytest.mark.parametrize("key", ["ghost", "area"])
def test_a_value_that_is_not_there_has_no_page(desk, draft, key):
    assert desk.get(one(key)).status_code == 404
    assert post(desk, address("-act"), {"act": f"computed-remove:{key}"}).status_code == 404


def fee_of(yen, how="first"):
    lines = {f"yen_{number}": str(each) for number, each in enumerate(yen)}
    return {**words("words", "占用料"), "basis": "見本条例別表", "how": how, **lines}


def choose(client, number, comparison):
    row = {"name_0": "again", "comparison_0": comparison, "value_0": "", "joined": "and"}
    return post(client, address("-rule", place=f"fee:{number}"), row)


def test_a_table_of_conditions_and_amounts_is_made_by_choosing(desk, draft):
    post(desk, address("-fee"), fee_of([500, 1000, 700]))
    unfinished = desk.get(address("-fee")).content.decode()
    choose(desk, 0, "yes")
    choose(desk, 1, "no")

    assert "金額2：ここには決して来ません" in unfinished
    again = {"name": "again"}
    assert written()["fee"]["formula"] == {
        "op": "if",
        "cases": [
            {"when": {"op": "equal", "of": [again, True]}, "then": {"yen": 500}},
            {"when": {"op": "equal", "of": [again, False]}, "then": {"yen": 1000}},
        ],
        "otherwise": {"yen": 700},
    }
    shown = desk.get(address("-fee")).content.decode()
    assert "ほかの行に当てはまらないとき" in shown
    assert "金額3：ここには決して来ません" in shown
    post(desk, address("-act"), {"act": "fee-line:2"})
    post(desk, address("-act"), {"act": "fee-up:1"})
    assert [case["then"] for case in written()["fee"]["formula"]["cases"]] == [{"yen": 1000}, {"yen": 500}]


def test_a_computed_amount_is_the_fee_itself_and_is_not_multiplied(desk, draft):
    lines = {"term_0": "name:area", "term_1": "yen:", "value_1": "501", "joint_1": "multiply"}
    post(desk, address("-new-computed"), {**LABEL, **lines, "way": "down", "unit": "1", "is_yen": "1", "save": "1"})
    told = {**fee_of([], how="sum"), "per_0": "sum1"}

    refused = post(desk, address("-fee"), {**told, "yen_0": "5"})
    post(desk, address("-fee"), told)

    assert refused.status_code == 422
    assert "金額どうしは掛けられません" in refused.content.decode()
    assert written()["fee"]["formula"] == {"name": "sum1"}


def test_a_condition_that_never_holds_is_told(desk, draft):
    rule = address("-rule", place="visible:plan")
    both = {"name_0": "again", "comparison_0": "yes", "name_1": "again", "comparison_1": "no", "joined": "and"}

    post(desk, rule, {**both, "value_0": "", "value_1": ""})

    assert "この条件に当てはまることはありません" in desk.get(rule).content.decode()


def row(number, amount, *cells):
    boxes = {f"cell_{number}_{at}_{part}": text for at, texts in enumerate(cells) for part, text in enumerate(texts)}
    return {f"amount_{number}": amount, **boxes}


NAMED = {**words("words", "占用料"), "basis": "見本条例別表"}


def test_a_table_over_two_questions_is_made_by_filling_it(desk, draft):
    new = f"{address('-new-table')}?by=again&by=area"
    rows = {**row(0, "100", ("true",), ("", "")), **row(1, "300", ("false",), ("", "10"))}
    last = row(2, "500", ("false",), ("10", ""))

    blank = desk.get(new).content.decode()
    gap = post(desk, new, {**NAMED, **rows, "save": "1"})
    double = post(desk, new, {**NAMED, **rows, **row(2, "500", ("false",), ("9", "")), "save": "1"})
    wrong = post(desk, new, {**NAMED, **rows, **row(2, "五百", ("false",), ("10", "")), "save": "1"})
    post(desk, new, {**NAMED, **rows, **last, "per": "area", "save": "1"})

    assert blank.count("<tr>") == 1 + 2 + 3
    assert [answer.status_code for answer in (gap, double, wrong)] == [422, 422, 422]
    assert "当てはまる行がない場合があります" in gap.content.decode()
    assert "3行目が2行目と重なっています" in double.content.decode()
    assert "数字で書いてください" in wrong.content.decode()
    assert 'value="五百"' in wrong.content.decode()
    formula = written()["fee"]["formula"]
    lookup = {"op": "look-up", "table": "fees", "of": [{"name": "again"}, {"name": "area"}]}
    assert formula["value"] == {"op": "multiply", "of": [{"name": "area"}, lookup]}
    assert formula["tables"]["fees"]["rows"] == [
        {"when": [[True], None], "then": 100},
        {"when": [[False], {"below": 10}], "then": 300},
        {"when": [[False], {"from": 10}], "then": 500},
    ]


def test_the_rows_of_a_table_are_changed_added_and_removed(desk, draft):
    rows = {**row(0, "100", ("true",)), **row(1, "300", ("false",))}
    post(desk, f"{address('-new-table')}?by=again", {**NAMED, **rows, "save": "1"})
    there = address("-table", table="fees")
    before = written()

    shown = desk.get(there).content.decode()
    post(desk, there, {**rows, "save": "1"})
    unchanged = written()
    more = post(desk, there, {**rows, **row(2, "", ("true",)), "more": "1"}).content.decode()
    post(
        desk,
        there,
        {**row(0, "150", ("true",)), **row(1, "300", ("false",)), "drop_1": "1", "otherwise": "900", "save": "1"},
    )

    assert 'value="300"' in shown
    assert unchanged == before
    assert more.count("<tr>") == 1 + 3 + 3
    table = written()["fee"]["formula"]["tables"]["fees"]
    assert (table["rows"], table["otherwise"]) == ([{"when": [[True]], "then": 150}], 900)
    assert there in desk.get(address("-fee")).content.decode()


def test_a_table_needs_a_question_and_one_that_is_not_there_has_no_page(desk, draft):
    assert desk.get(f"{address('-new-table')}?by=applicant.name")["Location"] == address("-fee")
    assert desk.get(address("-table", table="fees")).status_code == 404


def test_a_line_whose_question_was_removed_meanwhile_is_named_before_anything_is_kept(desk, draft):
    lines = {"term_0": "name:area", "term_1": "name:gone", "joint_1": "add"}

    told = post(desk, address("-new-computed"), {**LABEL, **lines, "save": "1"})

    assert told.status_code == 409
    assert "1行は、使っていた質問か計算が消された" in told.content.decode()
    assert 'value="name:area"' in told.content.decode()
    assert "computed" not in written()["form"]
