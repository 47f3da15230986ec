"""The デジタル認証アプリ, played in this house: a provider whose people are invented and whose faults can be ordered.

It keeps to the profile (code and PKCE S256 only, private_key_jwt, ES256, `sub` for each client, birthdate YYYYMMDD) and
refuses what the real one would refuse. It lives in the same process, because a web server of one thread cannot ask
itself over the network.
"""

import base64
import hashlib
import hmac
import json
import secrets
import tomllib
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings
from django.core.cache import cache
from django.db import models
from django.utils.translation import gettext_lazy as _

from todoke.base.clock import now
from todoke.ground.people.openid.providers import Provider
from todoke.ground.people.rules import Level

KEY = "simulated-card"
CLIENT = "RP00000001"
CODE_SECONDS = 60
TOKEN_SECONDS = 300
HELD_SECONDS = 600
SCOPES = {"openid", "name", "address", "birthdate", "gender"}


class Fault(models.TextChoices):
    """What the next sign-in with the simulated card does wrong."""

    NONE = "none", _("正しく答える")
    WRONG_NONCE = "wrong-nonce", _("別のnonceを返す")
    OLD_TOKEN = "old-token", _("期限の切れたトークンを返す")
    WRONG_ACR = "wrong-acr", _("頼んだより弱い確認にする")
    WRONG_KEY = "wrong-key", _("別の鍵で署名する")
    WRONG_AUDIENCE = "wrong-audience", _("別の相手あてのトークンを返す")
    WRONG_ISSUER = "wrong-issuer", _("別の発行者を名乗る")
    UNSIGNED = "unsigned", _("署名のないトークンを返す")
    CANCELLED = "cancelled", _("利用者がやめたことにする")
    HANGS = "hangs", _("応答しない")
    FAILS = "fails", _("エラー（500）を返す")


class Refused(ValueError):
    """The question is not what the profile asks for; the text says what is wrong."""


@dataclass(frozen=True)
class Person:
    """An invented holder of an invented card."""

    key: str
    name: str
    address: str
    birthdate: str
    gender: str


def simulated_provider() -> Provider:
    """Our side's description of the simulated provider."""
    here = f"{settings.SITE_ADDRESS}/simulators/card"
    return Provider(
        key=KEY,
        name="マイナンバーカード（模擬）",
        names={"en": "My Number Card (simulated)", "ja-easy": "マイナンバーカード（れんしゅう用）"},
        issuer=here,
        authorization_endpoint=f"{here}/authorize",
        token_endpoint=f"{here}/token",
        userinfo_endpoint=f"{here}/userinfo",
        jwks_uri=f"{here}/keys",
        client_id=CLIENT,
        private_key=_pem(_key("client")),
        acr_values="aal3 crl",
        levels={"aal3": Level.CARD, "aal2": Level.ACCOUNT},
        claims=("name", "address", "birthdate", "gender"),
    )


def people() -> list[Person]:
    """The holders of cards that the city folder names (residents.toml); one stranger where it names none."""
    try:
        document = tomllib.loads((settings.CITY_FOLDER / "residents.toml").read_text(encoding="utf-8"))
    except OSError:
        return [Person("stranger", "模擬 花子", "模擬県模擬市1番地", "19900401", "2")]
    return [Person(**{name: str(each[name]) for name in Person.__annotations__}) for each in document["residents"]]


def begin(question: dict[str, str]) -> str:
    """Take a question to the authorisation endpoint and give it a number. Raises Refused."""
    wanted = {"response_type": "code", "client_id": CLIENT, "code_challenge_method": "S256"}
    for name, value in wanted.items():
        if question.get(name) != value:
            raise Refused(f"{name} is not {value}")
    for name in ("state", "nonce", "code_challenge", "acr_values"):
        if not 1 <= len(question.get(name, "")) <= 255 or not question[name].isascii():
            raise Refused(f"{name}: 1 to 255 characters of ASCII")
    scopes = set(question.get("scope", "").split())
    if "openid" not in scopes or scopes - SCOPES:
        raise Refused(f"scope: openid, and of {', '.join(sorted(SCOPES))}")
    if question.get("redirect_uri") != f"{settings.SITE_ADDRESS}/sign-in/back/{KEY}/":
        raise Refused("redirect_uri is not the registered one")
    number = secrets.token_urlsafe(16)
    cache.set(f"people.card.{number}", question, HELD_SECONDS)
    return number


def decide(number: str, person: str) -> str | None:
    """The address to which the person's browser goes back; without a person, they have cancelled. None: unknown."""
    question = cache.get(f"people.card.{number}")
    if question is None:
        return None
    cache.delete(f"people.card.{number}")
    fault = _fault()
    answer = {"state": question["state"], "iss": simulated_provider().issuer}
    if not person or fault == Fault.CANCELLED:
        cache.delete("people.card-fault")
        answer |= {"error": "access_denied"}
    else:
        answer["code"] = secrets.token_urlsafe(24)
        grant = {"question": question, "person": person, "at": now().timestamp()}
        cache.set(f"people.card.code.{answer['code']}", grant, CODE_SECONDS)
    return f"{question['redirect_uri']}?{urlencode(answer)}"


