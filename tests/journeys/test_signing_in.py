"""A member of staff of the fictional city signs in: with the app, then with a passkey, under the strict policy."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import expect
from tests.sign_in import make_staff

from todoke.base.clock import now
from todoke.ground.people.rules import totp_code
from todoke.ground.people.signing_in import MfaAdapter

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "four quiet words here"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def test_staff_sign_in_with_the_app_add_a_passkey_and_come_back_with_it_alone(
    open_window: Callable[..., Any], check_page: Callable[..., None]
) -> None:
    account = make_staff(["audit.read"], login_name="sato", name="佐藤 一")
    account.set_password(PASSWORD)
    account.save()
    Authenticator.objects.create(user=account, type="totp", data={"secret": MfaAdapter().encrypt(SECRET)})
    window = open_window()
    page = window.page
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

    page.goto("/desk/audit/")
    page.get_by_label("ログイン名").fill("ＳＡＴＯ")
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="ログインする").click()
    check_page(window)
    page.get_by_label("認証アプリの6桁の数字").fill(totp_code(SECRET, now()))
    page.get_by_role("button", name="ログインする").click()
    expect(page.locator("h1")).to_have_text("監査記録")
    check_page(window)

    page.goto("/accounts/2fa/webauthn/add/")
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="確認する").click()
    check_page(window)
    # The check opened the page a second time, which made a new challenge.
    page.reload()
    page.get_by_label("パスワードなしでログインする").check()
    page.get_by_role("button", name="この端末を登録する").click()
    page.wait_for_url("**/recovery-codes/")
    page.goto("/accounts/2fa/webauthn/")
    check_page(window)

    page.goto("/accounts/logout/")
    page.get_by_role("button", name="ログアウトする").last.click()
    page.goto("/desk/audit/")
    check_page(window)
    page.get_by_role("button", name="パスキーを使う").click()

    expect(page.locator("h1")).to_have_text("監査記録")
    assert Authenticator.objects.filter(user=account, type="webauthn").count() == 1
