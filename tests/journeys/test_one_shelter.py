"""A shelter is opened from a telephone, and an account's posts are planned: in a real browser."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.shared.social.city import make_account, make_quota
from tests.sign_in import make_staff

from todoke.base.clock import now
from todoke.civic.emergency.models import Draft, Incident
from todoke.ground.places.models import Area, City, Facility

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]
WRITER = ("emergency.read", "emergency.draft", "messaging.read")


@pytest.fixture
def incident() -> Incident:
    """An open incident in a city of one area with three shelters."""
    City.objects.create(pk=1, name="凪浜市", code="992011", telephone="000-000-0000")
    ground = Area.objects.create(key="nagihama", kind="municipality", name="凪浜市")
    for number, name in enumerate(("桜台小学校体育館", "中央公民館", "凪浜総合体育館")):
        Facility.objects.create(
            key=f"shelter-{number}", kind="shelter", name=name, longitude=141.0, latitude=38.0, area=ground
        )
    return Incident.objects.create(name="台風第10号", group="storm", mode="actual", opened_at=now())


def test_a_shelter_is_opened_and_its_texts_wait_for_approval(
    incident: Incident,
    open_staff_window: Callable[..., Any],
    check_page: Callable[..., None],
    keep_picture: Callable[..., Any],
) -> None:
    window = open_staff_window(make_staff(WRITER), viewport={"width": 390, "height": 844})
    page = window.page
    page.goto(f"/desk/emergency/incidents/{incident.pk}/")
    page.get_by_role("link", name="避難所の開設・閉鎖").click()
    check_page(window)

    page.get_by_label("桜台小学校体育館 状態").select_option("開設")
    page.get_by_label("桜台小学校体育館 避難している人").fill("35")
    keep_picture(page, "shelters")
    page.get_by_role("button", name="この状況で文を作る").click()

    assert "避難所の状況から文を作りました。" in page.locator("main").inner_text()
    assert "桜台小学校体育館：開設" in page.locator("textarea[name=ja_body]").input_value()
    assert page.get_by_role("link", name="状況を入力し直す").is_visible()
    keep_picture(page, "shelters-draft")
    check_page(window)
    assert Draft.objects.get().kind == "shelter"


def test_the_headquarters_is_set_up(
    incident: Incident,
    open_staff_window: Callable[..., Any],
    check_page: Callable[..., None],
    keep_picture: Callable[..., Any],
) -> None:
    window = open_staff_window(make_staff(WRITER))
    page = window.page
    page.goto(f"/desk/emergency/incidents/{incident.pk}/headquarters/")
    check_page(window)
    keep_picture(page, "headquarters")

    page.get_by_role("textbox", name="場所").fill("市役所3階")
    page.get_by_role("button", name="この内容で文を作る").click()

    assert page.locator("input[name=ja_title]").input_value() == "災害対策本部を設置 凪浜市"


def test_the_posts_of_an_account_are_planned(
    open_staff_window: Callable[..., Any],
    check_page: Callable[..., None],
    check_look: Callable[..., None],
    keep_picture: Callable[..., Any],
) -> None:
    account = make_account()
    make_quota(account)
    window = open_staff_window(make_staff(("social.read", "social.manage")))
    page = window.page

    page.goto(f"/desk/social/{account.pk}/")
    check_page(window)
    keep_picture(page, "account")
    page.get_by_role("link", name="24時間の上限を変える").click()
    check_page(window)
    page.set_viewport_size({"width": 320, "height": 640})
    check_look(window)
    page.get_by_label("上限（件）").fill("40")
    page.get_by_label("理由").fill("契約の変更")
    page.get_by_role("button", name="この上限にする").click()

    assert "24時間に40件のうち0件を使いました。" in page.locator("main").inner_text()
    check_look(window)
    keep_picture(page, "account-narrow")
