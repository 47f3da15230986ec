"""Every environment variable that Todoke reads: one declaration each, checked at start.

docs/running/settings.md lists them all; a test holds the two together.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class BadVariable(ValueError):
    """A variable that cannot be understood. The text names it and shows a valid example."""


@dataclass(frozen=True)
class Variable:
    """One variable: its name, what it is for, how its text is read, what holds when it is absent, and an example."""

    name: str
    purpose: str
    read: Callable[[str], Any]
    default: Any
    example: str

    def value(self, environment: Mapping[str, str]) -> Any:
        """The value in this environment; an empty text counts as absent. Raises BadVariable."""
        text = environment.get(self.name, "").strip()
        if not text:
            return self.default
        try:
            return self.read(text)
        except ValueError as error:
            raise BadVariable(
                f"{self.name}: {error}. Set it like this: {self.name}={self.example} — or leave it out "
                f"({'nothing' if self.default in (None, '', ()) else self.default} is then used)."
            ) from error


def yes_or_no(text: str) -> bool:
    if text not in ("0", "1"):
        raise ValueError(f"“{text}” is neither 0 nor 1")
    return text == "1"


def positive(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise ValueError(f"“{text}” is not a whole number from 1")
    return int(text)


def words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def database_url(text: str) -> str:
    if not text.startswith(("postgres://", "postgresql://")):
        raise ValueError("only PostgreSQL is supported")
    return text


def secret(text: str) -> str:
    if len(text) < 50:
        raise ValueError("a secret of fewer than 50 characters can be guessed")
    return text


def web_address(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise ValueError(f"“{text}” does not begin with http:// or https://")
    return text.rstrip("/")


VARIABLES = (
    Variable(
        "TODOKE_VAR",
        "The folder for everything that Todoke writes: embedded database, public files, simulators, intake.",
        lambda text: Path(text).expanduser().resolve(),
        Path("var").resolve(),
        "/srv/todoke",
    ),
    Variable(
        "DATABASE_URL",
        "PostgreSQL 15 or newer. Absent: the embedded server, its data under TODOKE_VAR.",
        database_url,
        None,
        "postgresql://todoke:secret@db.example/todoke",
    ),
    Variable(
        "TODOKE_SECRET",
        "The key that signs sessions and links. Absent: made once and kept under TODOKE_VAR.",
        secret,
        None,
        "(50 random characters or more)",
    ),
    Variable(
        "TODOKE_ADDRESS",
        "The public address of the city's site, used in feeds, mails and CAP.",
        web_address,
        "http://127.0.0.1:8000",
        "https://www.city.example.jp",
    ),
    Variable(
        "TODOKE_PORT",
        "The port on which `todoke up` serves.",
        positive,
        8000,
        "8080",
    ),
    Variable(
        "TODOKE_SIMULATORS",
        "1: every outside service is the built-in simulator. 0: the real ones, as configured.",
        yes_or_no,
        True,
        "0",
    ),
    Variable(
        "TODOKE_CITY",
        "The folder that `todoke up` loads the city from.",
        lambda text: Path(text).expanduser().resolve(),
        Path(__file__).resolve().parents[3] / "city" / "sample",
        "/srv/city",
    ),
)


def read_environment(environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """All variables by name. Raises BadVariable for the first that cannot be understood."""
    return {variable.name: variable.value(environment) for variable in VARIABLES}
