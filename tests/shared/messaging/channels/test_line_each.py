"""LINE to subscribers: who stands in a request, under which key it is repeated, and what LINE's answers mean."""

import json
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError

from tests.shared.messaging.channels.city import PATIENCE_SECONDS, City, fresh
from tests.shared.messaging.channels.reports import WAYS_OUT, carry
from tests.shared.messaging.editions import content, edition
from todoke.base.clock import now
from todoke.shared.messaging.actions import multicasts
from todoke.shared.messaging.channels import line_service
from todoke.shared.messaging.channels.clusters import utf16_units
from todoke.shared.messaging.channels.line_quota import Quota, Reading
from todoke.shared.messaging.models import Multicast
from todoke.shared.messaging.registry import LetterChannel, MassChannel
from todoke.shared.messaging.simulators.faults import Fault, FaultKind
from todoke.shared.messaging.simulators.simulator import Simulator
from todoke.shared.messaging.types import Address, Copy, Fate, Mode, Never, Result, Text, TryLater, Wording

pytestmark = pytest.mark.django_db


def user(number: int) -> str:
    return f"U{number:032x}"


def copies(*numbers: int, language: str = "ja", mark: str = "") -> list[Copy]:
    return [Copy(number, mark + user(number), language, f"token{number}") for number in numbers]


def taken(simulator: Simulator) -> list[Any]:
    return [arrival for arrival in simulator.arrivals("line") if not arrival.content["refused"]]


def times_told(simulator: Simulator) -> Counter[str]:
    """How often LINE took something for each user."""
    return Counter(name for arrival in taken(simulator) for name in arrival.content["to"])


def test_it_is_a_mass_channel(city):
    assert isinstance(city.line_each(), MassChannel)


def test_five_hundred_people_are_one_request(city, simulator):
    told = carry(city.line_each(), fresh(), copies(*range(1, 501)))

    assert set(told.fates.values()) == {Fate.ACCEPTED}
    (arrival,) = taken(simulator)
    assert arrival.content["to"] == [user(number) for number in range(1, 501)]


def test_each_language_is_a_request_of_its_own_and_an_unknown_one_reads_japanese(city, simulator):
    some = copies(1, 2) + copies(3, language="en") + copies(4, language="vi") + copies(5, language="ja-easy")

    carry(city.line_each(), fresh(), some)

    by_readers = {tuple(arrival.content["to"]): arrival.content["texts"][0] for arrival in taken(simulator)}
    assert by_readers.keys() == {(user(1), user(2), user(4)), (user(3),), (user(5),)}
    assert by_readers[(user(3),)].startswith("Evacuation order for Kawagishi")


def test_every_copy_ends_with_the_page_of_settings_and_holds_nothing_of_one_reader(city, simulator):
    carry(city.line_each(), fresh(), copies(1, 2))

    text = taken(simulator)[0].content["texts"][0]
    assert text.endswith("\n\n受け取る内容の変更・停止：https://www.city.example.jp/subscriptions/")
    assert "token1" not in text


def test_a_long_text_leaves_room_for_that_page():
    what = edition(content=content(wordings=(Wording("ja", "川岸地区に避難指示", "🍎" * 6000, "短"),)))

    parcel = City(1, 1).line_each().prepare(what, Address("line-each", "LINE", "tests.everybody"))

    text = json.loads(parcel.body)["messages"][0]["text"]
    assert 4980 <= utf16_units(text) <= 5000
    assert text.endswith("/subscriptions/")
    assert "本文の後ろ" in parcel.left_out


def test_a_drill_is_marked_and_simulated_readers_never_share_a_request_with_real_ones(city, simulator):
    channel = city.line_each(service="http://127.0.0.1:1")

    told = carry(channel, fresh(mode=Mode.EXERCISE), copies(1, mark="simulator:") + copies(2))

    assert told.fates == {1: Fate.ACCEPTED, 2: Fate.LATER}
    (arrival,) = taken(simulator)
    assert arrival.title.startswith("【訓練】")
    assert arrival.content["to"] == [user(1)]


# ---- repeats ----


