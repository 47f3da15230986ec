"""Translations go out as one file and come back as drafts; what cannot be taken is told, row by row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from json import loads

from django.conf import settings
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from todoke.civic.procedures.actions.drafting import save_draft
from todoke.civic.procedures.building.texts import percentage_done, texts_in, with_texts
from todoke.civic.procedures.models import ProcedureVersion
from todoke.civic.procedures.queries.casework import versions_to_translate
from todoke.civic.procedures.texts import Translated, read_file, why_not, written_file
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
    known = {key: {each.place: each.words for each in texts_in(document)} for key, document in documents.items()}
    new: dict[str, dict[str, dict[str, str]]] = {}
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
            new.setdefault(entry.procedure, {})[entry.place] = {file.language: entry.text}
    for key, texts in new.items():
        documents[key] = with_texts(documents[key], texts)
        _keep(documents[key], newest[key], viewer=viewer, at=at)
        after = {"language": file.language, "texts": len(texts)}
        record("procedures.translations-taken", on=newest[key].procedure, by=viewer, after=after)
    concerned = sorted({entry.procedure for entry in file.entries} & set(documents))
    percent = {key: percentage_done(documents[key], file.language) for key in concerned}
    taken = {key: len(texts) for key, texts in new.items()}
    return TextsTaken(file.language, taken, percent, tuple(refused))


def _keep(document: Json, version: ProcedureVersion, *, viewer: Viewer, at: datetime) -> None:
    is_draft = version.state == ProcedureVersion.State.DRAFT
    save_draft(document, viewer=viewer, at=at, based_on=version.sha256 if is_draft else None)
