"""Reading an answer or a receipt by what the form says of it. Nothing in it is believed but its place and its word."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qs

WORDS_MAX = 200


class Format(StrEnum):
    """What an answer is written in; `none` where its status alone counts."""

    JSON = "json"
    FORM = "form"
    TEXT = "text"
    NONE = "none"


class Unreadable(ValueError):
    """It is not what the form says."""


@dataclass(frozen=True)
class Reading:
    """Where things stand in an answer: dotted paths (`messages.0.status`), in plain text regular expressions.

    `entries` leads to a list with one entry for each recipient, `match` to the number or reference that says whose an
    entry is. `words` gives each state the words that mean it; a word that stands nowhere means `otherwise`.
    """

    format: Format = Format.JSON
    entries: str = ""
    match: str = ""
    word: str = ""
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    otherwise: str = ""
    reference: str = ""
    says: str = ""
    digits: str = ""


@dataclass(frozen=True)
class Entry:
    """What was told of one recipient. `state` is one of the form's states, or what `otherwise` says."""

    state: str
    word: str = ""
    match: str = ""
    reference: str = ""
    says: str = ""
    digits: str = ""


def read(body: bytes, reading: Reading) -> list[Entry]:
    """The entries of an answer, one where the form knows no list. Raises Unreadable."""
    if reading.format is Format.NONE:
        return [Entry(reading.otherwise)]
    told = _told(body, reading.format)
    listed = _at(told, reading.entries) if reading.entries else [told]
    if not isinstance(listed, list):
        raise Unreadable(f"there is no list at “{reading.entries}”")
    return [_entry(each, reading) for each in listed]


def _entry(told: Any, reading: Reading) -> Entry:
    def text(path: str) -> str:
        return _text(_at(told, path)) if path else ""

    word = text(reading.word)
    if reading.word and not word:
        raise Unreadable(f"there is no word at “{reading.word}”")
    state = next((state for state, words in reading.words.items() if word in words), reading.otherwise)
    return Entry(
        state=state,
        word=word,
        match=text(reading.match),
        reference=text(reading.reference)[:WORDS_MAX],
        says=" ".join(text(reading.says).split())[:WORDS_MAX],
        digits=text(reading.digits)[:20],
    )


def _told(body: bytes, form: Format) -> Any:
    try:
        text = body.decode()
        if form is Format.JSON:
            return json.loads(text)
    except ValueError as error:
        raise Unreadable(str(error)) from error
    if form is Format.FORM:
        return {name: values[-1] for name, values in parse_qs(text, keep_blank_values=True).items()}
    return text


def _at(told: Any, path: str) -> Any:
    """What stands there, or None."""
    if isinstance(told, str):
        found = re.search(path, told)
        return found[found.re.groups and 1] if found else None
    for step in path.split("."):
        if isinstance(told, Mapping):
            told = told.get(step)
        elif isinstance(told, list) and step.isdigit() and int(step) < len(told):
            told = told[int(step)]
        else:
            return None
    return told


def _text(value: object) -> str:
    if value is None or isinstance(value, dict | list):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