TAKEN_WITHOUT_A_WORD = [
    Fault(FaultKind.SWALLOW, calls=1),
    Fault(FaultKind.GARBAGE, calls=1),
    Fault(FaultKind.TAKE_AND_ANSWER, status=500, calls=1),
    Fault(FaultKind.DELAY, seconds=PATIENCE_SECONDS + 0.3, calls=1),
]
NOT_TAKEN = [
    Fault(FaultKind.DROP, calls=1),
    Fault(FaultKind.ANSWER, status=500, calls=1),
    Fault(FaultKind.ANSWER, status=429, calls=1),
    Fault(FaultKind.HANG, calls=1),
]


def named(value: object) -> str | None:
    return f"{value.kind.value}{value.status or ''}" if isinstance(value, Fault) else None


def rested(channel):
    channel.line._rests_until = 0.0
    return channel


@pytest.mark.parametrize("fault", TAKEN_WITHOUT_A_WORD + NOT_TAKEN, ids=named)
def test_after_any_trouble_a_repeat_reaches_everybody_exactly_once(city, simulator, fault):
    what, some = fresh(), copies(1, 2, 3)
    simulator.fault("line", fault)

    first = carry(city.line_each(), what, some)
    again = carry(city.line_each(), what, some)  # another process: it knows what the database knows

    assert set(first.fates.values()) <= {Fate.UNCLEAR, Fate.LATER}
    assert set(again.fates.values()) == {Fate.ACCEPTED}
    assert times_told(simulator) == {user(1): 1, user(2): 1, user(3): 1}


@pytest.mark.parametrize("fault", TAKEN_WITHOUT_A_WORD + NOT_TAKEN, ids=named)
def test_whoever_left_before_the_repeat_costs_the_others_nothing(city, simulator, fault):
    what = fresh()
    simulator.fault("line", fault)
    carry(city.line_each(), what, copies(1, 2, 3))

    again = carry(city.line_each(), what, copies(1, 3))

    assert set(again.fates.values()) == {Fate.ACCEPTED}
    told = times_told(simulator)
    assert (told[user(1)], told[user(3)]) == (1, 1)


@pytest.mark.parametrize("fault", TAKEN_WITHOUT_A_WORD + NOT_TAKEN, ids=named)
def test_whoever_comes_before_the_repeat_is_told_too_and_nobody_twice(city, simulator, fault):
    what = fresh()
    simulator.fault("line", fault)
    carry(city.line_each(), what, copies(1, 2))

    again = carry(city.line_each(), what, copies(1, 2, 3))

    assert set(again.fates.values()) == {Fate.ACCEPTED}
    assert times_told(simulator) == {user(1): 1, user(2): 1, user(3): 1}


def test_whoever_changed_the_language_meanwhile_is_repeated_in_the_one_that_left(city, simulator):
    what = fresh()
    simulator.fault("line", Fault(FaultKind.SWALLOW, calls=1))
    carry(city.line_each(), what, copies(1, 2))

    again = carry(city.line_each(), what, copies(1) + copies(2, language="en"))

    assert set(again.fates.values()) == {Fate.ACCEPTED}
    assert times_told(simulator) == {user(1): 1, user(2): 1}


def test_whoever_was_left_out_of_a_repeat_is_not_passed_over_later(city, simulator):
    what = fresh()
    simulator.fault("line", Fault(FaultKind.DROP, calls=1))
    carry(city.line_each(), what, copies(1, 2), lane="normal")
    carry(city.line_each(), what, copies(1), lane="normal")  # reader 2 has quiet hours now

    morning = carry(city.line_each(), what, copies(2), lane="normal")

    assert morning.fates == {2: Fate.ACCEPTED}
    assert times_told(simulator) == {user(1): 1, user(2): 1}


def test_a_worker_that_died_after_line_had_taken_it_is_followed_without_a_second_alert(city, simulator):
    what, some = fresh(), copies(1, 2)

    class Killed(BaseException):
        pass

    def die(_results: list[Result]) -> None:
        raise Killed

    channel = city.line_each()
    with pytest.raises(Killed):
        channel.carry(channel.stationery(what, WAYS_OUT), some, die, lane="emergency")
    after = carry(city.line_each(), what, some)

    assert set(after.fates.values()) == {Fate.ACCEPTED}
    assert after.says == {"LINEは、前の送信ですでに受け付けていました"}
    assert times_told(simulator) == {user(1): 1, user(2): 1}


