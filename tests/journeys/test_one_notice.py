"""One ordinary notice, from a template to the mailbox of who asked for it and of nobody else, and its cancellation."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as house
from django.core.cache import cache
from django.db import connections
from playwright.sync_api import expect
from tests.cities import SAMPLE_CITY
from tests.journeys.waiting import wait_until
from tests.shared.subscriptions.people import make_subscriber
from tests.sign_in import make_staff

from todoke.civic.notices.clockwork import CLOCKWORK
from todoke.civic.pages.actions import refresh
from todoke.ground.places.actions import load_city
from todoke.shared.lalert.simulator.node import NodeSimulator
from todoke.shared.messaging import waking
from todoke.shared.messaging.carriers import MassDispatcher
from todoke.shared.messaging.channels.outside import webhook_secret_of
from todoke.shared.messaging.dispatcher import Dispatcher
from todoke.shared.messaging.models import Delivery, Mailing
from todoke.shared.messaging.simulators.simulator import Simulator, postboxes
from todoke.shared.messaging.types import Mode

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]

SIZES = {"1280": {"width": 1280, "height": 900}, "320": {"width": 320, "height": 640}}
WRITER = ("notices.read", "notices.write", "messaging.read")
APPROVER = (*WRITER, "notices.approve")
MAIL_EACH = "messaging.mail-each"
TITLE = "港地区のごみの収集日が変わります（11月23日）"


@pytest.fixture
def nagihama(settings: Any, tmp_path: Path, live_server: Any) -> None:
    """The fictional city with folders of its own."""
    for name in ("VAR", "PUBLIC_ROOT", "DRILL_ROOT", "SIMULATOR_ROOT", "FILES_ROOT", "INTAKE_FOLDER"):
        folder = tmp_path / name.lower()
        folder.mkdir()
        setattr(settings, name, folder)
    settings.SITE_ADDRESS = live_server.url
    cache.clear()
    report = load_city(SAMPLE_CITY, by="journey")
    assert not report.faults, [str(fault) for fault in report.faults]
    refresh(Mode.ACTUAL)


@pytest.fixture
def running(nagihama: None) -> Iterator[None]:
    """The normal lane's companions and the simulators, as `todoke up` runs them."""
    stop = threading.Event()

    def beside(work: Callable[..., None]) -> threading.Thread:
        def run() -> None:
            try:
                work("normal", stop)
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
        threads = [beside(each.run) for each in (Dispatcher(), MassDispatcher(), CLOCKWORK)]
        yield
        stop.set()
        waking.wake()
        for thread in threads:
            thread.join(timeout=10)


def mails() -> list[tuple[str, str]]:
    """Who got which title, oldest first."""
    box = postboxes(house.SIMULATOR_ROOT)["mail"].newest(limit=20)[::-1]
    return [(mail.content["to"][0], mail.title) for mail in box]


def has_arrived(number: int) -> bool:
    deliveries = Delivery.objects.filter(number=number)
    moving = deliveries.filter(state__in=["planned", "leased", "handed_over"]).exists()
    resting = not Mailing.objects.filter(delivery__number=number, ended_at=None, stopped_at=None).exists()
    return deliveries.exists() and not moving and resting


