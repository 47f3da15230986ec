"""Routes: tried by one worker at a time, and their troubles told once."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.shared.messaging.ledger import NIGHT, make_destination
from todoke.base.events import _listeners
from todoke.shared.messaging.types import Never, Reach, TryLater
from todoke.shared.watch.actions import probing
from todoke.shared.watch.actions.probing import (
    Claim,
    Finding,
    claim_due,
    note_routes,
    try_way,
    ways_offered,
    write_down,
)
from todoke.shared.watch.events import RouteFailed, RouteRecovered
from todoke.shared.watch.models import Probe, Route, Trouble

pytestmark = pytest.mark.django_db
GOOD, BAD = Finding(True, "応答しました", 12), Finding(False, "接続を断りました。", 34)


def after(seconds: float):
    return NIGHT + timedelta(seconds=seconds)


@pytest.fixture
def route(plain):
    """The only route there is."""
    make_destination("one")
    note_routes(ways_offered(NIGHT), at=NIGHT)
    return Route.objects.get()


def probe(finding: Finding, at, keys=("tests.plain",)) -> bool:
    (claim,) = claim_due(list(keys), limit=5, at=at)
    return write_down(claim, finding, at=at, chance=0)


@pytest.fixture
def news(monkeypatch, django_capture_on_commit_callbacks):
    told: list[object] = []
    for kind in (RouteFailed, RouteRecovered):
        monkeypatch.setitem(_listeners, kind, [told.append])
    return told


def test_a_channel_without_a_destination_is_not_tried(plain) -> None:
    assert ways_offered(NIGHT) == {}


def test_a_channel_with_simulators_and_expired_destinations_alone_is_not_tried(plain) -> None:
    make_destination("drill", reach=Reach.SIMULATOR)
    make_destination("off", is_active=False)
    make_destination("over", expires_at=NIGHT)

    assert ways_offered(NIGHT) == {}


def test_a_channel_with_several_ways_has_a_route_for_each(plain) -> None:
    make_destination("one")
    plain.ways = {"relay1": str, "relay2": str}

    note_routes(ways_offered(NIGHT), at=NIGHT)

    assert list(Route.objects.values_list("key", "name")) == [
        ("tests.plain/relay1", "経路 relay1"),
        ("tests.plain/relay2", "経路 relay2"),
    ]


def test_a_way_that_is_offered_no_more_is_not_watched_and_its_trouble_ends(route, plain) -> None:
    probe(BAD, NIGHT)
    probe(BAD, after(20))
    plain.ways = {}

    note_routes(ways_offered(NIGHT), at=after(30))

    route.refresh_from_db()
    assert not route.is_watched
    assert Trouble.objects.get().ended_at == after(30)
    plain.ways = {"": str}
    note_routes(ways_offered(NIGHT), at=after(40))
    route.refresh_from_db()
    assert route.is_watched


def test_a_route_is_claimed_by_one_worker_alone(route) -> None:
    first = claim_due([route.key], limit=5, at=NIGHT)
    second = claim_due([route.key], limit=5, at=NIGHT)

    assert len(first) == 1
    assert second == []


def test_a_route_that_is_not_due_is_not_claimed(route) -> None:
    probe(GOOD, NIGHT)

    assert claim_due([route.key], limit=5, at=after(119)) == []
    assert len(claim_due([route.key], limit=5, at=after(120))) == 1


def test_what_a_killed_worker_held_is_tried_by_another_and_its_late_word_changes_nothing(route) -> None:
    (killed,) = claim_due([route.key], limit=5, at=NIGHT)
    (other,) = claim_due([route.key], limit=5, at=after(21))
    assert write_down(other, GOOD, at=after(22))

    assert not write_down(killed, BAD, at=after(23))

    route.refresh_from_db()
    assert (route.ok, route.failures) == (True, 0)
    assert Probe.objects.count() == 1


def test_one_failure_is_a_doubt_and_two_are_a_trouble_told_once(
    route, news, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        probe(BAD, NIGHT)
    assert (Trouble.objects.count(), news) == (0, [])

    with django_capture_on_commit_callbacks(execute=True):
        probe(BAD, after(20))
        probe(Finding(False, "ほかの理由です。", 1), after(80))

    trouble = Trouble.objects.get()
    assert (trouble.began_at, trouble.says, trouble.ended_at) == (after(20), "ほかの理由です。", None)
    assert news == [RouteFailed("tests.plain", "接続を断りました。")]


def test_the_first_good_probe_ends_the_trouble_and_says_so(route, news, django_capture_on_commit_callbacks) -> None:
    probe(BAD, NIGHT)
    probe(BAD, after(20))

    with django_capture_on_commit_callbacks(execute=True):
        probe(GOOD, after(80))
        probe(GOOD, after(200))

    assert Trouble.objects.get().ended_at == after(80)
    assert news == [RouteRecovered("tests.plain", "応答しました")]


def test_every_probe_is_kept_with_its_time(route) -> None:
    probe(GOOD, NIGHT)
    probe(BAD, after(120))

    assert list(Probe.objects.values_list("at", "ok", "milliseconds", "says")) == [
        (after(120), False, 34, "接続を断りました。"),
        (NIGHT, True, 12, "応答しました"),
    ]


def test_the_database_keeps_one_open_trouble_for_a_route(route) -> None:
    Trouble.objects.create(route=route, began_at=NIGHT, says="")

    with pytest.raises(IntegrityError, match="trouble_is_open_once_for_a_route"), transaction.atomic():
        Trouble.objects.create(route=route, began_at=NIGHT, says="")


def raises(error: Exception):
    def way() -> str:
        raise error

    return probing.Way("", "見本", way)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (TryLater("相手が応じません。"), "相手が応じません。"),
        (Never("鍵がありません。"), "鍵がありません。"),
        (RuntimeError("hanako@mail.example.jp"), "RuntimeError"),
    ],
)
def test_whatever_a_probe_raises_is_what_was_found(error, says) -> None:
    finding = try_way(raises(error))

    assert (finding.ok, finding.says) == (False, says)


def test_a_claim_of_a_route_that_is_watched_no_more_is_still_written_down(route) -> None:
    (claim,) = claim_due([route.key], limit=1, at=NIGHT)
    Route.objects.update(is_watched=False)

    assert write_down(claim, GOOD, at=after(1))
    assert not write_down(Claim(route.pk, route.key, claim.until), GOOD, at=after(2))
