"""The simulated station and the protocol: what it takes, what it says, how it fails."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from todoke.base.clock import JAPAN, now
from todoke.shared.loudspeakers import protocol
from todoke.shared.loudspeakers.models import SoundingState
from todoke.shared.loudspeakers.protocol import Order, Station
from todoke.shared.loudspeakers.rules import Member, waves_of
from todoke.shared.loudspeakers.station.broadcasts import Shelf
from todoke.shared.loudspeakers.station.faults import Faults, Trouble, order_faults
from todoke.shared.messaging.types import Never, TryLater

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=JAPAN)
KEY = "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"
WAVES = waves_of([Member("a-1", "a", 1, 3), Member("b-1", "b", 2, 5), Member("a-2", "a", 1, 3)])


def order(key: str = KEY, sound: bytes = b"sound", wait: float = 0) -> Order:
    return Order(key, "actual", True, "避難指示", "避難してください。", sound, 10, WAVES, wait)


def orders(station):
    return Shelf(station.root).newest()


def test_an_order_is_kept_with_its_sound(station):
    taken = Station(station.address).sound(order())

    (kept,) = orders(station)
    assert (taken.number, taken.stopped) == ("S-1", frozenset())
    assert kept.text == "避難してください。"
    assert Shelf(station.root).sound(kept.sha256).read_bytes() == b"sound"


def test_the_same_order_sounds_once(station):
    first, second = (Station(station.address).sound(order()) for _time in range(2))

    assert first == second
    assert len(orders(station)) == 1


def test_orders_that_come_at_the_same_moment_have_numbers_of_their_own(station):
    keys = [f"3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d{number}" for number in range(10, 22)]

    with ThreadPoolExecutor(len(keys)) as pool:
        taken = list(pool.map(lambda key: Station(station.address).sound(order(key)), keys))

    assert len({one.number for one in taken}) == len(keys)


def test_waves_sound_one_after_the_other_and_a_dead_unit_says_so(station):
    order_faults(station.root, Faults(dead=frozenset({"a-2"})))
    Station(station.address).sound(order())
    (kept,) = orders(station)

    at_once = kept.units_at(kept.told_at + timedelta(seconds=1))
    between = kept.units_at(kept.told_at + timedelta(seconds=11))
    later = kept.units_at(kept.told_at + timedelta(seconds=10 + 5 + 3 + 10))

    assert {unit: said["state"] for unit, said in at_once.items()} == {
        "a-1": "sounding",
        "a-2": "failed",
        "b-1": "waiting",
    }
    assert between["a-1"]["state"] == "sounded"
    assert between["b-1"]["state"] == "waiting"
    assert later["b-1"]["state"] == "sounded"


def test_an_order_that_has_to_wait_its_turn_is_queued(station):
    Station(station.address).sound(order(wait=30))
    (kept,) = orders(station)

    assert kept.state_at(kept.told_at + timedelta(seconds=29)) == "queued"
    assert kept.units_at(kept.told_at + timedelta(seconds=29))["a-1"]["state"] == "waiting"
    assert kept.state_at(kept.told_at + timedelta(seconds=31)) == "sounding"


def test_the_progress_comes_in_the_stations_words(station):
    order_faults(station.root, Faults(dead=frozenset({"a-2"}), mute=frozenset({"a-1"})))
    Station(station.address).sound(order())

    progress = Station(station.address).progress(KEY)

    assert progress.is_over is False
    assert progress.units["a-2"].state is SoundingState.FAILED
    assert "電源または回線" in progress.units["a-2"].says
    assert progress.units["a-1"].state is SoundingState.UNKNOWN


def test_an_unknown_broadcast_is_none(station):
    assert Station(station.address).progress(KEY) is None


def test_the_units_tell_their_health_without_a_sound(station):
    order_faults(station.root, Faults(dead=frozenset({"minato-02"})))

    faults = Station(station.address).faults()

    assert faults == {"minato-01": "", "minato-02": "子局が応答しません（電源または回線）"}
    assert orders(station) == []


@pytest.mark.parametrize(
    ("trouble", "may_have_left", "kept"),
    [(Trouble.BUSY, False, 0), (Trouble.GARBAGE, False, 0), (Trouble.SWALLOW, True, 1)],
)
def test_a_fault_says_whether_it_may_have_sounded(station, trouble, may_have_left, kept):
    order_faults(station.root, Faults(trouble))

    with pytest.raises(TryLater) as met:
        _sound_in_spite_of_garbage(station)

    assert met.value.may_have_left is may_have_left
    assert len(orders(station)) == kept


def _sound_in_spite_of_garbage(station):
    # The station's uploads are answered with garbage as well; the order never comes to it then.
    if station.faults.trouble is Trouble.GARBAGE:
        Station(station.address).faults()
    Station(station.address).sound(order())


def test_a_busy_station_says_when_to_come_again(station):
    order_faults(station.root, Faults(Trouble.BUSY))

    with pytest.raises(TryLater, match="ほかの放送") as met:
        Station(station.address).sound(order())

    assert met.value.after_seconds == 30


def test_a_station_that_hangs_is_left_in_time(station, monkeypatch):
    monkeypatch.setattr(protocol, "CALL_SECONDS", 0.2)
    order_faults(station.root, Faults(Trouble.HANG))

    with pytest.raises(TryLater) as met:
        Station(station.address).sound(order())

    assert met.value.may_have_left is False
    assert orders(station) == []


def test_garbage_after_the_order_is_an_unclear_outcome(station):
    Station(station.address)._post("/v1/audio/" + order().digest, b"sound", "audio/wav", KEY, may_sound=False)
    order_faults(station.root, Faults(Trouble.GARBAGE))

    with pytest.raises(TryLater) as met:
        Station(station.address).sound(order())

    assert met.value.may_have_left is True


def test_a_station_that_loses_an_order_never_comes_to_an_end(station):
    order_faults(station.root, Faults(Trouble.LOSE))
    Station(station.address).sound(order())
    (kept,) = orders(station)

    assert kept.state_at(now() + timedelta(hours=1)) == "queued"


def test_a_sound_that_is_not_what_its_name_says_is_refused(station):
    with pytest.raises(Never, match="422"):
        Station(station.address)._post("/v1/audio/" + "0" * 64, b"sound", "audio/wav", KEY, may_sound=False)


# ---- what replaces another ----

WRONG, RIGHT = KEY, "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d99"


def sound_at(station, monkeypatch, seconds, told):
    """Have an order come so many seconds after noon by the station's clock."""
    at = NOON + timedelta(seconds=seconds)
    monkeypatch.setattr("todoke.shared.loudspeakers.station.web.now", lambda: at)
    return Station(station.address).sound(told)


