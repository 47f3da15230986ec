"""Translations go out as one file and come back as drafts; what cannot be taken is told, row by row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from json import loads
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from todoke.civic.procedures.actions.drafting import save_draft
from todoke.civic.procedures.models import ProcedureVersion
from todoke.civic.procedures.queries.casework import versions_to_translate
from todoke.civic.procedures.texts import Translated, percentage, read_file, texts_in, why_not, written_file
from todoke.ground.audit.actions import record
from todoke.ground.people.rules import Viewer
from todoke.shared.paperwork.types import Json

LANGUAGES = [code for code, _name in settings.LANGUAGES]


@dataclass(frozen=True)
class RefusedText:
    """An entry that was left out, and why."""

    entry: Translated
    says: str | Promise


@dataclass(frozen=True)
class TextsTaken:
    """What came of a file: how many texts of which procedure are new, how much of it is done, what was refused."""

    language: str
    taken: dict[str, int]
    percent: dict[str, int]
    refused: tuple[RefusedText, ...]


def export_texts(versions: Sequence[ProcedureVersion], language: str) -> str:
    """The texts of these versions as one file in this language."""
    return written_file({version.procedure.key: loads(version.text) for version in versions}, language)


@transaction.atomic
def import_texts(data: bytes, *, viewer: Viewer, at: datetime) -> TextsTaken:
    """Put what a translator sent into drafts: a new one where a procedure has none; nothing is published by it.

    An empty translation leaves what stands there. Raises UnreadableTexts, EditedElsewhere.
    """
    file = read_file(data, LANGUAGES)
    newest = {version.procedure.key: version for version in versions_to_translate(viewer)}
    documents: dict[str, Json] = {key: loads(version.text) for key, version in newest.items()}
    known = {key: dict(texts_in(document)) for key, document in documents.items()}
    taken: dict[str, int] = {}
    refused = []
    for entry in file.entries:
        if not entry.text:
            continue
        if entry.procedure not in documents:
            refused.append(
                RefusedText(entry, _("この手続きがないか、扱う権限がありません。担当課に確かめてください。"))
            )
            continue
        there = known[entry.procedure].get(entry.place)
        if says := why_not(entry, there):
            refused.append(RefusedText(entry, says))
        elif there is not None and there.get(file.language) != entry.text:
            _at(documents[entry.procedure], entry.place)[file.language] = entry.text
            taken[entry.procedure] = taken.get(entry.procedure, 0) + 1
    for key, count in taken.items():
        _keep(documents[key], newest[key], viewer=viewer, at=at)
        after = {"language": file.language, "texts": count}
        record("procedures.translations-taken", on=newest[key].procedure, by=viewer, after=after)
    concerned = sorted({entry.procedure for entry in file.entries} & set(documents))
    percent = {key: percentage(documents[key], file.language) for key in concerned}
    return TextsTaken(file.language, taken, percent, tuple(refused))


def _keep(document: Json, version: ProcedureVersion, *, viewer: Viewer, at: datetime) -> None:
    is_draft = version.state == ProcedureVersion.State.DRAFT
    save_draft(document, viewer=viewer, at=at, based_on=version.sha256 if is_draft else None)


def _at(document: Json, place: str) -> dict[str, Any]:
    found = document
    for name in place.split("."):
        found = found[int(name)] if isinstance(found, list) else found[name]
    told: dict[str, Any] = found
    return told
