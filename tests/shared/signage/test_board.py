"""Display boards: fifty characters with the level first, and what a gateway's answers mean."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.shared.messaging.editions import RIVERSIDE, edition
from tests.shared.messaging.whatever import assert_whole, editions
from tests.sign_in import staff_client
from todoke.shared.messaging.channels.connection import Answer
from todoke.shared.messaging.channels.matter import plain
from todoke.shared.messaging.channels.registers import BOARD_MAX, board_units
from todoke.shared.messaging.channels.routes import trouble_with_reach
from todoke.shared.messaging.phrasebook import LANGUAGES
from todoke.shared.messaging.types import (
    Address,
    AreaMark,
    EditionKind,
    Mode,
    Never,
    Reach,
    Register,
    TryLater,
    Wording,
)
from todoke.shared.signage import board as boards
from todoke.shared.signage.board import BoardChannel
from todoke.shared.signage.simulated_board import BoardFault, order_fault
from todoke.shared.signage.simulated_board import boards as shown_on

BOARD = Address("ekimae", "駅前", "https://board.example.jp/show")


def channel(**changed: Any) -> BoardChannel:
    return BoardChannel(**{"token": "secret", "simulator": "http://127.0.0.1:1/board", "simulated": False, **changed})


def written(text: str) -> tuple[Wording, ...]:
    return (Wording("ja", "題名", "本文", "短", registers={"board": text}),)


def areas(count: int, **changed: Any) -> tuple[AreaMark, ...]:
    return tuple(replace(RIVERSIDE, key=f"a{number}", name=f"第{number}地区", **changed) for number in range(count))


@settings(max_examples=60, deadline=None)
@given(what=editions(), language=st.sampled_from(LANGUAGES))
def test_no_board_is_told_more_than_it_holds_or_less_than_it_must_say(what, language):
    try:
        told = json.loads(channel().prepare(what, replace(BOARD, language=language)).body)
    except Never:
        assert language != "ja"
        return

    assert board_units(language)(told["text"]) <= BOARD_MAX
    assert plain(told["text"]).startswith(plain(what.marks(language)))
    assert_whole(told["text"], what, language, Register.BOARD)


def test_the_parcel_is_the_same_at_every_call_and_says_level_colour_and_mode():
    parcel = channel().prepare(edition(mode=Mode.EXERCISE), BOARD)

    assert parcel == channel().prepare(edition(mode=Mode.EXERCISE), BOARD)
    told = json.loads(parcel.body)
    assert (told["level"], told["colour"], told["mode"]) == (4, "#AA00AA", "exercise")
    assert told["text"] == parcel.preview


def test_a_cancellation_takes_the_level_s_colour_away():
    told = json.loads(channel().prepare(edition(2, EditionKind.CANCEL), BOARD).body)

    assert (told["level"], told["colour"]) == (None, "#FFFFFF")


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The calls that leave, and an answer of 200."""
    calls: list[Any] = []

    def post(where: str, body: bytes, headers: dict[str, str], **rest: Any) -> Answer:
        calls.append((where, json.loads(body), headers))
        return Answer(200, {}, b"{}")

    monkeypatch.setattr(boards, "post", post)
    return calls


def test_the_delivery_s_key_is_the_id_by_which_a_repeat_is_known(sent):
    parcel = channel().prepare(edition(), BOARD)

    for _twice in range(2):
        channel().send(parcel, edition(), BOARD, key="key 1")

    assert [(where, body["id"], headers["Authorization"]) for where, body, headers in sent] == [
        ("https://board.example.jp/show", "key 1", "Bearer secret")
    ] * 2


@pytest.mark.parametrize(
    ("address", "simulated", "where"),
    [
        ("simulator:ekimae-2", False, "http://127.0.0.1:1/board/ekimae-2/"),
        ("https://board.example.jp/show", True, "http://127.0.0.1:1/board/ekimae/"),
    ],
)
def test_a_simulated_board_is_reached_on_this_machine_and_is_told_no_token(sent, address, simulated, where):
    there = replace(BOARD, address=address)
    one = channel(simulated=simulated)

    one.send(one.prepare(edition(), there), edition(), there, key="key 1")

    assert sent[0][0] == where
    assert "Authorization" not in sent[0][2]


@pytest.mark.parametrize(
    ("status", "trouble", "may_have_left"),
    [(503, TryLater, True), (429, TryLater, False), (401, Never, None), (404, Never, None), (302, Never, None)],
)
def test_a_gateway_s_refusal_is_understood(status, trouble, may_have_left):
    with pytest.raises(trouble) as raised:
        boards._receipt(Answer(status, {}, b""), "key")

    if may_have_left is not None:
        assert raised.value.may_have_left is may_have_left


