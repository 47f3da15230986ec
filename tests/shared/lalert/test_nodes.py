"""Publishing to both nodes: every fault, repeats, and what the ledger is told."""

import time

import pytest

from tests.shared.lalert.conftest import PATIENCE_SECONDS, send
from tests.shared.lalert.matters import DOCOMO, NODE, area, order
from todoke.shared.lalert.simulator.faults import Fault, FaultBook, FaultKind
from todoke.shared.lalert.soap import Credentials
from todoke.shared.messaging.types import Address, EditionKind, Never, TryLater

FIRST = order(1, area("kawagishi", "避難指示"))
LATER, UNCLEAR, NEVER, ACCEPTED = "later", "unclear", "never", "accepted"


def outcome_of(channel, address=NODE, edition=FIRST) -> tuple[str, str]:
    try:
        return ACCEPTED, send(channel, edition, address).says
    except TryLater as trouble:
        return (UNCLEAR if trouble.may_have_left else LATER), trouble.says
    except Never as trouble:
        return NEVER, trouble.says


def test_a_document_stands_at_both_nodes_at_once(nodes, city) -> None:
    receipt = send(city.node(), FIRST, NODE)

    assert receipt.says == "通常ノード：受け付けました。 予備ノード：受け付けました。"
    assert [len(nodes.arrivals(name)) for name in ("normal", "backup")] == [1, 1]
    assert nodes.arrivals("normal")[0].digest == nodes.arrivals("backup")[0].digest


@pytest.mark.parametrize("kind", list(FaultKind))
@pytest.mark.parametrize(("bad", "good"), [("normal", "backup"), ("backup", "normal")])
def test_the_word_of_one_node_is_enough_and_the_other_ones_trouble_is_told(nodes, city, kind, bad, good) -> None:
    nodes.fault(bad, Fault(kind))

    began = time.monotonic()
    outcome, says = outcome_of(city.node())

    assert outcome == ACCEPTED
    assert says.count("受け付けました") == 1
    assert len(nodes.arrivals(good)) == 1
    assert time.monotonic() - began < PATIENCE_SECONDS


BOTH = [
    (FaultKind.USER_ERROR, NEVER, "TODOKE_LALERT_PASSWORD"),
    (FaultKind.NOT_BY_SCHEMA, NEVER, "文書の形式が受け付けられません"),
    (FaultKind.NODE_TROUBLE, UNCLEAR, "901"),
    (FaultKind.HANG, UNCLEAR, "時間内に返事がありません"),
    (FaultKind.SWALLOW, UNCLEAR, "返事が読み取れません"),
    (FaultKind.GARBAGE, UNCLEAR, "返事が読み取れません"),
    # A connection that ends after the request may have been read whole before.
    (FaultKind.DEAD, UNCLEAR, "返事が読み取れません"),
]


@pytest.mark.parametrize(("kind", "outcome", "says"), BOTH)
def test_trouble_at_both_nodes_becomes_the_right_trouble(nodes, city, kind, outcome, says) -> None:
    for name in ("normal", "backup"):
        nodes.fault(name, Fault(kind))

    told = outcome_of(city.node())

    assert told[0] == outcome
    assert says in told[1]


def test_while_one_node_may_still_take_it_nothing_is_given_up(nodes, city) -> None:
    nodes.fault("normal", Fault(FaultKind.USER_ERROR))
    nodes.fault("backup", Fault(FaultKind.NODE_TROUBLE))

    assert outcome_of(city.node())[0] == UNCLEAR


def test_nodes_that_are_not_there_are_tried_later(city) -> None:
    closed = {"normal": "http://127.0.0.1:9/normal", "backup": "http://127.0.0.1:9/backup"}

    assert outcome_of(city.node(nodes=city.nodes(addresses=closed)))[0] == LATER


def test_a_repeat_after_both_nodes_hung_up_is_known_and_accepted(nodes, city) -> None:
    for name in ("normal", "backup"):
        nodes.fault(name, Fault(FaultKind.SWALLOW, calls=1))
    channel = city.node()
    assert outcome_of(channel)[0] == UNCLEAR

    outcome, says = outcome_of(channel)

    assert outcome == ACCEPTED
    assert says.count("already received") == 2
    assert [one.duplicate for one in nodes.arrivals("normal")] == [False, True]


def test_a_node_refuses_another_text_under_the_same_revision_and_an_older_one_after_a_newer(nodes, city) -> None:
    channel = city.node()
    second = order(2, area("kawagishi", "解除"), kind=EditionKind.UPDATE)
    assert outcome_of(channel, edition=second)[0] == ACCEPTED

    older = outcome_of(channel, edition=FIRST)
    other = outcome_of(channel, edition=order(2, area("yamate", "避難指示"), kind=EditionKind.UPDATE))

    assert (older[0], other[0]) == (NEVER, NEVER)
    assert "newer" in older[1]
    assert "another document" in other[1]


def test_a_wrong_password_is_a_users_error(nodes, city) -> None:
    wrong = city.nodes(credentials=Credentials("aoba-city", "wrong"))

    assert outcome_of(city.node(nodes=wrong))[0] == NEVER
    assert nodes.arrivals("normal") == []


def test_a_city_without_nodes_is_told_what_to_set(city) -> None:
    assert "TODOKE_LALERT_NODES" in outcome_of(city.node(nodes=city.nodes(addresses={})))[1]


def test_a_simulators_address_never_reaches_the_real_nodes(nodes, city) -> None:
    real = city.nodes(addresses={"normal": "http://127.0.0.1:9/normal"})

    send(city.node(nodes=real), FIRST, Address("drill", "訓練", "simulator:aoba-city"))

    assert len(nodes.arrivals("normal")) == 1


def test_a_carrier_that_refuses_sends_a_person_to_its_own_window(nodes, city) -> None:
    nodes.fault("UMC1", Fault(FaultKind.NOT_BY_SCHEMA))

    refused = outcome_of(city.urgent(), DOCOMO)
    taken = outcome_of(city.urgent(), Address("urgent-kddi", "緊急速報メール", "UMC2"))

    assert refused[0] == NEVER
    assert "NTTドコモの緊急速報メール配信画面から、職員が直接送ってください" in refused[1]
    assert taken[0] == ACCEPTED


def test_probing_leaves_no_trace_and_uses_up_no_fault(nodes, city) -> None:
    nodes.fault("backup", Fault(FaultKind.DEAD, calls=1))
    normal, backup = city.node().probes([NODE])

    assert "応答しました" in normal.try_it()
    with pytest.raises(TryLater):
        backup.try_it()

    assert nodes.arrivals("normal") == []
    assert FaultBook.in_force(nodes.faults) == {"backup": Fault(FaultKind.DEAD, calls=1)}
    assert (normal.route, backup.route) == ("normal", "backup")


@pytest.mark.parametrize("address", ["aoba-city", "simulator:aoba-city"])
def test_an_account_is_understood(city, address) -> None:
    assert city.node().trouble_with(address) is None


@pytest.mark.parametrize("address", ["", "青葉市", "a b", "https://node.example"])
def test_what_is_no_account_is_told(city, address) -> None:
    assert "アカウント" in (city.node().trouble_with(address) or "")


def test_only_the_carriers_that_are_known_have_an_address(city) -> None:
    assert [city.urgent().trouble_with(code) is None for code in ("UMC1", "simulator:UMC3", "UMC4", "")] == [
        True, True, False, False,
    ]  # fmt: skip
