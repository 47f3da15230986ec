"""Our side of OpenID Connect: the authorisation code flow with PKCE, checked to the letter.

OpenID Connect Core 1.0 (3.1.2, 3.1.3.7), RFC 7636 (PKCE), RFC 7523 (private_key_jwt), RFC 9207 (iss in the answer),
RFC 9700 (security best current practice). Libraries do the cryptography (PyJWT) and the network (httpx).
"""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

import jwt
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from todoke.base.sealing import keyed_hash
from todoke.ground.people.openid.providers import Provider
from todoke.ground.people.openid.signing_keys import signing_key
from todoke.ground.people.openid.transport import ProviderFailed, fetch_json
from todoke.ground.people.residents.entering import CannotEnter, Proof
from todoke.ground.people.residents.facts import OF_CLAIMS
from todoke.ground.people.residents.way import Way
from todoke.ground.people.rules import Level

ATTEMPTS = "people_openid"
ATTEMPTS_MAX = 5
ATTEMPT_SECONDS = 10 * 60
ASSERTION_SECONDS = 60
LEEWAY_SECONDS = 30
CLAIM_LENGTH_MAX = 500


class NotAsked(CannotEnter):
    """An answer that this browser has not asked for, or that has been used: planted, repeated, or too late."""

    says = _("本人確認をはじめてから時間がたったか、別の画面からの応答でした。もう一度、はじめからお試しください。")


class Cancelled(CannotEnter):
    """The person, or the provider on their behalf, has stopped."""

    says = _("本人確認をやめました。ほかの方法も選べます。")


class LevelTooLow(CannotEnter):
    """The provider has checked less than was asked."""

    says = _("このページに要る強さの本人確認になっていません。もう一度、カードを使って確認してください。")


@dataclass(frozen=True)
class Attempt:
    """One question to a provider, as the session keeps it until the answer comes."""

    provider: str
    nonce: str
    verifier: str
    level: int
    claims: tuple[str, ...]
    way: str
    at: float
    max_age: int | None = None


def callback_address(provider: Provider) -> str:
    """Where the provider sends people back; the city tells it this address once (redirect_uri)."""
    return settings.SITE_ADDRESS + reverse("people:openid-back", args=[provider.key])


def question(provider: Provider, way: Way | None, session: SessionBase, *, at: datetime) -> str:
    """The address at which the provider asks the person; what is needed to check its answer stays in the session."""
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    attempt = Attempt(
        provider=provider.key,
        nonce=secrets.token_urlsafe(32),
        verifier=verifier,
        level=way.level if way else Level.CONTACT,
        claims=tuple(claim for claim in (way.claims if way else ()) if claim in provider.claims),
        way=way.word if way else "",
        at=at.timestamp(),
        max_age=way.within_minutes * 60 if way and way.within_minutes is not None else None,
    )
    kept: dict[str, Any] = {**session.get(ATTEMPTS, {}), state: attempt.__dict__}
    session[ATTEMPTS] = dict(list(kept.items())[-ATTEMPTS_MAX:])
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": callback_address(provider),
        "scope": " ".join(("openid", *attempt.claims)),
        "state": state,
        "nonce": attempt.nonce,
        "code_challenge": _challenge(verifier),
        "code_challenge_method": "S256",
    }
    if provider.acr_values:
        asked["acr_values"] = provider.acr_values
    if attempt.max_age is not None:
        asked["max_age"] = str(attempt.max_age)
        asked["prompt"] = "login"
    joint = "&" if "?" in provider.authorization_endpoint else "?"
    return f"{provider.authorization_endpoint}{joint}{urlencode(asked, quote_via=quote)}"


def attempt_of(provider: Provider, answer: Mapping[str, str], session: SessionBase, *, at: datetime) -> Attempt:
    """The question to which this is the answer, taken out of the session, so that it counts once. Raises NotAsked."""
    kept = dict(session.get(ATTEMPTS) or {})
    found = kept.pop(answer.get("state", ""), None)
    session[ATTEMPTS] = kept
    if not isinstance(found, dict):
        raise NotAsked
    attempt = Attempt(**{**found, "claims": tuple(found["claims"])})
    if attempt.provider != provider.key or at.timestamp() - attempt.at > ATTEMPT_SECONDS:
        raise NotAsked
    # RFC 9207: another provider's answer, mixed up or planted, names another issuer.
    if answer.get("iss", provider.issuer) != provider.issuer:
        raise NotAsked
    return attempt


