"""Calls by a machine: who was reached, whom people ring, and what happens to a call that nobody should get any more."""

import base64
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import flask
import pytest
import time_machine
from cheroot import wsgi

from tests.shared.calling.conftest import deputise, make_tree
from tests.shared.messaging.ledger import NIGHT, first, following, make_destination
from todoke.base.backup.registry import Loss
from todoke.base.registry import Registry
from todoke.base.sealing import make_token
from todoke.shared.calling import actions
from todoke.shared.calling.automatic import channel as channel_module
from todoke.shared.calling.automatic.channel import KEY, RECEIPTS, AutomaticChannel
from todoke.shared.calling.automatic.gateway import CallGateway, form_of
from todoke.shared.calling.automatic.listener import Listener
from todoke.shared.calling.automatic.simulator.provider import CallSimulator, simulated_gateway
from todoke.shared.calling.models import Call, Ring, Round, RoundState, Seat
from todoke.shared.calling.restored import RoundsAfterRestore
from todoke.shared.messaging.actions import dispatch, release
from todoke.shared.messaging.http_forms.form import tables_of
from todoke.shared.messaging.models import Delivery, FollowUp
from todoke.shared.messaging.simulators.faults import Fault, FaultKind
from todoke.shared.messaging.types import EditionKind, Mode

MINUTE = timedelta(minutes=1)
SITE = "https://www.city.example.jp"
PATIENCE_SECONDS = 1.0
FORM = Path(__file__).resolve().parents[3] / "docs" / "channels" / "gateways" / "calls" / "twilio.toml"


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(NIGHT, tick=False) as traveller:
        yield traveller


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[CallSimulator]:
    """A provider whose telephones are answered at once."""
    with CallSimulator(tmp_path, ring_seconds=0) as running:
        yield running


@pytest.fixture
def channel(machine: CallSimulator, tmp_path: Path) -> AutomaticChannel:
    way = simulated_gateway(machine.address)
    return AutomaticChannel(
        gateway=way,
        simulator=way,
        site=SITE,
        recordings=tmp_path / "recordings",
        dictionaries=tmp_path / "dictionaries",
        call_seconds=PATIENCE_SECONDS,
        send_seconds=10,
    )


@dataclass
class Night:
    """An edition on its way through a tree, and a clock."""

    officers: tuple
    channel: AutomaticChannel
    clock: Any

    def release(self, tree, **facts):
        mode = facts.pop("mode", Mode.ACTUAL)
        address = facts.pop("address", tree.key)
        self.place = make_destination("auto", KEY, address=address, **facts)
        self.edition = release.release(first(self.officers, self.place, mode=mode), at=NIGHT)
        self.send()
        return self.round()

    def follow(self, kind: EditionKind):
        order = following(self.edition, kind, self.place)
        self.edition = release.release(order, at=NIGHT + timedelta(seconds=1))
        self.send(later=timedelta(seconds=2))
        return self.round()

    def send(self, later=timedelta(0)) -> None:
        at = NIGHT + later
        for claim in dispatch.claim("emergency", KEY, limit=10, at=at):
            errand = dispatch.hand_over(claim, worker="tests", at=at)
            dispatch.settle(errand, dispatch.send(errand, KEY), at=at, chance=0.5)

    def pass_time(self, span: timedelta) -> None:
        """The clock goes on, and whatever it brings is done."""
        self.clock.shift(span)
        Listener(self.channel).tick()
        actions.advance(at=NIGHT + self.passed(span))

    def passed(self, span: timedelta) -> timedelta:
        self._passed = getattr(self, "_passed", timedelta(0)) + span
        return self._passed

    def round(self) -> Round:
        return Round.objects.get(delivery=Delivery.objects.latest("pk"))


@pytest.fixture
def night(officers, channel, clock, monkeypatch) -> Night:
    registry = Registry("tests.channels")
    registry.register(channel)
    monkeypatch.setattr(dispatch, "channels", registry)
    return Night(officers, channel, clock)


def telephone(tree, **endings) -> None:
    """Give people telephones that behave by their last digits."""
    for name, ending in endings.items():
        Seat.objects.filter(tree=tree, name=name).update(telephone=f"022-000-0{ending}")


def rings(round_) -> dict[str, str]:
    return {ring.seat.name: ring.state for ring in Ring.objects.filter(round=round_).select_related("seat")}


def people(round_) -> dict[str, str]:
    """Whom people ring or have rung, and how it stands."""
    return {
        call.seat.name if call.seat else "post": call.state
        for call in Call.objects.filter(round=round_, by_machine=False).select_related("seat")
    }