def test_after_a_day_line_has_forgotten_the_key_so_nothing_that_may_have_left_is_repeated(city, simulator):
    at = now()
    what = fresh(expires_at=at + timedelta(days=3))
    simulator.fault("line", Fault(FaultKind.SWALLOW, calls=1))
    carry(city.line_each(clock=lambda: at), what, copies(1))

    after = carry(city.line_each(clock=lambda: at + timedelta(hours=24)), what, copies(1, 2))

    assert after.fates == {1: Fate.REFUSED, 2: Fate.ACCEPTED}
    assert "24時間" in next(iter(after.says - {"LINEが受け付けました"}))
    assert times_told(simulator) == {user(1): 1, user(2): 1}


def test_what_line_certainly_did_not_take_may_still_leave_after_a_day(city, simulator):
    at = now()
    what = fresh(expires_at=at + timedelta(days=3))
    simulator.fault("line", Fault(FaultKind.ANSWER, status=429, calls=1))
    carry(city.line_each(clock=lambda: at), what, copies(1))

    after = carry(city.line_each(clock=lambda: at + timedelta(hours=30)), what, copies(1))

    assert after.fates == {1: Fate.ACCEPTED}


def test_a_refusal_of_the_repeat_does_not_free_the_key_of_what_may_have_left(city, simulator):
    what, some = fresh(), copies(1, 2)
    simulator.fault("line", Fault(FaultKind.SWALLOW, calls=1))
    carry(city.line_each(), what, some)
    simulator.fault("line", Fault(FaultKind.ANSWER, status=429, calls=1))
    carry(city.line_each(), what, some)

    third = carry(city.line_each(), what, copies(1, 2, 3))

    assert set(third.fates.values()) == {Fate.ACCEPTED}
    assert times_told(simulator) == {user(1): 1, user(2): 1, user(3): 1}


def test_another_edition_is_another_request(city, simulator):
    carry(city.line_each(), fresh(), copies(1))
    carry(city.line_each(), fresh(number=2), copies(1))

    assert times_told(simulator) == {user(1): 2}


def test_what_is_over_is_struck_out(city, simulator):
    at = now()
    carry(city.line_each(clock=lambda: at), fresh(), copies(1))

    carry(city.line_each(clock=lambda: at + timedelta(hours=8)), fresh(number=2), copies(2))

    assert [row.contacts for row in Multicast.objects.all()] == [[2]]


def test_nothing_leaves_while_the_database_cannot_write_it_down(city, simulator, monkeypatch):
    def away(*_values, **_named):
        raise OperationalError("the database is away")

    monkeypatch.setattr(multicasts, "begin", away)
    monkeypatch.setattr("todoke.shared.messaging.channels.line_each.connections.close_all", lambda: None)

    told = carry(city.line_each(), fresh(), copies(1, 2))

    assert set(told.fates.values()) == {Fate.HELD}
    assert simulator.arrivals("line") == []


# ---- refusals ----


def test_one_wrong_id_costs_the_others_nothing(city, simulator):
    some = copies(*range(1, 101))
    some[63] = Copy(64, "Utaro", "ja", "token")

    told = carry(city.line_each(), fresh(), some)

    assert [pk for pk, fate in told.fates.items() if fate is not Fate.ACCEPTED] == [64]
    assert told.fates[64] is Fate.REFUSED
    assert set(times_told(simulator).values()) == {1}
    assert len(times_told(simulator)) == 99


def test_a_wrong_id_that_line_names_is_left_out_at_once(city, simulator, monkeypatch):
    bad = copies(1, 2, 3)[1]
    answers = iter([line_service.Outcome(line_service.Word.BAD_RECIPIENTS, "wrong", (1,))])
    channel = city.line_each()
    multicast = channel.line.multicast
    monkeypatch.setattr(channel.line, "multicast", lambda *values: next(answers, None) or multicast(*values))

    told = carry(channel, fresh(), copies(1, 2, 3))

    assert told.fates == {1: Fate.ACCEPTED, bad.contact_id: Fate.REFUSED, 3: Fate.ACCEPTED}
    assert [arrival.content["to"] for arrival in taken(simulator)] == [[user(1), user(3)]]


