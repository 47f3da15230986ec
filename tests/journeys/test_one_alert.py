"""One alert from its telegram to its cancellation, played by two people in a real browser, and read everywhere."""

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import feedparser
import pytest
from django.conf import settings as house
from django.core.cache import cache
from django.db import connections
from playwright.sync_api import Page, expect
from tests.cities import write_city_of_fukui
from tests.journeys.waiting import wait_until
from tests.sign_in import make_staff

from todoke.civic.emergency.intake import loop
from todoke.civic.emergency.intake.drafting import prepared
from todoke.civic.pages.actions import refresh
from todoke.ground.places.actions import load_city
from todoke.shared.lalert.simulator.node import NodeSimulator
from todoke.shared.messaging import waking
from todoke.shared.messaging.carriers import MassDispatcher
from todoke.shared.messaging.channels.outside import webhook_secret_of
from todoke.shared.messaging.dispatcher import Dispatcher
from todoke.shared.messaging.models import Delivery
from todoke.shared.messaging.simulators.simulator import Simulator, postboxes
from todoke.shared.messaging.types import Mode

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]

TELEGRAM = Path("disaster/jma-xml/real-2026/20260830_VPWW55_fukui_L5.xml")
LEVELS = {"福井市": 5, "坂井市": 4, "鯖江市": 3, "越前市": 2}
MENDED = "九頭竜川のそばには近づかないでください。"
CORRECTED = "足羽川のそばにも近づかないでください。"
SIZES = {"1280": {"width": 1280, "height": 900}, "320": {"width": 320, "height": 640}}
WRITER = ("emergency.read", "emergency.draft", "messaging.read")
APPROVER = (*WRITER, "emergency.approve", "messaging.operate")


@pytest.fixture
def fukui(settings: Any, tmp_path: Path, shared_data: Path, live_server: Any) -> Path:
    """A city of Fukui's municipalities with folders of its own; gives its intake folder."""
    for name in ("VAR", "PUBLIC_ROOT", "DRILL_ROOT", "SIMULATOR_ROOT", "FILES_ROOT", "INTAKE_FOLDER"):
        folder = tmp_path / name.lower()
        folder.mkdir()
        setattr(settings, name, folder)
    settings.SITE_ADDRESS = live_server.url
    folder = tmp_path / "city"
    folder.mkdir()
    write_city_of_fukui(folder, shared_data)
    cache.clear()
    report = load_city(folder, by="journey")
    assert not report.faults, [str(fault) for fault in report.faults]
    refresh(Mode.ACTUAL)
    return settings.INTAKE_FOLDER


@pytest.fixture
def running(fukui: Path) -> Iterator[Path]:
    """Intake, the emergency lane's dispatcher and the simulators, as `todoke up` runs them."""
    stop = threading.Event()

    def beside(work: Callable[..., None], *arguments: Any) -> threading.Thread:
        def run() -> None:
            try:
                work(*arguments)
            finally:
                connections.close_all()

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    smtp_port, http_port = house.SIMULATOR_PORTS
    with (
        Simulator(house.SIMULATOR_ROOT, secret_of=webhook_secret_of, smtp_port=smtp_port, http_port=http_port),
        NodeSimulator(house.SIMULATOR_ROOT, port=house.LALERT_SIMULATOR_PORT),
    ):
        threads = [
            beside(loop.run, fukui, (), stop, prepared),
            beside(Dispatcher().run, "emergency", stop),
            beside(MassDispatcher().run, "emergency", stop),
        ]
        yield fukui
        stop.set()
        waking.wake()
        for thread in threads:
            thread.join(timeout=10)


def board_levels(page: Page) -> dict[str, int]:
    """The levels that the desk shows for what the weather service says, by municipality."""
    rows = page.locator("section[aria-labelledby=q-happening] .rows > li")
    found = {}
    for row in rows.all():
        name = row.locator(".rows__names").inner_text()
        mark = row.locator(".level-mark")
        if mark.count():
            found[name] = int("".join(filter(str.isdigit, mark.first.inner_text()))[:1])
    return found


def everything_has_arrived(number: int) -> bool:
    moving = ["planned", "leased", "handed_over"]
    deliveries = Delivery.objects.filter(number=number)
    return deliveries.exists() and not deliveries.filter(state__in=moving).exists()


def ask_for_approval(page: Page) -> None:
    page.get_by_role("button", name="保存して、承認の依頼へ進む").first.click()
    page.get_by_role("button", name="承認を依頼する").click()


def approve(page: Page) -> None:
    page.goto("/desk/emergency/")
    page.locator("#next-act-button").click()
    page.locator("input[name=seen]").check()
    page.get_by_role("button", name="承認して発信する").click()


