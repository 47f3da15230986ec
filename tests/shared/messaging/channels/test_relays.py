"""Several relays: shares, fail-over, rest, conversations that are kept."""

import time
from collections import Counter

import pytest

from tests.shared.messaging.channels.relay import ScriptedRelay
from tests.shared.messaging.channels.test_conversation import mails
from todoke.shared.messaging.channels.mail_server import MailServer, servers_from
from todoke.shared.messaging.channels.relays import Relays
from todoke.shared.messaging.types import Fate

BREAK, HANG = ScriptedRelay.BREAK, ScriptedRelay.HANG


def relays(*scripted: ScriptedRelay, weights=(1, 1), reply_seconds: float = 0.4) -> Relays:
    servers = [
        MailServer("127.0.0.1", relay.port, weight=weight) for relay, weight in zip(scripted, weights, strict=False)
    ]
    return Relays(servers, own_name="city.example.jp", reply_seconds=reply_seconds)


def carry(route: Relays, number=10, **terms):
    told = {}
    left = route.carry(
        mails(number),
        lambda mail, fate, says: told.update({mail.contact_id: fate}),
        until=time.monotonic() + 20,
        **terms,
    )
    return told, left


@pytest.mark.parametrize(
    "trouble",
    [
        lambda said, number: "421 4.7.0 not now" if said == "MAIL" else None,
        lambda said, number: "554 go away" if said in ("EHLO", "HELO") else None,
        lambda said, number: BREAK if said == "MAIL" else None,
        lambda said, number: "what?" if said == "RCPT" else None,
    ],
)
def test_where_one_relay_fails_another_carries_everything_at_once(trouble):
    with ScriptedRelay(trouble) as broken, ScriptedRelay() as whole:
        route = relays(broken, whole, weights=(1000, 1))
        began = time.monotonic()

        told, left = carry(route)

        assert left == []
        assert len(whole.taken) >= 9
        # What the broken one refused in words is another try's; everything else went out by the other one.
        assert set(told.values()) <= {Fate.ACCEPTED, Fate.LATER}
        assert time.monotonic() - began < 10
        route.close()


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("after", ["220 go on", "454 4.7.0 no TLS today", BREAK])
def test_where_one_relay_loses_tls_no_mail_goes_out_in_clear_and_another_carries_it(security, after):
    script = lambda said, number: after if said == "STAR" else None  # noqa: E731
    with ScriptedRelay(script) as broken, ScriptedRelay() as whole:
        servers = [
            MailServer("127.0.0.1", broken.port, security=security, weight=1000),
            MailServer("127.0.0.1", whole.port),
        ]
        route = Relays(servers, own_name="city.example.jp", reply_seconds=2)

        told, left = carry(route)

        assert set(told.values()) == {Fate.ACCEPTED}
        assert left == []
        assert broken.taken == []
        assert len(whole.taken) == 10
        route.close()


def test_a_dead_relay_rests_and_is_not_asked_for_the_next_mails():
    with ScriptedRelay() as dead, ScriptedRelay() as whole:
        dead.stop()
        route = relays(dead, whole, weights=(1000, 1))

        carry(route)

        assert [server.port for server in route.awake()] == [whole.port]
        route.close()


def test_with_every_relay_gone_nothing_is_spoken_of_and_all_is_left():
    with ScriptedRelay() as dead:
        dead.stop()
        route = relays(dead)

        told, left = carry(route)

        assert told == {}
        assert len(left) == 10
        assert route.awake() == []


def test_a_relay_rests_longer_each_time_and_is_forgiven_with_the_first_mail_it_takes(monkeypatch):
    monkeypatch.setattr("todoke.shared.messaging.channels.relays.RESTS", (0.05, 30))
    with ScriptedRelay(lambda said, number: BREAK if said in ("EHLO", "HELO") else None) as relay:
        route = relays(relay)
        carry(route)
        time.sleep(0.06)
        relay.script = lambda said, number: None
        told, _left = carry(route)
        relay.script = lambda said, number: BREAK
        carry(route)
        time.sleep(0.06)

        assert len(told) == 10
        assert len(route.awake()) == 1
        route.close()


def test_a_hanging_relay_leaves_one_in_doubt_and_the_others_go_elsewhere():
    with ScriptedRelay(lambda said, number: HANG if said == "." else None) as hanging, ScriptedRelay() as whole:
        route = relays(hanging, whole, weights=(1000, 1))

        told, left = carry(route)

        assert Counter(told.values()) == {Fate.UNCLEAR: 1, Fate.ACCEPTED: 9}
        assert left == []
        route.close()


def test_one_that_closes_after_so_many_mails_is_simply_called_again():
    with ScriptedRelay(lambda said, number: "421 enough" if said == "MAIL" and number % 4 == 0 else None) as relay:
        route = relays(relay)

        told, left = carry(route)

        assert left == []
        assert Counter(told.values())[Fate.ACCEPTED] >= 7
        assert len(route.awake()) == 1
        route.close()


def test_a_conversation_is_kept_for_the_next_bundle():
    with ScriptedRelay() as relay:
        route = relays(relay)
        carry(route)
        carry(route)

        assert relay.conversations == 1
        route.close()


def test_shares_follow_the_weights():
    with ScriptedRelay() as small, ScriptedRelay() as large:
        route = relays(small, large, weights=(1, 4))
        for _each in range(100):
            carry(route, 1)

        assert 60 <= len(large.taken) <= 95
        assert len(small.taken) + len(large.taken) == 100
        route.close()


def test_what_a_rate_does_not_allow_one_relay_may_take_to_another():
    with ScriptedRelay() as slow, ScriptedRelay() as fast:
        route = relays(slow, fast)

        told, left = carry(route, 10, allow=lambda server, wanted: 3 if server.port == slow.port else 5)

        assert (len(slow.taken), len(fast.taken), len(left), len(told)) == (3, 5, 2, 8)
        route.close()


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("smtp://a.example", [(1, None, None)]),
        ("smtp://a.example?weight=3&rate=50, smtps://b.example?day=20000", [(3, 50.0, None), (1, None, 20000)]),
    ],
)
def test_relays_are_read_from_one_list(text, terms):
    assert [(server.weight, server.per_second, server.per_day) for server in servers_from(text)] == terms


@pytest.mark.parametrize("text", ["smtp://a.example?speed=3", "smtp://a.example?rate=0", "http://a.example"])
def test_a_list_that_cannot_be_understood_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        servers_from(text)
