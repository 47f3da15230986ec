"""Somebody writes a My Number by mistake: it is refused, and nothing else that they wrote is lost. Without script."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect
from tests.base.codes.test_my_number import NUMBER
from tests.sign_in import make_staff

from todoke.civic.emergency.models import Incident

pytestmark = pytest.mark.django_db(transaction=True)

TITLE = "マイナンバーは送らないでください"
PHONE = {"width": 320, "height": 640}


def test_what_else_was_written_is_sent_on_and_the_number_is_gone(
    open_staff_window: Callable[..., Any], check_page: Callable[..., None], keep_picture: Callable[..., Any]
) -> None:
    window = open_staff_window(make_staff(["emergency.read", "emergency.draft"]), java_script_enabled=False)
    page = window.page
    page.goto(reverse("emergency:incidents"))

    page.get_by_label("事案の名前").fill(f"台風第10号 {NUMBER[:4]}－{NUMBER[4:8]}－{NUMBER[8:]}")
    page.get_by_role("button", name="事案を開く").click()

    expect(page.locator("h1")).to_have_text(TITLE, timeout=60_000)
    assert "事案の名前" in page.inner_text("main li strong")
    assert f"{NUMBER[4:8]}－" not in page.content()
    assert Incident.objects.count() == 0
    keep_picture(page, "my-number")
    field = page.get_by_label("事案の名前")
    assert field.input_value() == "台風第10号 ＊＊＊＊"

    field.fill("台風第10号")
    page.get_by_role("button", name="直して送る").click()

    expect(page.locator("h1")).to_contain_text("台風第10号", timeout=60_000)
    assert Incident.objects.get().name == "台風第10号"


def test_the_page_can_be_read_and_used_by_everybody(
    open_window: Callable[..., Any],
    check_page: Callable[..., None],
    check_look: Callable[..., None],
    keep_picture: Callable[..., Any],
) -> None:
    window = open_window()
    window.page.goto(reverse("fax:enter") + f"?q={NUMBER}")

    expect(window.page.locator("h1")).to_have_text(TITLE, timeout=60_000)
    window.complaints.clear()  # the browser says of every 400 that it is one
    check_page(window, posted=True)

    small = open_window(viewport=PHONE)
    small.page.goto(reverse("fax:enter") + f"?q={NUMBER}&language=ja-easy")
    keep_picture(small.page, "my-number-small")
    small.complaints.clear()
    check_look(small)


def test_going_back_finds_the_form_as_it_was_filled(open_window: Callable[..., Any]) -> None:
    window = open_window()
    page = window.page
    page.goto(reverse("account_login"))
    page.locator("input[name=login]").fill(f"山田 {NUMBER}")
    page.locator("input[name=password]").fill("secret")

    page.get_by_role("button", name="ログインする").click()
    expect(page.locator("h1")).to_have_text(TITLE, timeout=60_000)
    assert "「戻る」" in page.inner_text("main")
    assert "secret" not in page.content()
    page.go_back()

    expect(page.locator("input[name=login]")).to_have_value(f"山田 {NUMBER}", timeout=60_000)
