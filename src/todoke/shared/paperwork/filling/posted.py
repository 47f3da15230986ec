"""What a browser posted, read into boxes: `key` or `key:part`, `shown@key` (a mark), `act@key@name` (a button)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from todoke.base.number_guard import TWELVE_DIGITS_MARK, refused_fields, sentence
from todoke.shared.paperwork.actions.responses import Posted
from todoke.shared.paperwork.fields.files import KEPT, REFUSED
from todoke.shared.paperwork.queries import Filled
from todoke.shared.paperwork.registry import field_kinds, intakes
from todoke.shared.paperwork.types import Raw, joined

SHOWN = "shown@"
ACT = "act@"


@dataclass(frozen=True)
class Pressed:
    """A button inside a field, and where in its picture it was pressed."""

    question: str
    act: str
    place: tuple[str, str] | None = None


@dataclass(frozen=True)
class Page:
    """A posted page: its answers, the button inside a field that was pressed, and where a My Number was covered."""

    posted: Posted
    pressed: Pressed | None
    my_numbers: dict[str, list[str]]


def read_posted(request: HttpRequest, found: Filled) -> Page:
    """The answers of a page, after the button that was pressed in one of its fields has done its work."""
    document, sheet = found.document, found.sheet
    shown = {name.removeprefix(SHOWN): str(mark) for name, mark in request.POST.items() if name.startswith(SHOWN)}
    answers: dict[str, Raw] = {key: {} for key in shown}
    refused = set(refused_fields(request))
    numbers: dict[str, list[str]] = {}
    for name, posted in request.POST.lists():
        key, part = split(name)
        if name in refused:
            # The guard at the door has covered it; nothing of it is kept.
            numbers.setdefault(key, []).append(part)
        elif key in answers:
            answers[key] = {**answers[key], part: [str(word) for word in posted]}
    pressed = _pressed(request)
    for key in list(answers):
        question = document.question(key)
        if question is None or question.kind not in field_kinds:
            del answers[key]
            continue
        kind = field_kinds[question.kind]
        held = {part: sheet[key].raw[part] for part in kind.held if key in sheet and part in sheet[key].raw}
        raw: Raw = {part: posted for part, posted in answers[key].items() if part not in kind.held}
        if REFUSED in kind.held:
            raw = {**raw, **held, **_taken_in(request.FILES.getlist(key), key, held, found, key in refused)}
        if pressed and pressed.question == key:
            raw = kind.act(pressed.act, {**held, **raw, **_place(pressed)}, question)
        answers[key] = raw
    return Page(Posted(answers, shown), pressed, numbers)


def _pressed(request: HttpRequest) -> Pressed | None:
    for name in request.POST:
        if not name.startswith(ACT):
            continue
        _act, key, act = (*name.split("@", 2), "")[:3]
        if not act.endswith((".x", ".y")):
            return Pressed(key, act)
        # A picture posts where it was pressed: act@where@here.x and .y.
        stem = f"{ACT}{key}@{act[:-2]}"
        return Pressed(key, act[:-2], (request.POST.get(f"{stem}.x", ""), request.POST.get(f"{stem}.y", "")))
    return None


def _place(pressed: Pressed) -> Raw:
    if pressed.place is None:
        return {}
    path = pressed.act.rpartition(".")[0]
    return {joined(path, "x"): [pressed.place[0]], joined(path, "y"): [pressed.place[1]]}


def with_files(found: Filled, key: str, files: Sequence[Any]) -> Raw | None:
    """The boxes of a question with these files beside those that were kept; None where it asks for none."""
    question = found.document.question(key)
    if question is None or REFUSED not in field_kinds[question.kind].held:
        return None
    held = found.sheet[key].raw if key in found.sheet else {}
    return {**held, **_taken_in(files, key, held, found)}


def _taken_in(files: Sequence[Any], key: str, held: Raw, found: Filled, is_number: bool = False) -> Raw:
    """The files of one question, taken in by whoever takes files; each is kept or refused with a sentence.

    `is_number`: the guard at the door has covered a My Number in a name.
    """
    kept, refused = list(held.get(KEPT, ())), []
    for file in files if found.may_change(key) else ():
        if is_number:
            refused.append(sentence())
            continue
        intake = next(iter(intakes), None)
        if intake is None:
            refused.append(_("ファイルは、まだこの画面で受け付けていません。窓口にお持ちください。"))
            continue
        taken = intake.take_in(file, found.response)
        if isinstance(taken, dict):
            kept.append(json.dumps(taken, sort_keys=True))
        else:
            refused.append(str(taken))
    return {KEPT: kept, REFUSED: refused}


def name_of(key: str, *path: str, is_twelve: bool = False) -> str:
    """The name of a box on the page; one that may hold twelve digits says so to the guard at the door."""
    part = joined(*path)
    return (f"{key}:{part}" if part else key) + (TWELVE_DIGITS_MARK if is_twelve else "")


def split(name: str) -> tuple[str, str]:
    """The question and the box that a name means."""
    key, _colon, part = name.removesuffix(TWELVE_DIGITS_MARK).partition(":")
    return key, part
