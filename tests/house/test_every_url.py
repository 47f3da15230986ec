"""Every address of the house, tried by every kind of visitor: what its access says is what happens."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from tests.sign_in import make_resident, resident_client, sign_in, staff_client
from todoke.ground.people import gate
from todoke.ground.people.gate import THIRD_PARTY, Access, Audience, declared_access
from todoke.ground.people.registry import permissions
from todoke.ground.people.rules import Level
from todoke.ground.people.signing_in import LoginNameBackend

# One value for every argument of every address that has arguments: "namespace:name": {"argument": value}. The value
# only has to fit the pattern; nothing needs to stand behind it in the database.
SAMPLE_VALUES: dict[str, dict[str, Any]] = {
    "account_confirm_email": {"key": "abc"},
    "account_reset_password_from_key": {"uidb36": "1", "key": "abc-0123"},
    "mfa_remove_webauthn": {"pk": 1},
    "mfa_edit_webauthn": {"pk": 1},
    "people:mail-link": {"token": "a" * 32},
    "people:openid": {"key": "simulated-card"},
    "people:openid-back": {"key": "simulated-card"},
    "people:confirm-mandate": {"pk": 1},
    "people:withdraw-mandate": {"pk": 1},
    "people:counter-confirm-mandate": {"pk": 1},
    "people:counter-refuse-mandate": {"pk": 1},
    "portal:alert-file": {"address": "index.html"},
    "portal:on-behalf-file": {"address": "revoked.json"},
    "portal:drill-file": {"address": "index.html"},
    "portal:drill-test-file": {"address": "index.html"},
    "messaging-simulators:fault": {"route": "mail"},
    "messaging-simulators:mail-page": {"number": 1},
    "messaging-simulators:webhook-page": {"number": 1},
    "lalert-simulator:fault": {"route": "normal"},
    "lalert-simulator:document": {"node": "normal", "number": 1},
    "calling-links:receipt": {"token": "a" * 32},
    "calling-links:recording": {"name": "a" * 64},
    "sms:receipt": {"token": "a" * 32},
    "retention:run": {"pk": 1},
    "retention:certificate": {"pk": 1},
    "retention:approve": {"pk": 1},
    "retention:drop": {"pk": 1},
    "retention:select": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "retention:lift": {"pk": 1},
    "procedures-public:guide-event": {"key": "moving"},
    "procedures-public:advice": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "procedures-public:guide-page": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11", "page": "answers"},
    "procedures-public:guide-keep": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "procedures-public:guide-start": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11", "errand": 0},
    "procedures-public:procedure": {"key": "dog-registration"},
    "procedures-public:begin": {"key": "dog-registration"},
    "procedures-public:filing": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "procedures-public:page": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11", "page": "one"},
    "procedures-public:review": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "procedures-public:pause": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "procedures-public:receipt": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "procedures-public:write": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "procedures-public:withdraw": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "procedures-public:document": {
        "key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11",
        "document": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11",
    },
    "procedures-interface:procedure": {"key": "dog-registration"},
    "procedures-interface:form": {"key": "dog-registration"},
    "procedures-interface:begin": {"key": "dog-registration"},
    "procedures-interface:filing": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "procedures-interface:answers": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "procedures-interface:file": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11", "question": "x"},
    "procedures-interface:submission": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "procedures-interface:export": {"procedure": "dog-registration", "layout": "standard"},
    "emergency:draft": {"pk": 1},
    "emergency:preview": {"pk": 1},
    "emergency:speech": {"pk": 1},
    "emergency:submit": {"pk": 1},
    "emergency:take-back": {"pk": 1},
    "emergency:approve": {"pk": 1},
    "emergency:return": {"pk": 1},
    "emergency:break-glass": {"pk": 1},
    "emergency:review": {"pk": 1},
    "emergency:discard": {"pk": 1},
    "emergency:take-over": {"pk": 1},
    "emergency:propose-order": {"pk": 1},
    "emergency:edition": {"pk": 1},
    "emergency:edition-deliveries": {"pk": 1},
    "emergency:cancel": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "emergency:follow": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11", "way": "update"},
    "emergency:incident": {"pk": 1},
    "emergency:close-incident": {"pk": 1},
    "emergency:shelters": {"pk": 1},
    "emergency:headquarters": {"pk": 1},
    "emergency:drill": {"pk": 1},
    "emergency:drill-report": {"pk": 1},
    "emergency:pause-drill": {"pk": 1},
    "emergency:end-drill": {"pk": 1},
    "emergency:join-drill": {"pk": 1},
    "emergency:leave-drill": {"pk": 1},
    "emergency:received": {"pk": 1},
    "emergency-reply:reply": {"code": "abcdefghabcdefgh"},
    "emergency:telegram": {"pk": 1},
    "subscriptions-staff:propose-milestone": {"pk": 1},
    "subscriptions-staff:approve-milestone": {"pk": 1},
    "subscriptions-staff:list": {"pk": 1},
    "subscriptions-staff:list-refusals": {"pk": 1},
    "subscriptions-staff:take-list": {"pk": 1},
    "subscriptions-staff:drop-list": {"pk": 1},
    "subscriptions:confirm": {"token": "a" * 32},
    "subscriptions:mine": {"token": "a" * 32},
    "subscriptions:preview": {"token": "a" * 32},
    "subscriptions:received": {"token": "a" * 32},
    "subscriptions:my-data": {"token": "a" * 32},
    "subscriptions:end": {"token": "a" * 32},
    "subscriptions:come-back": {"token": "a" * 32},
    "notices:notice": {"pk": 1},
    "notices:preview": {"pk": 1},
    "notices:speech": {"pk": 1},
    "notices:submit": {"pk": 1},
    "notices:take-back": {"pk": 1},
    "notices:approve": {"pk": 1},
    "notices:return": {"pk": 1},
    "notices:drop": {"pk": 1},
    "notices:cancel": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "notices:follow": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11", "way": "update"},
    "notices-public:notice": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "voices:survey": {"key": "x"},
    "voices:close": {"key": "x"},
    "voices:publish": {"key": "x"},
    "voices:links": {"key": "x"},
    "voices:mail": {"key": "x"},
    "voices:results-file": {"key": "x"},
    "voices:codebook-file": {"key": "x"},
    "voices:texts": {"key": "x"},
    "voices:answers": {"key": "x"},
    "voices:answer": {"key": "x", "answer": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "opinions:theme": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "opinions:publish": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "opinions:withhold": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "opinions:voice": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "opinions:hand-on": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "opinions:handler": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "opinions:join": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "opinions:leave": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "opinions:end": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11", "action": "note"},
    "voices-public:begin": {"key": "x"},
    "voices-public:theme": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "voices-public:own": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "voices-public:review": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "voices-public:pause": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "voices-public:receipt": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "voices-public:consent": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "voices-public:page": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11", "page": "x"},
    "voices-public:document": {
        "key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11",
        "document": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11",
    },
    "surveys:invited": {"token": "a" * 40},
    "surveys:ask": {"key": "x"},
    "surveys:thanks": {"key": "x"},
    "surveys:results": {"key": "x"},
    "documents:verify": {"code": "a" * 32},
    "documents:document": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "documents:paper": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "documents:withdraw": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "documents:void-number": {"pk": 1},
    "documents:seal-drawing": {"key": "x"},
    "documents:letter": {"key": "x"},
    "documents:letter-picture": {"key": "x", "page": 1},
    "paper:edition": {"pk": 1},
    "paper:pack": {"pk": 1},
    "paper:sheet": {"pk": 1, "name": "fax"},
    "paper:done": {"pk": 1, "delivery": 1},
    "fax:confirm": {"code": "K7QM2XPD9HWT"},
    "fax:board": {"pk": 1},
    "fax:asked": {"pk": 1, "sheet": 1},
    "fax-simulator:sheet": {"number": 1},
    "messaging:call-made": {"pk": 1},
    "social:account": {"pk": 1},
    "social:change": {"pk": 1},
    "social:set-quota": {"pk": 1},
    "social:close": {"pk": 1},
    "social-simulators:timeline": {"service": "x"},
    "social-simulators:fault": {"service": "x"},
    "delegation:check-partner": {"pk": 1},
    "delegation:record": {"pk": 1},
    "delegation:grant": {"pk": 1},
    "delegation:issue": {"pk": 1},
    "delegation:grant-file": {"pk": 1},
    "delegation:take-back": {"pk": 1},
    "delegation:mandate": {"pk": 1},
    "delegation:begin": {"pk": 1},
    "delegation:confirm": {"pk": 1},
    "delegation:decline": {"pk": 1},
    "delegation:end": {"pk": 1},
    "delegation:hand-back": {"pk": 1},
    "casework:effect-again": {"pk": 1},
    "decisions:draft": {"route": "spending"},
    "decisions:decision": {"pk": 1},
    "decisions:amend": {"pk": 1},
    "decisions:attachment": {"pk": 1, "document": 1},
    "decisions:batch": {"route": "spending", "kind": "approve", "section": "kankyo", "post": "kacho"},
    "decisions:take-back": {"pk": 1},
    "procedures:case": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "procedures:compare": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "procedures:attachment": {
        "key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11",
        "revision": 1,
        "question": "x",
        "place": 0,
    },
    "procedures:case-original": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11", "pk": 1},
    "procedures:assign": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "procedures:transfer": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "procedures:letter": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "procedures:payment": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "procedures:do": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11", "action": "accept"},
    "procedures:guide-event": {"key": "moving"},
    "procedures:guide-advice": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "procedures:guide-page": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11", "page": "answers"},
    "procedures:guide-start": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11", "errand": 0},
    "procedures:texts-file": {"language": "en"},
    "procedures:counter-go-on": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "procedures:counter-review": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "procedures:counter-receipt": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "procedures:counter-original": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11", "pk": 1},
    "procedures:counter-page": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11", "page": "x"},
    "procedures:counter-start": {"procedure": "x"},
    "procedures:build": {"procedure": "x"},
    "procedures:build-basics": {"procedure": "x"},
    "procedures:build-handling": {"procedure": "x"},
    "procedures:build-letters": {"procedure": "x"},
    "procedures:build-texts": {"procedure": "x"},
    "procedures:build-history": {"procedure": "x"},
    "procedures:build-publish": {"procedure": "x"},
    "procedures:build-drop": {"procedure": "x"},
    "procedures:build-export": {"procedure": "x"},
    "procedures:build-act": {"procedure": "x"},
    "procedures:build-form": {"procedure": "x"},
    "procedures:build-who": {"procedure": "x"},
    "procedures:build-papers": {"procedure": "x"},
    "procedures:build-fee": {"procedure": "x"},
    "procedures:build-tests": {"procedure": "x"},
    "procedures:key-end": {"number": 1},
    "procedures:layout": {"procedure": "x"},
    "procedures:layout-file": {"procedure": "x"},
    "procedures:build-offering": {"procedure": "x"},
    "procedures:build-computed-values": {"procedure": "x"},
    "procedures:build-new-computed": {"procedure": "x"},
    "procedures:build-computed": {"procedure": "x", "computed": "sum1"},
    "procedures:build-new-table": {"procedure": "x"},
    "procedures:build-table": {"procedure": "x", "table": "fees"},
    "procedures:build-new-test": {"procedure": "x"},
    "procedures:build-condition": {"procedure": "x", "number": 0},
    "procedures:build-paper": {"procedure": "x", "number": 0},
    "procedures:build-test": {"procedure": "x", "number": 0},
    "procedures:build-page": {"procedure": "x", "page": "p1"},
    "procedures:build-preview": {"procedure": "x", "page": "p1"},
    "procedures:build-question": {"procedure": "x", "question": "p1.q1"},
    "procedures:build-rule": {"procedure": "x", "place": "visible:p1.q1"},
    "procedures:away-form": {"procedure": "x"},
    "procedures:away-send": {"procedure": "x"},
    "procedures:table": {"procedure": "x"},
    "procedures:table-headings": {"procedure": "x"},
    "procedures:findings": {"procedure": "x"},
    "procedures:batch-begin": {"procedure": "x", "facts": "x"},
    "procedures:batch": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "procedures:batch-again": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "procedures:batch-pack": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11", "number": 1},
    "unforeseen:add": {"kind": "emergency.draft", "key": "1"},
    "unforeseen:check": {"pk": 1},
    "unforeseen:refuse": {"pk": 1},
    "unforeseen:end": {"pk": 1},
    "unforeseen:ask-for-good": {"pk": 1},
    "unforeseen:keep-for-good": {"pk": 1},
    "timetable:open-again": {"pk": 1},
    "calling:tick": {"pk": 1, "way": "told"},
    "calling-links:call": {"token": "a" * 32},
    "said:edition": {"pk": 1},
    "said:correction": {"pk": 1},
    "watch:try-at-once": {"pk": 1},
    "mirrors:compare": {"pk": 1},
    "signage:area": {"area": "minato-chiku"},
    "board-simulator:board": {"name": "ekimae"},
    "mirrors:remove": {"pk": 1},
    "mirrors-simulator:file": {"name": "mirror.json"},
    "watch:take-in-hand": {"pk": 1},
    "loudspeakers:broadcast": {"pk": 1},
    "loudspeakers:sound": {"pk": 1},
    "loudspeakers-said:sound": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "loudspeakers-simulator:sound": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
    "messaging:delivery": {"pk": 1},
    "messaging:message": {"key": "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"},
}

# What allauth brings along and the house does not use: shut for everybody.
SHUT = {
    "account_inactive",
    "account_signup",
    "account_email",
    "account_email_verification_sent",
    "account_confirm_email",
    "account_confirm_login_code",
    "account_set_password",
    "account_reset_password",
    "account_reset_password_done",
}

# Answers and questions between providers: whoever comes without the other half is refused.
WITHOUT_A_QUESTION = {"people:openid-back", "people:card-authorize"}

LET_IN, SENT_TO_SIGN_IN, REFUSED = "let in", "sent to sign in", "refused"


@dataclass(frozen=True)
class Address:
    """One pattern of the resolver: its full name, its route, its view."""

    name: str
    route: str
    view: Callable[..., Any]

    @property
    def access(self) -> Access | None:
        return declared_access(self.view, self.name)

    @property
    def can_be_tried(self) -> bool:
        """Whether its arguments, if any, have sample values that fit."""
        try:
            return bool(self.path)
        except NoReverseMatch:
            return False

    @property
    def path(self) -> str:
        return reverse(self.name, kwargs=SAMPLE_VALUES.get(self.name))


def every_address(
    resolver: URLResolver, space: str = "", route: str = "", arguments: bool = False
) -> Iterator[Address]:
    """All patterns below this resolver."""
    for pattern in resolver.url_patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            below = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from every_address(pattern, below, here)
        elif isinstance(pattern, URLPattern):
            yield Address(f"{space}{pattern.name}" if pattern.name else "", here, pattern.callback)


@pytest.fixture(scope="module")
def addresses() -> list[Address]:
    return list(every_address(get_resolver()))


def test_every_address_has_a_name(addresses: list[Address]) -> None:
    nameless = [address.route for address in addresses if not address.name]

    assert not nameless, f"give these patterns a name, so that they can be linked and tried: {nameless}"


def test_every_view_says_whom_it_is_for(addresses: list[Address]) -> None:
    silent = {address.name for address in addresses if address.access is None} - SHUT

    assert not silent, (
        f"{sorted(silent)}: put @public, @signed_in, @staff_only or @needs(…) of todoke.base.access on the view; "
        "a view of another package goes into THIRD_PARTY in todoke/ground/people/gate.py"
    )


def test_every_permission_asked_for_is_registered(addresses: list[Address]) -> None:
    asked = {key for address in addresses if address.access for key in address.access.permissions}

    unknown = sorted(key for key in asked if key not in permissions)

    assert not unknown, f"register these permissions in the plugs.py of their room: {unknown}"


def test_every_address_with_arguments_has_sample_values_that_fit(addresses: list[Address]) -> None:
    missing = [f"{address.name} ({address.route})" for address in addresses if not address.can_be_tried]

    assert not missing, f"add a value for each argument to SAMPLE_VALUES in tests/house/test_every_url.py: {missing}"


def test_no_exception_outlives_its_address(addresses: list[Address]) -> None:
    names = {address.name for address in addresses}

    assert set(THIRD_PARTY) <= names
    assert names >= SHUT
    assert names >= set(SAMPLE_VALUES)
    assert not SHUT & set(THIRD_PARTY)


class Behind:
    """Stands behind the gate in the place of the views: whoever comes so far was let in, and nothing is changed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, *_arguments: Any) -> HttpResponse:
        return HttpResponse(LET_IN)


