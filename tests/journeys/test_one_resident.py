"""One resident from the first mail to the closing: small screen, no script, three languages, a card, a passkey."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import expect
from tests.cities import SAMPLE_CITY
from tests.sign_in import make_staff

from todoke.base.clock import now
from todoke.ground.people.models import Mandate, Resident, SignInEvent
from todoke.ground.people.registry import Letter, carriers
from todoke.ground.people.residents.entering import new_resident
from todoke.ground.people.rules import Level
from todoke.ground.places.actions import load_city

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]

PHONE = {"width": 320, "height": 640}
WORDS = {
    "ja": ("メールアドレス", "確認のメールを受け取る", "メールの6桁の数字", "入る", "わたしの登録"),
    "ja-easy": (
        "メールアドレス",
        "メールをもらう",
        "メールの6つの数字（すうじ）",
        "この数字（すうじ）で入（はい）る",
        "わたしの登録（とうろく）",
    ),
    "en": (
        "Mail address",
        "Send me a mail",
        "The 6 digits in the e-mail",
        "Sign in with the digits",
        "My registration",
    ),
}


@pytest.fixture(autouse=True)
def nagihama(settings: Any, live_server: Any) -> None:
    settings.SITE_ADDRESS = live_server.url
    settings.CITY_FOLDER = SAMPLE_CITY
    cache.clear()
    assert not load_city(SAMPLE_CITY, by="journey").faults


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> list[Letter]:
    carried: list[Letter] = []
    for carrier in carriers:
        monkeypatch.setattr(type(carrier), "carry", lambda _self, letter, *, at: carried.append(letter))
    return carried


@pytest.mark.parametrize("language", WORDS)
def test_a_resident_signs_in_by_mail_on_a_small_screen_without_script(
    language: str,
    post: list[Letter],
    open_window: Callable[..., Any],
    check_page: Callable[..., None],
    keep_picture: Callable[..., Any],
) -> None:
    address, send, code, enter, mine = WORDS[language]
    window = open_window(viewport=PHONE)
    page = window.page
    page.goto(f"/my/?language={language}")
    check_page(window)
    keep_picture(page, f"sign-in-{language}")

    page.get_by_label(address).fill("hanako@example.jp")
    page.get_by_role("button", name=send, exact=True).click()
    check_page(window)
    keep_picture(page, f"code-{language}")
    digits = re.search(r"^\d{6}$", post[-1].body, re.MULTILINE)
    assert digits
    page.get_by_label(code).fill(digits[0])
    page.get_by_role("button", name=enter, exact=True).click()

    expect(page.locator("h1")).to_have_text(mine)
    check_page(window)
    keep_picture(page, f"my-{language}")
    page.goto("/my/mandates/")
    check_page(window)
    keep_picture(page, f"mandates-{language}")


def test_the_whole_way_by_mail_needs_no_script(post: list[Letter], open_window: Callable[..., Any]) -> None:
    page = open_window(viewport=PHONE, java_script_enabled=False).page
    page.goto("/my/mandates/")
    page.get_by_label("メールアドレス").fill("hanako@example.jp")
    page.get_by_role("button", name="確認のメールを受け取る").click()
    link = re.search(r"http\S+", post[-1].body)
    assert link
    page.goto(link[0])
    page.get_by_role("button", name="サインインする").click()

    expect(page.locator("h1")).to_have_text("わたしの登録")


def test_a_card_is_joined_then_fails_politely_and_a_passkey_opens_alone(
    open_resident_window: Callable[..., Any], check_page: Callable[..., None], keep_picture: Callable[..., Any]
) -> None:
    resident = new_resident(now())
    window = open_resident_window(Level.CONTACT, resident)
    page = window.page

    page.goto("/my/")
    page.get_by_role("link", name="マイナンバーカード（模擬）を使う").click()
    expect(page.locator("h1")).to_have_text("模擬マイナンバーカード")
    window.page.get_by_role("link", name="わざと失敗させる").click()
    check_page(window)
    page.get_by_label("別の鍵で署名する").check()
    page.get_by_role("button", name="決める").click()
    page.goto("/sign-in/with/simulated-card/")
    keep_picture(page, "card")
    page.get_by_role("button", name="浜野 千代").click()
    expect(page.locator("h1")).to_have_text("サインインできませんでした")
    keep_picture(page, "card-refused")

    page.goto("/sign-in/with/simulated-card/")
    page.get_by_role("button", name="浜野 千代").click()
    expect(page.locator("h1")).to_have_text("だれの確認ですか")
    check_page(window)
    keep_picture(page, "join")
    page.get_by_role("button", name="サインイン中の人と同じ人です").click()
    expect(page.locator("main")).to_contain_text("マイナンバーカードの確認")

    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto("/my/passkey/")
    check_page(window)
    page.reload()
    page.get_by_label("パスキーの名前").fill("自分の携帯")
    page.get_by_role("button", name="この端末を登録する").click()
    expect(page.locator("main")).to_contain_text("自分の携帯")
    keep_picture(page, "my-with-everything")

    page.get_by_role("button", name="サインアウト", exact=True).click()
    page.goto("/my/mandates/")
    page.get_by_role("link", name="パスキーを使う").click()
    # The button is the script's, which comes with the end of the page.
    page.wait_for_url("**/sign-in/passkey/**", wait_until="load")
    page.get_by_role("button", name="パスキーを使う").click()

    expect(page.locator("h1")).to_have_text("だれがだれを代理するか")
    assert SignInEvent.objects.filter(resident=resident, level=Level.ACCOUNT, means="people.passkey").exists()
    assert Resident.objects.count() == 1
    assert not window.complaints

    # The staff's door does not open to a resident's passkey.
    page.goto("/my/")
    page.get_by_role("button", name="サインアウト", exact=True).click()
    page.goto("/accounts/login/")
    page.get_by_role("button", name="パスキーを使う").click()
    page.wait_for_url("**/sign-in/")


def test_a_mandate_is_asked_for_by_one_confirmed_at_the_counter_and_seen_by_both(
    open_resident_window: Callable[..., Any],
    open_staff_window: Callable[..., Any],
    check_page: Callable[..., None],
    keep_picture: Callable[..., Any],
) -> None:
    parent, child = new_resident(now()), new_resident(now())
    asking = open_resident_window(Level.CARD, parent, viewport=PHONE)
    asking.page.goto("/my/mandates/")
    asking.page.get_by_label("本人の登録の番号（10文字）").fill(child.reference)
    asking.page.get_by_label("法定代理（親権者、成年後見人など）").check()
    asking.page.get_by_label("いつまで").fill(f"{now().year + 1}-03-31")
    asking.page.get_by_role("button", name="代理を申し込む").click()
    expect(asking.page.locator("main")).to_contain_text("確認待ち")
    check_page(asking)

    clerk = open_staff_window(make_staff(["people.counter"]))
    clerk.page.goto("/desk/counter/")
    check_page(clerk)
    keep_picture(clerk.page, "counter")
    clerk.page.get_by_label("確かめた書類").last.fill("戸籍謄本")
    clerk.page.get_by_role("button", name="書類を確かめたので認める").click()
    expect(clerk.page.locator("main")).to_contain_text("確認を待つ代理はありません")

    asking.page.reload()
    expect(asking.page.locator("main")).to_contain_text("確認済み")
    assert Mandate.objects.get().state == Mandate.State.CONFIRMED
    keep_picture(asking.page, "mandate-confirmed")
