"""A provider's public keys: fetched when one is needed that we do not have, kept for an hour, never too often."""

import hashlib
import json
from typing import Any

import jwt
from django.core.cache import cache

from todoke.ground.people.openid.providers import Provider
from todoke.ground.people.openid.transport import ProviderFailed, fetch_json

KEPT_SECONDS = 3600
# Whoever sends tokens with invented key names makes us ask the provider once in so long, not more.
PAUSE_SECONDS = 30


def signing_key(provider: Provider, token: str) -> jwt.PyJWK:
    """The key that this token says it was signed with. Raises ProviderFailed where the provider has none such.

    A new key of the provider (rotation) is found at the first token that names it.
    """
    header = jwt.get_unverified_header(token)
    # Before any key is looked for: “none”, and every algorithm with a shared secret, end here.
    if header.get("alg") not in provider.id_token_algorithms:
        raise ProviderFailed("the token names an algorithm that was not agreed on")
    name = "people.keys." + hashlib.sha256(provider.jwks_uri.encode()).hexdigest()
    kept: list[dict[str, Any]] | None = cache.get(name)
    if kept is not None and (found := _matching(kept, header)):
        return found
    if kept is None or cache.add(f"{name}.pause", 1, PAUSE_SECONDS):
        kept = _fetched(provider)
        cache.set(name, kept, KEPT_SECONDS)
        if found := _matching(kept, header):
            return found
    raise ProviderFailed("the token names a key that the provider does not publish")


def _fetched(provider: Provider) -> list[dict[str, Any]]:
    keys = fetch_json(provider, "GET", provider.jwks_uri).get("keys")
    if not isinstance(keys, list):
        raise ProviderFailed("the provider's list of keys is none")
    # Public values only, and nothing that the cache could not hold.
    return json.loads(json.dumps([key for key in keys if isinstance(key, dict)]))


def _matching(keys: list[dict[str, Any]], header: dict[str, Any]) -> jwt.PyJWK | None:
    for key in keys:
        is_for_signing = key.get("use", "sig") == "sig" and key.get("kty") in ("EC", "RSA", "OKP")
        is_named = "kid" not in header or key.get("kid") == header["kid"]
        if is_for_signing and is_named:
            try:
                found = jwt.PyJWK.from_dict(key, algorithm=header.get("alg"))
            except (jwt.PyJWTError, ValueError, TypeError, NotImplementedError):
                # A key of another kind, or broken: the right one may come after it.
                continue
            return found
    return None
