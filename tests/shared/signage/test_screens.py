"""Screens and terminals: what is in force from the public feed, pages that turn, and nothing of a person."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from lxml import html

from tests.shared.messaging.editions import ALL_CLEAR, HILLSIDE, RIVERSIDE, content, edition
from todoke.base.clock import now
from todoke.ground.places.models import Area, Facility
from todoke.shared.messaging.feeds import FeedState, feed_files
from todoke.shared.messaging.published import Published
from todoke.shared.messaging.shelters import SHELTERS, Opening, ShelterEntry
from todoke.shared.messaging.shelters import told as told_as_fact
from todoke.shared.messaging.types import EditionKind, Mode
from todoke.shared.signage import queries

pytestmark = pytest.mark.django_db
OTHER = "11111111-2222-4333-8444-555555555555"


@pytest.fixture
def say(tmp_path: Path, settings: Any):
    """Publish editions as the feeds' channel would."""
    settings.PUBLIC_ROOT = tmp_path / "public"
    folder = tmp_path / "public/alerts"
    folder.mkdir(parents=True)

    def publish(*in_force: Any, mode: Mode = Mode.ACTUAL) -> None:
        state = FeedState(mode, "青葉市", "https://www.city.example.jp", Published(in_force, in_force), {})
        (folder / "feed.json").write_bytes(feed_files(state)["feed.json"])

    publish()
    return publish


def fresh(**changed: Any) -> Any:
    at = now().replace(microsecond=0)
    return edition(**{"sent_at": at - timedelta(minutes=65), "expires_at": at + timedelta(hours=1), **changed})


def page(address: str = "/signage/") -> html.HtmlElement:
    answer = Client().get(address)
    assert answer.status_code == 200
    return html.document_fromstring(answer.content)