@pytest.mark.parametrize(
    ("status", "body", "bad", "word"),
    [
        (200, {}, (), "TAKEN"),
        (409, {"message": "conflict"}, (), "UNCLEAR"),
        (400, {"message": "The property, 'to', in the request body is invalid"}, (), "BAD_RECIPIENTS"),
        (400, {"message": "1 error", "details": [{"message": "no", "property": "to[7]"}]}, (7,), "BAD_RECIPIENTS"),
        (400, {"message": "1 error", "details": [{"message": "no", "property": "messages[0].text"}]}, (), "REFUSED"),
        (400, None, (), "REFUSED"),
        (401, {"message": "no"}, (), "LATER"),
        (403, {"message": "no"}, (), "LATER"),
        (404, {"message": "no"}, (), "REFUSED"),
        (413, {"message": "no"}, (), "REFUSED"),
        (429, {"message": "no"}, (), "LATER"),
        (500, {"message": "no"}, (), "UNCLEAR"),
        (503, None, (), "UNCLEAR"),
    ],
)
def test_what_line_says_is_understood(status, body, bad, word):
    answer = line_service.Answer(status, {}, b"" if body is None else json.dumps(body).encode())

    outcome = line_service._outcome(answer)

    assert (outcome.word.name, outcome.bad) == (word, bad)


def test_line_s_words_are_kept_without_anybody_s_id():
    told = {"message": f"The user {user(7)} hasn't added the account"}

    outcome = line_service._outcome(line_service.Answer(400, {}, json.dumps(told).encode()))

    assert user(7) not in outcome.says


def test_too_many_requests_give_line_a_rest_as_long_as_it_asks(city, simulator):
    channel = city.line_each()
    simulator.fault("line", Fault(FaultKind.ANSWER, status=429, retry_after=60, calls=1))

    told = carry(channel, fresh(), copies(1) + copies(2, language="en"))

    assert told.fates == {1: Fate.LATER, 2: Fate.HELD}
    assert not channel.is_free("emergency")
    assert rested(channel).is_free("emergency")


def test_one_failure_stops_nobody_and_three_in_a_row_give_a_rest(city, simulator):
    channel = city.line_each()
    simulator.fault("line", Fault(FaultKind.ANSWER, status=503, calls=3))

    free = []
    for number in (1, 2, 3):
        carry(channel, fresh(number=number), copies(number))
        free.append(channel.is_free("emergency"))

    assert free == [True, True, False]


def test_without_a_token_nothing_leaves_and_it_is_tried_again(city, simulator):
    channel = city.line_each(token="")

    told = carry(channel, fresh(), copies(1))

    assert told.fates == {1: Fate.LATER}
    assert "TODOKE_LINE_TOKEN" in next(iter(told.says))
    assert simulator.arrivals("line") == []
    assert not channel.is_free("emergency")


def test_no_more_requests_leave_than_the_rate_allows(city, simulator, monkeypatch):
    monkeypatch.setattr("todoke.shared.messaging.channels.line_each.REQUESTS_PER_SECOND", 0.001)
    channel = city.line_each()

    told = carry(channel, fresh(), copies(1) + copies(2, language="en"), lane="normal")

    assert told.fates == {1: Fate.ACCEPTED, 2: Fate.HELD}
    assert not channel.is_free("normal")


# ---- the month's quota ----


@pytest.fixture
def small(tmp_path):
    with Simulator(tmp_path, secret_of=City.secret_of, line_quota=100) as running:
        yield City(running.smtp_port, running.http_port).line_each(), running


def test_an_ordinary_notice_leaves_the_reserve_to_emergencies(small):
    channel, simulator = small

    first = carry(channel, fresh(), copies(*range(1, 61)), lane="normal")
    second = carry(channel, fresh(number=2), copies(*range(61, 91)), lane="normal")
    alert = carry(channel, fresh(number=3), copies(*range(61, 91)))

    assert set(first.fates.values()) == {Fate.ACCEPTED}
    assert set(second.fates.values()) == {Fate.HELD}
    assert set(alert.fates.values()) == {Fate.ACCEPTED}
    assert (channel.is_free("normal"), channel.is_free("emergency")) == (False, True)
    assert sum(times_told(simulator).values()) == 90