def states(station, key, seconds):
    told = Shelf(station.root).find(key)
    return {unit: said["state"] for unit, said in told.units_at(NOON + timedelta(seconds=seconds)).items()}


def test_a_correction_stops_the_wrong_broadcast_at_once_and_sounds_itself(station, monkeypatch):
    sound_at(station, monkeypatch, 0, order(WRONG))

    taken = sound_at(station, monkeypatch, 6, replace(order(RIGHT, b"right"), replaces=(WRONG,)))

    assert taken.stopped == {WRONG}
    assert states(station, WRONG, 5) == {"a-1": "sounding", "a-2": "sounding", "b-1": "waiting"}
    assert states(station, WRONG, 6) == {"a-1": "stopped", "a-2": "stopped", "b-1": "stopped"}
    assert Shelf(station.root).find(WRONG).state_at(NOON + timedelta(seconds=6)) == "done"
    assert states(station, RIGHT, 7)["a-1"] == "sounding"


def test_each_unit_says_how_far_it_had_come(station, monkeypatch):
    sound_at(station, monkeypatch, 0, order(WRONG))
    sound_at(station, monkeypatch, 20, replace(order(RIGHT), replaces=(WRONG,)))

    progress = Station(station.address).progress(WRONG)

    assert progress.is_over is True
    assert progress.units["a-1"].state is SoundingState.SOUNDED
    assert progress.units["b-1"].state is SoundingState.STOPPED
    assert progress.units["b-1"].says == "鳴り始めてから2秒で止めました"


def test_a_group_whose_turn_had_not_come_never_sounds_the_wrong_one(station, monkeypatch):
    sound_at(station, monkeypatch, 0, order(WRONG, wait=30))
    sound_at(station, monkeypatch, 1, replace(order(RIGHT), replaces=(WRONG,)))

    assert states(station, WRONG, 45) == {"a-1": "stopped", "a-2": "stopped", "b-1": "stopped"}
    assert Station(station.address).progress(WRONG).units["a-1"].says == "鳴る前に止めました"


def test_an_order_that_comes_after_its_successor_is_never_heard(station, monkeypatch):
    sound_at(station, monkeypatch, 0, replace(order(RIGHT), replaces=(WRONG,)))
    sound_at(station, monkeypatch, 2, order(WRONG))

    assert set(states(station, WRONG, 10).values()) == {"stopped"}


def test_the_same_correction_again_stops_nothing_a_second_time(station, monkeypatch):
    sound_at(station, monkeypatch, 0, order(WRONG))
    correction = replace(order(RIGHT), replaces=(WRONG,))
    sound_at(station, monkeypatch, 3, correction)

    taken = sound_at(station, monkeypatch, 8, correction)

    assert taken.stopped == {WRONG}
    assert Station(station.address).progress(WRONG).units["a-1"].says == "鳴り始めてから3秒で止めました"


def test_a_unit_that_had_failed_stays_failed(station, monkeypatch):
    order_faults(station.root, Faults(dead=frozenset({"a-2"})))
    sound_at(station, monkeypatch, 0, order(WRONG))
    sound_at(station, monkeypatch, 3, replace(order(RIGHT), replaces=(WRONG,)))

    assert states(station, WRONG, 4)["a-2"] == "failed"


@pytest.mark.parametrize("replaces", ["one", [1], {"a": "b"}])
def test_an_order_whose_replaces_is_no_list_of_broadcasts_is_refused(station, replaces):
    broken = json.dumps({**json.loads(order().as_json()), "replaces": replaces}).encode()
    Station(station.address)._post("/v1/audio/" + order().digest, b"sound", "audio/wav", KEY, may_sound=False)

    with pytest.raises(Never, match="422"):
        Station(station.address)._post("/v1/broadcasts", broken, "application/json", KEY, may_sound=True)
    assert orders(station) == []
