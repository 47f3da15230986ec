"""Web push to subscribers: what stands on the screen, what push services answer, and whom we do not call."""

import json
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.shared.messaging.channels.city import PATIENCE_SECONDS, City, fresh
from tests.shared.messaging.channels.reports import WAYS_OUT, carry
from tests.shared.messaging.editions import content, edition
from todoke.base.clock import now
from todoke.shared.messaging.channels import connection
from todoke.shared.messaging.channels.connection import Answer
from todoke.shared.messaging.channels.push_services import Passes, Rests, fate_of, is_push_service
from todoke.shared.messaging.channels.web_push import SEALED_MAX, Sender, Subscription, base64url, claims_of, seal
from todoke.shared.messaging.registry import LetterChannel, MassChannel
from todoke.shared.messaging.simulators.faults import Fault, FaultKind
from todoke.shared.messaging.simulators.push import browser
from todoke.shared.messaging.types import (
    Address,
    Copy,
    EditionKind,
    Fate,
    Mode,
    Never,
    Text,
    TryLater,
    WaysOut,
    Wording,
)


def copy(number: int, name: str = "", *, language: str = "ja", mark: str = "") -> Copy:
    to = browser(name or f"browser-{number}").subscription
    return Copy(number, mark + to.as_text(), language, f"token{number}")


def copies(count: int) -> list[Copy]:
    return [copy(number) for number in range(1, count + 1)]


def at_host(host: str) -> str:
    hana = browser("hana").subscription
    return Subscription(f"https://{host}/send/1", hana.public_key, hana.auth).as_text()


def arrived(simulator) -> list[dict]:
    return [arrival.content for arrival in simulator.arrivals("push")]


def test_it_is_a_mass_channel(city):
    assert isinstance(city.push_each(), MassChannel)


def test_every_browser_gets_its_own(city, simulator):
    told = carry(city.push_each(), fresh(), copies(40))

    assert set(told.fates.values()) == {Fate.ACCEPTED}
    assert sorted(content["browser"] for content in arrived(simulator)) == sorted(f"browser-{n}" for n in range(1, 41))
    assert {content["told"]["change"] for content in arrived(simulator)} == {
        f"https://city.example.jp/s/token{number}/" for number in range(1, 41)
    }


def test_what_stands_on_the_screen(city, simulator):
    carry(city.push_each(), fresh(mode=Mode.EXERCISE), [copy(1)])

    (told,) = [content["told"] for content in arrived(simulator)]
    assert told["title"] == "【訓練】川岸地区に避難指示"
    assert told["body"] == (
        "これは訓練です。実際の災害ではありません。\n"
        "警戒レベル4　避難指示\n"
        "川岸地区に避難指示。危険な場所から全員避難してください。"
    )
    assert told["url"].startswith("https://www.city.example.jp/")
    assert (told["lang"], told["mode"]) == ("ja", "exercise")


def test_a_notice_leads_to_the_page_that_it_names(city, simulator):
    notice = fresh()
    notice = replace(notice, content=replace(notice.content, page="/notices/{message}/"))

    carry(city.push_each(), notice, [copy(1)])

    (told,) = [content["told"] for content in arrived(simulator)]
    assert told["url"] == f"https://www.city.example.jp/notices/{notice.message_key}/"


def test_everybody_reads_their_language_or_japanese(city, simulator):
    some = [copy(1, language="en"), copy(2, language="ja-easy"), copy(3, language="vi")]

    carry(city.push_each(), fresh(), some)

    titles = {content["browser"]: (content["told"]["title"], content["told"]["lang"]) for content in arrived(simulator)}
    assert titles["browser-1"] == ("Evacuation order for Kawagishi", "en")
    assert titles["browser-2"][1] == "ja-simple"
    assert titles["browser-3"] == ("川岸地区に避難指示", "ja")


def test_a_cancellation_takes_the_place_of_the_order_and_does_not_repeat_it(city, simulator):
    carry(city.push_each(), fresh(), [copy(1)])
    carry(city.push_each(), fresh(number=2, kind=EditionKind.CANCEL), [copy(1)])

    order, cancellation = arrived(simulator)
    assert order["topic"] == cancellation["topic"]
    assert order["told"]["tag"] == cancellation["told"]["tag"]
    assert len(order["topic"]) == 32
    assert "避難してください" not in cancellation["told"]["body"]
    assert cancellation["told"]["title"].startswith("【取消】")