def test_a_used_up_month_is_tried_again_because_the_plan_may_be_raised(small):
    channel, simulator = small
    carry(channel, fresh(), copies(*range(1, 91)))

    told = carry(channel, fresh(number=2), copies(*range(1, 21)))
    simulator._web.line.quota = 1000
    after = carry(channel, fresh(number=2), copies(*range(1, 21)))

    assert set(told.fates.values()) == {Fate.LATER}
    assert set(after.fates.values()) == {Fate.ACCEPTED}


def test_line_is_asked_once_a_minute_and_again_when_much_has_been_sent(monkeypatch):
    asked = []

    def read() -> Reading:
        asked.append(1)
        return Reading(1000, 100)

    quota = Quota(read, reserve=0.2)
    assert [quota.allows(700), quota.allows(701)] == [True, False]
    quota.note(90)
    assert quota.allows(610)
    assert len(asked) == 1

    quota.note(1)
    assert quota.allows(700)
    assert len(asked) == 2


def test_an_unknown_quota_stops_nobody():
    assert Quota(lambda: None, reserve=0.2).allows(10_000)
    assert Quota(lambda: Reading(None, 0), reserve=0.2).allows(10_000)


def test_a_quota_that_cannot_be_read_stops_nobody():
    assert City(1, 1).line_each().is_free("normal")


# ---- addresses ----


@pytest.mark.parametrize(
    ("address", "fits"),
    [
        (user(1), True),
        (f" {user(1)} ", True),
        (f"simulator:{user(1)}", True),
        (user(0xABC).replace("abc", "ABC"), False),
        ("C" + "0a" * 16, False),
        (f"user:{user(1)}", False),
        ("Utaro", False),
        ("", False),
    ],
)
def test_a_reader_s_id_is_checked_before_it_is_stored(address, fits):
    channel = City(1, 1).line_each()

    assert (channel.trouble_with_contact(address) is None) is fits
    assert channel.normal(address) == address.strip()


def test_a_destination_names_an_audience_that_is_there():
    assert "tests.nobody" in City(1, 1).line_each().trouble_with("tests.nobody")


def letter(
    number: int = 7, body: str = "ここを開いてください。\nhttps://www.city.example.jp/subscriptions/abc/\n"
) -> Text:
    return Text(address=user(number), language="ja", title="あなたのページ", body=body)


def test_a_letter_is_a_push_to_one_and_a_repeat_is_known_by_its_key(city, simulator):
    channel = city.line_each()
    assert isinstance(channel, LetterChannel)

    channel.send_letter(letter(), key="tests.letter:1", at=now())
    again = channel.send_letter(letter(), key="tests.letter:1", at=now())

    (arrival,) = taken(simulator)
    assert (arrival.content["form"], arrival.content["to"]) == ("push", user(7))
    assert arrival.content["texts"] == [
        "あなたのページ\n\nここを開いてください。\nhttps://www.city.example.jp/subscriptions/abc/"
    ]
    assert "すでに受け付けていました" in again.says


def test_a_letter_that_line_may_have_forgotten_is_not_pushed_again(city, simulator):
    with pytest.raises(Never, match="24時間"):
        city.line_each().send_letter(letter(), key="tests.letter:2", at=now() - timedelta(hours=24))

    assert taken(simulator) == []


def test_a_letter_waits_where_the_quota_is_kept_for_emergencies(city, simulator):
    channel = city.line_each()
    channel.line.quota = Quota(lambda: Reading(1000, 900), reserve=0.2)

    with pytest.raises(TryLater, match="緊急"):
        channel.send_letter(letter(), key="tests.letter:3", at=now())

    assert taken(simulator) == []


def test_a_letter_to_nobody_is_refused_for_good_and_the_word_holds_no_id(city, simulator):
    with pytest.raises(Never) as refused:
        city.line_each().send_letter(Text("", "ja", "題", "本文"), key="tests.letter:4", at=now())

    assert "LINE" in refused.value.says


def test_a_letter_waits_while_line_does_not_answer(city, simulator):
    simulator.fault("line", Fault(FaultKind.ANSWER, status=503, calls=1))

    with pytest.raises(TryLater) as trouble:
        city.line_each().send_letter(letter(), key="tests.letter:5", at=now())

    assert trouble.value.may_have_left
