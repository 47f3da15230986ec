import json
from pathlib import Path

import pytest
from django.http import HttpRequest
from django.test import Client

from todoke.base.registry import Registry
from todoke.base.ui.registry import Panel
from todoke.ground.places.models import City
from todoke.project.portal import views
from todoke.project.portal.emergency import emergency_top_page

pytestmark = pytest.mark.django_db

LIGHT_PAGE = "<!doctype html><title>警戒レベル4</title>"


def put_in_force(root: Path, state: str, page: str | None = LIGHT_PAGE) -> None:
    (root / "alerts" / "state.json").write_text(state, encoding="utf-8")
    if page is not None:
        (root / "alerts" / "top.html").write_text(page, encoding="utf-8")


@pytest.fixture
def panels(monkeypatch: pytest.MonkeyPatch) -> Registry[Panel]:
    registry: Registry[Panel] = Registry("tests.panels")
    monkeypatch.setattr(views, "resident_panels", registry)
    return registry


def test_the_home_draws_the_panels_of_the_rooms(client: Client, public_root: Path, panels: Registry[Panel]) -> None:
    panels.register(Panel("tests.news", "お知らせ", 10, lambda _request: "<p>図書館は休みです。</p>"))

    page = client.get("/").content.decode()

    assert '<h2 id="panel-1">お知らせ</h2>' in page
    assert "<p>図書館は休みです。</p>" in page


def test_a_panel_that_fails_is_replaced_by_a_sentence(
    client: Client, public_root: Path, panels: Registry[Panel]
) -> None:
    def fail(_request: HttpRequest) -> str:
        raise KeyError("住所")

    panels.register(Panel("tests.broken", "天気", 10, fail))
    panels.register(Panel("tests.news", "お知らせ", 20, lambda _request: "<p>ほかの部屋は無事です。</p>"))

    response = client.get("/")

    assert response.status_code == 200
    assert "いま、ここを表示できません" in response.content.decode()
    assert "ほかの部屋は無事です。" in response.content.decode()


@pytest.mark.usefixtures("panels")
def test_a_home_without_panels_says_so(client: Client, public_root: Path) -> None:
    assert "いま、お知らせすることはありません。" in client.get("/").content.decode()


@pytest.mark.parametrize("level", [4, 5])
def test_a_serious_alert_takes_the_place_of_the_home(
    client: Client, public_root: Path, level: int, django_assert_num_queries: object
) -> None:
    put_in_force(public_root, json.dumps({"level": level, "mode": "actual"}))

    with django_assert_num_queries(0):  # type: ignore[operator]
        response = client.get("/")

    assert response.content.decode() == LIGHT_PAGE
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"


def test_the_home_can_be_opened_during_an_alert(client: Client, public_root: Path) -> None:
    put_in_force(public_root, '{"level": 5, "mode": "actual"}')

    page = client.get("/?home").content.decode()

    assert "ホームページ" in page
    assert LIGHT_PAGE not in page


@pytest.mark.parametrize(
    "state",
    [
        '{"level": 3, "mode": "actual"}',
        '{"level": 5, "mode": "exercise"}',
        '{"level": 5, "mode": "test"}',
        '{"level": 5}',
        '{"level": "5", "mode": "actual"}',
        '{"level": true, "mode": "actual"}',
        '{"level": null, "mode": "actual"}',
        "[5]",
        '{"level": 5, "mo',
        "",
        "\udcff",
    ],
)
def test_a_state_that_does_not_ask_for_it_leaves_the_home(public_root: Path, state: str) -> None:
    put_in_force(public_root, "")
    (public_root / "alerts" / "state.json").write_bytes(state.encode("utf-8", "surrogateescape"))

    assert emergency_top_page(public_root) is None


def test_a_serious_alert_whose_page_is_missing_leaves_the_home(client: Client, public_root: Path) -> None:
    put_in_force(public_root, '{"level": 5, "mode": "actual"}', page=None)

    assert "ホームページ" in client.get("/").content.decode()


def test_a_city_without_public_files_has_a_home(client: Client, tmp_path: Path, settings: object) -> None:
    settings.PUBLIC_ROOT = tmp_path / "nothing"  # type: ignore[attr-defined]

    assert client.get("/").status_code == 200


@pytest.mark.parametrize(("telephone", "shown"), [("000-000-0000", True), ("", False)])
def test_the_home_says_how_to_reach_the_city_hall(
    client: Client, public_root: Path, telephone: str, shown: bool
) -> None:
    City.objects.create(pk=1, name="凪浜市", code="999999", telephone=telephone)

    page = client.get("/?home").content.decode()

    assert ('href="tel:000-000-0000"' in page) is shown
    assert ("市役所に連絡する" in page) is shown
