"""Every page of the house that needs no record to be shown, as somebody sees it who may see everything."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import get_resolver, reverse
from tests.house.test_every_url import SHUT, every_address
from tests.sign_in import make_staff

from todoke.base.access import Audience, permissions
from todoke.ground.people.rules import Level

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]

# No page of their own: they act, answer with a file or a part of a page, or lead elsewhere.
NO_PAGES = {
    "account_logout",
    "account_reauthenticate",
    "account_reset_password_from_key_done",
    "calling-simulator:fault",
    "delegation:card",
    "delegation:make-keys",
    "delegation:revoked",
    "emergency:board",
    "fax-simulator:fault",
    "health:healthz",
    "health:metrics",
    "health:readyz",
    "loudspeakers-said:script",
    "loudspeakers-said:told",
    "loudspeakers-simulator:faults",
    "mfa_authenticate",
    "mfa_deactivate_totp",  # only for somebody who has set one up: the journey of signing in goes there
    "mfa_download_recovery_codes",
    "mfa_login_webauthn",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_view_recovery_codes",  # likewise
    "notices-public:feed",
    "people:authenticator",
    "people:card-authorize",  # only with a question: the journey of residents goes there
    "people:card-keys",
    "people:card-token",
    "people:card-userinfo",
    "people:end-other-sessions",
    "people:my-data",
    "people:remove-means",
    "people:sign-out",
    "people:stop-being-staff",
    "portal:alerts",
    "portal:drill",
    "procedures:away-mark",
    "procedures:away-worker",
    "procedures:many",
    "procedures-interface:catalogue",
    "procedures-interface:exports",
    "procedures-interface:openapi",
    "procedures-interface:status",
    "retention:propose",
    "sms-simulator:fault",
    "subscriptions:feed",
    "subscriptions:json-feed",
    "subscriptions:line-play",
    "subscriptions:line-webhook",
    "subscriptions:rss-feed",
    "time-stamps-simulator:stamp",
    "watch:moving",
}
PAGES = sorted(
    {address.name for address in every_address(get_resolver()) if "<" not in address.route} - SHUT - NO_PAGES
)
RESIDENTS = {
    address.name
    for address in every_address(get_resolver())
    if address.access and address.access.audience is Audience.RESIDENT
} | {"people:sign-in"}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_can_be_used_by_everybody(
    name: str,
    open_staff_window: Callable[..., Any],
    open_resident_window: Callable[..., Any],
    check_page: Callable[..., None],
    keep_picture: Callable[..., Any],
) -> None:
    if name in RESIDENTS:
        window = open_resident_window(Level.SIGNED)
    else:
        window = open_staff_window(make_staff(permission.key for permission in permissions))

    answer = window.page.goto(reverse(name))

    assert answer.status == 200
    assert window.page.locator("h1").count() == 1
    keep_picture(window.page, f"page-{name.replace(':', '-')}")
    check_page(window)
