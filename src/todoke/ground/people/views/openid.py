"""To a provider and back."""

import logging

from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from todoke.base.clock import now
from todoke.ground.people.gate import public
from todoke.ground.people.openid import relying_party
from todoke.ground.people.openid.providers import Provider, provider_with
from todoke.ground.people.openid.transport import ProviderFailed
from todoke.ground.people.residents.entering import CannotEnter
from todoke.ground.people.residents.way import way_named
from todoke.ground.people.views.doors import way_in
from todoke.ground.people.views.sign_in import came, refused_page

log = logging.getLogger(__name__)


@public
@never_cache
@require_safe
def start(request: HttpRequest, key: str) -> HttpResponseBase:
    """Off to the provider. A link, not a form: our policy lets no form lead to another site."""
    provider = _known(key)
    return HttpResponseRedirect(relying_party.question(provider, way_in(request), request.session, at=now()))


@public
@never_cache
@require_safe
def back(request: HttpRequest, key: str) -> HttpResponseBase:
    """The provider's answer."""
    provider, answer, at = _known(key), request.GET.dict(), now()
    way = None
    try:
        attempt = relying_party.attempt_of(provider, answer, request.session, at=at)
        way = way_named(request.session, attempt.way)
        return came(request, relying_party.proof_of(provider, attempt, answer, at=at), way)
    except ProviderFailed as refused:
        # Which provider and what was wrong with its answer; never what it said of whom.
        log.warning("people.openid-refused provider=%s why=%s", provider.key, refused.why)
        return refused_page(request, refused, way)
    except CannotEnter as refused:
        return refused_page(request, refused, way)


def _known(key: str) -> Provider:
    provider = provider_with(key)
    if provider is None:
        raise Http404
    return provider
