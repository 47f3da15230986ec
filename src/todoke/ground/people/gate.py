"""The gate of the house: every request passes here, and what nobody has opened stays shut.

Every view says for whom it is with one of the decorators that this module hands on from `todoke.base.access`. Views of
others' packages cannot; those that the house uses stand in THIRD_PARTY, and what stands nowhere is refused.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from todoke.base.access import (
    Access,
    Audience,
    access_of,
    needs,
    needs_level,
    permissions,
    public,
    signed_in,
    staff_only,
)
from todoke.base.clock import in_japan, now
from todoke.ground.people.queries import has_second_factor, is_member_of_staff, sections_that_grant_roles, viewer_for
from todoke.ground.people.residents.session import level_in, resident_in
from todoke.ground.people.residents.way import send_to_sign_in
from todoke.ground.people.rules import ANONYMOUS, Viewer, has_been_signed_in_too_long, has_proved_second_factor

__all__ = [
    "Access",
    "Audience",
    "GateMiddleware",
    "ViewerMiddleware",
    "VisitorRequest",
    "needs",
    "needs_level",
    "public",
    "signed_in",
    "staff_only",
]

PUBLIC = Access(Audience.PUBLIC)
SIGNED_IN = Access(Audience.SIGNED_IN)

# By the name of the address. Signing up, e-mail addresses and the reset of a password by mail are not here: staff
# accounts are made by the city, and a lost password is mended with a new set-up link.
THIRD_PARTY = {
    "account_login": PUBLIC,
    "account_logout": PUBLIC,
    "account_reauthenticate": SIGNED_IN,
    "account_change_password": SIGNED_IN,
    "account_reset_password_from_key": PUBLIC,
    "account_reset_password_from_key_done": PUBLIC,
    "mfa_authenticate": PUBLIC,
    "mfa_login_webauthn": PUBLIC,
    "mfa_index": SIGNED_IN,
    "mfa_reauthenticate": SIGNED_IN,
    "mfa_activate_totp": SIGNED_IN,
    "mfa_deactivate_totp": SIGNED_IN,
    "mfa_view_recovery_codes": SIGNED_IN,
    "mfa_generate_recovery_codes": SIGNED_IN,
    "mfa_download_recovery_codes": SIGNED_IN,
    "mfa_list_webauthn": SIGNED_IN,
    "mfa_add_webauthn": SIGNED_IN,
    "mfa_reauthenticate_webauthn": SIGNED_IN,
    "mfa_remove_webauthn": SIGNED_IN,
    "mfa_edit_webauthn": SIGNED_IN,
}
THIRD_PARTY_PACKAGES = ("allauth.",)

Answer = Callable[[HttpRequest], HttpResponseBase]


class VisitorRequest(HttpRequest):
    """A request that has passed the gate, as views above this room take it: it knows who is looking."""

    viewer: Viewer


def declared_access(view: Callable[..., Any], address_name: str | None) -> Access | None:
    """What a view asks of its visitor, by its own word or by THIRD_PARTY; None where it stays shut."""
    return THIRD_PARTY.get(address_name or "") if _is_third_party(view) else access_of(view)


def _is_third_party(view: Callable[..., Any]) -> bool:
    module = getattr(getattr(view, "view_class", view), "__module__", "") or ""
    return module.startswith(THIRD_PARTY_PACKAGES)


class ViewerMiddleware:
    """Sets `request.viewer`: who is looking, with today's postings, read from the database when first asked."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        self._look(request)
        # After somebody has come in or left within one request.
        request.renew_viewer = lambda: self._look(request)  # type: ignore[attr-defined]
        return self.get_response(request)

    def _look(self, request: HttpRequest) -> None:
        request.viewer = SimpleLazyObject(lambda: _whoever_looks(request))  # type: ignore[attr-defined]


def _whoever_looks(request: HttpRequest) -> Viewer:
    if request.user.is_authenticated or (resident := resident_in(request.session)) is None:
        return viewer_for(request.user, in_japan(now()).date())
    level = level_in(request.session, now())
    # What they have shown has worn off: until they show it again they are a stranger, to every view.
    return replace(ANONYMOUS, resident_id=resident.pk, level=level) if level else ANONYMOUS


class GateMiddleware:
    """Lets a request through to its view, sends it to sign in, or refuses it with a sentence that says why."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        del args, kwargs
        access = declared_access(view, request.resolver_match.view_name if request.resolver_match else None)
        if access is None:
            return refused(request, _("このページは公開していません。"))
        if access.audience is Audience.PUBLIC:
            return None
        if access.audience is Audience.RESIDENT:
            return self._resident(request, access)
        if request.user.is_authenticated and has_been_signed_in_too_long(request.session, now()):
            logout(request)
        if not request.user.is_authenticated:
            return redirect_to_login(_way_back(request), settings.LOGIN_URL)
        # The pages on which a second factor is set up or shown cannot ask for one.
        return None if _is_third_party(view) else self._signed_in(request, access)

    def _resident(self, request: HttpRequest, access: Access) -> HttpResponseBase | None:
        viewer: Viewer = request.viewer  # type: ignore[attr-defined]
        if viewer.is_resident and level_in(request.session, now(), access.within_minutes) >= access.level:
            return None
        return send_to_sign_in(request, access.level, within_minutes=access.within_minutes)

    def _signed_in(self, request: HttpRequest, access: Access) -> HttpResponseBase | None:
        viewer: Viewer = request.viewer  # type: ignore[attr-defined]
        if access.audience is not Audience.SIGNED_IN and not viewer.is_staff:
            return refused(request, _("このページは職員用です。本日の時点で有効な発令がないため、開けません。"))
        if detour := self._second_factor(request):
            return detour
        if access.audience is Audience.PERMITTED and not any(viewer.may(key) for key in access.permissions):
            return refused(request, _("このページを開く権限がありません。"), missing=access.permissions)
        return None

    def _second_factor(self, request: HttpRequest) -> HttpResponseBase | None:
        """Where to send staff who have not shown a second factor in this session; None when all is well."""
        if has_proved_second_factor(request.session, str(request.user.pk)) or not is_member_of_staff(request.user):
            return None
        if has_second_factor(request.user):
            address = reverse("mfa_reauthenticate")
            return HttpResponseRedirect(f"{address}?{urlencode({'next': _way_back(request)})}")
        return HttpResponseRedirect(reverse("mfa_index"))


def refused(request: HttpRequest, sentence: object, missing: tuple[str, ...] = ()) -> HttpResponse:
    """The page that says why a door stays shut, which right would open it, and whom to ask."""
    wanted = [permission for key in missing if (permission := permissions.find(key))]
    return render(
        request,
        "people/refused.html",
        {
            "sentence": sentence,
            "wanted": wanted,
            "whom_to_ask": sections_that_grant_roles(in_japan(now()).date()) if missing else [],
        },
        status=403,
    )


def _way_back(request: HttpRequest) -> str:
    # After signing in, a form that was posted is not sent again; its page is opened instead where it has one.
    return request.get_full_path() if request.method in ("GET", "HEAD") else request.path
