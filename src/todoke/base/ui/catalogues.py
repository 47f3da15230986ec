"""The catalogues of the rooms: compiling them, and holding them to the sentences in the code.

A sentence stands in the catalogue of the room whose code says it (`locale/LANGUAGE/LC_MESSAGES/django.po`). What is
said outside any room, in base or project, stands in the catalogue of base/ui; what stands there for its own sake
(“なし”, “ホーム”) need not be repeated by the other rooms. The sentences are read from the code without running it:
Python by its syntax tree, templates by Django's own reader.
"""

import ast
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polib
from django.utils.translation.template import templatize

SOURCE = Path(__file__).resolve().parents[2]

# Folder names as Django makes them from “en” and “ja-easy”.
LOCALES = ("en", "ja_Easy")

# For each function: which of its arguments are the sentence, its plural and its context.
_CALLS: dict[str, tuple[int, int | None, int | None]] = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), (0, None, None)),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (0, 1, None)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), (1, None, 0)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), (1, 2, 0)),
}

# Django's reader writes each text with a leading “u”.
_TEXT = r"""u?('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
_TEMPLATE_CALL = re.compile(rf"\b(npgettext|ngettext|pgettext|gettext|_)\(\s*{_TEXT}(?:,\s*{_TEXT})?(?:,\s*{_TEXT})?")
_SLOT = re.compile(r"%\((\w+)\)[-#0 +.\d]*[a-z]|\{(\w*)[^{}]*\}")


@dataclass(frozen=True)
class Sentence:
    """What the code says: the sentence itself, its plural and its context where it has them."""

    text: str
    plural: str | None = None
    context: str | None = None


@dataclass(frozen=True)
class Fault:
    """Something wrong with code or catalogue: where, and what to do about it."""

    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


def compile_catalogues(source: Path = SOURCE) -> int:
    """Compile every catalogue that is newer than its compiled form; returns how many were.

    Needs no Django settings. Two processes may do it at the same moment: each puts its file in place as a whole.
    """
    compiled = 0
    for po in sorted(source.glob("**/locale/*/LC_MESSAGES/django.po")):
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime_ns >= po.stat().st_mtime_ns:
            continue
        unfinished = mo.with_name(f".{mo.name}.{os.getpid()}")
        polib.pofile(str(po), encoding="utf-8").save_as_mofile(str(unfinished))
        unfinished.replace(mo)
        compiled += 1
    return compiled


def rooms(source: Path = SOURCE) -> list[Path]:
    """The folders of all rooms (those with an `apps.py`)."""
    return sorted(apps.parent for apps in source.glob("*/*/apps.py"))


def faults_of_rooms(source: Path = SOURCE) -> dict[str, list[Fault]]:
    """By room: sentences without translation, translations without sentence, slots that differ; empty is well."""
    said, found = _sentences_by_room(source)
    common = said[_common_room(source)]
    for room in rooms(source):
        own = {
            sentence: place
            for sentence, place in said[room].items()
            if room == _common_room(source) or sentence not in common
        }
        for locale in LOCALES:
            po = room / "locale" / locale / "LC_MESSAGES" / "django.po"
            found[_name(room, source)] += _faults_of_catalogue(po, own, said[room], source)
    for fault_room, fault in _told_differently(source):
        found[fault_room].append(fault)
    return {_name(room, source): found[_name(room, source)] for room in rooms(source)}


def _sentences_by_room(source: Path) -> tuple[dict[Path, dict[Sentence, str]], dict[str, list[Fault]]]:
    said: dict[Path, dict[Sentence, str]] = defaultdict(dict)
    found: dict[str, list[Fault]] = defaultdict(list)
    patterns = ("**/*.py", "**/templates/**/*.html", "**/templates/**/*.txt")
    for path in sorted(path for pattern in patterns for path in source.glob(pattern)):
        room = _room_of(path, source)
        read = _in_python(path) if path.suffix == ".py" else _in_template(path)
        for line, sentence in read:
            place = f"{path.relative_to(source)}:{line}"
            if isinstance(sentence, Sentence):
                said[room].setdefault(sentence, place)
            else:
                found[_name(room, source)].append(Fault(place, sentence))
    return said, found


def _room_of(path: Path, source: Path) -> Path:
    for folder in path.parents:
        if (folder / "apps.py").exists():
            return folder
        if folder == source:
            break
    return _common_room(source)


def _common_room(source: Path) -> Path:
    return source / "base" / "ui"


def _name(room: Path, source: Path) -> str:
    return room.relative_to(source).as_posix()


def _in_python(path: Path) -> Iterator[tuple[int, Sentence | str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)
        if name not in _CALLS or (isinstance(node.func, ast.Attribute) and name == "_"):
            continue
        parts = [_constant(node.args, position) for position in _CALLS[name]]
        if parts[0] is None:
            # A variable handed on (a wrapper) says nothing itself; a sentence glued together can never be found.
            if node.args and isinstance(node.args[-1], ast.JoinedStr | ast.BinOp):
                yield node.lineno, f"{name}(…) needs one plain text, not an f-string or a sum; put slots into the text"
            continue
        yield node.lineno, Sentence(parts[0], parts[1], parts[2])


def _constant(arguments: list[ast.expr], position: int | None) -> str | None:
    if position is None or position >= len(arguments):
        return None
    argument = arguments[position]
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else None


def _in_template(path: Path) -> Iterator[tuple[int, Sentence | str]]:
    as_calls = templatize(path.read_text(encoding="utf-8"), origin=str(path))
    for match in _TEMPLATE_CALL.finditer(as_calls):
        name = match[1]
        texts = [ast.literal_eval(text) if text else None for text in match.groups()[1:]]
        parts = [texts[position] if position is not None else None for position in _CALLS[name]]
        if parts[0]:
            yield as_calls.count("\n", 0, match.start()) + 1, Sentence(parts[0], parts[1], parts[2])


def _faults_of_catalogue(po: Path, needed: dict[Sentence, str], said: dict[Sentence, str], source: Path) -> list[Fault]:
    place = po.relative_to(source).as_posix()
    if not po.exists():
        return [Fault(place, f"is missing; {len(needed)} sentences wait for it")] if needed else []
    entries = {
        Sentence(entry.msgid, entry.msgid_plural or None, entry.msgctxt): entry
        for entry in polib.pofile(str(po), encoding="utf-8")
        if not entry.obsolete
    }
    faults = []
    for sentence, where in needed.items():
        entry = entries.get(sentence)
        if entry is None or not entry.translated():
            faults.append(Fault(where, f"“{sentence.text}” has no translation in {place}; add an entry there"))
        else:
            faults += _faults_of_entry(place, entry)
    orphans = entries.keys() - said.keys()
    faults += [
        Fault(place, f"“{orphan.text}” is said nowhere in this room any more; remove the entry") for orphan in orphans
    ]
    return sorted(faults, key=str)


def _faults_of_entry(place: str, entry: polib.POEntry) -> list[Fault]:
    wanted = _slots(entry.msgid) | _slots(entry.msgid_plural)
    translations = list(entry.msgstr_plural.values()) or [entry.msgstr]
    # A plural form may drop a slot (“one minute”), but no form may ask for one that the sentence does not fill.
    if any(not _slots(text) <= wanted for text in translations) or not any(_slots(t) == wanted for t in translations):
        line = f"{place}:{entry.linenum}"
        return [Fault(line, f"“{entry.msgid}” and its translation have different slots; use {sorted(wanted)}")]
    return []


def _slots(text: str) -> set[str]:
    return {named or braced for named, braced in _SLOT.findall(text)}


def _told_differently(source: Path) -> Iterator[tuple[str, Fault]]:
    """Django joins all catalogues into one: where two rooms translate one sentence differently, one of them loses."""
    for locale in LOCALES:
        first: dict[Sentence, tuple[str, object]] = {}
        for po in sorted(source.glob(f"*/*/locale/{locale}/LC_MESSAGES/django.po")):
            for entry in polib.pofile(str(po), encoding="utf-8"):
                sentence = Sentence(entry.msgid, entry.msgid_plural or None, entry.msgctxt)
                told = tuple(sorted(entry.msgstr_plural.items())) or entry.msgstr
                place, earlier = first.setdefault(sentence, (po.relative_to(source).as_posix(), told))
                if earlier != told:
                    what = f"“{entry.msgid}” is translated differently in {place}; agree, or say it with pgettext"
                    room = po.parents[3].relative_to(source).as_posix()
                    yield room, Fault(f"{po.relative_to(source).as_posix()}:{entry.linenum}", what)