def state(round_) -> str:
    return Delivery.objects.get(pk=round_.delivery_id).state


def test_everybody_is_rung_at_once_and_who_presses_1_needs_nobody_else(night, machine):
    round_ = night.release(make_tree(rule="all"))
    before = (rings(round_), people(round_))

    night.pass_time(timedelta(seconds=5))

    assert before == ({"甲": "ordered", "乙": "ordered", "丙": "ordered"}, {})
    assert set(rings(round_).values()) == {"confirmed"}
    assert people(round_) == {}
    assert (night.round().state, state(round_)) == (RoundState.MET, "confirmed")
    assert len(machine.calls()) == 3


def test_whoever_the_machine_does_not_reach_is_rung_by_people(night, machine):
    tree = make_tree(rule="all", people=("甲", "乙", "丙", "丁"))
    telephone(tree, 乙=408, 丙=480, 丁=404)

    round_ = night.release(tree)
    night.pass_time(timedelta(seconds=5))
    early = (people(round_), state(round_))
    night.pass_time(3 * MINUTE)

    assert early == ({}, "accepted")
    assert rings(round_)["甲"] == "confirmed"
    assert rings(round_)["丙"] == "heard"
    assert rings(round_)["丁"] == "failed"
    assert people(round_) == {"乙": "open", "丙": "open", "丁": "open"}
    for call in Call.objects.filter(round=round_, state="open"):
        actions.tell(call.pk, viewer=None, at=NIGHT + 4 * MINUTE)
    assert state(round_) == "confirmed"


def test_a_busy_line_is_rung_again_and_then_left_to_people(night, machine):
    tree = make_tree(rule="all", people=("甲",))
    telephone(tree, 甲=486)

    round_ = night.release(tree)
    night.pass_time(timedelta(seconds=5))
    waiting = Ring.objects.get()
    night.pass_time(timedelta(seconds=10))
    too_early = len(machine.calls())
    night.pass_time(timedelta(seconds=15))
    night.pass_time(timedelta(seconds=5))

    assert (waiting.state, waiting.due_at) == ("planned", NIGHT + timedelta(seconds=25))
    assert (too_early, len(machine.calls())) == (1, 2)
    assert rings(round_) == {"甲": "busy"}
    assert people(round_) == {"甲": "open"}


def test_people_read_that_a_line_was_busy_when_its_time_is_over(night):
    tree = make_tree(rule="all", people=("甲",))
    telephone(tree, 甲=486)
    round_ = night.release(tree)
    night.pass_time(timedelta(seconds=5))

    actions.hand_over_to_people(round_.pk, why="試験", at=NIGHT + MINUTE)

    assert rings(round_) == {"甲": "busy"}
    assert people(round_) == {"甲": "open"}


def test_the_rule_of_any_is_met_by_the_first_who_presses_and_the_rest_is_taken_back(night, machine):
    machine.board.ring_seconds = 60
    round_ = night.release(make_tree(rule="any"))

    actions.note_ring(Ring.objects.get(seat__name="乙").pk, "confirmed", at=NIGHT + timedelta(seconds=9))
    night.pass_time(timedelta(seconds=10))

    assert night.round().state == RoundState.MET
    assert rings(round_) == {"甲": "withdrawn", "乙": "confirmed", "丙": "withdrawn"}
    assert sum(bool(call.taken_back_at) for call in machine.calls()) == 2
    assert people(round_) == {}


def test_only_main_people_are_rung_by_the_machine_and_deputies_by_people(night):
    tree = make_tree(rule="all", people=("甲", "乙"))
    deputise(tree, 3, "甲の代理", 1)
    telephone(tree, 甲=480)

    round_ = night.release(tree)
    night.pass_time(timedelta(seconds=5))
    night.pass_time(5 * MINUTE)

    assert rings(round_) == {"甲": "heard", "乙": "confirmed"}
    assert people(round_) == {"甲": "lapsed", "甲の代理": "open"}


@pytest.mark.parametrize(
    "fault",
    [
        Fault(FaultKind.DROP),
        Fault(FaultKind.HANG),
        Fault(FaultKind.ANSWER, status=503),
        Fault(FaultKind.ANSWER, status=429, retry_after=900),
        Fault(FaultKind.SWALLOW),
        Fault(FaultKind.GARBAGE),
        Fault(FaultKind.TLS),
    ],
    ids=lambda fault: fault.kind.value + (str(fault.status) if fault.status else ""),
)
def test_a_machine_that_stays_away_costs_one_minute_and_then_people_ring(night, machine, fault):
    machine.fault(fault)

    round_ = night.release(make_tree(rule="all"))
    before = (people(round_), state(round_))
    night.pass_time(MINUTE)

    assert before == ({}, "planned")
    assert people(round_) == {"甲": "open", "乙": "open", "丙": "open"}


