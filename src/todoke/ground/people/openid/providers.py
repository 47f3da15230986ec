"""The OpenID Connect providers that the city trusts, as a TOML file describes them; nothing about them is in the code.

The file is named by TODOKE_SIGN_IN; docs/running/sign-in.md shows one. Two profiles fill in what the デジタル認証アプリ
always has; whatever the file says wins, because hosts and values belong to the digital agency, not to us.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings
from django.utils.translation import get_language

from todoke.ground.people.rules import Level

# デジタル認証アプリ, reference for 行政機関 (authorisation server, ID token): hosts after the published integrations;
# acr_values and scopes after its parameter tables.
PROFILES: dict[str, dict[str, Any]] = {
    f"digital-auth-app{suffix}": {
        "issuer": f"{host}/api/realms/main",
        "authorization_endpoint": f"{host}/api/realms/main/protocol/openid-connect/auth",
        "token_endpoint": f"{host}/api/realms/main/protocol/openid-connect/token",
        "userinfo_endpoint": f"{host}/api/realms/main/protocol/openid-connect/userinfo",
        "jwks_uri": f"{host}/api/realms/main/protocol/openid-connect/certs",
        "client_auth": "private_key_jwt",
        "id_token_algorithms": ["ES256"],
        "acr_values": "aal3 crl",
        "levels": {"aal3": "CARD"},
        "claims": ["name", "address", "birthdate", "gender"],
    }
    for suffix, host in (("", "https://auth-and-sign.go.jp"), ("-sandbox", "https://sb-auth-and-sign.go.jp"))
}

ADDRESSES = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
CLIENT_AUTHS = ("private_key_jwt", "client_secret_basic", "client_secret_post")
# Asymmetric ones only: with a shared secret, whoever can check a token can also make one.
ALGORITHMS = ("ES256", "ES384", "EdDSA", "PS256", "RS256")
KNOWN = {
    *ADDRESSES,
    "key",
    "profile",
    "name",
    "name_en",
    "name_easy",
    "userinfo_endpoint",
    "client_id",
    "client_auth",
    "client_secret_variable",
    "private_key_file",
    "key_id",
    "assertion_audience",
    "assertion_algorithm",
    "id_token_algorithms",
    "acr_values",
    "levels",
    "level_without_acr",
    "claims",
}


class BadProvider(ValueError):
    """The file of providers cannot be used; the text says where and how to mend it."""


@dataclass(frozen=True)
class Provider:
    """One provider. `levels` says which acr of a token reaches which level; what stands in none reaches nothing."""

    key: str
    name: str
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    client_id: str
    client_auth: str = "private_key_jwt"
    names: Mapping[str, str] = field(default_factory=dict)
    userinfo_endpoint: str = ""
    client_secret: str = field(default="", repr=False)
    private_key: str = field(default="", repr=False)
    key_id: str = ""
    assertion_audience: str = ""
    assertion_algorithm: str = "ES256"
    id_token_algorithms: tuple[str, ...] = ("ES256",)
    acr_values: str = ""
    levels: Mapping[str, Level] = field(default_factory=dict)
    level_without_acr: Level = Level.NONE
    claims: tuple[str, ...] = ()

    @property
    def means(self) -> str:
        """How the record and the session name it."""
        return f"people.openid-{self.key}"

    @property
    def title(self) -> str:
        """Its name in the language of the page."""
        return self.names.get(get_language() or "") or self.name

    @property
    def highest(self) -> Level:
        """The highest level that it can prove."""
        return max([*self.levels.values(), self.level_without_acr])

    def level_of(self, acr: object) -> Level:
        """The level of a token with this acr, whole or any of its words; without one, `level_without_acr`."""
        if not isinstance(acr, str) or not acr:
            return self.level_without_acr
        return max((self.levels.get(word, Level.NONE) for word in (acr, *acr.split())), default=Level.NONE)


def read_providers(path: Path, environment: Mapping[str, str]) -> tuple[Provider, ...]:
    """The providers of a file. Raises BadProvider."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadProvider(f"{path}: cannot be read ({error.strerror}); check the path and who may read it") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadProvider(f"{path}: is no TOML ({error})") from error
    tables = document.get("providers")
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise BadProvider(f"{path}: write each provider below a heading [[providers]]")
    found = tuple(
        _provider(table, f"{path}: provider {number}", path.parent, environment)
        for number, table in enumerate(tables, start=1)
    )
    for name in ("key", "issuer"):
        values = [getattr(each, name) for each in found]
        if len(set(values)) != len(values):
            raise BadProvider(
                f"{path}: two providers have the same {name}; the second could not be told from the first"
            )
    return found


