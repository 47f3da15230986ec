"""Every sentence that places and the reader of plain files can say is there in English, with the same facts in it."""

import ast
import re
from pathlib import Path

import polib

import todoke.base.tables
import todoke.ground.places

ROOM = Path(todoke.ground.places.__file__).parent
FACT = re.compile(r"%\((\w+)\)[sdg]")


def said() -> set[str]:
    files = [path for path in ROOM.rglob("*.py") if "migrations" not in path.parts]
    calls = [
        node
        for path in [*files, Path(todoke.base.tables.__file__)]
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_"
    ]
    return {ast.literal_eval(call.args[0]) for call in calls}


def test_every_sentence_has_its_english():
    catalogue = polib.pofile(str(ROOM / "locale" / "en" / "LC_MESSAGES" / "django.po"))

    assert {entry.msgid for entry in catalogue if entry.msgstr} == said()


def test_translations_keep_the_facts_of_the_sentence():
    for language in ("en", "ja_Easy"):
        catalogue = polib.pofile(str(ROOM / "locale" / language / "LC_MESSAGES" / "django.po"))

        lost = [entry.msgid for entry in catalogue if set(FACT.findall(entry.msgid)) != set(FACT.findall(entry.msgstr))]
        assert lost == []


def test_no_translation_is_left_over():
    catalogue = polib.pofile(str(ROOM / "locale" / "ja_Easy" / "LC_MESSAGES" / "django.po"))

    assert {entry.msgid for entry in catalogue} - said() == set()
