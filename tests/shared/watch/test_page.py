"""The page of the routes' health, the panel, and a person's part."""

from datetime import timedelta

import pytest
from django.test import Client

from tests.shared.messaging.ledger import make_destination
from tests.sign_in import staff_client
from todoke.base.clock import now
from todoke.ground.audit.models import Entry
from todoke.shared.messaging.models import FollowUp
from todoke.shared.watch.actions import hearing
from todoke.shared.watch.models import ReadBack, Route, Trouble

pytestmark = pytest.mark.django_db
PAGE = "/desk/watch/"


def make_route(key: str = "tests.plain", **facts) -> Route:
    return Route.objects.create(**{"key": key, "channel": "messaging.mail", "name": "メール", "due_at": now(), **facts})


def good(key: str = "tests.good", age: float = 10) -> Route:
    return make_route(key, ok=True, probed_at=now() - timedelta(seconds=age), says="応答しました", milliseconds=120)


def bad(key: str = "tests.bad") -> tuple[Route, Trouble]:
    route = make_route(key, ok=False, failures=2, probed_at=now(), says="接続を断りました。")
    return route, Trouble.objects.create(route=route, began_at=now(), says=route.says)


def text(client: Client, address: str = PAGE) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_the_page_says_in_words_how_each_route_is_with_the_worst_first() -> None:
    good()
    bad()
    make_route("tests.doubt", ok=False, failures=1, probed_at=now())
    make_route("tests.new")
    good("tests.stale", age=301)

    page = text(staff_client("watch.read"))

    words = ["異常", "5分以上、確認されていません", "1回失敗。もう一度確かめています", "まだ確認していません", "正常"]
    places = [page.index(f">{word}</span>") for word in words]
    assert places == sorted(places)
    assert "接続を断りました。" in page
    assert "0.1秒" in page


def test_the_page_costs_the_same_with_one_route_and_with_many(django_assert_num_queries) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = staff_client("watch.read", "watch.operate")
    bad("tests.one")
    with CaptureQueriesContext(connection) as one:
        text(client)
    for number in range(5):
        bad(f"tests.more{number}")
    with CaptureQueriesContext(connection) as many:
        text(client)

    assert len(one) == len(many)


def test_the_moving_part_is_the_same_without_its_frame() -> None:
    good()
    client = staff_client("watch.read")

    part = text(client, "/desk/watch/moving/")

    assert "<html" not in part
    assert 'hx-trigger="every 30s"' in part
    assert "応答しました" in part


def test_what_was_read_back_stands_on_the_page_channel_by_channel(sent, reader) -> None:
    edition = sent("one", "two")
    first, second = edition.deliveries.order_by("id")
    for delivery, state, says in ((first, "seen", "見えました。"), (second, "missed", "件名が違います。")):
        ReadBack.objects.create(
            delivery=delivery,
            edition=edition,
            channel="messaging.mail",
            state=state,
            says=says,
            **dict.fromkeys(("began_at", "deadline_at", "due_at", "ended_at"), now()),
        )

    page = text(staff_client("watch.read"))

    assert "見つかりません" in page
    assert "1／2" in page
    assert "件名が違います。" in page


def test_who_may_only_read_sees_no_buttons_and_is_refused_at_the_door() -> None:
    route, trouble = bad()
    client = staff_client("watch.read")

    assert "いま確かめる" not in text(client)
    assert client.post(f"{PAGE}routes/{route.pk}/try/").status_code == 403
    assert client.post(f"{PAGE}troubles/{trouble.pk}/in-hand/", {"note": "電話した"}).status_code == 403
    trouble.refresh_from_db()
    assert trouble.seen_at is None


def test_somebody_takes_a_trouble_in_hand_and_everybody_sees_it() -> None:
    _route, trouble = bad()
    client = staff_client("watch.read", "watch.operate", name="情報 次郎")

    answer = client.post(f"{PAGE}troubles/{trouble.pk}/in-hand/", {"note": "委託先に電話した。"}, follow=True)

    assert "対応中：情報 次郎（委託先に電話した。）" in answer.content.decode()
    assert Entry.objects.filter(what="watch.trouble-taken-in-hand").count() == 1
    again = client.post(f"{PAGE}troubles/{trouble.pk}/in-hand/", {"note": "わたしも"}, follow=True)
    assert str(hearing.OverAlready()) in again.content.decode()


def test_a_trouble_is_not_taken_in_hand_without_a_word() -> None:
    _route, trouble = bad()

    answer = staff_client("watch.read", "watch.operate").post(
        f"{PAGE}troubles/{trouble.pk}/in-hand/", {"note": " "}, follow=True
    )

    assert "短く書いてください" in answer.content.decode()
    trouble.refresh_from_db()
    assert trouble.seen_at is None


def test_a_route_is_tried_at_once_when_somebody_asks() -> None:
    route = good()
    Route.objects.update(due_at=now() + timedelta(minutes=2))

    staff_client("watch.read", "watch.operate").post(f"{PAGE}routes/{route.pk}/try/")

    route.refresh_from_db()
    assert route.due_at <= now()


def test_a_route_that_is_not_watched_cannot_be_tried() -> None:
    route = make_route(is_watched=False)

    answer = staff_client("watch.read", "watch.operate").post(f"{PAGE}routes/{route.pk}/try/", follow=True)

    assert str(hearing.NotWatched()) in answer.content.decode()


def test_a_past_trouble_stays_on_the_page() -> None:
    _route, trouble = bad()
    Trouble.objects.filter(pk=trouble.pk).update(ended_at=now())
    Route.objects.update(ok=True, failures=0)

    page = text(staff_client("watch.read"))

    assert "終わった障害" in page


def test_the_panel_on_the_staffs_home_says_it_in_a_line(officers) -> None:
    make_destination("one")
    client = staff_client("watch.read")
    assert "まだ確認していません" in text(client, "/desk/")

    good()
    assert "1の経路がすべて正常です" in text(client, "/desk/")

    bad()
    assert "2の経路のうち1が、正常と確かめられません" in text(client, "/desk/")
    assert "経路の健康" not in text(staff_client(), "/desk/")
    assert FollowUp.objects.count() == 0