def test_a_real_telegram_becomes_an_alert_is_corrected_and_cancelled(
    running: Path,
    shared_data: Path,
    open_window: Callable[..., Any],
    open_staff_window: Callable[..., Any],
    check_page: Callable[..., None],
    keep_picture: Callable[..., Any],
) -> None:
    officer = open_staff_window(make_staff(WRITER, name="浜田 美緒"))
    colleague = open_staff_window(make_staff(APPROVER, name="汐見 和馬"))
    resident = open_window()

    def pictures(window: Any, name: str) -> None:
        for size_name, size in SIZES.items():
            window.page.set_viewport_size(size)
            keep_picture(window.page, f"{name}-{size_name}")
        window.page.set_viewport_size(SIZES["1280"])

    # The telegram is dropped; the desk shows each municipality's level and one clear next act.
    desk = officer.page
    desk.goto("/desk/emergency/")
    shutil.copy(shared_data / TELEGRAM, running)
    button = desk.locator("#next-act-button")

    def levels_and_act_are_there() -> bool:
        desk.goto("/desk/emergency/")
        shown = board_levels(desk)
        return {name: shown.get(name) for name in LEVELS} == LEVELS and button.count() == 1

    wait_until(desk, levels_and_act_are_there, "each municipality's level, and a prepared draft")
    pictures(officer, "1-desk")
    check_page(officer)

    # The officer mends the text and asks for approval.
    button.click()
    body = desk.locator("textarea[name=ja_body]")
    assert all(name in desk.content() for name in LEVELS)
    # Each change brings a new preview; the page is looked at when the last one is there.
    body.fill(body.input_value() + "\n" + MENDED)
    with desk.expect_response("**/preview/"):
        body.blur()
    desk.wait_for_load_state("networkidle")
    pictures(officer, "2-editor")
    check_page(officer)
    ask_for_approval(desk)
    pictures(officer, "3-asked")

    # Who wrote it cannot approve it; a colleague in another browser can.
    review = colleague.page
    review.goto("/desk/emergency/")
    review.locator("#next-act-button").click()
    assert MENDED in review.content()
    pictures(colleague, "4-approve")
    check_page(colleague)
    approve(review)
    wait_until(review, lambda: everything_has_arrived(1), "the first edition everywhere")
    review.reload()
    pictures(colleague, "5-sent")
    check_page(colleague)

    # The resident reads it on the page, in the mailbox, in the feeds and on LINE.
    read_everywhere(resident, colleague, MENDED)
    resident.page.goto("/alerts/")
    text = resident.page.inner_text("body")
    assert all(name in text for name in LEVELS)
    pictures(resident, "6-public")
    resident.page.goto("/")
    expect(resident.page.locator("h1").first).to_be_visible()
    assert "福井市" in resident.page.inner_text("body")
    pictures(resident, "7-top")

    # A correction follows everywhere.
    desk.goto(colleague.page.url)
    desk.get_by_role("link", name="訂正").first.click()
    if desk.get_by_role("button").filter(has_text="訂正").count():
        desk.get_by_role("button").filter(has_text="訂正").first.click()
    desk.locator("[name=note]").fill("川の名前を加えました。")
    body = desk.locator("textarea[name=ja_body]")
    body.fill(body.input_value() + "\n" + CORRECTED)
    ask_for_approval(desk)
    approve(review)
    wait_until(review, lambda: everything_has_arrived(2), "the correction everywhere")
    read_everywhere(resident, colleague, CORRECTED)
    resident.page.goto("/alerts/")
    assert "訂正" in resident.page.inner_text("body")

    # A cancellation follows everywhere, and the page no longer shows the alert as in force.
    desk.goto(review.url)
    desk.get_by_role("link", name="このお知らせを取り消す手続きへ").click()
    pictures(officer, "8-cancel")
    check_page(officer)
    desk.locator("[name=reason]").fill("訓練の電文を取り違えました。")
    desk.get_by_role("button", name="取消の承認を依頼する").click()
    approve(review)
    wait_until(review, lambda: everything_has_arrived(3), "the cancellation everywhere")
    read_everywhere(resident, colleague, "取り消します")
    resident.page.goto("/alerts/")
    text = resident.page.inner_text("body")
    assert MENDED not in text
    pictures(resident, "9-cancelled")
    resident.page.goto("/")
    assert resident.page.locator(".site-header").count() == 1


def read_everywhere(resident: Any, colleague: Any, words: str) -> None:
    """The words stand on the public page of the alert, in the feeds, in a mail and on LINE."""
    page = resident.page
    feed = page.request.get("/alerts/feed.atom").text()
    entries = feedparser.parse(feed).entries
    assert words in str(entries[0])
    assert words in page.request.get("/alerts/feed.json").text()
    cap = page.request.get(next(link.href for link in entries[0].links if link.type == "application/cap+xml"))
    assert words in cap.text()
    alert = next(link.href for link in entries[0].links if link.type == "text/html")
    page.goto(alert)
    assert words in page.inner_text("body")
    boxes = postboxes(house.SIMULATOR_ROOT)
    assert words in str(boxes["line"].newest(limit=1)[0].content)
    staff = colleague.page.context.new_page()
    staff.goto("/simulators/mail/")
    staff.locator("main table a, main ol a, main ul a").first.click()
    assert words in staff.inner_text("main")
    staff.close()
