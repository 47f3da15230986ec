"""Webhooks: the JSON, the signature, repeats, and where they may not go."""

import base64
import hashlib
import hmac
import json

import httpx
import pytest

from tests.shared.messaging.channels.city import WEBHOOK, City, fresh, send
from tests.shared.messaging.editions import RIVERSIDE, edition
from todoke.base.clock import now
from todoke.shared.messaging.channels import connection, webhook
from todoke.shared.messaging.channels.connection import Answer, is_public
from todoke.shared.messaging.channels.signing import is_signed, secret_for, signature
from todoke.shared.messaging.types import Address, EditionKind, Mode, Never

# The example that the libraries of the specification themselves are tested with.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
IDENTIFIER, STAMP = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330
SIGNED = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def independently_signed(secret: str, headers, body: bytes) -> str:
    key = base64.b64decode(secret.split("_", 1)[1])
    content = headers["webhook-id"].encode() + b"." + headers["webhook-timestamp"].encode() + b"." + body
    return "v1," + base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()


@pytest.fixture
def sent(monkeypatch):
    """Every call that would have left, answered with 200."""
    calls = []

    def post(url, body, headers, **options):
        calls.append((url, body, headers, options))
        return Answer(200, {}, b"")

    monkeypatch.setattr(webhook, "post", post)
    return calls


def test_the_signature_is_that_of_the_specification():
    assert signature(SECRET, IDENTIFIER, STAMP, b'{"test": 2432232314}') == SIGNED


def test_a_call_is_signed_with_the_secret_of_its_destination(sent):
    send(City(1, 1).webhook(simulated=False), WEBHOOK, key="the-key")

    ((url, body, headers, options),) = sent
    assert (url, headers["webhook-id"]) == ("https://broadcaster.example.jp/hook", "the-key")
    assert headers["webhook-signature"] == independently_signed(City.secret_of("broadcaster"), headers, body)
    assert abs(int(headers["webhook-timestamp"]) - now().timestamp()) < 5
    assert options["only_public"] is True


def test_each_destination_has_a_secret_of_its_own_that_stays():
    assert secret_for("a", "master") == secret_for("a", "master")
    assert len({secret_for("a", "master"), secret_for("b", "master"), secret_for("a", "other")}) == 3


def test_the_json_holds_what_a_machine_compares_and_is_the_same_at_every_call():
    channel, what = City(1, 1).webhook(), edition(2, kind=EditionKind.CORRECTION, mode=Mode.TEST, note="区域の誤り")

    body = channel.prepare(what, WEBHOOK).body

    assert body == channel.prepare(what, WEBHOOK).body
    told = json.loads(body)
    assert (told["type"], told["timestamp"]) == ("message.correction", "2026-11-20T18:15:00+00:00")
    assert (told["data"]["mode"], told["data"]["note"], told["data"]["level"]) == ("test", "区域の誤り", 4)
    assert told["data"]["references"] == [
        {"identifier": what.references[0].identifier, "sent_at": "2026-11-20T18:05:00+00:00"}
    ]
    assert told["data"]["areas"][0]["words"] == "警戒レベル4　避難指示"
    assert told["data"]["areas"][0]["polygon"] == [[list(point) for point in RIVERSIDE.polygon[0]]]


@pytest.mark.parametrize("kind", [EditionKind.CANCEL, EditionKind.UPDATE])
def test_every_wording_carries_the_marks_in_title_body_and_short_form(kind):
    what = edition(2, kind=kind, mode=Mode.EXERCISE, note="誤り")

    wordings = json.loads(City(1, 1).webhook().prepare(what, WEBHOOK).body)["data"]["wordings"]

    assert set(wordings) == {"ja", "ja-easy", "en"}
    for language, words in wordings.items():
        assert all(text.startswith(what.marks(language)) for text in words.values())


def test_a_cancellation_does_not_hand_the_cancelled_order_on():
    what = edition(2, kind=EditionKind.CANCEL, note="誤り")

    body = City(1, 1).webhook().prepare(what, WEBHOOK).body.decode()

    assert "避難してください" not in body
    assert "must evacuate" not in body


def test_a_partner_keeps_a_call_once_and_says_so_at_the_second(city, simulator):
    what = fresh()

    first, again = send(city.webhook(), WEBHOOK, what), send(city.webhook(), WEBHOOK, what)

    assert "すでに受け付けて" in again.says
    assert again.reference == first.reference
    assert [arrival.duplicate for arrival in simulator.arrivals("webhook")] == [False, True]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, 200),
        ({"webhook-signature": "v1,AAAA"}, 401),
        ({"webhook-signature": ""}, 401),
        ({"webhook-id": "another"}, 401),
        ({"webhook-timestamp": "1614265330"}, 401),
        ({"webhook-timestamp": "soon"}, 401),
    ],
)
def test_the_simulated_partner_refuses_what_is_forged_or_old(city, simulator, change, status):
    body = city.webhook().prepare(fresh(), WEBHOOK).body
    stamp = int(now().timestamp())
    headers = {"webhook-id": "one", "webhook-timestamp": str(stamp)}
    headers["webhook-signature"] = signature(City.secret_of("broadcaster"), "one", stamp, body)

    url = f"http://127.0.0.1:{simulator.http_port}/webhook/broadcaster"
    answer = httpx.post(url, content=body, headers={**headers, **change})

    assert answer.status_code == status
    assert len(simulator.arrivals("webhook")) == (1 if status == 200 else 0)


def test_an_old_time_stamp_is_no_signature_although_it_was_signed_rightly():
    old = int(now().timestamp()) - 301

    assert not is_signed(SECRET, "id", str(old), signature(SECRET, "id", old, b"{}"), b"{}", at=now())
    assert is_signed(SECRET, "id", str(old + 60), signature(SECRET, "id", old + 60, b"{}"), b"{}", at=now())


def test_a_simulated_address_never_leaves_the_house(city, simulator):
    twin = Address("hook-drill", "放送局（訓練用）", "simulator:https://broadcaster.example.jp/hook")

    send(city.webhook(simulated=False), twin, fresh(mode=Mode.EXERCISE))

    (arrival,) = simulator.arrivals("webhook")
    assert (arrival.mode, arrival.content["destination"]) == ("exercise", "hook-drill")


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("203.0.114.1", True),
        ("2001:4860:4860::8888", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("2002:0a00:0001::1", False),
        ("64:ff9b::10.0.0.1", False),
    ],
)
def test_only_addresses_of_the_open_internet_are_public(address, public):
    assert is_public(address) is public


def test_a_name_that_leads_into_our_own_network_gets_nothing(city, simulator, monkeypatch):
    monkeypatch.setattr(connection, "look_up", lambda *_: ["203.0.114.1", "127.0.0.1"])
    inside = Address("inside", "庁内", f"http://partner.example:{simulator.http_port}/webhook/inside")

    with pytest.raises(Never, match="庁内や自分自身"):
        send(city.webhook(simulated=False), inside)

    assert simulator.arrivals("webhook") == []


@pytest.mark.parametrize(
    ("address", "fits"),
    [
        ("https://partner.example.jp/hook", True),
        ("simulator:https://partner.example.jp/hook", True),
        ("http://partner.example.jp/hook", False),
        ("https://user:secret@partner.example.jp/", False),
        ("https://partner.example.jp/#part", False),
        ("https://partner.example.jp:99999/", False),
        ("https://", False),
        ("partner", False),
    ],
)
def test_an_address_is_checked_before_it_is_stored(address, fits):
    assert (City(1, 1).webhook().trouble_with(address) is None) is fits