@pytest.mark.parametrize(
    "fault",
    [
        Fault(FaultKind.DROP, calls=1),
        Fault(FaultKind.HANG, calls=1),
        Fault(FaultKind.ANSWER, status=503, calls=1),
        Fault(FaultKind.TAKE_AND_ANSWER, status=500, calls=1),
        Fault(FaultKind.SWALLOW, calls=1),
        Fault(FaultKind.GARBAGE, calls=1),
        Fault(FaultKind.DRIP, calls=1),
    ],
    ids=lambda fault: fault.kind.value,
)
def test_a_machine_that_comes_back_rings_everybody_once_and_has_its_whole_time(night, machine, fault):
    machine.fault(fault)

    round_ = night.release(make_tree(rule="all"))
    night.clock.shift(timedelta(seconds=20))
    night.send(later=timedelta(seconds=20))

    assert sorted(call.telephone[-1] for call in machine.calls()) == ["1", "2", "3"]
    assert set(rings(round_).values()) == {"ordered"}
    assert night.round().rings_until == NIGHT + 3 * MINUTE
    assert state(round_) == "accepted"


def test_a_wrong_key_leaves_it_to_people_at_once(night, channel):
    channel.gateway = CallGateway(channel.gateway.form, {"TOKEN": "wrong"})

    round_ = night.release(make_tree(rule="all"))

    assert people(round_) == {"甲": "open", "乙": "open", "丙": "open"}
    assert "TODOKE_CALLS_SECRET_" in Delivery.objects.get().attempts.get().says
    assert state(round_) == "accepted"


def test_without_a_provider_it_is_a_call_tree(night, channel):
    channel.gateway = None

    round_ = night.release(make_tree(rule="any"))

    assert people(round_) == {"甲": "open"}
    assert state(round_) == "accepted"


def test_a_tree_that_nobody_answers_ends_at_the_named_post_and_as_a_task(night, machine):
    tree = make_tree(rule="all", people=("甲",))
    telephone(tree, 甲=408)

    round_ = night.release(tree)
    night.pass_time(3 * MINUTE)
    night.pass_time(5 * MINUTE)
    night.pass_time(5 * MINUTE)

    assert people(round_) == {"甲": "lapsed", "post": "lapsed"}
    assert FollowUp.objects.count() == 1


def test_who_presses_after_people_have_begun_still_counts(night, machine):
    machine.board.ring_seconds = 3600
    round_ = night.release(make_tree(rule="all", people=("甲",)))
    night.pass_time(3 * MINUTE)
    begun = people(round_)

    actions.note_ring(Ring.objects.get().pk, "confirmed", at=NIGHT + 4 * MINUTE)
    actions.note_ring(Ring.objects.get().pk, "confirmed", at=NIGHT + 5 * MINUTE)

    assert begun == {"甲": "open"}
    assert Call.objects.get().by_machine
    assert state(round_) == "confirmed"


def test_a_correction_takes_back_what_nobody_answered_and_rings_first_who_heard_the_wrong_one(night, machine):
    tree = make_tree(rule="all")
    machine.board.ring_seconds = 60
    first_round = night.release(tree)
    heard = Ring.objects.get(seat__name="丙")
    actions.note_ring(heard.pk, "heard", at=NIGHT)

    second_round = night.follow(EditionKind.CORRECTION)

    assert rings(first_round) == {"甲": "withdrawn", "乙": "withdrawn", "丙": "heard"}
    order = list(Ring.objects.filter(round=second_round).order_by("place").values_list("seat__name", flat=True))
    assert order == ["丙", "甲", "乙"]
    assert [call.telephone[-1] for call in machine.calls()][3:] == ["3", "1", "2"]
    assert [bool(call.taken_back_at) for call in machine.calls()] == [True, True, False, False, False, False]
    assert "訂正" in machine.calls()[-1].text


def test_a_cancellation_while_the_machine_is_away_reaches_its_calls_later(night, machine):
    machine.board.ring_seconds = 60
    first_round = night.release(make_tree(rule="all", people=("甲",)))
    machine.fault(Fault(FaultKind.DROP))
    night.follow(EditionKind.CANCEL)
    away = rings(first_round)
    machine.faults.clear()

    night.pass_time(timedelta(seconds=5))

    assert away == {"甲": "ordered"}
    assert rings(first_round) == {"甲": "withdrawn"}


