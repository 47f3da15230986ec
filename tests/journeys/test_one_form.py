"""A form in a real browser: on an old phone, by keyboard, without script, in three languages, on a line that breaks."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.shared.paperwork.forms import make_form

from todoke.ground.retention.models import RetentionClass
from todoke.shared.paperwork.models import Response, Revision
from todoke.shared.paperwork.queries import sheet_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.shared.paperwork.demo")]


@pytest.fixture(autouse=True)
def dog(transactional_db: None, settings: Any, tmp_path: Any) -> None:
    settings.KEY_STORE = tmp_path / "keys"
    RetentionClass.objects.create(
        code="y5", name="5年", years=5, counts_from="fiscal_year", then="delete", basis="規程"
    )
    make_form()


def begin(window: Any) -> Any:
    """A visitor on the first page."""
    page = window.page
    page.goto("/demo/start/dog/")
    page.wait_for_url("**/pages/you/")
    return page


def you(page: Any) -> None:
    page.get_by_label("氏", exact=True).fill("髙橋")
    page.get_by_label("名", exact=True).fill("花子")
    page.get_by_label("氏のフリガナ").fill("たかはし")
    page.get_by_label("名のフリガナ").fill("ハナコ")
    page.get_by_label("郵便番号", exact=True).fill("980-0803")
    page.get_by_role("button", name="郵便番号から住所を入れる").click()
    page.get_by_label("番地").fill("3-7-1")


def dogs(page: Any) -> None:
    page.get_by_label("何頭ですか").fill("2")
    page.get_by_role("group", name="予防注射").get_by_label("はい").check()
    page.get_by_label("犬の名前").first.fill("ポチ")
    page.get_by_role("button", name="次へ").click()
    page.get_by_label("年の数え方").first.select_option("令和")
    page.get_by_role("group", name="注射の日").get_by_label("年", exact=True).fill("8")
    page.get_by_role("group", name="注射の日").get_by_label("月", exact=True).fill("4")
    page.get_by_role("group", name="注射の日").get_by_label("日", exact=True).fill("1")


@pytest.mark.faults
def test_a_form_from_the_first_page_to_the_receipt(
    window: Any, check_page: Callable[..., None], keep_picture: Callable[..., Any]
) -> None:
    page = begin(window)
    keep_picture(page, "form-empty")
    check_page(window)

    page.get_by_role("button", name="次へ").click()
    keep_picture(page, "form-refused")
    check_page(window, posted=True)
    page.get_by_role("link", name="あなたの氏名", exact=True).click()
    page.keyboard.type("髙")
    assert page.get_by_label("氏", exact=True).input_value() == "髙"

    you(page)
    page.get_by_role("button", name="次へ").click()
    dogs(page)
    keep_picture(page, "form-grown")
    check_page(window, posted=True)
    page.get_by_role("button", name="次へ").click()
    page.get_by_label("この文を読みました").check()
    keep_picture(page, "form-consent")
    check_page(window)
    page.get_by_label("この文を読みました").check()
    page.get_by_role("button", name="内容を確かめる").click()
    keep_picture(page, "form-review")
    check_page(window)
    page.get_by_role("button", name="この内容で提出する").click()

    assert page.get_by_role("heading", name="受け付けました").is_visible()
    keep_picture(page, "form-receipt")
    check_page(window)
    assert Response.objects.get().state == "submitted"


@pytest.mark.faults
def test_the_same_without_script_at_320_pixels(
    open_window: Callable[..., Any], keep_picture: Callable[..., Any], window: Any
) -> None:
    page = begin(window)
    address = page.url
    plain = open_window(
        java_script_enabled=False, viewport={"width": 320, "height": 640}, storage_state=page.context.storage_state()
    ).page
    plain.goto(address)

    you(plain)
    keep_picture(plain, "form-320")
    plain.get_by_role("button", name="次へ").click()
    plain.get_by_role("button", name="もう1件書く").click()
    keep_picture(plain, "form-320-rows")
    dogs(plain)
    plain.get_by_role("button", name="次へ").click()
    plain.get_by_label("この文を読みました").check()
    plain.get_by_role("button", name="内容を確かめる").click()
    keep_picture(plain, "form-320-review")
    plain.get_by_role("button", name="この内容で提出する").click()

    assert plain.get_by_role("heading", name="受け付けました").is_visible()


@pytest.mark.faults
@pytest.mark.parametrize("language", ["ja-easy", "en"])
def test_every_page_in_the_other_languages(
    window: Any, check_look: Callable[[Any], None], keep_picture: Callable[..., Any], language: str
) -> None:
    page = begin(window)
    page.goto(f"{page.url}?language={language}")
    keep_picture(page, f"form-{language}")
    check_look(window)

    page.locator(".acts button[name=next]").click()
    check_look(window)

    page.locator("button[name=pause]").click()
    keep_picture(page, f"form-pause-{language}")
    check_look(window)


def test_a_cut_line_loses_nothing(window: Any) -> None:
    page = begin(window)
    with page.expect_response(lambda answer: answer.request.method == "POST") as saved:
        page.get_by_label("氏", exact=True).fill("髙橋")
        page.get_by_label("名", exact=True).fill("花子")
        page.get_by_label("番地").focus()
    assert saved.value.ok
    page.get_by_text("途中まで保存しました").wait_for()

    # The line goes in the middle of a sentence, and the page is opened again when it is back.
    page.context.set_offline(True)
    page.get_by_label("番地").fill("3-7-1")
    page.get_by_label("番地").blur()
    page.wait_for_timeout(900)
    page.context.set_offline(False)
    page.get_by_role("button", name="次へ").click()

    assert page.get_by_label("番地").input_value() == "3-7-1"
    sheet = sheet_of(Revision.objects.select_related("response").get())
    assert sheet["you.name"].raw["family"] == ["髙橋"]
    assert sheet["you.address"].raw["block"] == ["3-7-1"]
    window.complaints.clear()
