"""What this room reads from the city folder: `flows.toml`, the standard ways of procedures, and `procedures/*.toml`.

Each file of `procedures/` is one procedure, written as `document` says, in TOML. Questions that many forms share stand
in `procedures/blocks.toml` (`[blocks.NAME]` with `title` and `questions`); a form takes them with `{ block = "NAME" }`,
and the builder offers them.
A changed file becomes the next version; a file that is gone leaves its procedure as it is, because filings may run.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from todoke.base import clock
from todoke.base.tables import Document, Place, read_toml
from todoke.civic.procedures.actions.drafting import keep_draft, put_into_force
from todoke.civic.procedures.actions.refusals import NotFitToPublish
from todoke.civic.procedures.document import BrokenProcedure, read_procedure
from todoke.civic.procedures.flows import own_flow
from todoke.civic.procedures.models import ProcedureVersion, StandardFlow
from todoke.ground.people.models import Section
from todoke.ground.places.registry import LoadReport, Outcome
from todoke.shared.casework.registry import effects
from todoke.shared.casework.rules.document import BrokenFlow, read_flow
from todoke.shared.paperwork.actions.blocks import save_block
from todoke.shared.paperwork.document import BrokenDocument as BrokenForm
from todoke.shared.paperwork.document import canonical, sha256_of

FLOWS = "flows.toml"
FOLDER = "procedures"
BLOCKS = "blocks.toml"
CITY = "city"


class StandardFlowsPart:
    """The standard flows; the file need not be there."""

    key = "procedures.flows"
    order = 700
    files = (FLOWS,)

    def load(self, folder: Path, report: LoadReport) -> None:
        """Store what the file says; a flow that is gone from it is not offered any more."""
        document = read_toml(folder / FLOWS, report) if (folder / FLOWS).exists() else None
        if document is None:
            return
        document.refuse_unknown(document.values, ("flows",))
        known = [effect.key for effect in effects]
        for number, table in enumerate(document.values.get("flows", [])):
            key = document.text(table, "key", "flows", number)
            try:
                read_flow(own_flow(table, None), known_effects=known)
            except BrokenFlow as broken:
                for fault in broken.faults:
                    document.fault("flows", number, text=f"{key}{fault.path}: {fault.says}")
                continue
            report.store(StandardFlow, key={"key": key}, values={"document": table, "is_active": True})
        if not report.fault_count:
            keys = [table["key"] for table in document.values.get("flows", [])]
            for gone in StandardFlow.objects.filter(is_active=True).exclude(key__in=keys):
                report.store(StandardFlow, key={"key": gone.key}, values={"is_active": False})


class ProceduresPart:
    """The procedures that the city brings with it; the folder need not be there."""

    key = "procedures.procedures"
    order = 710
    files = (FOLDER,)

    def load(self, folder: Path, report: LoadReport) -> None:
        """Publish what is new or changed. What has a fault is told and left as it is; the others go on."""
        blocks = _blocks(folder / FOLDER / BLOCKS, report)
        for path in sorted((folder / FOLDER).glob("*.toml")):
            if path.name != BLOCKS and (document := read_toml(path, report)) is not None:
                _load(document, path.name, blocks, report)


def _blocks(path: Path, report: LoadReport) -> Mapping[str, Any]:
    document = read_toml(path, report) if path.exists() else None
    blocks = {} if document is None else document.values.get("blocks", {})
    for key, block in blocks.items():
        try:
            save_block(key, title=block.get("title", key), questions=block["questions"], by=CITY, at=clock.now())
        except BrokenForm as broken:
            for fault in broken.faults:
                report.fault(Place(f"{FOLDER}/{BLOCKS}"), f"blocks.{key}.{fault.where}: {fault.says}")
    return blocks


def _load(document: Document, name: str, blocks: Mapping[str, Any], report: LoadReport) -> None:
    place = Place(f"{FOLDER}/{name}")
    written = _with_blocks(document.values, blocks, place, report)
    try:
        read = read_procedure(written)
    except BrokenProcedure as broken:
        for fault in broken.faults:
            report.fault(place, f"{fault.where}: {fault.says}")
        return
    section = Section.objects.filter(key=read.section).first()
    if section is None:
        report.fault(place, _("「%(key)s」という課はありません。") % {"key": read.section})
        return
    newest = ProcedureVersion.objects.filter(procedure__key=read.key).order_by("-number").first()
    if newest is not None and newest.sha256 == sha256_of(canonical(written)):
        report.count(str(ProcedureVersion._meta.verbose_name), Outcome.UNCHANGED)
        return
    if newest is not None and newest.state == ProcedureVersion.State.DRAFT:
        report.warn(place, _("この手続きは画面で編集中です。ファイルの内容は読み込みませんでした。"))
        return
    at = clock.now()
    draft = keep_draft(written, read, section, by=CITY, name=CITY, at=at)
    try:
        put_into_force(draft, by=CITY, name=CITY, at=at)
    except NotFitToPublish as unfit:
        for fault in unfit.faults:
            report.fault(place, f"{fault.where}: {fault.says}")
        return
    report.count(str(ProcedureVersion._meta.verbose_name), Outcome.CHANGED if newest else Outcome.CREATED)


def _with_blocks(values: Mapping[str, Any], blocks: Mapping[str, Any], place: Place, report: LoadReport) -> Any:
    """The document with every `{ block = "…" }` replaced by the questions of that block."""
    form = values.get("form")
    if not isinstance(form, dict):
        return values
    pages = []
    for page in form.get("pages", []):
        questions: list[Any] = []
        for question in page.get("questions", []):
            if set(question) != {"block"}:
                questions.append(question)
            elif question["block"] in blocks:
                questions += blocks[question["block"]]["questions"]
            else:
                report.fault(place, _("「%(key)s」という質問のまとまりはありません。") % {"key": question["block"]})
        pages.append({**page, "questions": questions})
    return {**values, "form": {**form, "pages": pages}}