def test_a_call_that_was_answered_cannot_be_taken_back_and_its_hearer_is_known(night, machine):
    first_round = night.release(make_tree(rule="all", people=("甲", "乙")))
    telephone(first_round.tree, 甲=480)

    second_round = night.follow(EditionKind.CORRECTION)
    night.pass_time(timedelta(seconds=5))

    assert set(rings(first_round).values()) == {"confirmed"}
    assert night.round() == second_round
    assert first_round.pk != second_round.pk
    assert Round.objects.get(pk=first_round.pk).state == RoundState.OVERTAKEN


def test_a_drill_begins_with_its_words_and_rings_the_simulator_alone(night, machine, channel):
    real = CallGateway(channel.gateway.form, {"TOKEN": "of the real one"})
    channel.gateway = real

    night.release(make_tree(rule="any"), address="simulator:heads", reach="simulator", mode=Mode.EXERCISE)

    assert len(machine.calls()) == 3
    assert machine.calls()[0].text.startswith("訓練")
    assert machine.calls()[0].text.count("1を押してください") == 2


def test_a_number_that_cannot_be_read_is_left_to_people(night, machine):
    tree = make_tree(rule="all", people=("甲", "乙"))
    Seat.objects.filter(name="甲").update(telephone="内線 12")

    round_ = night.release(tree)
    night.pass_time(timedelta(seconds=5))

    assert rings(round_) == {"甲": "failed", "乙": "confirmed"}
    assert people(round_) == {"甲": "open"}


def test_a_tree_that_is_gone_fails_the_delivery(night):
    round_less = make_tree()
    round_less.is_active = False
    round_less.save()
    place = make_destination("auto", KEY, address=round_less.key)
    release.release(first(night.officers, place), at=NIGHT)

    night.send()

    assert Delivery.objects.get().state == "failed"
    assert "連絡網" in night.channel.trouble_with("nobody")


def test_the_provider_tells_by_the_address_that_it_was_given(night, machine, client, monkeypatch, channel):
    monkeypatch.setattr("todoke.shared.calling.views.machine.gateway_that_calls_back", lambda: channel.gateway)
    round_ = night.release(make_tree(rule="all", people=("甲",)))
    address = f"/calls/receipts/{make_token(Ring.objects.get().pk, purpose=RECEIPTS)}/"
    json = {"content_type": "application/json"}

    strange = client.post(f"/calls/receipts/{'a' * 32}/", {"status": "completed"}, **json).status_code
    looked = client.head(address).status_code
    garbage = client.post(address, b"\xff", **json).status_code
    ringing = client.post(address, {"status": "in-progress"}, **json).status_code
    between = rings(round_)
    told = client.post(address, {"status": "completed", "digits": "1"}, **json).status_code

    assert (strange, looked, garbage, ringing, told) == (404, 404, 400, 200, 200)
    assert (between, rings(round_)) == ({"甲": "ordered"}, {"甲": "confirmed"})
    assert state(round_) == "confirmed"


def test_a_provider_that_plays_sounds_gets_a_recording_of_our_own_voice(night, machine, channel, monkeypatch, settings):
    order = replace(channel.gateway.form.order, each={**channel.gateway.form.order.each, "text": "{recording_url}"})
    channel.gateway = CallGateway(replace(channel.gateway.form, order=order), channel.gateway.secrets)
    monkeypatch.setattr(channel_module, "recorded", lambda *_what: ("f" * 64, b"RIFF"))

    night.release(make_tree(rule="any"))

    assert machine.calls()[0].text == f"{SITE}/calls/recordings/{'f' * 64}.wav"


def test_where_no_recording_can_be_made_people_ring(night, channel, monkeypatch):
    order = replace(channel.gateway.form.order, each={**channel.gateway.form.order.each, "text": "{recording}"})
    channel.gateway = CallGateway(replace(channel.gateway.form, order=order), channel.gateway.secrets)

    def silent(*_what):
        raise OSError("no room")

    monkeypatch.setattr(channel_module, "recorded", silent)

    round_ = night.release(make_tree(rule="any"))

    assert people(round_) == {"甲": "open"}
    assert "録音" in Delivery.objects.get().attempts.get().says


def test_a_probe_rings_nobody(channel, machine, clock):
    (probe,) = channel.probes(())

    assert "応答しました" in probe.try_it()
    assert machine.calls() == []