def words(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def test_an_alert_fills_the_screen_with_number_word_colour_areas_action_and_its_age(say):
    say(fresh(content=content(areas=(RIVERSIDE, HILLSIDE))))

    shown = page()

    (head,) = shown.xpath("//h1")
    assert "level-banner--4" in head.get("class")
    assert words(head) == "警戒レベル4 避難指示"
    told = words(shown.get_element_by_id("screen"))
    for wanted in (
        "川岸地区に避難指示",
        "危険な場所から全員避難",
        "警戒レベル3 高齢者等避難 山手地区",
        "1時間5分前に発表",
    ):
        assert wanted in told


def test_the_pages_turn_in_a_circle_highest_level_first_without_script(say):
    low = fresh(message_key=OTHER, content=content(areas=(HILLSIDE,), level=3))
    say(low, fresh())

    first = page()
    (turn,) = first.xpath("//noscript/meta/@content")
    assert turn == "12;url=/signage/?page=2"
    assert "1 / 2" in words(first.get_element_by_id("screen"))
    second = page("/signage/?page=2")

    assert "警戒レベル4" in words(first.xpath("//h1")[0])
    assert "警戒レベル3" in words(second.xpath("//h1")[0])
    assert second.get_element_by_id("screen").get("data-next") == "/signage/?page=1"


@pytest.mark.parametrize("number", ["0", "3", "-1", "x", "９", "99999999999999999999"])
def test_a_page_that_is_not_there_is_the_first(say, number):
    say(fresh())

    assert page(f"/signage/?page={number}").get_element_by_id("screen").get("data-next") == "/signage/?page=1"


def test_the_language_of_a_screen_is_kept_from_page_to_page(say):
    say(fresh())

    shown = page("/signage/?language=en")

    assert "Alert Level 4 Evacuation Order" in words(shown.xpath("//h1")[0])
    assert "Kawagishi" in words(shown.xpath("//p[@class='screen__areas']")[0])
    assert shown.get_element_by_id("screen").get("data-next") == "/signage/?page=1&language=en"


@pytest.mark.parametrize(
    "gone",
    [
        {"kind": EditionKind.CANCEL, "number": 2},
        {"expires_at": now() - timedelta(seconds=1)},
        {"mode": Mode.EXERCISE},
        {"content": content(level=None, areas=(), cap=ALL_CLEAR)},
    ],
)
def test_what_does_not_hold_or_is_a_drill_is_on_no_public_screen(say, gone):
    say(fresh(**gone))

    assert queries.screens("ja", at=now()) == []
    assert "いま、避難の情報は出ていません" in words(page().get_element_by_id("screen"))


def test_a_partly_lifted_alert_still_stands_for_the_rest(say):
    say(fresh(content=content(areas=(RIVERSIDE, HILLSIDE), cap=ALL_CLEAR)))

    (screen,) = queries.screens("ja", at=now()) or []

    assert screen.level == 4


def test_a_damaged_feed_is_said_to_be_one_and_not_taken_for_calm(say, settings):
    (settings.PUBLIC_ROOT / "alerts/feed.json").write_text("{")

    assert "情報を読み込めません" in words(page().get_element_by_id("screen"))


@pytest.fixture
def places() -> None:
    city = Area.objects.create(key="city", kind="municipality", name="青葉市")
    shore = Area.objects.create(key="kawagishi", kind="district", name="川岸地区", parent=city)
    Area.objects.create(key="kawagishi-1", kind="neighbourhood", name="川岸1丁目", parent=shore)
    Area.objects.create(key="yamate", kind="district", name="山手地区", parent=city)


@pytest.mark.parametrize(
    ("area", "concerned"), [("kawagishi", True), ("kawagishi-1", True), ("city", True), ("yamate", False)]
)
def test_a_screen_of_an_area_shows_what_concerns_it_above_and_below(say, places, area, concerned):
    say(fresh())

    told = words(page(f"/signage/{area}/").get_element_by_id("screen"))

    assert ("避難指示" in told) is concerned


def test_a_screen_of_no_area_is_not_there(say, places):
    assert Client().get("/signage/nowhere/").status_code == 404


def test_while_the_database_is_away_every_screen_shows_everything_in_force(say, monkeypatch):
    say(fresh())

    def away(*_values: Any, **_named: Any) -> Any:
        raise OperationalError

    monkeypatch.setattr(queries.Area.objects, "only", away)
    monkeypatch.setattr(queries, "editions_in_force", away)

    assert queries.area_and_its_line("yamate") == ("", frozenset())
    assert queries.notices_of_the_day("ja", at=now()) == []


def test_a_screen_asks_the_database_for_nothing_that_is_in_force(say, django_assert_num_queries):
    say(fresh())

    with django_assert_num_queries(0):
        told = words(page().get_element_by_id("screen"))
        page("/kiosk/")
        page("/kiosk/alerts/")

    assert "避難指示" in told
    assert "青葉市" in told


# ---- the terminal ----

KIOSK = ["/kiosk/", "/kiosk/alerts/", "/kiosk/notices/", "/kiosk/shelters/"]


@pytest.mark.parametrize("address", KIOSK)
def test_a_terminal_keeps_nothing_and_goes_back_to_its_start(say, address):
    answer = Client().get(f"{address}?language=en")

    assert answer.cookies == {}
    assert answer.headers["Cache-Control"] == "no-store"
    shown = html.document_fromstring(answer.content)
    assert shown.xpath("//noscript/meta/@content") == ["45;url=/kiosk/"]
    assert shown.xpath("//form") == []
    assert all("kiosk__touch" in link.get("class") for link in shown.xpath("//a"))


def test_the_start_says_what_is_in_force_and_leads_to_three_places(say):
    say(fresh())

    shown = page("/kiosk/")

    assert shown.xpath("//main//a/@href") == ["/kiosk/alerts/", "/kiosk/shelters/", "/kiosk/notices/"]
    assert "避難指示" in words(shown.xpath("//main//a")[0])
    assert page("/kiosk/?language=en").xpath("//main//a/@href")[0] == "/kiosk/alerts/?language=en"


def test_the_list_of_alerts_has_them_all_with_number_and_word(say):
    say(fresh(), fresh(message_key=OTHER, content=content(areas=(HILLSIDE,), level=3)))

    told = words(page("/kiosk/alerts/").xpath("//main")[0])

    assert told.index("避難指示") < told.index("高齢者等避難")
    assert "危険な場所から全員避難" in told


def test_a_kiosk_says_which_shelters_are_open_as_the_public_feed_has_it(say, places):
    for key, name in (("gym", "川岸体育館"), ("hall", "川岸会館"), ("school", "川岸小学校"), ("inn", "川岸荘")):
        Facility.objects.create(
            key=key, kind="shelter", name=name, longitude=141.0, latitude=38.0, area=Area.objects.get(key="kawagishi")
        )
    entries = (
        ShelterEntry("gym", Opening.OPEN, name="川岸体育館"),
        ShelterEntry("hall", Opening.FULL, name="川岸会館"),
        ShelterEntry("school", Opening.CLOSED, name="川岸小学校"),
    )
    said = content(areas=(), level=None, facts={"kind": "shelter", SHELTERS: told_as_fact(entries)})

    say(fresh(content=said))
    told = words(page("/kiosk/shelters/").xpath("//main")[0])
    say()
    later = words(page("/kiosk/shelters/").xpath("//main")[0])

    assert "川岸体育館（指定避難所） 開設" in told
    assert "川岸会館（指定避難所） 満員" in told
    assert "川岸小学校（指定避難所） 閉鎖" in told
    assert "川岸荘（指定避難所）" in told
    assert "（指定避難所） 開設" not in later


def test_the_shelters_stand_under_their_areas(say, places):
    Facility.objects.create(
        key="gym",
        kind=Facility.Kind.SHELTER,
        name="川岸小学校 体育館",
        address="川岸1-2",
        longitude=141.0,
        latitude=38.0,
        area=Area.objects.get(key="kawagishi"),
    )

    told = words(page("/kiosk/shelters/").xpath("//main")[0])

    assert "川岸地区川岸小学校 体育館（指定避難所）川岸1-2" in told
