"""Following the feeds: nothing twice, nothing lost, whatever the other side does."""

from datetime import timedelta

import httpx
import pytest
import time_machine
from tests.civic.emergency.intake.feed_simulator import (
    FEED,
    HOST,
    LONG,
    FeedServer,
    broken,
    endless,
    garbage,
    hang,
    status,
)

from todoke.civic.emergency.intake import download
from todoke.civic.emergency.intake.atom import NotAFeed, entries_of
from todoke.civic.emergency.intake.feeds import RETRY_SECONDS, follow, forget_old_entries, take_in_due
from todoke.civic.emergency.models import Feed, FeedEntry, Telegram
from todoke.civic.emergency.queries.telegrams import feed_healths

pytestmark = pytest.mark.django_db

NOW = "2026-11-20T10:00:00+09:00"


@pytest.fixture(autouse=True)
def clock(settings, tmp_path):
    settings.FILES_ROOT = tmp_path / "files"
    settings.VAR = tmp_path
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def server():
    return FeedServer()


@pytest.fixture
def client(server):
    with server.client() as client:
        yield client


def publish(server, made, number, **more):
    content = made(report_time=f"2026-11-20T09:{number:02}:00+09:00", **more).xml()
    return server.publish(f"2026112000{number:02}00_0_VPWW55_010000.xml", content)


def names():
    return list(Telegram.objects.order_by("pk").values_list("file_name", flat=True))


def test_new_entries_are_taken_in_oldest_first(server, client, made):
    publish(server, made, 1)
    publish(server, made, 2)

    assert follow(client, FEED) == 2
    assert take_in_due(client) == 2

    assert names() == ["20261120000100_0_VPWW55_010000.xml", "20261120000200_0_VPWW55_010000.xml"]
    assert set(Telegram.objects.values_list("standing", "source", "code")) == {("interpreted", "feed", "VPWW55")}


def test_nothing_is_fetched_twice(server, client, made):
    address = publish(server, made, 1)
    follow(client, FEED)
    take_in_due(client)

    publish(server, made, 2)
    assert follow(client, FEED) == 1
    take_in_due(client)

    assert server.asked[address] == 1
    assert Telegram.objects.count() == 2


def test_unchanged_feed_is_answered_without_a_body(server, client, made, clock):
    publish(server, made, 1)
    follow(client, FEED)
    clock.shift(timedelta(seconds=20))

    assert follow(client, FEED) == 0

    assert server.answers[-1] == (FEED, 304)
    (health,) = feed_healths()
    assert (health.age, health.trouble) == (timedelta(0), "")


def test_gap_after_a_pause_is_filled_from_the_long_feed(server, client, made, clock):
    publish(server, made, 1)
    follow(client, FEED)
    take_in_due(client)
    clock.shift(timedelta(minutes=30))
    for number in range(2, 8):
        publish(server, made, number)

    assert follow(client, FEED) == 6
    take_in_due(client)

    assert len(server.short) == 3
    assert Telegram.objects.count() == 7
    assert server.asked[LONG] == 2


def test_long_feed_is_left_alone_while_there_is_no_gap(server, client, clock):
    follow(client, FEED)
    clock.shift(timedelta(seconds=60))
    follow(client, FEED)

    assert (server.asked[FEED], server.asked[LONG]) == (2, 1)


def test_from_the_long_feed_only_what_we_interpret_is_fetched(server, client, made):
    server.publish("20261120000000_0_VPFJ50_010000.xml", b"<x/>", title="府県気象情報")
    for number in range(1, 4):
        publish(server, made, number)

    follow(client, FEED)

    assert FeedEntry.objects.count() == 3


def test_broken_long_feed_does_not_stop_the_short_one_and_is_asked_again(server, client, made, clock):
    publish(server, made, 1)
    server.fail(LONG, status(500))

    assert follow(client, FEED) == 1
    assert feed_healths()[0].trouble == "サーバーがエラーを返しました（500）。"

    clock.shift(timedelta(seconds=20))
    follow(client, FEED)
    assert server.asked[LONG] == 2
    assert feed_healths()[0].trouble == ""


def test_feed_without_a_long_one_has_no_gap(server, client):
    server.fail(LONG, status(404))

    follow(client, FEED)

    assert not Feed.objects.get().gap_open
    assert feed_healths()[0].trouble == ""


@pytest.mark.parametrize(
    "case",
    [
        (status(500), "サーバーがエラーを返しました（500）。"),
        (status(301), "サーバーがエラーを返しました（301）。"),
        (hang, "時間内に応答がありません。"),
        (broken, "接続できません（ConnectError）。"),
        (garbage(), "配信の一覧をXMLとして読めません。"),
        (garbage(b"<html/>"), "配信の一覧がAtom形式ではありません。"),
        (endless, "大きすぎます（上限は20MB）。"),
    ],
)
def test_trouble_is_shown_with_the_age_and_ends_with_the_next_answer(server, client, made, clock, case):
    fault, trouble = case
    follow(client, FEED)
    clock.shift(timedelta(seconds=60))
    publish(server, made, 1)
    server.fail(FEED, fault)

    assert follow(client, FEED) == 0
    (health,) = feed_healths()
    assert (health.trouble, health.age) == (trouble, timedelta(seconds=60))

    assert follow(client, FEED) == 1
    assert feed_healths()[0].trouble == ""


