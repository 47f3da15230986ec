"""A member of staff checks a text, takes the proposal and checks it again; in a browser without script.

The page itself stands in test_every_page, the checked text in all its states on the style page.
"""

from collections.abc import Callable
from typing import Any

import pytest
from tests.sign_in import make_staff

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_text_is_checked_mended_and_checked_again(
    open_staff_window: Callable[..., Any], keep_picture: Callable[..., Any]
) -> None:
    page = open_staff_window(make_staff([]), java_script_enabled=False).page
    page.goto("/desk/plain-japanese/")

    page.locator("#id_text").fill("令和8年4月1日(水) 9:00〜17:15に窓口にて申請書をご提出ください。\n避難所です。")
    page.get_by_role("button", name="点検する").click()

    assert page.locator(".plain-japanese mark").first.inner_text() == "令和8年"
    assert page.get_by_role("status").first.inner_text().startswith("直すとよいところ：")
    keep_picture(page, "plain-japanese-found")

    before = page.locator(".plain-japanese__lines li").count()
    page.get_by_role("button", name="この文をもう一度調べる").click()

    assert page.locator(".plain-japanese__lines li").count() < before
    assert "避難所（ひなんじょ）＜みんなが 逃（に）げる ところ＞" in page.locator("#id_text").input_value()
