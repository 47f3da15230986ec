"""Filling the slots of a form: `{number}`, `{text}`, `{secret:TOKEN}`, `{basic:USER:PASSWORD}`."""

import base64
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

SLOT = re.compile(r"\{([a-z_]+)(?::([A-Z0-9_]+))?(?::([A-Z0-9_]+))?\}")
# Stands alone in the place of a value: the list of everybody whom one request is for.
RECIPIENTS = "{recipients}"


class BadForm(ValueError):
    """A form cannot be understood. The text says where and shows what would do."""


def slots_of(value: object) -> Iterator[tuple[str, str, str]]:
    """Every slot below a value of a form: its name, and what follows it."""
    if isinstance(value, str):
        for found in SLOT.finditer(value):
            yield found[1], found[2] or "", found[3] or ""
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from slots_of(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from slots_of(each)


def secrets_named(value: object) -> set[str]:
    """The names of the secrets that a part of a form asks for."""
    return {
        name
        for slot, first, second in slots_of(value)
        if slot in ("secret", "basic")
        for name in (first, second)
        if name
    }


def filled(
    value: Any,
    values: Mapping[str, str],
    secrets: Mapping[str, str],
    *,
    recipients: list[Any] | None = None,
    in_address: bool = False,
) -> Any:
    """The value with its slots filled; `in_address` percent-encodes what is put in. A missing secret is empty."""

    def put(found: re.Match[str]) -> str:
        if found[1] == "secret":
            text = secrets.get(found[2] or "", "")
        elif found[1] == "basic":
            pair = f"{secrets.get(found[2] or '', '')}:{secrets.get(found[3] or '', '')}"
            text = base64.b64encode(pair.encode()).decode()
        else:
            text = values[found[1]]
        return quote(text, safe="") if in_address else text

    if isinstance(value, str):
        return recipients if value == RECIPIENTS else SLOT.sub(put, value)
    if isinstance(value, Mapping):
        return {name: filled(each, values, secrets, recipients=recipients) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [filled(each, values, secrets, recipients=recipients) for each in value]
    return value
