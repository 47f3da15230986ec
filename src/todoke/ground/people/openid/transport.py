"""Talking to a provider: short time-outs, small answers, no redirects; the simulated one is asked without a network."""

from collections.abc import Callable, Mapping
from typing import Any

import httpx
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from todoke.ground.people.openid.providers import Provider
from todoke.ground.people.residents.entering import CannotEnter

TIMEOUT = httpx.Timeout(6.0, connect=3.0)
BYTES_MAX = 500_000

Answer = Callable[[httpx.Request], httpx.Response]

# Filled by the simulator (plugs): what answers in the place of a network, by the provider's key.
PLAYED: dict[str, Answer] = {}


class ProviderFailed(CannotEnter):
    """The provider said something that cannot be trusted or used. `why` is for the log; it names no person."""

    says: str | Promise = _("本人確認を終えられませんでした。別の方法でサインインするか、もう一度お試しください。")

    def __init__(self, why: str) -> None:
        super().__init__()
        self.why = why


class ProviderAway(ProviderFailed):
    """The provider does not answer; later it may."""

    says = _("本人確認のサービスから応答がありません。少し待ってから、もう一度お試しください。ほかの方法も使えます。")


def fetch_json(
    provider: Provider,
    method: str,
    address: str,
    *,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """One question to a provider, and its JSON object. Raises ProviderAway, ProviderFailed."""
    played = PLAYED.get(provider.key) if settings.SIMULATORS else None
    try:
        with (
            httpx.Client(
                timeout=TIMEOUT, follow_redirects=False, transport=httpx.MockTransport(played) if played else None
            ) as client,
            client.stream(
                method, address, data=form, headers={"Accept": "application/json", **(headers or {})}
            ) as reply,
        ):
            content = b""
            for piece in reply.iter_bytes():
                content += piece
                if len(content) > BYTES_MAX:
                    raise ProviderFailed("its answer is too long")
    except httpx.HTTPError as error:
        raise ProviderAway(f"{provider.key}: {type(error).__name__}") from error
    if reply.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise ProviderAway(f"{provider.key}: status {reply.status_code}")
    if reply.status_code != httpx.codes.OK:
        raise ProviderFailed(f"{provider.key}: status {reply.status_code}")
    try:
        told = httpx.Response(200, content=content).json()
    except ValueError as error:
        raise ProviderFailed(f"{provider.key}: its answer is no JSON") from error
    if not isinstance(told, dict):
        raise ProviderFailed(f"{provider.key}: its answer is no JSON object")
    return told
