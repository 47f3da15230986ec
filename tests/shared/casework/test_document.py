import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.shared.casework.flows import action, document, title
from todoke.shared.casework.rules.difference import differences
from todoke.shared.casework.rules.document import BrokenFlow, digest, read_flow

EFFECTS = ["casework.demo-succeeds"]


def faults_of(doc: Any) -> list[tuple[str, str]]:
    with pytest.raises(BrokenFlow) as broken:
        read_flow(doc, known_effects=EFFECTS)
    return [(fault.path, str(fault.says)) for fault in broken.value.faults]


def test_a_sound_flow_is_read() -> None:
    flow = read_flow(document(), known_effects=EFFECTS)

    assert (flow.begins, flow.term_days, flow.rolls, flow.retention) == ("received", 10, True, "")
    assert [each.key for each in flow.actions_from("mending")] == ["mended", "withdraw", "give-up"]
    assert [key for key, state in flow.states.items() if state.is_end] == ["granted", "refused", "withdrawn"]
    assert flow.states["mending"].stops


def test_a_version_whose_effects_have_retired_is_still_read() -> None:
    assert read_flow(document()).actions["grant"].effects[0].effect == "casework.demo-succeeds"


def change(part: str, key: str, **values: Any) -> Callable[[dict[str, Any]], None]:
    def apply(doc: dict[str, Any]) -> None:
        next(each for each in doc[part] if each["key"] == key).update(values)

    return apply


def drop(part: str, key: str) -> Callable[[dict[str, Any]], None]:
    def apply(doc: dict[str, Any]) -> None:
        doc[part] = [each for each in doc[part] if each["key"] != key]

    return apply


def add(part: str, each: dict[str, Any]) -> Callable[[dict[str, Any]], None]:
    return lambda doc: doc[part].append(each)