@pytest.mark.parametrize("fault", [status(500), status(404), hang, broken])
def test_telegram_that_cannot_be_fetched_is_tried_again(server, client, made, clock, fault):
    address = publish(server, made, 1)
    server.fail(address, fault)
    follow(client, FEED)

    take_in_due(client)
    assert take_in_due(client) == 0
    assert not Telegram.objects.exists()

    clock.shift(timedelta(seconds=RETRY_SECONDS[0]))
    assert take_in_due(client) == 1
    assert Telegram.objects.count() == 1
    entry = FeedEntry.objects.get()
    assert (entry.attempts, entry.trouble, entry.telegram) == (2, "", Telegram.objects.get())


def test_telegram_that_never_comes_is_given_up_and_stays_in_the_list(server, client, made, clock):
    address = publish(server, made, 1)
    server.fail(address, *[status(500)] * 20)
    follow(client, FEED)

    for seconds in (0, *RETRY_SECONDS, 99999):
        clock.shift(timedelta(seconds=seconds))
        take_in_due(client)

    entry = FeedEntry.objects.get()
    assert (entry.attempts, entry.telegram) == (len(RETRY_SECONDS) + 1, None)
    assert entry.trouble == "サーバーがエラーを返しました（500）。"
    assert entry.done_at is not None


def test_garbage_in_place_of_a_telegram_is_quarantined(server, client):
    server.publish("20261120000100_0_VPWW55_010000.xml", b"<html>503</html>")

    follow(client, FEED)
    take_in_due(client)

    assert Telegram.objects.get().standing == "quarantined"


def test_endless_telegram_is_given_up_at_the_limit(server, client, made):
    server.fail(publish(server, made, 1), endless)
    follow(client, FEED)

    take_in_due(client)

    assert FeedEntry.objects.get().trouble == "大きすぎます（上限は5MB）。"


def test_dripping_server_is_left_after_the_total_time(server, client, monkeypatch):
    monkeypatch.setattr(download, "TOTAL_SECONDS", -1.0)

    follow(client, FEED)

    assert feed_healths()[0].trouble == "-1秒以内に受け取れませんでした。"


def test_one_dead_telegram_does_not_hold_up_the_others(server, client, made):
    server.fail(publish(server, made, 1), hang)
    publish(server, made, 2)
    follow(client, FEED)

    take_in_due(client)

    assert names() == ["20261120000200_0_VPWW55_010000.xml"]


def test_full_disk_is_said_and_tried_again(server, client, made, clock, monkeypatch):
    publish(server, made, 1)
    follow(client, FEED)
    with monkeypatch.context() as full:
        full.setattr("todoke.ground.files.actions._write", _no_space)
        take_in_due(client)
    assert FeedEntry.objects.get().trouble == "保存できません（No space left on device）。"

    clock.shift(timedelta(seconds=RETRY_SECONDS[0]))
    take_in_due(client)

    assert Telegram.objects.count() == 1


def test_entry_that_points_elsewhere_is_never_followed(server, client, made):
    server.link_host = "https://elsewhere.example"
    publish(server, made, 1)

    assert follow(client, FEED) == 0
    assert not FeedEntry.objects.exists()


def test_old_style_feed_is_read(jma):
    content = (jma / "jma-feed" / "weather-sample.xml").read_bytes()

    entries = entries_of(content, "http://xml.kishou.go.jp/feed/extra.xml")

    assert [(entry.title, entry.key[:9]) for entry in entries] == [
        ("気象特別警報・警報・注意報", "urn:uuid:"),
        ("気象警報・注意報", "urn:uuid:"),
    ]
    assert entries[0].address == "http://xml.kishou.go.jp/data/2b441518-4e79-342c-a271-7c25597f3a69.xml"


def test_entities_in_a_feed_are_refused():
    attack = b'<!DOCTYPE feed [<!ENTITY x "y">]><feed xmlns="http://www.w3.org/2005/Atom">&x;</feed>'

    with pytest.raises(NotAFeed):
        entries_of(attack, FEED)


def test_old_entries_are_forgotten(server, client, made, clock):
    publish(server, made, 1)
    follow(client, FEED)
    take_in_due(client)
    clock.shift(timedelta(days=31))

    assert forget_old_entries() == 1
    assert Telegram.objects.count() == 1


def test_simulator_knows_only_its_own_host(client):
    assert client.get(f"{HOST}/other").status_code == httpx.codes.NOT_FOUND


def _no_space(path, content):
    raise OSError(28, "No space left on device")