@pytest.mark.parametrize(
    ("lane", "urgency", "seconds"),
    [("emergency", "high", 4 * 3600), ("normal", "normal", 6 * 3600), ("bulk", "low", 6 * 3600)],
)
def test_how_urgent_it_is_and_how_long_it_is_kept_for_a_telephone_that_is_off(city, simulator, lane, urgency, seconds):
    what = fresh()

    carry(city.push_each(clock=lambda: what.sent_at), what, [copy(1)], lane)

    (content,) = arrived(simulator)
    assert (content["urgency"], content["ttl"]) == (urgency, seconds)


def test_it_is_not_kept_beyond_its_end(city, simulator):
    what = fresh()

    carry(city.push_each(clock=lambda: what.expires_at - timedelta(seconds=90)), what, [copy(1)])
    carry(city.push_each(clock=lambda: what.expires_at + timedelta(seconds=90)), what, [copy(2)])

    assert [content["ttl"] for content in arrived(simulator)] == [90, 0]


@pytest.mark.parametrize("letter", ["あ", "🍎", "👨‍👩‍👧‍👦", '"'])
def test_a_long_text_is_cut_at_a_whole_character_and_fits(letter):
    what = edition(content=content(wordings=(Wording("ja", "川岸地区に避難指示", "本文", letter * 3000),)))
    channel = City(1, 1).push_each()

    sheet = channel.stationery(what, WAYS_OUT).sheets["ja"]
    sealed = seal(sheet.filled("t" * 40), browser("hana").subscription)

    assert SEALED_MAX - 60 <= len(sealed) <= SEALED_MAX
    assert json.loads(sheet.filled("t" * 40))["body"] == sheet.text
    assert sheet.text.endswith(letter + "…")


def test_a_way_out_with_anything_in_it_stays_readable():
    channel = City(1, 1).push_each()
    ways_out = WaysOut(change='https://city.example.jp/"/{token}/あ', end="")

    sheet = channel.stationery(edition(), ways_out).sheets["ja"]

    assert json.loads(sheet.filled("abc"))["change"] == 'https://city.example.jp/"/abc/あ'


def test_the_approver_sees_title_and_short_text_and_the_parcel_is_always_the_same():
    channel, address = City(1, 1).push_each(), Address("push", "通知", "tests.everybody")

    parcel = channel.prepare(edition(), address)

    assert parcel == channel.prepare(edition(), address)
    assert parcel.preview.startswith("川岸地区に避難指示\n警戒レベル4　避難指示\n川岸地区に避難指示。")
    assert "本文" in parcel.left_out


# ---- what push services answer ----


OUTCOMES = [
    (Fault(FaultKind.DELAY, seconds=0.05), Fate.ACCEPTED, 1),
    (Fault(FaultKind.HANG), Fate.UNCLEAR, 0),
    (Fault(FaultKind.SWALLOW), Fate.UNCLEAR, 1),
    (Fault(FaultKind.GARBAGE), Fate.UNCLEAR, 1),
    (Fault(FaultKind.DRIP), Fate.UNCLEAR, 1),
    (Fault(FaultKind.DROP), Fate.UNCLEAR, 0),
    (Fault(FaultKind.TLS), Fate.UNCLEAR, 0),
    (Fault(FaultKind.TAKE_AND_ANSWER, status=500), Fate.LATER, 1),
    *((Fault(FaultKind.ANSWER, status=status), Fate.LATER, 0) for status in (401, 429, 500, 503)),
    *((Fault(FaultKind.ANSWER, status=status), Fate.GONE, 0) for status in (404, 410)),
    *((Fault(FaultKind.ANSWER, status=status), Fate.REFUSED, 0) for status in (302, 400, 403, 413)),
]


def named(value: object) -> str | None:
    return f"{value.kind.value}{value.status or ''}" if isinstance(value, Fault) else None


@pytest.mark.parametrize(("fault", "fate", "count"), OUTCOMES, ids=named)
def test_a_fault_becomes_the_right_fate_within_the_patience_of_the_channel(city, simulator, fault, fate, count):
    simulator.fault("push", fault)

    began = time.monotonic()
    told = carry(city.push_each(), fresh(), [copy(1)])

    assert told.fates == {1: fate}
    assert time.monotonic() - began < PATIENCE_SECONDS + 5
    assert len(arrived(simulator)) == count


