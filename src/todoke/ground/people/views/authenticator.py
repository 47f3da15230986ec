"""The simulated authenticator app of the fictional city."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from todoke.base.clock import now
from todoke.ground.people.gate import public
from todoke.ground.people.queries import is_sample_city
from todoke.ground.people.rules import TOTP_SECONDS, totp_code
from todoke.ground.people.sample import sample_accounts


@public
@require_safe
@never_cache
def authenticator(request: HttpRequest) -> HttpResponse:
    """The present code of every sample account; in a real city this address does not exist."""
    if not is_sample_city():
        raise Http404
    at = now()
    codes = [
        (f"{account.name}（{account.login_name}）", totp_code(account.totp_secret, at)) for account in sample_accounts()
    ]
    left = TOTP_SECONDS - int(at.timestamp()) % TOTP_SECONDS
    return render(request, "people/authenticator.html", {"codes": codes, "seconds_left": left})