def order_fault(fault: Fault) -> None:
    """Have the next sign-in go wrong like this, once."""
    cache.set("people.card-fault", str(fault), 24 * 3600)


def ordered_fault() -> Fault:
    """What the next sign-in does wrong."""
    return _fault()


def answer(request: httpx.Request) -> httpx.Response:
    """What the provider's machine-read addresses say."""
    path = urlsplit(str(request.url)).path.rsplit("/", 1)[-1]
    if path == "keys":
        public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(_key("provider").public_key()))
        return httpx.Response(200, json={"keys": [{**public, "use": "sig", "kid": "1", "alg": "ES256"}]})
    if path == "token" and request.method == "POST":
        return _token({name: values[0] for name, values in parse_qs(request.content.decode()).items()})
    if path == "userinfo":
        return _userinfo(request.headers.get("Authorization", "").removeprefix("Bearer "))
    return httpx.Response(404, json={"error": "not_found"})


def _token(form: dict[str, str]) -> httpx.Response:
    fault = _fault()
    if fault == Fault.HANGS:
        cache.delete("people.card-fault")
        raise httpx.ReadTimeout("the simulated provider hangs")
    if fault == Fault.FAILS:
        cache.delete("people.card-fault")
        return httpx.Response(500, json={"error": "server_error"})
    name = f"people.card.code.{form.get('code', '')}"
    grant = cache.get(name)
    cache.delete(name)
    if grant is None or not _is_our_client(form):
        return httpx.Response(400, json={"error": "invalid_grant"})
    question = grant["question"]
    challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=")
    if challenge.decode() != question["code_challenge"] or form.get("redirect_uri") != question["redirect_uri"]:
        return httpx.Response(400, json={"error": "invalid_grant"})
    cache.delete("people.card-fault")
    access = secrets.token_urlsafe(24)
    cache.set(f"people.card.access.{access}", grant, TOKEN_SECONDS)
    return httpx.Response(
        200,
        json={"access_token": access, "token_type": "Bearer", "id_token": _id_token(grant, fault), "expires_in": 300},
    )


def _id_token(grant: dict[str, Any], fault: Fault) -> str:
    provider, at = simulated_provider(), int(now().timestamp())
    made = at - 3 * TOKEN_SECONDS if fault == Fault.OLD_TOKEN else at
    told = {
        "iss": "https://elsewhere.example" if fault == Fault.WRONG_ISSUER else provider.issuer,
        "sub": subject_of(grant["person"]),
        "aud": "RP99999999" if fault == Fault.WRONG_AUDIENCE else CLIENT,
        "iat": made,
        "exp": made + TOKEN_SECONDS,
        "nonce": "another" if fault == Fault.WRONG_NONCE else grant["question"]["nonce"],
        "acr": "aal1" if fault == Fault.WRONG_ACR else "aal3",
        "auth_time": int(grant["at"]),
    }
    if fault == Fault.UNSIGNED:
        return jwt.encode(told, "", algorithm="none", headers={"kid": "1"})
    key = _key("stranger" if fault == Fault.WRONG_KEY else "provider")
    return jwt.encode(told, key, algorithm="ES256", headers={"kid": "1"})


def _userinfo(access: str) -> httpx.Response:
    grant = cache.get(f"people.card.access.{access}")
    person = next((each for each in people() if grant and each.key == grant["person"]), None)
    if person is None:
        return httpx.Response(401, json={"error": "invalid_token"})
    asked = set(grant["question"]["scope"].split())
    told = {
        "name": person.name,
        "address": {"formatted": person.address},
        "birthdate": person.birthdate,
        "gender": person.gender,
    }
    return httpx.Response(
        200, json={"sub": subject_of(person.key), **{name: value for name, value in told.items() if name in asked}}
    )


def subject_of(person: str) -> str:
    """The PPID of this person for our client."""
    return hmac.new(_seed("subject"), f"{CLIENT}:{person}".encode(), "sha256").hexdigest()


def _is_our_client(form: dict[str, str]) -> bool:
    provider = simulated_provider()
    try:
        told = jwt.decode(
            form.get("client_assertion", ""),
            _key("client").public_key(),
            algorithms=["ES256"],
            audience=provider.token_endpoint,
            issuer=CLIENT,
            options={"verify_exp": False, "verify_iat": False},
        )
    except jwt.PyJWTError:
        return False
    # The same assertion counts once (RFC 7523, 3, jti).
    return bool(told.get("jti")) and cache.add(f"people.card.jti.{told['jti']}", 1, TOKEN_SECONDS)


def _fault() -> Fault:
    return Fault(cache.get("people.card-fault") or Fault.NONE)


def _seed(use: str) -> bytes:
    return hashlib.sha256(f"todoke simulated card {use}\0{settings.SECRET_KEY}".encode()).digest()


def _key(use: str) -> ec.EllipticCurvePrivateKey:
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    return ec.derive_private_key(int.from_bytes(_seed(use)) % (order - 1) + 1, ec.SECP256R1())


def _pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
