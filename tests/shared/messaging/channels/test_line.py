"""LINE: the request, the retry key, and what LINE's answers mean."""

import json
import uuid
from datetime import timedelta

import httpx
import pytest

from tests.shared.messaging.channels.city import LINE, City, fresh, send
from tests.shared.messaging.editions import content, edition
from todoke.base.clock import now
from todoke.shared.messaging.channels.clusters import utf16_units
from todoke.shared.messaging.channels.line import retry_key
from todoke.shared.messaging.rules import delivery_key
from todoke.shared.messaging.simulators.simulator import Simulator
from todoke.shared.messaging.types import Address, Mode, Never, Wording

USER, GROUP = "U" + "0a" * 16, "C" + "1b" * 16


def to(address: str) -> Address:
    return Address("line", "LINE", address)


def test_the_request_is_one_bubble_the_same_at_every_call():
    channel = City(1, 1).line()

    body = channel.prepare(edition(mode=Mode.EXERCISE), LINE).body

    assert body == channel.prepare(edition(mode=Mode.EXERCISE), LINE).body
    (message,) = json.loads(body)["messages"]
    assert message["type"] == "flex"
    assert message["altText"].startswith("【訓練】川岸地区に避難指示\nこれは訓練です。")


@pytest.mark.parametrize("letter", ["あ", "🍎", "👨‍👩‍👧‍👦"])
def test_a_long_text_is_cut_at_five_thousand_units_as_line_counts(letter):
    what = edition(content=content(wordings=(Wording("ja", "川岸地区に避難指示", letter * 6000, "短"),)))

    parcel = City(1, 1).line().prepare(what, LINE)

    text = json.loads(parcel.body)["messages"][0]["text"]
    assert 4988 <= utf16_units(text) <= 5000
    assert "本文の後ろ" in parcel.left_out


@pytest.mark.parametrize(
    ("address", "form", "recipient"),
    [
        ("broadcast", "broadcast", ""),
        (f"user:{USER}", "push", USER),
        (f"group:{GROUP}", "push", GROUP),
        (f"users:{USER},{USER[:-1]}b", "multicast", [USER, USER[:-1] + "b"]),
    ],
)
def test_the_form_of_the_address_chooses_the_endpoint(city, simulator, address, form, recipient):
    send(city.line(), to(address))

    (arrival,) = simulator.arrivals("line")
    assert (arrival.content["form"], arrival.content["to"]) == (form, recipient)


def test_a_repeat_is_accepted_by_line_once_and_counts_as_accepted(city, simulator):
    what = fresh()

    first = send(city.line(), LINE, what)
    again = send(city.line(), LINE, what)

    assert again.reference == first.reference
    assert "すでに受け付けて" in again.says
    assert [arrival.duplicate for arrival in simulator.arrivals("line")] == [False, True]


def test_the_key_of_a_delivery_is_the_retry_key_and_any_other_key_makes_always_the_same_one():
    key = delivery_key("todoke.1", "line")

    assert retry_key(key) == key
    assert retry_key("part 1") == retry_key("part 1") == str(uuid.UUID(retry_key("part 1")))
    assert retry_key("part 1") != retry_key("part 2")


def test_another_edition_has_another_retry_key(city, simulator):
    send(city.line(), LINE, fresh())
    send(city.line(), LINE, fresh(number=2))

    assert [arrival.duplicate for arrival in simulator.arrivals("line")] == [False, False]


def test_after_a_day_line_has_forgotten_the_key_so_nothing_is_repeated(city, simulator):
    at = now().replace(microsecond=0) - timedelta(hours=24, minutes=1)

    with pytest.raises(Never, match="24時間"):
        send(city.line(), LINE, fresh(sent_at=at))

    assert simulator.arrivals("line") == []


def test_a_used_up_month_is_told_to_a_person_at_once(tmp_path):
    with Simulator(tmp_path, secret_of=City.secret_of, line_quota=1) as running:
        channel = City(running.smtp_port, running.http_port).line()
        send(channel, LINE, fresh())

        with pytest.raises(Never, match="料金プラン"):
            send(channel, LINE, fresh(number=2))


def test_without_a_token_nothing_leaves_and_the_setting_is_named(city, simulator):
    with pytest.raises(Never, match="TODOKE_LINE_TOKEN"):
        send(city.line(token=""), LINE)

    assert simulator.arrivals("line") == []


def test_a_simulated_address_goes_to_the_simulator_although_the_real_service_is_configured(city, simulator):
    send(city.line(service="http://127.0.0.1:1"), to("simulator:broadcast"), fresh(mode=Mode.EXERCISE))

    assert simulator.arrivals("line")[0].title.startswith("【訓練】")


def test_a_refused_user_is_never_reached(city, simulator):
    parcel = city.line().prepare(fresh(), to("broadcast"))

    with pytest.raises(Never, match="宛先を確かめて"):
        city.line().send(parcel, fresh(), to(f"user:{USER}"), key="key")


def test_the_quota_can_be_asked(simulator):
    base = f"http://127.0.0.1:{simulator.http_port}/v2/bot/message/quota"

    assert httpx.get(base).json() == {"type": "limited", "value": 30_000}
    assert httpx.get(f"{base}/consumption").json() == {"totalUsage": 0}


@pytest.mark.parametrize(
    ("address", "fits"),
    [
        ("broadcast", True),
        ("simulator:broadcast", True),
        (f"user:{USER}", True),
        (f"group:{GROUP}", True),
        (f"users:{USER},{USER}", True),
        ("users:" + ",".join([USER] * 501), False),
        (f"user:{GROUP}", False),
        ("user:taro", False),
        ("everybody", False),
        ("", False),
    ],
)
def test_an_address_is_checked_before_it_is_stored(address, fits):
    assert (City(1, 1).line().trouble_with(address) is None) is fits