@pytest.fixture
def serve() -> Iterator[Any]:
    """Runs a Flask programme on a free port of this machine; gives its address."""
    running = []

    def start(programme: flask.Flask) -> str:
        server = wsgi.Server(("127.0.0.1", 0), programme, numthreads=2)
        server.prepare()
        thread = threading.Thread(target=server.serve, daemon=True)
        thread.start()
        running.append((server, thread))
        return f"http://127.0.0.1:{server.bind_addr[1]}"

    yield start
    for server, thread in running:
        server.stop()
        thread.join(timeout=5)


def test_a_provider_in_the_shape_of_twilio_is_spoken_to_by_its_form(night, channel, serve, client, monkeypatch):
    programme, asked, cancelled = flask.Flask("twilio"), [], []

    @programme.post("/2010-04-01/Accounts/account/Calls.json")
    def order() -> Any:
        asked.append({**flask.request.form, **dict(flask.request.headers)})
        return {"sid": f"CA{len(asked)}", "status": "queued"}, 201

    @programme.post("/2010-04-01/Accounts/account/Calls/<sid>.json")
    def cancel(sid: str) -> Any:
        cancelled.append((sid, flask.request.form["Status"]))
        return {"sid": sid, "status": "canceled"}

    tables, address = tables_of(FORM), serve(programme)
    for part in ("order", "cancel"):
        tables[part]["url"] = address + "/" + tables[part]["url"].split("/", 3)[3]
    secrets = {"ACCOUNT": "account", "TOKEN": "token", "CALLER": "+81220000000"}
    channel.gateway = CallGateway(form_of(tables), secrets)
    monkeypatch.setattr("todoke.shared.calling.views.machine.gateway_that_calls_back", lambda: channel.gateway)

    round_ = night.release(make_tree(rule="any"))
    address = asked[0]["StatusCallback"].removeprefix(SITE)
    form = {"content_type": "application/x-www-form-urlencoded"}
    client.post(address, "CallSid=CA1&CallStatus=ringing", **form)
    between = rings(round_)
    client.post(address, "CallSid=CA1&CallStatus=in-progress&Digits=1", **form)
    client.post(address, "CallSid=CA1&CallStatus=completed", **form)
    night.pass_time(timedelta(seconds=5))

    assert asked[0]["To"] == "+810000000001"
    assert asked[0]["Authorization"] == "Basic " + base64.b64encode(b"account:token").decode()
    assert ElementTree.fromstring(asked[0]["Twiml"]).find("Gather/Say").text.count("警戒レベル4") >= 2
    assert set(between.values()) == {"ordered"}
    assert rings(round_) == {"甲": "confirmed", "乙": "withdrawn", "丙": "withdrawn"}
    assert sorted(cancelled) == [("CA2", "canceled"), ("CA3", "canceled")]
    assert state(round_) == "confirmed"


def test_without_a_key_a_call_in_doubt_is_not_ordered_twice_and_people_take_over(night, channel, serve):
    programme, asked = flask.Flask("forgetful"), []

    @programme.post("/calls")
    def order() -> Any:
        asked.append(flask.request.get_json()["to"])
        return "lost", 500

    fields = {"to": "{number}", "say": "{text}"}
    tables = {"order": {"url": f"{serve(programme)}/calls", "fields": fields}, "callback": {"word": "status"}}
    channel.gateway = CallGateway(form_of(tables), {})

    round_ = night.release(make_tree(rule="all", people=("甲",)))
    night.send(later=MINUTE)
    doubtful = (state(round_), rings(round_), people(round_))
    night.pass_time(5 * MINUTE)

    assert len(asked) == 1
    assert doubtful == ("accepted", {"甲": "leaving"}, {})
    assert people(round_) == {"甲": "open"}


def test_after_a_restore_no_machine_rings_by_itself(night, machine):
    tree = make_tree(rule="all", people=("甲",))
    telephone(tree, 甲=486)
    round_ = night.release(tree)
    night.pass_time(timedelta(seconds=5))
    loss = Loss(1, NIGHT + MINUTE, NIGHT, NIGHT + MINUTE, is_tail=False)

    said = RoundsAfterRestore().set_aside(loss)
    again = RoundsAfterRestore().set_aside(loss)
    night.pass_time(MINUTE)

    assert "自動電話 1 回" in said
    assert again == ""
    assert len(machine.calls()) == 1
    assert people(round_) == {"甲": "open"}
    assert RoundsAfterRestore().doubts(loss) == []
    assert RoundsAfterRestore().resume(loss, by="佐藤") == ""