@pytest.mark.parametrize(
    ("address", "fits"),
    [
        ("https://board.example.jp/show", True),
        ("http://10.1.2.3/show", True),
        ("simulator:ekimae", True),
        ("simulator:../x", False),
        ("https://user:secret@board.example.jp/", False),
        ("board.example.jp", False),
        ("https://board.example.jp:0/", False),
        ("", False),
    ],
)
def test_an_address_is_checked_before_it_is_stored(address, fits):
    assert (channel().trouble_with(address) is None) is fits


def test_a_drill_cannot_be_pointed_at_a_real_board():
    assert trouble_with_reach("messaging.board", "https://board.example.jp/", Reach.SIMULATOR)
    assert not trouble_with_reach("messaging.board", "simulator:ekimae", Reach.SIMULATOR)


# ---- the simulated board ----


@pytest.fixture
def simulated(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A channel whose calls reach the simulated gateway's own view."""
    settings.SIMULATORS, settings.SIMULATOR_ROOT = True, tmp_path

    def post(where: str, body: bytes, headers: dict[str, str], **rest: Any) -> Answer:
        path = where.removeprefix("http://127.0.0.1:1/board/")
        answer = Client(enforce_csrf_checks=True).post(
            f"/simulators/board/{path}", body, content_type="application/json"
        )
        return Answer(answer.status_code, {}, answer.content)

    monkeypatch.setattr(boards, "post", post)
    return tmp_path / "board"


def tell(what: Any, key: str = "key 1") -> None:
    one = channel(simulated=True)
    one.send(one.prepare(what, BOARD), what, BOARD, key=key)


def test_a_simulated_board_shows_the_newest_text_and_a_repeat_once(simulated):
    tell(edition())
    tell(edition())
    assert [(shown.text[:12], shown.level, shown.repeats) for shown in shown_on(simulated)] == [
        ("警戒レベル4　避難指示。", 4, 1)
    ]

    tell(edition(2, EditionKind.CANCEL, mode=Mode.EXERCISE), key="key 2")

    (shown,) = shown_on(simulated)
    assert shown.text.startswith("【訓練】【取消】")
    assert (shown.level, shown.mode, shown.repeats) == (None, "exercise", 0)


@pytest.mark.parametrize(
    ("fault", "trouble", "arrives"),
    [
        (BoardFault.BUSY, TryLater, False),
        (BoardFault.REFUSES, Never, False),
        (BoardFault.TAKES_AND_FAILS, TryLater, True),
    ],
)
def test_each_fault_of_a_simulated_board_becomes_the_right_trouble(simulated, fault, trouble, arrives):
    order_fault(simulated, fault)

    with pytest.raises(trouble):
        tell(edition())

    assert bool(shown_on(simulated)) is arrives


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"text": "", "id": "1", "level": 1, "mode": "actual"}', b'{"text": "a"}']
)
def test_a_simulated_board_refuses_what_is_none_of_its_protocol(simulated, body):
    answer = Client().post("/simulators/board/ekimae/", body, content_type="application/json")

    assert answer.status_code == 400
    assert shown_on(simulated) == []


@pytest.mark.django_db
def test_a_simulated_board_is_there_for_this_machine_and_with_simulators_alone(simulated, settings):
    body = json.dumps({"text": "a", "id": "1", "level": None, "mode": "actual"})
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert elsewhere.post("/simulators/board/ekimae/", body, content_type="application/json").status_code == 404

    settings.SIMULATORS = False

    assert Client().post("/simulators/board/ekimae/", body, content_type="application/json").status_code == 404


@pytest.mark.django_db
def test_staff_see_the_boards_and_who_operates_has_them_fail(simulated):
    tell(edition(mode=Mode.EXERCISE))
    reader, operator = staff_client("messaging.read"), staff_client("messaging.read", "messaging.operate")

    shown = reader.get("/simulators/board/").content.decode()
    refused = reader.post("/simulators/board/", {"fault": "busy"}, follow=True).content.decode()
    operator.post("/simulators/board/", {"fault": "busy"})

    assert 'class="led led--4">【訓練】警戒レベル4　避難指示。川岸地区。' in shown
    assert "この操作をする権限がありません。" in refused
    with pytest.raises(TryLater):
        tell(edition())