def test_a_service_that_is_not_there_is_tried_later():
    told = carry(City(1, 1).push_each(), fresh(), [copy(1)])

    assert told.fates == {1: Fate.LATER}


def test_whoever_took_the_subscription_back_is_gone_and_the_others_get_theirs(city, simulator):
    told = carry(city.push_each(), fresh(), [copy(1, "gone-1"), copy(2, "unknown-2"), copy(3)])

    assert told.fates == {1: Fate.GONE, 2: Fate.GONE, 3: Fate.ACCEPTED}


def test_a_repeat_takes_the_place_of_the_first(city, simulator):
    what = fresh()
    simulator.fault("push", Fault(FaultKind.SWALLOW, calls=1))

    carry(city.push_each(), what, [copy(1)])
    again = carry(city.push_each(), what, [copy(1)])

    first, second = arrived(simulator)
    assert again.fates == {1: Fate.ACCEPTED}
    assert (first["topic"], first["told"]["tag"]) == (second["topic"], second["told"]["tag"])
    assert [arrival.duplicate for arrival in simulator.arrivals("push")] == [False, True]


def test_a_connection_is_kept_and_one_that_was_closed_meanwhile_is_opened_anew(city, simulator):
    channel = city.push_each(per_host=1)
    (host,) = [channel.doors._host("http", "127.0.0.1", simulator.http_port)]

    carry(channel, fresh(), copies(5))
    (kept,) = host._idle
    kept._twin.shutdown(2)
    told = carry(channel, fresh(number=2), copies(5))

    assert set(told.fates.values()) == {Fate.ACCEPTED}
    assert len(arrived(simulator)) == 10


def test_no_more_calls_run_at_once_than_a_service_may_bear(city, simulator):
    channel = city.push_each(per_host=2, reply_seconds=2)
    simulator.fault("push", Fault(FaultKind.DELAY, seconds=0.1))

    began = time.monotonic()
    told = carry(channel, fresh(), copies(6))

    assert set(told.fates.values()) == {Fate.ACCEPTED}
    assert time.monotonic() - began >= 0.29


def test_a_service_that_asks_for_a_rest_gets_it(city, simulator):
    channel = city.push_each(per_host=1)
    simulator.fault("push", Fault(FaultKind.ANSWER, status=429, retry_after=60, calls=1))

    told = carry(channel, fresh(), copies(5))

    assert set(told.fates.values()) == {Fate.LATER}
    assert arrived(simulator) == []


def test_a_service_that_is_silent_rests_instead_of_costing_everybody_s_patience(city, simulator, monkeypatch):
    monkeypatch.setattr("todoke.shared.messaging.channels.push_services.TROUBLES_MAX", 2)
    simulator.fault("push", Fault(FaultKind.HANG))

    began = time.monotonic()
    told = carry(city.push_each(per_host=1), fresh(), copies(30))

    assert sorted(told.fates.values(), key=lambda fate: fate.value) == [Fate.LATER] * 28 + [Fate.UNCLEAR] * 2
    assert time.monotonic() - began < 3 * PATIENCE_SECONDS + 5


def test_what_the_time_does_not_let_out_is_held(city, simulator, monkeypatch):
    monkeypatch.setattr("todoke.shared.messaging.channels.push_each.CARRY_SECONDS", 0.05)
    simulator.fault("push", Fault(FaultKind.DELAY, seconds=0.1))

    told = carry(city.push_each(per_host=1), fresh(), copies(3))

    assert [told.fates[number] for number in (1, 2, 3)] == [Fate.ACCEPTED, Fate.HELD, Fate.HELD]


def test_a_fault_of_ours_is_unclear_for_its_copy_alone(city, simulator, monkeypatch):
    channel = city.push_each()
    post = channel.doors.post

    def breaks(url, *values, **named):
        if url.endswith("browser-2"):
            raise RuntimeError("boom")
        return post(url, *values, **named)

    monkeypatch.setattr(channel.doors, "post", breaks)

    told = carry(channel, fresh(), copies(3))

    assert told.fates == {1: Fate.ACCEPTED, 2: Fate.UNCLEAR, 3: Fate.ACCEPTED}