def proof_of(provider: Provider, attempt: Attempt, answer: Mapping[str, str], *, at: datetime) -> Proof:
    """What the provider vouches for.

    Raises Cancelled, LevelTooLow, ProviderFailed for what cannot be trusted, ProviderAway for what does not answer.
    """
    if "error" in answer:
        raise Cancelled
    if not answer.get("code"):
        raise ProviderFailed("the answer has no code")
    tokens = fetch_json(
        provider,
        "POST",
        provider.token_endpoint,
        **_token_request(provider, attempt, answer["code"], at),
    )
    told = _id_token(provider, str(tokens.get("id_token") or ""), attempt, at)
    level = provider.level_of(told.get("acr"))
    if level < attempt.level or level < Level.CONTACT:
        raise LevelTooLow
    shown_at = _shown_at(told, attempt, at)
    return Proof(
        means=provider.means,
        level=level,
        # Of issuer and subject only this hash is kept: it finds the person again and tells nobody anything.
        lookup=keyed_hash(f"{provider.issuer}\x1f{told['sub']}", purpose="people.openid-subject").hex(),
        at=shown_at,
        facts=_facts(provider, attempt, told, str(tokens.get("access_token") or "")),
    )


def _token_request(provider: Provider, attempt: Attempt, code: str, at: datetime) -> dict[str, dict[str, str]]:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": callback_address(provider),
        "code_verifier": attempt.verifier,
        "client_id": provider.client_id,
    }
    if provider.client_auth == "client_secret_post":
        return {"form": {**form, "client_secret": provider.client_secret}}
    if provider.client_auth == "client_secret_basic":
        pair = f"{quote(provider.client_id, safe='')}:{quote(provider.client_secret, safe='')}"
        return {"form": form, "headers": {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}}
    issued = int(at.timestamp())
    assertion = jwt.encode(
        {
            "iss": provider.client_id,
            "sub": provider.client_id,
            "aud": provider.assertion_audience or provider.token_endpoint,
            "jti": secrets.token_urlsafe(16),
            "iat": issued,
            "exp": issued + ASSERTION_SECONDS,
        },
        provider.private_key,
        algorithm=provider.assertion_algorithm,
        headers={"kid": provider.key_id} if provider.key_id else None,
    )
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    return {"form": {**form, "client_assertion_type": kind, "client_assertion": assertion}}


def _id_token(provider: Provider, token: str, attempt: Attempt, at: datetime) -> dict[str, Any]:
    try:
        told: dict[str, Any] = jwt.decode(
            token,
            signing_key(provider, token),
            algorithms=list(provider.id_token_algorithms),
            audience=provider.client_id,
            issuer=provider.issuer,
            # The times are judged below, by the house's clock.
            options={
                "require": ["iss", "sub", "aud", "exp", "iat"],
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
            },
        )
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise ProviderFailed(f"ID token: {type(error).__name__}") from error
    present = at.timestamp()
    try:
        is_valid = (
            told["exp"] > present - LEEWAY_SECONDS
            and attempt.at - LEEWAY_SECONDS <= told["iat"] <= present + LEEWAY_SECONDS
        )
    except TypeError as error:
        raise ProviderFailed("ID token: its times are none") from error
    if not is_valid:
        raise ProviderFailed("ID token: too old, or not yet made")
    if not secrets.compare_digest(str(told.get("nonce", "")).encode(), attempt.nonce.encode()):
        raise ProviderFailed("ID token: another nonce")
    several = isinstance(told["aud"], list) and len(told["aud"]) > 1
    if told.get("azp", None if several else provider.client_id) != provider.client_id:
        raise ProviderFailed("ID token: made for another client")
    if not isinstance(told["sub"], str) or not told["sub"]:
        raise ProviderFailed("ID token: no subject")
    return told


def _shown_at(told: Mapping[str, Any], attempt: Attempt, at: datetime) -> float:
    """When the person was asked, as far as the provider tells; an old sign-in there is none of today here."""
    told_at = told.get("auth_time")
    if not isinstance(told_at, int | float):
        return at.timestamp()
    if attempt.max_age is not None and at.timestamp() - told_at > attempt.max_age + LEEWAY_SECONDS:
        raise LevelTooLow
    return min(float(told_at), at.timestamp())


def _facts(provider: Provider, attempt: Attempt, told: Mapping[str, Any], access_token: str) -> dict[str, str]:
    if not attempt.claims:
        return {}
    claims = told
    if provider.userinfo_endpoint and access_token:
        claims = fetch_json(
            provider, "GET", provider.userinfo_endpoint, headers={"Authorization": f"Bearer {access_token}"}
        )
        if claims.get("sub") != told["sub"]:
            raise ProviderFailed("userinfo: another subject")
    found = {str(OF_CLAIMS[claim]): _text(claim, claims.get(claim)) for claim in attempt.claims}
    return {name: value for name, value in found.items() if value}


def _text(claim: str, value: object) -> str:
    if isinstance(value, dict):
        value = value.get("formatted", "")
    text = value.strip() if isinstance(value, str) else ""
    if len(text) > CLAIM_LENGTH_MAX:
        raise ProviderFailed(f"{claim}: too long")
    if claim == "birthdate" and text:
        # YYYYMMDD with デジタル認証アプリ, YYYY-MM-DD in OpenID Connect; a day may be unknown (00).
        digits = text.replace("-", "")
        if len(digits) != len("YYYYMMDD") or not digits.isascii() or not digits.isdigit():
            raise ProviderFailed("birthdate: neither YYYYMMDD nor YYYY-MM-DD")
        return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
    return text


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