# Residents who have shown so much in their session; “resident” is an account without a posting.
AT_A_LEVEL = {f"resident at level {level}": level for level in Level if level}


def expected(access: Access | None, visitor: str) -> str:
    """What an access means for a visitor: anonymous, resident, staff, or the one permission that they hold."""
    if access is None:
        return REFUSED
    if access.audience is Audience.PUBLIC:
        return LET_IN
    if access.audience is Audience.RESIDENT:
        return LET_IN if AT_A_LEVEL.get(visitor, Level.NONE) >= access.level else SENT_TO_SIGN_IN
    if visitor == "anonymous" or visitor in AT_A_LEVEL:
        return SENT_TO_SIGN_IN
    may = {
        Audience.SIGNED_IN: True,
        Audience.STAFF: visitor != "resident",
        Audience.PERMITTED: visitor in access.permissions,
    }
    return LET_IN if may[access.audience] else REFUSED


def happened(answer: HttpResponseBase, doors: tuple[str, ...]) -> str:
    if answer.status_code == 302 and answer.headers["Location"].startswith(doors):
        return SENT_TO_SIGN_IN
    if answer.status_code == 403:
        return REFUSED
    return LET_IN if getattr(answer, "content", b"") == LET_IN.encode() else f"status {answer.status_code}"


