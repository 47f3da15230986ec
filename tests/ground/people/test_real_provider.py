"""Our relying party against somebody else's provider: the npm package oidc-provider, run by Node.

`npm ci` in `oidc_provider/` installs it (.ci/run does).
"""

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.core.cache import cache
from django.test import Client

from todoke.base.clock import now
from todoke.ground.people.models import OutsideIdentity, Resident
from todoke.ground.people.openid import providers
from todoke.ground.people.openid.providers import Provider
from todoke.ground.people.residents.facts import facts_of
from todoke.ground.people.residents.session import level_in
from todoke.ground.people.rules import Level

HERE = Path(__file__).parent / "oidc_provider"
NODE = shutil.which("node")
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(NODE is None, reason="the provider runs on Node, and there is none; install the package nodejs"),
    pytest.mark.skipif(
        not (HERE / "node_modules" / "oidc-provider").is_dir(),
        reason=f"the provider is not installed; run `npm ci` in {HERE.relative_to(HERE.parents[3])}",
    ),
]
CALLBACK = "/sign-in/back/real/"


@pytest.fixture(scope="module")
def client_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def served(key: ec.EllipticCurvePrivateKey, acr: str) -> Iterator[Provider]:
    """A running provider that reaches this acr, as our file of providers would describe it."""
    public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key()))
    wishes = {
        "client": {"keys": [{**public, "use": "sig", "alg": "ES256", "kid": "city"}]},
        "redirect": f"https://city.example.jp{CALLBACK}",
        "acr": acr,
    }
    command = [NODE or "", "server.mjs", json.dumps(wishes)]
    process = subprocess.Popen(command, cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout
        port = process.stdout.readline().strip()
        assert port.isdigit(), "the provider did not start"
        issuer = f"http://127.0.0.1:{port}"
        yield Provider(
            key="real",
            name="本物の確認先",
            issuer=issuer,
            authorization_endpoint=f"{issuer}/auth",
            token_endpoint=f"{issuer}/token",
            userinfo_endpoint=f"{issuer}/me",
            jwks_uri=f"{issuer}/jwks",
            client_id="RP00000001",
            private_key=key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
            key_id="city",
            acr_values="aal3",
            levels={"aal3": Level.CARD, "aal2": Level.ACCOUNT},
            claims=("name", "address", "birthdate", "gender"),
        )
    finally:
        process.terminate()
        process.wait(10)
        if process.stdout:
            process.stdout.close()


@pytest.fixture(scope="module")
def strong(client_key: ec.EllipticCurvePrivateKey) -> Iterator[Provider]:
    yield from served(client_key, "aal3")


@pytest.fixture(scope="module")
def weak(client_key: ec.EllipticCurvePrivateKey) -> Iterator[Provider]:
    yield from served(client_key, "aal2")


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Any:
    settings.SITE_ADDRESS = "https://city.example.jp"
    cache.clear()

    def trust(provider: Provider) -> None:
        monkeypatch.setattr(providers, "_providers_in", lambda _path: (provider,))

    return trust


def browse(address: str) -> str:
    """Go where a browser would go, as far as the address that leads back to the city."""
    with httpx.Client() as browser:
        for _step in range(10):
            answer = browser.get(address)
            assert answer.status_code in (302, 303), f"{answer.status_code}: {answer.text[:500]}"
            address = str(answer.next_request.url) if answer.next_request else ""
            if address.startswith("https://city.example.jp/"):
                return address
    raise AssertionError("the provider never led back")


def back(client: Client, address: str) -> Any:
    parts = urlsplit(address)
    return client.get(f"{parts.path}?{parts.query}")


def start(client: Client, way: str = "") -> str:
    return client.get("/sign-in/with/real/", {"way": way} if way else {}).headers["Location"]


def test_code_pkce_private_key_jwt_and_es256_lead_to_the_level_of_the_card(strong: Provider, trusted: Any) -> None:
    trusted(strong)
    client = Client()

    answer = back(client, browse(start(client)))

    assert answer.headers["Location"] == "/my/"
    assert level_in(client.session, now()) == Level.CARD
    assert OutsideIdentity.objects.get().provider == "people.openid-real"


def test_the_facts_that_were_asked_for_come_from_userinfo(strong: Provider, trusted: Any) -> None:
    trusted(strong)
    client = Client()
    session = client.session
    session["people_ways"] = {"w": {"word": "w", "path": "/x/", "level": 4, "claims": ["name", "address", "birthdate"]}}
    session.save()
    client.cookies["sessionid"] = session.session_key

    back(client, browse(start(client, "w")))

    facts = {fact.name: fact.value for fact in facts_of(Resident.objects.get(), at=now())}
    assert facts == {"name": "試験 花子", "address": "試験県試験市1番地", "birth-date": "1990-04-01"}


def test_a_fresh_sign_in_is_asked_for_and_proved_by_auth_time(strong: Provider, trusted: Any) -> None:
    trusted(strong)
    client = Client()
    session = client.session
    session["people_ways"] = {"w": {"word": "w", "path": "/x/", "level": 4, "within_minutes": 5}}
    session.save()
    client.cookies["sessionid"] = session.session_key

    answer = back(client, browse(start(client, "w")))

    assert answer.headers["Location"] == "/x/"


def test_a_provider_that_checked_less_than_was_asked_lets_nobody_to_the_higher_door(
    weak: Provider, trusted: Any
) -> None:
    trusted(weak)
    client = Client()
    session = client.session
    session["people_ways"] = {"w": {"word": "w", "path": "/x/", "level": 4}}
    session.save()
    client.cookies["sessionid"] = session.session_key

    refused = back(client, browse(start(client, "w")))
    weaker = Client()
    back(weaker, browse(start(weaker)))

    assert refused.status_code == 403
    assert level_in(client.session, now()) == Level.NONE
    assert level_in(weaker.session, now()) == Level.ACCOUNT


def test_the_provider_itself_refuses_our_question_without_pkce(strong: Provider, trusted: Any) -> None:
    trusted(strong)
    address = start(Client())
    parts = urlsplit(address)
    asked = {name: values[0] for name, values in parse_qs(parts.query).items() if not name.startswith("code_challenge")}

    answer = httpx.get(f"{strong.authorization_endpoint}", params=asked)

    assert "error=invalid_request" in answer.headers.get("Location", "")


def test_the_provider_refuses_a_client_that_signs_with_another_key(strong: Provider, trusted: Any) -> None:
    stranger = ec.generate_private_key(ec.SECP256R1())
    pem = stranger.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    trusted(replace(strong, private_key=pem))
    client = Client()

    answer = back(client, browse(start(client)))

    assert answer.status_code == 403
    assert not Resident.objects.exists()


def test_a_code_is_worth_nothing_a_second_time(strong: Provider, trusted: Any) -> None:
    trusted(strong)
    client = Client()
    address = browse(start(client))
    state = parse_qs(urlsplit(address).query)["state"][0]
    attempt = client.session["people_openid"][state]
    back(client, address)
    session = client.session
    session["people_openid"] = {state: attempt}
    session.save()

    assert back(client, address).status_code == 403


def test_a_provider_that_is_gone_is_said_to_be_away(strong: Provider, trusted: Any) -> None:
    trusted(replace(strong, token_endpoint="http://127.0.0.1:9/token"))
    client = Client()

    answer = back(client, browse(start(client)))

    assert answer.status_code == 403
    assert "応答がありません" in answer.content.decode()