def test_some_seconds_of_silence_or_errors_are_forgotten_at_the_first_answer():
    rests = Rests()
    for _each in range(9):
        rests.heed("a.example", Answer(500, {}, b""))
    rests.heed("a.example", Answer(201, {}, b""))
    rests.heed("a.example", Answer(500, {}, b""))

    assert not rests.is_resting("a.example")


def test_a_service_that_asks_for_a_week_gets_five_minutes(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr("todoke.shared.messaging.channels.push_services.time.monotonic", lambda: clock[0])
    rests = Rests()
    rests.heed("a.example", Answer(429, {"retry-after": "604800"}, b""))

    clock[0] = 299
    assert rests.is_resting("a.example")
    clock[0] = 301
    assert not rests.is_resting("a.example")


def test_the_sender_s_claim_is_made_once_for_each_service_and_renewed_in_time(city):
    passes, at = Passes(city.push_each().sender), now()
    first = passes.of("https://a.example", at=at)

    assert passes.of("https://a.example", at=at + timedelta(hours=5)) == first
    assert passes.of("https://b.example", at=at) != first
    renewed = passes.of("https://a.example", at=at + timedelta(hours=7))
    assert claims_of(renewed, at=at + timedelta(hours=18))["aud"] == "https://a.example"
    assert passes.of("https://a.example", at=at) != renewed


@pytest.mark.parametrize("status", [200, 201, 202])
def test_what_was_taken_is_accepted(status):
    assert fate_of(Answer(status, {}, b""), "a.example")[0] is Fate.ACCEPTED


# ---- whom we do not call ----


@pytest.mark.parametrize(
    ("host", "fits"),
    [
        ("fcm.googleapis.com", True),
        ("updates.push.services.mozilla.com", True),
        ("web.push.apple.com", True),
        ("wns2-par02p.notify.windows.com", True),
        ("push.apple.com.evil.example", False),
        ("evilpush.apple.com", False),
        ("localhost", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("[::1]", False),
        ("intranet.city.example.jp", False),
        ("push.simulator.invalid", False),
    ],
)
def test_only_the_browsers_own_services_are_called(host, fits):
    channel = City(1, 1).push_each(simulated=False)

    assert (channel.trouble_with_contact(at_host(host)) is None) is fits


def test_a_simulated_browser_is_welcome_where_everything_is_simulated_or_it_is_marked():
    mine = at_host("push.simulator.invalid")

    assert City(1, 1).push_each().trouble_with_contact(mine) is None
    assert City(1, 1).push_each(simulated=False).trouble_with_contact(f"simulator:{mine}") is None


def test_a_stored_address_that_is_no_push_service_is_not_called_either(city, simulator):
    channel = city.push_each(simulated=False)
    intranet = Copy(1, at_host("intranet.city.example.jp"), "ja", "token")

    told = carry(channel, fresh(), [intranet, Copy(2, "{}", "ja", "token")])

    assert told.fates == {1: Fate.REFUSED, 2: Fate.REFUSED}


def test_a_service_whose_name_leads_into_our_own_network_is_not_called(city, simulator, monkeypatch):
    monkeypatch.setattr(connection, "look_up", lambda host, port, deadline: ["142.250.0.1", "10.0.0.7"])
    called = []
    monkeypatch.setattr(connection.socket, "create_connection", lambda *values, **named: called.append(values))

    told = carry(city.push_each(simulated=False), fresh(), [Copy(1, at_host("fcm.googleapis.com"), "ja", "token")])

    assert told.fates == {1: Fate.REFUSED}
    assert called == []


def test_a_marked_address_goes_to_the_simulator_although_the_real_services_are_connected(city, simulator):
    channel = city.push_each(simulated=False)

    told = carry(channel, fresh(mode=Mode.EXERCISE), [copy(1, mark="simulator:")])

    assert told.fates == {1: Fate.ACCEPTED}
    assert [content["browser"] for content in arrived(simulator)] == ["browser-1"]


def test_with_simulators_a_real_browser_s_message_is_kept_unopened(city, simulator):
    told = carry(city.push_each(), fresh(), [Copy(1, at_host("fcm.googleapis.com"), "ja", "token")])

    assert told.fates == {1: Fate.ACCEPTED}
    assert [content["told"] for content in arrived(simulator)] == [{}]


def test_an_address_has_one_form_and_what_cannot_be_read_stays():
    channel = City(1, 1).push_each()
    hana = browser("hana").subscription
    keys = {"p256dh": base64url(hana.public_key), "auth": base64url(hana.auth)}
    long = json.dumps({"endpoint": hana.endpoint, "expirationTime": None, "keys": keys}, indent=2)

    assert channel.normal(f" {long} ") == hana.as_text()
    assert channel.normal(f"simulator:{long}") == f"simulator:{hana.as_text()}"
    assert channel.normal(" hana ") == "hana"
    assert "もう一度登録" in channel.trouble_with_contact("hana")


def test_a_destination_names_an_audience_that_is_there():
    assert "tests.nobody" in City(1, 1).push_each().trouble_with("tests.nobody")


# ---- the simulated push service ----


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"Authorization": ""}, 401),
        (
            {
                "Authorization": Sender("A" * 42 + "E", "nobody").authorization(
                    "https://push.simulator.invalid", at=now()
                )
            },
            401,
        ),
        ({"TTL": ""}, 400),
        ({"Content-Encoding": "aesgcm"}, 400),
        ({"Topic": "x" * 33}, 400),
    ],
)
def test_the_simulated_service_refuses_what_a_real_one_would(city, simulator, changed, status):
    channel = city.push_each()
    origin = "https://push.simulator.invalid"
    headers = channel._headers(channel.stationery(fresh(), WAYS_OUT), "normal")
    headers = {**headers, "Authorization": channel.sender.authorization(origin, at=now()), **changed}
    body = seal(b"{}", browser("hana").subscription)

    answer = channel.doors.post(f"{channel.simulator}/push/hana", body, headers, only_public=False)

    assert answer.status == status
    assert arrived(simulator) == []


