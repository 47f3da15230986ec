"""A phone sends a hostile file with a filing: told in its owner's language, and all else that was typed is there."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.civic.procedures.conftest import clerk, folders, town, version
from tests.ground.files import hostile

from todoke.ground.files.models import Document

__all__ = ["clerk", "folders", "town", "version"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]

PHONE = {"viewport": {"width": 320, "height": 640}}


def file(name: str, content: bytes) -> dict[str, Any]:
    return {"name": name, "mimeType": "image/jpeg", "buffer": content}


@pytest.mark.parametrize("has_script", [True, False])
def test_a_hostile_file_is_told_and_the_next_one_is_taken(
    transactional_db: None,
    version: Any,
    open_window: Callable[..., Any],
    check_look: Callable[[Any], None],
    keep_picture: Any,
    has_script: bool,
) -> None:
    window = open_window(**PHONE, java_script_enabled=has_script)
    page = window.page
    page.goto("/procedures/stall/?language=en")
    page.locator("form[action$='/begin/'] button").click()
    for part, word in {
        "family": "汐入",
        "given": "渚",
        "family_reading": "シオイリ",
        "given_reading": "ナギサ",
    }.items():
        page.locator(f"[name='applicant.name:{part}']").fill(word)
    page.locator("button.button--main[name='next']").click()
    page.locator("[name='area']").fill("4")
    page.locator("[name='again'][value='no']").check()
    page.locator("button.button--main[name='next']").click()

    page.locator("input[type='file']").set_input_files(file("map\u202egpj.svg", hostile.SVG))
    page.locator("button[name='act@plan@send']").click()
    error = page.locator("#f-plan .question__error, #f-plan [id$='-error']").first
    error.wait_for()

    assert "could not be sent" in error.inner_text()
    assert "mapgpj.svg" in error.inner_text()
    assert page.locator("[name='area']").input_value() == "4"
    assert not Document.objects.exists()
    keep_picture(page, f"upload-refused-{'script' if has_script else 'plain'}")
    if has_script:
        check_look(window)

    page.locator("input[type='file']").set_input_files(file("map.jpg", hostile.picture_with_place()))
    page.locator("button.button--main[name='next']").click()
    page.wait_for_url("**/review/")

    assert "map.jpg" in page.locator("main").inner_text()
    assert Document.objects.count() == 1
    assert not window.complaints
