"""The public alert pages in a real browser, opened as plain files: no server, no application, no network."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from pytest_django import Settings
from tests.journeys.conftest import Window, _faults_of_axe, _faults_of_width
from tests.shared.messaging.editions import ALL_CLEAR, HILLSIDE, RIVERSIDE, SENT_AT, content, edition

from todoke.civic.pages import actions
from todoke.shared.messaging.published import Published
from todoke.shared.messaging.types import AreaMark, EditionKind, FrozenEdition, Mode

NOW = SENT_AT + timedelta(minutes=30)
CORRECTED, LIFTED, CANCELLED = (f"{number:08}-0000-4000-8000-000000000000" for number in (1, 2, 3))


def long(name: str) -> Any:
    return pytest.param(name, marks=pytest.mark.faults)


def said(mode: Mode) -> tuple[FrozenEdition, ...]:
    five = AreaMark(key="kawabe", name="川辺地区", name_en="Kawabe", level=5, notice="緊急安全確保")
    return (
        edition(message_key=CORRECTED, mode=mode, content=content(areas=(RIVERSIDE, HILLSIDE))),
        edition(
            2,
            EditionKind.CORRECTION,
            message_key=CORRECTED,
            mode=mode,
            content=content(level=5, areas=(five, RIVERSIDE)),
            note="山手地区は対象ではありません。",
        ),
        edition(message_key=LIFTED, mode=mode),
        edition(2, message_key=LIFTED, mode=mode, content=content(level=None, areas=(), cap=ALL_CLEAR)),
        edition(message_key=CANCELLED, mode=mode),
        edition(2, EditionKind.CANCEL, message_key=CANCELLED, mode=mode, note="誤って送信しました。"),
    )


@pytest.fixture
def files(tmp_path: Path, settings: Settings) -> Path:
    settings.PUBLIC_ROOT = tmp_path / "public"
    settings.DRILL_ROOT = tmp_path / "drill"
    actions._kept.clear()
    spoken = {Mode.ACTUAL: said(Mode.ACTUAL), Mode.EXERCISE: said(Mode.EXERCISE), Mode.TEST: ()}
    for mode, editions in spoken.items():
        published = Published(recent=tuple(reversed(editions)), city="青葉市")
        actions.refresh(mode, at=NOW, source=lambda _mode, _at, published=published: published)
    return tmp_path


@pytest.mark.parametrize(
    "name",
    [
        "public/alerts/index.html",
        long("public/alerts/index.easy.html"),
        long("public/alerts/index.en.html"),
        f"public/alerts/{CORRECTED}/index.html",
        long(f"public/alerts/{CORRECTED}/index.en.html"),
        long(f"public/alerts/{LIFTED}/index.easy.html"),
        long(f"public/alerts/{CANCELLED}/index.html"),
        long("drill/alerts/index.html"),
        long(f"drill/alerts/{CORRECTED}/index.html"),
        long("drill/test/alerts/index.html"),
    ],
)
def test_a_page_opened_from_disk_stands_by_itself_for_everybody(
    name: str, files: Path, browser: Browser, keep_picture: Callable[[Page, str], Path]
) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="ja-JP")
    page = context.new_page()
    window = Window(page, "")
    window.listen()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))

    page.goto(f"file://{files / name}")

    assert [url for url in requests if not url.startswith("data:")] == [f"file://{files / name}"]
    assert window.complaints == []
    # The page's own policy let its style through, and nothing else.
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).fontSize") == "28px"
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        keep_picture(page, f"public-{name.removesuffix('.html')}-{width}")

    # axe and the measures need a script, which the page's policy refuses: they get the same file without that policy.
    open_page = browser.new_context(viewport={"width": 1280, "height": 900}, bypass_csp=True).new_page()
    open_page.goto(f"file://{files / name}")
    faults: list[Any] = [
        *_faults_of_width(open_page),
        *_faults_of_axe(open_page, "light"),
        *_faults_of_axe(open_page, "dark"),
    ]
    assert faults == []
    open_page.context.close()
    context.close()