def _provider(table: Mapping[str, Any], place: str, folder: Path, environment: Mapping[str, str]) -> Provider:
    profile = table.get("profile")
    if profile is not None and profile not in PROFILES:
        raise BadProvider(f"{place}: there is no profile “{profile}”; there are {', '.join(PROFILES)}")
    if unknown := sorted(set(table) - KNOWN):
        raise BadProvider(f"{place}: unknown: {', '.join(unknown)}; known: {', '.join(sorted(KNOWN))}")
    facts: dict[str, Any] = {**PROFILES.get(profile or "", {}), **table}
    for name in ("key", "name", "client_id", *ADDRESSES):
        if not isinstance(facts.get(name), str) or not facts[name]:
            raise BadProvider(f"{place}: {name} is missing")
    if (
        not facts["key"].replace("-", "").isalnum()
        or facts["key"] != facts["key"].lower()
        or not facts["key"].isascii()
    ):
        raise BadProvider(f"{place}: key: small letters, digits and hyphens only, as in my-number-card")
    for name in (*ADDRESSES, "userinfo_endpoint"):
        _check_address(str(facts.get(name) or "https://absent.example"), f"{place}: {name}")
    auth = facts.get("client_auth", "private_key_jwt")
    if auth not in CLIENT_AUTHS:
        raise BadProvider(f"{place}: client_auth is one of {', '.join(CLIENT_AUTHS)}")
    algorithms = tuple(facts.get("id_token_algorithms", ("ES256",)))
    if not algorithms or set(algorithms) - set(ALGORITHMS):
        raise BadProvider(f"{place}: id_token_algorithms are of {', '.join(ALGORITHMS)}")
    return Provider(
        **{name: facts[name] for name in ("key", "name", "client_id", *ADDRESSES)},
        names={"en": facts.get("name_en", ""), "ja-easy": facts.get("name_easy", "")},
        userinfo_endpoint=facts.get("userinfo_endpoint", ""),
        client_auth=auth,
        client_secret="" if auth == "private_key_jwt" else _secret(facts, place, environment),
        private_key=_private_key(facts, place, folder) if auth == "private_key_jwt" else "",
        key_id=facts.get("key_id", ""),
        assertion_audience=facts.get("assertion_audience", ""),
        assertion_algorithm=facts.get("assertion_algorithm", "ES256"),
        id_token_algorithms=algorithms,
        acr_values=facts.get("acr_values", ""),
        levels={acr: _level(name, place) for acr, name in dict(facts.get("levels", {})).items()},
        level_without_acr=_level(facts.get("level_without_acr", "NONE"), place),
        claims=tuple(facts.get("claims", ())),
    )


def _check_address(address: str, place: str) -> None:
    parts = urlsplit(address)
    is_here = parts.hostname in ("127.0.0.1", "localhost", "::1")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_here):
        raise BadProvider(f"{place}: “{address}” does not begin with https://")


def _secret(facts: Mapping[str, Any], place: str, environment: Mapping[str, str]) -> str:
    variable = str(facts.get("client_secret_variable", ""))
    if not variable.startswith("TODOKE_SIGN_IN_SECRET_"):
        raise BadProvider(f"{place}: client_secret_variable names a variable that begins with TODOKE_SIGN_IN_SECRET_")
    if not environment.get(variable):
        raise BadProvider(f"{place}: the variable {variable} is empty or absent; put the client's secret into it")
    return environment[variable]


def _private_key(facts: Mapping[str, Any], place: str, folder: Path) -> str:
    if not facts.get("private_key_file"):
        raise BadProvider(f"{place}: private_key_file is missing: the PEM file of the key that the provider knows")
    path = folder / str(facts["private_key_file"])
    try:
        text = path.read_text(encoding="ascii")
        load_pem_private_key(text.encode(), None)
        jwt.encode({}, text, algorithm=facts.get("assertion_algorithm", "ES256"))
    except OSError as error:
        raise BadProvider(f"{place}: {path} cannot be read ({error.strerror})") from error
    except (ValueError, TypeError, jwt.PyJWTError, NotImplementedError) as error:
        raise BadProvider(f"{place}: {path} holds no private key in PEM for this assertion_algorithm") from error
    return text


def _level(name: object, place: str) -> Level:
    try:
        return Level[str(name)]
    except KeyError:
        raise BadProvider(
            f"{place}: “{name}” is no level; there are {', '.join(each.name for each in Level)}"
        ) from None


# Filled by plugs, with simulators only.
SIMULATED: list[Callable[[], Provider]] = []


def providers() -> tuple[Provider, ...]:
    """The providers of this house (TODOKE_SIGN_IN), and with simulators the simulated card. Raises BadProvider."""
    return (*_providers_in(settings.SIGN_IN), *(made() for made in SIMULATED if settings.SIMULATORS))


@lru_cache(maxsize=4)
def _providers_in(path: Path | None) -> tuple[Provider, ...]:
    return () if path is None else read_providers(path, settings.SIGN_IN_SECRETS)


def provider_with(key: str) -> Provider | None:
    """The provider of this key."""
    return next((each for each in providers() if each.key == key), None)
