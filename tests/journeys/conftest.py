"""A real browser for the journeys, and what every page must stand: `check_page`."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright
from tests.sign_in import resident_client, sign_in

# Playwright's own loop runs in the thread of the test, and Django would therefore refuse the test its database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

BROWSER_NAMES = ("chromium", "chromium-browser", "google-chrome")
BROWSER_ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# `target-size` is off in axe as it comes; without this line WCAG 2.2's 2.5.8 would never be tested.
AXE_OPTIONS = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}

PATIENCE = 30_000  # ms; a busy machine is slow, and only what never comes is a fault
WIDE = {"width": 1280, "height": 900}
# 320 CSS px is a small phone, and a page of 1280 px at 400 % (WCAG 1.4.10); 640 px is the same page at 200 %.
NARROW = {"width": 320, "height": 640}
AT_200_PERCENT = {"width": 640, "height": 450}

FOCUSABLE = (
    "a[href], button:not([disabled]), input:not([type=hidden]):not([disabled]), select:not([disabled]), "
    "textarea:not([disabled]), summary, [tabindex='0']"
)


@dataclass
class Window:
    """A page, and what its console has complained about."""

    page: Page
    base_url: str
    complaints: list[str] = field(default_factory=list)

    def listen(self) -> None:
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))

    def _heard(self, message: ConsoleMessage) -> None:
        # The browser also reports an answer of 404 or 403, which a journey may well have asked for.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.complaints.append(f"console: {message.text}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium of the machine; a machine without one skips the journeys (and the house's own checks refuse that)."""
    path = next((found for name in BROWSER_NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("no Chromium on this machine; install the package “chromium”")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=BROWSER_ARGUMENTS)
        yield running
        running.close()


@pytest.fixture
def open_window(browser: Browser, live_server: Any) -> Iterator[Callable[..., Window]]:
    """`open_window(**options of a browser context)`: the window of a new visitor; each call is another person."""
    contexts: list[BrowserContext] = []

    def open_one(**options: Any) -> Window:
        context = browser.new_context(
            base_url=live_server.url, **{"locale": "ja-JP", "timezone_id": "Asia/Tokyo", "viewport": WIDE, **options}
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        window = Window(context.new_page(), live_server.url)
        window.listen()
        return window

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture
def window(open_window: Callable[..., Window]) -> Window:
    """The window of one visitor with a Japanese browser."""
    return open_window()


@pytest.fixture
def open_staff_window(open_window: Callable[..., Window]) -> Callable[..., Window]:
    """`open_staff_window(account, **options)`: the window of this member of staff, signed in with a second factor.

    Make the account with `tests.sign_in.make_staff`; the journey of signing in itself is another one's.
    """

    def open_one(account: Any, **options: Any) -> Window:
        window = open_window(**options)
        session = sign_in(Client(), account).cookies[settings.SESSION_COOKIE_NAME].value
        window.page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": window.base_url, "httpOnly": True}]
        )
        return window

    return open_one


@pytest.fixture
def open_resident_window(open_window: Callable[..., Window]) -> Callable[..., Window]:
    """`open_resident_window(level, resident, **options)`: the window of a resident who has just shown this level."""

    def open_one(level: Any, resident: Any = None, **options: Any) -> Window:
        window = open_window(**options)
        session = resident_client(level, resident).cookies[settings.SESSION_COOKIE_NAME].value
        window.page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": window.base_url, "httpOnly": True}]
        )
        return window

    return open_one


@pytest.fixture
def check_page(open_window: Callable[..., Window]) -> Callable[..., None]:
    """`check_page(window)`: everything a page of this house must stand, at the page where the window is now.

    The answer to a form cannot be opened a second time without script: `posted` leaves that out.
    """

    def check(window: Window, *, posted: bool = False) -> None:
        page = window.page
        faults = [
            *_faults_of_width(page),
            *_faults_of_axe(page, "light"),
            *_faults_of_axe(page, "dark"),
            *_faults_of_keyboard(page),
            *([] if posted else _faults_without_script(page, open_window)),
            *window.complaints,
        ]
        assert not faults, "\n".join([page.url, *faults])

    return check


@pytest.fixture
def check_look() -> Callable[[Window], None]:
    """`check_look(window)`: what can be seen where the window is now: by axe in light and dark, and sideways scrolling.

    For a page of which `check_page` has already tried keyboard and script at another width.
    """

    def check(window: Window) -> None:
        page = window.page
        faults = [*_faults_of_width(page), *_faults_of_axe(page, "light"), *_faults_of_axe(page, "dark")]
        assert not faults, "\n".join([page.url, *faults])

    return check


@pytest.fixture
def keep_picture(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Page, str], Path]:
    """`keep_picture(page, name)`: a picture of the whole page in the folder of TODOKE_PICTURES, or a temporary one."""
    folder = Path(os.environ.get("TODOKE_PICTURES") or tmp_path_factory.mktemp("pictures"))

    def keep(page: Page, name: str) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{re.sub(r'[^a-z0-9-]+', '-', name.lower())}.png"
        page.screenshot(path=path, full_page=True)
        return path

    return keep


