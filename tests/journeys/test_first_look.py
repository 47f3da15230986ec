"""A visitor looks around: home, style page, sign-in, a page that is not there; in three languages, wide and narrow."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.sign_in import make_staff

from todoke.base.access import permissions

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = {
    "home": "/?home",
    "style": "/style/",
    "sign-in": "/accounts/login/",
    "not-there": "/not-there/",
}
LANGUAGES = {"ja": "ja", "ja-easy": "ja-simple", "en": "en"}
SIZES = {"1280": {"width": 1280, "height": 900}, "320": {"width": 320, "height": 640}}


@pytest.mark.faults
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page_name", PAGES)
def test_a_page_can_be_used_by_everybody(
    page_name: str, language: str, window: Any, check_page: Callable[..., None], keep_picture: Callable[..., Any]
) -> None:
    address = PAGES[page_name]
    join = "&" if "?" in address else "?"

    window.page.goto(f"{address}{join}language={language}")

    assert window.page.locator("html").get_attribute("lang") == LANGUAGES[language]
    assert window.page.locator("h1").count() == 1
    for size_name, size in SIZES.items():
        window.page.set_viewport_size(size)
        keep_picture(window.page, f"{page_name}-{language}-{size_name}")
    check_page(window)


@pytest.mark.faults
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_desk_can_be_used_by_everybody(
    language: str,
    open_staff_window: Callable[..., Any],
    check_page: Callable[..., None],
    keep_picture: Callable[..., Any],
) -> None:
    window = open_staff_window(make_staff(permission.key for permission in permissions))

    window.page.goto(f"/desk/?language={language}")

    assert window.page.locator("h1").count() == 1
    assert "職員 太郎" in window.page.locator(".who-am-i").inner_text()
    for size_name, size in SIZES.items():
        window.page.set_viewport_size(size)
        keep_picture(window.page, f"desk-{language}-{size_name}")
    check_page(window)


def test_the_chosen_language_stays_without_script(open_window: Callable[..., Any]) -> None:
    page = open_window(java_script_enabled=False).page
    page.goto("/?home")

    page.get_by_role("link", name="English").click()
    page.goto("/style/")

    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("h1").inner_text() == "Components"


def test_the_first_tab_leads_past_the_header(window: Any) -> None:
    window.page.goto("/style/")

    window.page.keyboard.press("Tab")
    window.page.keyboard.press("Enter")

    assert window.page.evaluate("document.activeElement.id") == "main"
