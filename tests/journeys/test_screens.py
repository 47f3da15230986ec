"""A screen in a hall and a terminal, in a real browser: they turn, they stand a cut line, they forget."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.shared.messaging.editions import HILLSIDE, content, edition

from todoke.base.clock import now
from todoke.shared.messaging.feeds import FeedState, feed_files
from todoke.shared.messaging.published import Published
from todoke.shared.messaging.types import Mode
from todoke.shared.signage import views

OTHER = "11111111-2222-4333-8444-555555555555"


@pytest.fixture
def two_alerts(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two alerts in force, pages of a second, a terminal that waits two."""
    settings.PUBLIC_ROOT = tmp_path
    monkeypatch.setattr(views, "PAGE_SECONDS", 1)
    monkeypatch.setattr(views, "IDLE_SECONDS", 2)
    at = now().replace(microsecond=0)
    times = {"sent_at": at, "expires_at": at + timedelta(hours=1)}
    said = (
        edition(**times),
        edition(message_key=OTHER, content=content(areas=(HILLSIDE,), level=3), **times),
    )
    state = FeedState(Mode.ACTUAL, "青葉市", "https://www.city.example.jp", Published(said, said), {})
    (tmp_path / "alerts").mkdir()
    (tmp_path / "alerts/feed.json").write_bytes(feed_files(state)["feed.json"])


@pytest.mark.faults
def test_a_screen_goes_on_turning_its_last_copies_while_the_line_is_cut(window, two_alerts):
    page = window.page
    page.goto("/signage/")
    heading, cut_off = page.locator("h1"), page.locator("#cut-off")
    expect(heading).to_contain_text("避難指示")
    expect(heading).to_contain_text("高齢者等避難")
    expect(heading).to_contain_text("避難指示")

    page.context.set_offline(True)

    expect(cut_off).to_be_visible()
    expect(heading).to_contain_text("高齢者等避難")
    expect(heading).to_contain_text("避難指示")
    page.context.set_offline(False)
    expect(cut_off).to_be_hidden()


def test_a_terminal_that_nobody_touches_goes_back_to_its_start_and_keeps_nothing(window, two_alerts):
    page = window.page
    page.goto("/kiosk/?language=en")
    page.get_by_text("Current alerts").click()
    expect(page.locator("h1")).to_have_text("Current alerts")

    expect(page).to_have_url(f"{window.base_url}/kiosk/")

    expect(page.locator("h1")).to_have_text("知りたいことに、さわってください")
    assert page.context.cookies() == []


def test_every_target_of_a_terminal_is_large_enough_to_be_touched(window, two_alerts):
    page = window.page

    for address in ("/kiosk/", "/kiosk/alerts/", "/kiosk/notices/", "/kiosk/shelters/"):
        page.goto(address)
        boxes = [link.bounding_box() for link in page.locator("a").all()]
        assert boxes
        assert all(box["width"] >= 44 and box["height"] >= 44 for box in boxes)
