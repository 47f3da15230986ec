"""Somebody rings: send it to us too. And the call tree, the board and the correction, in a real browser."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.shared.calling.conftest import make_tree
from tests.shared.messaging.ledger import first, following, make_city, make_destination, make_officers
from tests.sign_in import make_staff

from todoke.base.clock import now
from todoke.shared.calling.models import Call
from todoke.shared.calling.queries import link_of
from todoke.shared.messaging.actions import dispatch, release
from todoke.shared.messaging.dispatcher import deliver
from todoke.shared.messaging.models import Delivery, Edition
from todoke.shared.messaging.types import EditionKind

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]

PHONE = {"width": 320, "height": 640}
EVERYTHING = ("unforeseen.add", "unforeseen.check", "messaging.read", "said.read", "calling.read", "calling.operate")


@pytest.fixture
def edition(live_server: Any, settings: Any) -> Edition:
    """An alert that is out: by call tree, and by a telephone list."""
    settings.SITE_ADDRESS = live_server.url
    make_city()
    officers = make_officers()
    tree = make_tree(rule="all")
    places = (
        make_destination("tree", "calling.tree", address=tree.key, name="港地区の連絡網"),
        make_destination("tel", "messaging.person", address="000-0000-0008", name="凪浜バス"),
    )
    order = replace(first(officers, *places), expires_at=now() + timedelta(hours=6), message_kind="emergency.alert")
    edition = release.release(order, at=now())
    carry()
    return edition


def carry() -> None:
    """What the dispatcher does."""
    for channel in dispatch.channels_due("emergency", at=now()):
        for claimed in dispatch.claim("emergency", channel, limit=10, at=now()):
            deliver(claimed, channel)


def test_a_destination_is_added_on_a_phone_by_keyboard_without_script_and_checked_by_another(
    edition: Edition,
    open_staff_window: Callable[..., Any],
    check_page: Callable[..., None],
    keep_picture: Callable[..., Any],
) -> None:
    officer = open_staff_window(make_staff(EVERYTHING, name="夜勤 花子"), viewport=PHONE, java_script_enabled=False)
    page = officer.page
    page.goto(f"/desk/unforeseen/add/unforeseen.edition/{edition.pk}/")

    began = now()
    page.get_by_label("だれに").focus()
    page.keyboard.type("山崎小学校 体育館")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")  # from FAX to mail
    page.keyboard.press("Tab")
    page.keyboard.type("gym@yamazaki.example.jp")
    page.keyboard.press("Tab")
    page.keyboard.type("電話線が切れた")
    page.keyboard.press("Enter")
    page.get_by_text("送り先を追加しました").wait_for()
    took = now() - began

    assert took < timedelta(seconds=30)

    colleague = open_staff_window(make_staff(EVERYTHING, name="確認 次郎"))
    other = colleague.page
    other.goto("/desk/unforeseen/")
    keep_picture(other, "unforeseen-waiting")
    check_page(colleague)
    other.get_by_role("link", name="「山崎小学校 体育館」を確認する").click()
    keep_picture(other, "unforeseen-check")
    other.get_by_role("checkbox").check()
    other.get_by_role("button", name="確認して送る").click()
    other.get_by_text("確認しました。").wait_for()

    assert Delivery.objects.get(destination__name="山崎小学校 体育館").edition == edition


def test_the_form_of_additions_can_be_used_by_everybody(
    edition: Edition, open_staff_window: Callable[..., Any], check_page: Callable[..., None], keep_picture: Any
) -> None:
    window = open_staff_window(make_staff(EVERYTHING))
    window.page.goto(f"/desk/unforeseen/add/unforeseen.edition/{edition.pk}/")

    keep_picture(window.page, "unforeseen-add")
    check_page(window)


def test_a_call_is_ticked_on_a_phone_by_its_link(
    edition: Edition,
    open_window: Callable[..., Any],
    open_staff_window: Callable[..., Any],
    check_page: Callable[..., None],
    keep_picture: Any,
) -> None:
    call = Call.objects.order_by("pk").first()
    assert call is not None
    desk = open_staff_window(make_staff(EVERYTHING))
    desk.page.goto("/desk/calling/")
    keep_picture(desk.page, "calling-rounds")
    check_page(desk)

    phone = open_window(viewport=PHONE)
    phone.page.goto(f"/calls/{link_of(call)}/")
    keep_picture(phone.page, "calling-call")
    check_page(phone)
    with phone.page.expect_navigation():
        phone.page.get_by_role("button", name="伝えました（復唱を受けました）").click()

    call.refresh_from_db()
    assert (call.state, call.by_link) == ("told", True)


def test_the_board_and_the_page_of_a_correction_can_be_used_by_everybody(
    edition: Edition, open_staff_window: Callable[..., Any], check_page: Callable[..., None], keep_picture: Any
) -> None:
    places = [delivery.destination for delivery in edition.deliveries.select_related("destination")]
    order = replace(following(edition, EditionKind.CORRECTION, *places), expires_at=now() + timedelta(hours=6))
    correction = release.release(order, at=now())
    carry()
    window = open_staff_window(make_staff(EVERYTHING))

    for name, address in (
        ("said-edition", f"/desk/said/editions/{edition.pk}/"),
        ("said-correction", f"/desk/said/corrections/{correction.pk}/"),
        ("said-board", "/desk/said/?words=水"),
    ):
        window.page.goto(address)
        keep_picture(window.page, name)
        check_page(window)
