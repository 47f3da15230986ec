"""Reading a form's file: its tables, checked at start, with a sentence for whoever wrote it."""

import re
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from todoke.shared.messaging.http_forms.asking import Body, Request
from todoke.shared.messaging.http_forms.reading import Format, Reading
from todoke.shared.messaging.http_forms.slots import RECIPIENTS, BadForm, slots_of

METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH")
OWN_MACHINE = ("127.0.0.1", "localhost", "::1")
REQUEST_KEYS = {"method", "url", "body", "headers", "fields", "each", "accepted_status", "known_status", "answer"}
READING_KEYS = {"format", "entries", "match", "word", "words", "otherwise", "reference", "says", "digits"}


def tables_of(path: Path) -> dict[str, Any]:
    """The file's tables. Raises BadForm."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadForm(f"{path} cannot be read ({error.strerror or error})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadForm(f"{path.name} is not TOML: {error}") from error


def only(table: Mapping[str, Any], keys: Collection[str], where: str) -> None:
    """Raises BadForm for a key that nobody reads: a misspelt one would be missed in the night."""
    if unknown := sorted(set(table) - set(keys)):
        raise BadForm(f"[{where}] has {', '.join(unknown)}; known are {', '.join(sorted(keys))}")


def request_of(table: Any, where: str, slots: Collection[str]) -> Request:
    """A request of the form; only these slots can be filled there. Raises BadForm."""
    if not isinstance(table, Mapping):
        raise BadForm(f"[{where}] is missing; it says where and how to ask")
    only(table, REQUEST_KEYS, where)
    method = str(table.get("method", "POST")).upper()
    if method not in METHODS:
        raise BadForm(f"[{where}] method is one of {', '.join(METHODS)}, not {method}")
    url = str(table.get("url", ""))
    parts = urlsplit(url)
    if not parts.hostname or (parts.scheme != "https" and parts.hostname not in OWN_MACHINE):
        raise BadForm(
            f"[{where}] url begins with https://; numbers and secrets go there (example https://sms.example/v1)"
        )
    try:
        body = Body(table.get("body", Body.NONE if method == "GET" else Body.JSON))
    except ValueError:
        raise BadForm(f"[{where}] body is one of {', '.join(Body)}") from None
    fields, each = _table(table, "fields", where), _table(table, "each", where)
    headers = {name: str(text) for name, text in _table(table, "headers", where).items()}
    known = {*slots, "secret", "basic"} | ({"recipients"} if each else set())
    for name, first, second in slots_of([url, headers, fields, each]):
        if name not in known:
            raise BadForm(f"[{where}] knows no slot {{{name}}}; there are {', '.join(sorted(known))}")
        if (name == "secret") != bool(first and not second) and name != "basic":
            raise BadForm(f"[{where}] a secret is written {{secret:NAME}}, every other slot without a colon")
        if name == "basic" and not (first and second):
            raise BadForm(f"[{where}] basic is written {{basic:USER:PASSWORD}}, with the names of two secrets")
    if each and not _holds(fields, RECIPIENTS):
        raise BadForm(f'[{where}] has [{where}.each], so one of its fields is "{RECIPIENTS}"')
    if each and body is not Body.JSON:
        raise BadForm(f"[{where}] a list of recipients travels in JSON alone")
    return Request(
        method=method,
        url=url,
        body=body,
        headers=headers,
        fields=fields,
        each=each,
        accepted_status=_statuses(table, "accepted_status", where) or Request.accepted_status,
        known_status=_statuses(table, "known_status", where),
    )


def reading_of(table: Any, where: str, states: Collection[str], otherwise: str) -> Reading:
    """How an answer is read; its words mean these states alone. Raises BadForm."""
    if not isinstance(table, Mapping):
        raise BadForm(f"[{where}] is missing; it says how the answer is read")
    only(table, READING_KEYS, where)
    try:
        form = Format(table.get("format", Format.JSON))
    except ValueError:
        raise BadForm(f"[{where}] format is one of {', '.join(Format)}") from None
    words = {name: tuple(str(word) for word in found) for name, found in _table(table, "words", where).items()}
    named = table.get("otherwise", otherwise)
    if unknown := sorted((set(words) | {named}) - set(states)):
        raise BadForm(f"[{where}] knows no state {', '.join(unknown)}; there are {', '.join(states)}")
    if words and not table.get("word"):
        raise BadForm(f"[{where}] has words and no “word” that says where to look for one")
    paths = {name: str(table.get(name, "")) for name in ("entries", "match", "word", "reference", "says", "digits")}
    if form is Format.TEXT:
        _checked(paths, where)
    return Reading(format=form, words=words, otherwise=named, **paths)


def _checked(paths: Mapping[str, str], where: str) -> None:
    for name, pattern in paths.items():
        try:
            re.compile(pattern)
        except re.error as error:
            raise BadForm(f"[{where}] {name} is no regular expression: {error}") from None


def _table(table: Mapping[str, Any], key: str, where: str) -> dict[str, Any]:
    found = table.get(key, {})
    if not isinstance(found, Mapping):
        raise BadForm(f"[{where}] {key} is a table: [{where}.{key}]")
    return dict(found)


def _holds(value: Any, wanted: str) -> bool:
    if isinstance(value, Mapping):
        return any(_holds(each, wanted) for each in value.values())
    return bool(value == wanted)


def _statuses(table: Mapping[str, Any], key: str, where: str) -> frozenset[int]:
    found = table.get(key, [])
    if not isinstance(found, list) or not all(isinstance(each, int) and 200 <= each <= 599 for each in found):
        raise BadForm(f"[{where}] {key} is a list of statuses (example [200, 202])")
    return frozenset(found)