def put(key: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda doc: doc.update({key: value})


USED = {"name": "case.open_days_used"}
NEVER = {"op": "and", "of": [{"op": "less", "of": [USED, 1]}, {"op": "more", "of": [USED, 2]}]}
GHOSTLY = {"op": "answered", "of": [{"name": "ghost"}]}
OPENS = {"key": "x", "title": title("x"), "for": "resident", "then": "mended"}


@pytest.mark.parametrize(
    ("change_it", "path", "says"),
    [
        (put("begins", "nowhere"), "/begins", "はじめの状態「nowhere」がありません。"),
        (add("states", {"key": "island", "title": title("島")}), "/states/6", "「island」に入る操作がありません"),
        (drop("actions", "mended"), "/actions/1/opens/then", "「mended」という操作はありません。"),
        (change("actions", "reopen", to="granted"), "/states/3", "「granted」から、終わりの状態に着けません。"),
        (change("actions", "examine", to="nowhere"), "/actions/0", "「nowhere」という状態はありません。"),
        (change("actions", "examine", by=[]), "/actions/0/by", "だれがする操作かを書いてください。"),
        (
            change("actions", "note", fields=["answer.ghost"]),
            "/actions/3/fields",
            "「answer.ghost」という項目はありません。",
        ),
        (
            change("actions", "grant", effects=[{"effect": "x.y"}]),
            "/actions/4/effects/0",
            "「x.y」という命令はありません。",
        ),
        (change("actions", "grant", guard=GHOSTLY), "/actions/4/guard/of/0/name", "ghost"),
        (change("actions", "grant", guard=NEVER), "/actions/4/guard", "この条件は決して成り立ちません。"),
        (
            change("actions", "send-back", opens=OPENS | {"then": "examine"}),
            "/actions/1/opens/then",
            "「mending」からは",
        ),
        (
            change("actions", "send-back", opens=OPENS | {"then": "give-up"}),
            "/actions/1/opens/then",
            "「give-up」は、この人にはできない操作です。",
        ),
        (
            change("actions", "send-back", opens=OPENS | {"after": 3}),
            "/actions/1/opens/counts",
            "どちらで数えるかを書いてください。",
        ),
        (change("timers", "slow", anchor=None), "/timers/1/anchor", "いつから数えるか"),
        (change("timers", "slow", counts=None), "/timers/1/counts", "どちらで数えるかを書いてください。"),
        (change("timers", "slow", after=-1), "/timers/1/after", "日数は0から3660までの整数で"),
        (change("timers", "slow", after=True), "/timers/1/after", "日数は0から3660までの整数で"),
        (
            change("timers", "slow", action="note"),
            "/timers/1/action",
            "「note」は、自動でする操作（system）ではありません。",
        ),
        (
            change("timers", "slow", action="ghost"),
            "/timers/1/action",
            "「ghost」は、自動でする操作（system）ではありません。",
        ),
        (change("timers", "no-answer", of="ghost"), "/timers/0/of", "「ghost」という状態はありません。"),
        (
            change("timers", "until", of="answer.people"),
            "/timers/2/of",
            "「answer.people」という日付の項目はありません。",
        ),
        (put("term", {"days": 10}), "/term/counts", "どちらで数えるかを書いてください。"),
        (put("term", {"days": "10", "counts": "days"}), "/term/days", "日数は0から3660までの整数で"),
        (add("states", {"key": "received", "title": title("また")}), "/states/6/key", "「received」が2つあります。"),
        (
            add("names", {"key": "case.opened_on", "kind": "date", "words": title("x")}),
            "/names/2/key",
            "「case.opened_on」が2つあります。",
        ),
        (change("states", "received", title="受付"), "/states/0/title", "名前は、言語ごとに書いてください。"),
    ],
)
def test_a_fault_is_told_at_its_place_with_what_to_do(
    change_it: Callable[[dict[str, Any]], None], path: str, says: str
) -> None:
    doc = copy.deepcopy(document())
    if path == "/states/3":
        next(each for each in doc["states"] if each["key"] == "granted")["outcome"] = ""
    change_it(doc)

    found = faults_of(doc)

    assert any(where == path and says in text for where, text in found), found


def test_a_state_that_only_a_system_action_without_a_timer_leaves_holds_everybody() -> None:
    doc = document(timers=[])
    doc["actions"] = [
        action("examine", "received", "examining"),
        action("give-up", "examining", "withdrawn", "system"),
    ]
    doc["states"] = [each for each in doc["states"] if each["key"] in {"received", "examining", "withdrawn"}]

    assert faults_of(doc) == [
        ("/states/1", "「examining」から先に進められる人がいません。操作を加えてください。"),
    ]
    doc["timers"] = [{"key": "t", "anchor": "opened", "after": 1, "counts": "days", "action": "give-up"}]
    assert read_flow(doc).timers["t"].after == 1


@pytest.mark.parametrize("rubbish", [None, [], {}, {"title": {}}, {"states": 3}, {"states": [{}], "actions": []}, "x"])
def test_what_is_no_flow_at_all_is_refused_with_a_sentence(rubbish: Any) -> None:
    assert "フローの書き方ではありません" in faults_of(rubbish)[-1][1]


def test_every_fault_is_told_at_once() -> None:
    doc = document(begins="nowhere")
    doc["timers"][0]["of"] = "ghost"

    assert len(faults_of(doc)) == 2
    with pytest.raises(BrokenFlow, match="はじめの状態「nowhere」"):
        read_flow(doc)


def test_the_digest_does_not_hang_on_the_order_of_keys() -> None:
    doc = document()

    assert digest(doc) == digest(dict(reversed(doc.items())))
    assert digest(doc) != digest(document(begins="examining"))


def test_the_difference_of_two_versions_is_told_in_words() -> None:
    new = document(term={"days": 20, "counts": "open-days"})
    new["states"][-1] = {"key": "lapsed", "title": title("失効"), "outcome": "lapsed"}
    new["actions"][0] = action("examine", "received", "examining", needs_reason=True)

    assert differences(document(), document()) == []
    assert differences(document(), new) == [
        "状態「失効」が増えました。",
        "状態「取下げ」がなくなりました。",
        "操作「examine」が変わりました（needs_reason）。",
        "標準処理期間が変わりました。",
    ]