def _faults_of_axe(page: Page, scheme: Any) -> list[str]:
    _wait_until_read(page)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    violations = Axe().run(page, options=AXE_OPTIONS).response["violations"]
    page.emulate_media(color_scheme="null", reduced_motion="null")
    return [
        f"axe ({scheme}): {violation['id']}: {violation['help']}: {node['html'][:160]} {node['failureSummary'][:300]}"
        for violation in violations
        for node in violation["nodes"][:3]
    ]


def _wait_until_read(page: Page) -> None:
    """A click is over when the next page begins to arrive; looked at before its end, it has no body, or gives way."""
    page.wait_for_load_state("load")


def _faults_of_width(page: Page) -> list[str]:
    _wait_until_read(page)
    faults = []
    usual = page.viewport_size or WIDE
    for name, size in (("320 px", NARROW), ("200 %", AT_200_PERCENT), ("1280 px", WIDE)):
        page.set_viewport_size(size)
        faults += [f"{name}: {too_wide}" for too_wide in page.evaluate(_TOO_WIDE)]
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    faults += [f"text at 200 %: {too_wide}" for too_wide in page.evaluate(_TOO_WIDE)]
    page.evaluate("document.documentElement.style.fontSize = ''")
    page.set_viewport_size(usual)
    return faults


_TOO_WIDE = """() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const wide = [...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > width + 0.5);
    return ['scrolls sideways because of ' + wide.slice(0, 3).map(e => e.outerHTML.slice(0, 120)).join(' | ')];
}"""

_LISTEN_TO_FOCUS = """selector => {
    const shown = e => e.checkVisibility({visibilityProperty: true}) && e.getClientRects().length;
    const all = [...document.querySelectorAll(selector)].filter(shown);
    window.focusReport = {all, reached: new Set(), unseen: []};
    document.activeElement?.blur();
    document.addEventListener('focusin', event => {
        const element = event.target, style = getComputedStyle(element);
        window.focusReport.reached.add(element);
        const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
        const ring = outlined || style.boxShadow !== 'none';
        if (!ring) window.focusReport.unseen.push(element.outerHTML.slice(0, 120));
    });
    return all.length;
}"""

# Null where the page has renewed a part of itself meanwhile: what stood there cannot be reached any more.
_FOCUS_FAULTS = """() => {
    const {all, reached, unseen} = window.focusReport;
    if (all.some(e => !e.isConnected)) return null;
    // Of a group of radio buttons the key reaches one; the arrows do the rest.
    const groups = new Set([...reached].filter(e => e.type === 'radio').map(e => e.name));
    const missed = all.filter(e => !reached.has(e) && !(e.type === 'radio' && groups.has(e.name)));
    return [
        ...missed.slice(0, 5).map(e => 'the Tab key does not reach ' + e.outerHTML.slice(0, 160)),
        ...unseen.slice(0, 5).map(html => 'focus cannot be seen on ' + html),
    ];
}"""


# A board asks for news every five seconds, and on a busy machine one walk through it may take as long.
WALKS_MAX = 5

_SCROLLERS = """[...document.querySelectorAll('main *')].filter(
    each => /auto|scroll/.test(getComputedStyle(each).overflow)
        && (each.scrollHeight > each.clientHeight || each.scrollWidth > each.clientWidth)
).length"""


def _faults_of_keyboard(page: Page) -> list[str]:
    for _ in range(WALKS_MAX):
        if (faults := _walked(page)) is not None:
            return faults
    return ["the page renews itself faster than the Tab key walks through it"]


def _walked(page: Page) -> list[str] | None:
    count = page.evaluate(_LISTEN_TO_FOCUS, FOCUSABLE)
    # Year, month, day and the calendar of one date field are four stops of the Tab key; a time has as many, and an hour
    # and a minute beside a date are two more.
    stops = 3 * page.locator("input[type=date]").count() + 6 * page.locator("input[type=datetime-local]").count()
    stops += 2 * page.locator("input[type=month]").count() + 3 * page.locator("input[type=time]").count()
    # A player's buttons, its line of time and its menu are stops of their own.
    stops += 6 * page.locator("audio[controls]").count()
    # Chromium also stops at whatever scrolls by itself.
    stops += page.evaluate(_SCROLLERS)
    for _ in range(count + stops + 1):
        page.keyboard.press("Tab")
    faults = page.evaluate(_FOCUS_FAULTS)
    page.evaluate("document.activeElement?.blur()")
    return None if faults is None else list(faults)


def _faults_without_script(page: Page, open_window: Callable[..., Window]) -> list[str]:
    """The same address, the same person, no script: the same heading, and every link and button still there."""
    plain = open_window(java_script_enabled=False, storage_state=page.context.storage_state()).page
    plain.goto(page.url)
    faults = []
    if _words(plain, "h1") != _words(page, "h1"):
        faults.append(f"without script the heading is {_words(plain, 'h1')}, not {_words(page, 'h1')}")
    missing = set(_words(page, "main a, main button")) - set(_words(plain, "main a, main button"))
    faults += [f"without script there is no “{words}”" for words in sorted(missing)]
    plain.context.close()
    return faults


def _words(page: Page, selector: str) -> list[str]:
    return [" ".join(text.split()) for text in page.locator(selector).all_inner_texts()]
