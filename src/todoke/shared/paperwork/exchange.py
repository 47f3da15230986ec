"""A form as one file, to be carried to another city and back; its texts as one table for whoever translates them."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from todoke.ground.audit.actions import Person
from todoke.shared.paperwork.actions.forms import create_form, save_draft
from todoke.shared.paperwork.document import BYTES_MAX, canonical, read_document, sha256_of
from todoke.shared.paperwork.models import Form, FormTest, FormVersion
from todoke.shared.paperwork.publishing import percentage_done, texts_of

EDITION = 1
TABLE_BYTES_MAX = 5_000_000
PLACE, JAPANESE = "place", "ja"


class BrokenFile(Exception):
    """The file cannot be taken in; the sentence says why."""

    def __init__(self, says: str | Promise) -> None:
        super().__init__()
        self.says = says

    def __str__(self) -> str:
        return str(self.says)


@dataclass(frozen=True)
class TextsTaken:
    """What came of a table of texts: how many were taken, which were left because the Japanese has changed since."""

    taken: int
    stale: tuple[str, ...]
    percentage: dict[str, int]


def export_form(version: FormVersion) -> bytes:
    """The form with its tests as one file; the same form gives the same bytes, in every city."""
    tests = [
        {"name": test.name, "day": test.day.isoformat(), "typed": test.typed, "expected": test.expected}
        for test in version.form.tests.order_by("name")
    ]
    file = {
        "todoke-form-file": EDITION,
        "key": version.form.key,
        "document": json.loads(version.document),
        "sha256": version.sha256,
        "tests": tests,
    }
    return f"{canonical(file)}\n".encode()


@transaction.atomic
def import_form(
    data: bytes, *, room: str, retention_class: str, by: Person | str, at: datetime, key: str = ""
) -> FormVersion:
    """Take a form in as a draft, with its tests; a form of the same key gets a new draft.

    Raises BrokenFile, BrokenDocument.
    """
    file = _read_file(data)
    document = read_document(file["document"])
    name = key or str(file.get("key", ""))
    form = Form.objects.filter(key=name).first() or create_form(
        name, room=room, title=document.title.say("ja")[:200], retention_class=retention_class, by=by, at=at
    )
    draft = save_draft(form, file["document"], by=by, at=at)
    form.tests.all().delete()
    for test in file.get("tests", []):
        FormTest.objects.create(
            form=form,
            name=str(test["name"])[:200],
            day=date.fromisoformat(test["day"]),
            typed=test["typed"],
            expected=test["expected"],
        )
    return draft


def _read_file(data: bytes) -> dict[str, Any]:
    if len(data) > BYTES_MAX:
        raise BrokenFile(_("ファイルが大きすぎます。様式のファイルか確かめてください。"))
    try:
        file = json.loads(data)
    except (ValueError, RecursionError):
        raise BrokenFile(_("様式のファイルとして読めません。書き出したままのファイルを選んでください。")) from None
    if (
        not isinstance(file, dict)
        or file.get("todoke-form-file") != EDITION
        or not isinstance(file.get("tests", []), list)
    ):
        raise BrokenFile(_("様式のファイルではありません。この画面から書き出したファイルを選んでください。"))
    if sha256_of(canonical(file.get("document"))) != file.get("sha256"):
        raise BrokenFile(_("様式の中身が、書き出したときと違います。もう一度書き出してもらってください。"))
    for test in file.get("tests", []):
        try:
            date.fromisoformat(test["day"])
            _sound = (
                isinstance(test["name"], str) and isinstance(test["typed"], dict) and isinstance(test["expected"], dict)
            )
        except (KeyError, TypeError, ValueError):
            _sound = False
        if not _sound:
            raise BrokenFile(_("様式のテストとして読めないものが入っています。"))
    return file


def export_texts(version: FormVersion, languages: Sequence[str]) -> bytes:
    """Every text with its place, in Japanese and these languages, as one table (CSV, UTF-8 with a byte order mark)."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([PLACE, JAPANESE, *languages])
    for where, words in texts_of(json.loads(version.document)):
        if words.get(JAPANESE):
            writer.writerow([where, words[JAPANESE], *(words.get(language, "") for language in languages)])
    return out.getvalue().encode("utf-8-sig")


@transaction.atomic
def import_texts(version: FormVersion, data: bytes, *, by: Person | str, at: datetime) -> TextsTaken:
    """Put translated texts into the draft. A row whose Japanese has changed since is left, and named.

    Raises BrokenFile; EditedElsewhere where the draft was changed while this was going on.
    """
    rows, languages = _read_table(data)
    document = json.loads(version.document)
    texts = dict(texts_of(document))
    taken, stale = 0, []
    for row in rows:
        words = texts.get(row[PLACE])
        if words is None or words.get(JAPANESE, "") != row[JAPANESE]:
            stale.append(row[PLACE])
            continue
        told = _at(document, row[PLACE])
        for language in languages:
            text = row.get(language, "").strip()
            if text and told.get(language) != text:
                told[language] = text
                taken += 1
    draft = save_draft(version.form, document, by=by, at=at, based_on=version.sha256)
    done = {language: percentage_done(draft.document, language) for language in languages}
    return TextsTaken(taken, tuple(stale), done)


def _read_table(data: bytes) -> tuple[list[dict[str, str]], list[str]]:
    if len(data) > TABLE_BYTES_MAX:
        raise BrokenFile(_("ファイルが大きすぎます。様式のファイルか確かめてください。"))
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        reader = csv.DictReader(io.StringIO(text))
        names = list(reader.fieldnames or ())
        if names[:2] != [PLACE, JAPANESE]:
            raise BrokenFile(_("翻訳の表として読めません。1行目は変えないでください。"))
        rows = [{str(name): cell or "" for name, cell in row.items() if name} for row in reader]
        return rows, [name for name in names[2:] if name]
    raise BrokenFile(_("文字が読めません。CSV（UTF-8）で保存してください。"))


def _at(document: Any, where: str) -> dict[str, str]:
    found = document
    for name in where.split("."):
        found = found[int(name)] if isinstance(found, list) else found[name]
    told: dict[str, str] = found
    return told