def test_a_notice_is_written_by_one_approved_by_another_and_reaches_who_asked_for_it(
    running: None,
    open_window: Callable[..., Any],
    open_staff_window: Callable[..., Any],
    check_page: Callable[..., None],
    keep_picture: Callable[..., Any],
) -> None:
    make_subscriber([("minatomachi-1", ["gomi"])], channel=MAIL_EACH)
    make_subscriber([("minato-chiku", ["event"])], channel=MAIL_EACH)
    make_subscriber([("takamori-chiku", ["gomi"])], channel=MAIL_EACH)
    writer = open_staff_window(make_staff(WRITER, section="koho", name="新田 翼"))
    colleague = open_staff_window(make_staff(APPROVER, section="koho", name="三浦 佳代"))
    resident = open_window()

    def pictures(window: Any, name: str) -> None:
        for size_name, size in SIZES.items():
            window.page.set_viewport_size(size)
            keep_picture(window.page, f"notice-{name}-{size_name}")
        window.page.set_viewport_size(SIZES["1280"])

    # The writer begins from a template; the numbers beside the form follow what is ticked.
    desk = writer.page
    desk.goto("/desk/notices/start/")
    desk.get_by_label("文例").select_option(label="ごみ収集日の変更")
    desk.get_by_role("button", name="書き始める").click()
    reach = desk.locator("#preview .reach__people")
    expect(reach).to_contain_text("2 人")
    desk.get_by_role("checkbox", name="港地区", exact=True).check()
    expect(reach).to_contain_text("1 人")
    desk.locator("[name=ja_title]").fill(TITLE)
    expect(desk.locator("#preview .frame__title").first).to_contain_text(TITLE)
    pictures(writer, "1-editor")
    desk.get_by_role("button", name="保存する").first.click()
    check_page(writer)

    # It is asked for, and who wrote it cannot approve it.
    desk.get_by_role("button", name="保存して、承認の依頼へ進む").first.click()
    pictures(writer, "2-submit")
    check_page(writer)
    desk.get_by_role("button", name="承認を依頼する").click()
    expect(desk.get_by_text("承認を依頼しました。")).to_be_visible()
    assert desk.get_by_role("link", name="内容を確かめて承認へ").count() == 0

    # A colleague sees how many it reaches, and sends it.
    review = colleague.page
    review.goto("/desk/notices/?state=submitted")
    review.get_by_role("link", name=TITLE).click()
    review.get_by_role("link", name="内容を確かめて承認へ").click()
    expect(review.locator(".reach__people")).to_contain_text("1 人")
    pictures(colleague, "3-approve")
    check_page(colleague)
    review.locator("input[name=seen]").check()
    review.get_by_role("button", name="承認して発信する").click()
    wait_until(review, lambda: has_arrived(1), "the notice everywhere")
    review.reload()
    pictures(colleague, "4-sent")
    check_page(colleague)
    review.get_by_role("link", name="届いたかどうかを見る").click()
    expect(review.get_by_text(TITLE).first).to_be_visible()

    # One of three subscribers asked for rubbish in that district.
    assert mails() == [("reader1@example.jp", TITLE)]

    # Everybody can read it, narrowed to topic and area; the page of alerts does not have it.
    public = resident.page
    public.goto("/")
    expect(public.get_by_role("link", name=TITLE)).to_be_visible()
    public.goto("/notices/")
    public.get_by_label("分野", exact=True).select_option(label="ごみ")
    public.get_by_label("地域", exact=True).select_option(value="minatomachi-2")
    public.get_by_role("button", name="しぼって表示する").click()
    expect(public.get_by_role("link", name=TITLE)).to_be_visible()
    pictures(resident, "5-public")
    check_page(resident)
    public.get_by_role("link", name=TITLE).click()
    pictures(resident, "6-one")
    check_page(resident)
    address = public.url
    public.goto("/notices/?area=takamori-chiku")
    assert public.get_by_role("link", name=TITLE).count() == 0
    public.goto("/alerts/")
    assert TITLE not in public.inner_text("body")

    # It was wrong: the cancellation takes the same way, and reaches who got the notice.
    desk.goto("/desk/notices/?state=released")
    desk.get_by_role("link", name=TITLE).click()
    desk.get_by_role("link", name="お知らせを取り消す").click()
    desk.locator("[name=reason]").fill("日を誤りました。")
    pictures(writer, "7-cancel")
    check_page(writer)
    desk.get_by_role("button", name="取消の承認を依頼する").click()
    review.goto(desk.url)
    review.get_by_role("link", name="内容を確かめて承認へ").click()
    review.locator("input[name=seen]").check()
    review.get_by_role("button", name="承認して発信する").click()
    wait_until(review, lambda: has_arrived(2), "the cancellation everywhere")
    assert mails()[1:] == [("reader1@example.jp", f"【取消】{TITLE}")]
    public.goto(address)
    expect(public.get_by_text("このお知らせは取り消されました")).to_be_visible()
    pictures(resident, "8-cancelled")
    public.goto("/notices/")
    assert public.get_by_role("link", name=TITLE).count() == 0
