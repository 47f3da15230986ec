"""The file of providers: what it may say, and what each fault in it is answered with."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from todoke.base.clock import now
from todoke.ground.people.openid import relying_party, transport
from todoke.ground.people.openid.providers import BadProvider, Provider, read_providers
from todoke.ground.people.openid.relying_party import Attempt
from todoke.ground.people.openid.transport import ProviderAway, ProviderFailed, fetch_json
from todoke.ground.people.rules import Level

CARD = """
[[providers]]
profile = "digital-auth-app"
key = "card"
name = "カード"
client_id = "RP00000009"
private_key_file = "key.pem"
"""
OTHER = """
[[providers]]
key = "gbizid"
name = "GビズID"
issuer = "https://issuer.example"
authorization_endpoint = "https://issuer.example/auth"
token_endpoint = "https://issuer.example/token"
jwks_uri = "https://issuer.example/keys"
client_id = "city:1"
client_auth = "client_secret_basic"
client_secret_variable = "TODOKE_SIGN_IN_SECRET_GBIZID"
id_token_algorithms = ["RS256"]
level_without_acr = "ACCOUNT"
"""
SECRETS = {"TODOKE_SIGN_IN_SECRET_GBIZID": "a b&c"}


def pem(key: Any) -> str:
    return str(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "key.pem").write_text(pem(ec.generate_private_key(ec.SECP256R1())))
    return tmp_path


def read(folder: Path, text: str, secrets: dict[str, str] = SECRETS) -> tuple[Provider, ...]:
    path = folder / "sign_in.toml"
    path.write_text(text)
    return read_providers(path, secrets)


def test_a_profile_fills_in_what_the_file_leaves_out(folder: Path) -> None:
    card, other = read(folder, CARD + OTHER)

    assert card.token_endpoint == "https://auth-and-sign.go.jp/api/realms/main/protocol/openid-connect/token"
    assert card.id_token_algorithms == ("ES256",)
    assert card.highest == Level.CARD
    assert other.highest == Level.ACCOUNT
    assert other.client_secret == "a b&c"
    assert "a b&c" not in repr(other)
    assert card.private_key not in repr(card)


def test_the_file_wins_over_the_profile(folder: Path) -> None:
    (card,) = read(folder, CARD + 'issuer = "https://new.example"\nlevels = { "loa4" = "SIGNED" }\n')

    assert card.issuer == "https://new.example"
    assert card.highest == Level.SIGNED


@pytest.mark.parametrize(
    ("acr", "level"),
    [
        ("aal3", Level.CARD),
        ("aal3 crl", Level.CARD),
        ("crl", Level.NONE),
        ("AAL3", Level.NONE),
        ("", Level.NONE),
        (None, Level.NONE),
        (3, Level.NONE),
        (["aal3"], Level.NONE),
    ],
)
def test_an_acr_that_stands_in_no_level_reaches_none(folder: Path, acr: object, level: Level) -> None:
    assert read(folder, CARD)[0].level_of(acr) == level


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[", "no TOML"),
        ("providers = 1", r"\[\[providers\]\]"),
        (CARD.replace("digital-auth-app", "x"), "no profile"),
        (CARD + "king = 1", "unknown: king"),
        (CARD.replace('"card"', '""'), "key is missing"),
        (CARD.replace('"card"', '"My Card"'), "small letters"),
        (CARD + 'token_endpoint = "http://evil.example/"', "https://"),
        (CARD + 'client_auth = "none"', "client_auth is one of"),
        (CARD + 'id_token_algorithms = ["none"]', "id_token_algorithms"),
        (CARD + 'id_token_algorithms = ["HS256"]', "id_token_algorithms"),
        (CARD + "id_token_algorithms = []", "id_token_algorithms"),
        (CARD + 'levels = { "a" = "KING" }', "is no level"),
        (CARD.replace("key.pem", "nokey.pem"), "cannot be read"),
        (CARD.replace('private_key_file = "key.pem"', ""), "private_key_file is missing"),
        (CARD.replace("key.pem", "sign_in.toml"), "no private key|cannot"),
        (OTHER.replace("TODOKE_SIGN_IN_SECRET_GBIZID", "HOME"), "TODOKE_SIGN_IN_SECRET_"),
        (OTHER.replace("_GBIZID", "_ABSENT"), "empty or absent"),
        (OTHER + OTHER, "the same key"),
    ],
)
def test_a_fault_says_where_it_is_and_how_to_mend_it(folder: Path, text: str, says: str) -> None:
    with pytest.raises(BadProvider, match=says):
        read(folder, text)


def test_a_key_that_does_not_fit_its_algorithm_is_refused(folder: Path) -> None:
    (folder / "key.pem").write_text(pem(rsa.generate_private_key(65537, 2048)))

    with pytest.raises(BadProvider, match="no private key in PEM"):
        read(folder, CARD)
    assert read(folder, CARD + 'assertion_algorithm = "RS256"')


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadProvider, match=r"sign_in\.toml: cannot be read"):
        read_providers(tmp_path / "sign_in.toml", {})


def test_each_way_of_showing_who_the_client_is(folder: Path) -> None:

    attempt = Attempt("gbizid", "n", "v", 1, (), "", now().timestamp())
    (basic,) = read(folder, OTHER)
    (post,) = read(folder, OTHER.replace("client_secret_basic", "client_secret_post"))

    by_header = relying_party._token_request(basic, attempt, "c", now())
    by_form = relying_party._token_request(post, attempt, "c", now())

    # RFC 6749, 2.3.1: both halves are percent-encoded before they are joined.
    assert by_header["headers"]["Authorization"] == "Basic Y2l0eSUzQTE6YSUyMGIlMjZj"
    assert "client_secret" not in by_header["form"]
    assert by_form["form"]["client_secret"] == "a b&c"


@pytest.mark.parametrize(
    ("status", "content", "refusal"),
    [
        (500, b"{}", ProviderAway),
        (503, b"", ProviderAway),
        (400, b'{"error": "invalid_grant"}', ProviderFailed),
        (302, b"", ProviderFailed),
        (200, b"<html>", ProviderFailed),
        (200, b"[]", ProviderFailed),
        (200, b'"' + b"x" * transport.BYTES_MAX + b'"', ProviderFailed),
    ],
)
def test_an_answer_that_cannot_be_used_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, status: int, content: bytes, refusal: type[Exception]
) -> None:

    (provider,) = read(folder, OTHER)
    monkeypatch.setitem(transport.PLAYED, provider.key, lambda _request: httpx.Response(status, content=content))

    with pytest.raises(refusal) as refused:
        fetch_json(provider, "GET", provider.jwks_uri)

    assert type(refused.value) is refusal


@pytest.mark.parametrize(
    ("told", "text"),
    [
        ("19520314", "1952-03-14"),
        ("1952-03-14", "1952-03-14"),
        ("19520300", "1952-03-00"),
        ("", ""),
        (None, ""),
        (5, ""),
    ],
)
def test_a_birth_date_is_read_in_both_notations(told: object, text: str) -> None:
    assert relying_party._text("birthdate", told) == text


@pytest.mark.parametrize("told", ["1952", "昭和27年3月14日", "１９５２０３１４", "1952/03/14", "x" * 600])
def test_a_birth_date_in_another_form_is_refused(told: str) -> None:
    with pytest.raises(ProviderFailed):
        relying_party._text("birthdate", told)