def test_the_simulated_service_refuses_a_claim_for_another_and_a_message_for_another(city, simulator):
    channel = city.push_each()
    origin = "https://push.simulator.invalid"
    headers = channel._headers(channel.stationery(fresh(), WAYS_OUT), "normal")

    def status(origin: str, body: bytes) -> int:
        claim = {"Authorization": channel.sender.authorization(origin, at=now())}
        url = f"{channel.simulator}/push/hana"
        return channel.doors.post(url, body, {**headers, **claim}, only_public=False).status

    good = seal(b'{"title":"a","edition":"b","mode":"test"}', browser("hana").subscription)
    assert status("https://fcm.googleapis.com", good) == 403
    assert status(origin, seal(b"{}", browser("taro").subscription)) == 400
    assert status(origin, b"x" * 4097) == 413
    assert status(origin, good) == 201


def test_every_service_we_know_is_one():
    assert is_push_service("fcm.googleapis.com")
    assert not is_push_service("")


def letter(name: str, body: str = "登録しました。\nhttps://www.city.example.jp/subscriptions/abc/\n") -> Text:
    return Text(browser(name).subscription.as_text(), "ja-easy", "登録しました", body)


def test_a_letter_is_a_notification_that_opens_its_link(city, simulator):
    channel = city.push_each()
    assert isinstance(channel, LetterChannel)

    channel.send_letter(letter("hana"), key="tests.letter:1", at=now())

    (content,) = arrived(simulator)
    told = content["told"]
    assert (told["title"], told["body"], told["lang"]) == ("登録しました", "登録しました。", "ja-simple")
    assert told["url"] == "https://www.city.example.jp/subscriptions/abc/"
    assert content["topic"] == told["tag"]


def test_a_long_letter_fits_into_one_push(city, simulator):
    city.push_each().send_letter(letter("hana", "長い" * 4000), key="tests.letter:2", at=now())

    (content,) = arrived(simulator)
    assert content["told"]["body"].endswith("…")
    assert content["told"]["url"] == "https://www.city.example.jp/"


def test_a_letter_to_a_browser_that_took_its_subscription_back_has_failed(city, simulator):
    with pytest.raises(Never, match="もうありません"):
        city.push_each().send_letter(letter("gone-hana"), key="tests.letter:3", at=now())


def test_a_letter_to_what_is_no_subscription_has_failed(city):
    with pytest.raises(Never, match="読めません"):
        city.push_each().send_letter(Text("no subscription", "ja", "題", "本文"), key="tests.letter:4", at=now())


def test_a_letter_waits_while_the_service_is_away(city):
    with pytest.raises(TryLater):
        city.push_each(simulator="http://127.0.0.1:1").send_letter(letter("hana"), key="tests.letter:5", at=now())