@pytest.fixture
def quick_gate(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """For thousands of calls: what is the same in each is found once, and a refusal is not put into words."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.cache"
    monkeypatch.setattr(gate, "viewer_for", cache(gate.viewer_for))
    # Every request has a backend of its own, so only the number of the account tells one from another.
    account = cache(partial(LoginNameBackend.get_user, LoginNameBackend()))
    monkeypatch.setattr(LoginNameBackend, "get_user", lambda _self, user_id: account(user_id))
    monkeypatch.setattr(get_resolver(), "resolve", cache(get_resolver().resolve))
    monkeypatch.setattr(gate, "refused", lambda *_arguments, **_missing: HttpResponse(status=403))


@pytest.mark.django_db
@pytest.mark.usefixtures("quick_gate")
def test_every_address_does_for_every_visitor_what_its_access_says(addresses: list[Address], settings: Any) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.Behind"]
    doors = (reverse("account_login") + "?next=", reverse("people:sign-in") + "?way=")
    visitors = {
        "anonymous": Client(),
        "resident": sign_in(Client(), make_resident()),
        **{visitor: resident_client(level) for visitor, level in AT_A_LEVEL.items()},
        "staff": staff_client(),
        **{permission.key: staff_client(permission.key) for permission in permissions},
    }

    wrong = [
        f"{method} {path} ({address.name}) by {visitor}: {found} instead of {wanted}"
        for address in addresses
        if address.can_be_tried
        for path, access in [(address.path, address.access)]
        for visitor, client in visitors.items()
        for wanted in [expected(access, visitor)]
        for method in ("get", "post")
        if (found := happened(getattr(client, method)(path), doors)) != wanted
    ]

    assert len(addresses) > len(SHUT)
    assert wrong == []


@pytest.mark.django_db
def test_every_page_answers_those_it_is_for_without_failing(addresses: list[Address]) -> None:
    """The views themselves: a GET by a stranger where the public may, else by a resident or staff with every right."""
    every_right = staff_client(*(permission.key for permission in permissions))
    surest = resident_client(Level.SIGNED)
    failed = []
    for address in addresses:
        if address.access is None or not address.can_be_tried:
            continue
        client = {Audience.PUBLIC: Client, Audience.RESIDENT: lambda: surest}.get(
            address.access.audience, lambda: every_right
        )()
        answer = client.get(address.path)
        if address.name in WITHOUT_A_QUESTION and answer.status_code in (400, 403):
            continue
        # 401: an address for machines that bring a token; 404: nothing stands behind the sample value; 405: an address
        # for posting only.
        if answer.status_code not in (200, 302, 401, 404, 405):
            failed.append(f"GET {address.path} ({address.name}): {answer.status_code}")

    assert failed == []


# Pages on which staff see data about people; each of them writes a look, or is not shown (looks.pages.shows_people).
SHOWS_PEOPLE = {
    "decisions:attachment",
    "decisions:decision",
    "documents:document",
    "documents:paper",
    "looks:looks",
    "messaging:told",
    "people:counter",
    "procedures:attachment",
    "procedures:case",
    "procedures:case-original",
    "procedures:compare",
    "procedures:counter-go-on",
    "procedures:counter-original",
    "procedures:counter-page",
    "procedures:counter-receipt",
    "procedures:counter-review",
    "procedures:do",
    "procedures:export",
    "procedures:guide-advice",
    "procedures:guide-page",
    "procedures:guide-resume",
    "procedures:guide-start",
    "procedures:letter",
    "procedures:away-form",
    "procedures:away-send",
    "procedures:batch-pack",
    "procedures:table",
    "subscriptions-staff:person",
    "opinions:end",
    "opinions:hand-on",
    "opinions:list",
    "opinions:theme",
    "opinions:voice",
    "unforeseen:additions",
    "voices:answer",
    "voices:answers",
    "voices:texts",
}


def test_every_page_that_shows_people_is_marked_and_said_here(addresses: list[Address]) -> None:
    marked = {address.name for address in addresses if getattr(address.view, "shows_people", False)}

    assert marked == SHOWS_PEOPLE
    assert all(
        address.access and address.access.audience is Audience.PERMITTED
        for address in addresses
        if address.name in SHOWS_PEOPLE
    )


def test_the_gate_is_the_last_before_the_views() -> None:
    assert settings.MIDDLEWARE[-1] == "todoke.ground.people.gate.GateMiddleware"
