"""A procedure carried from city to city: what it leans on is put into the file, and what is missing here is told."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from todoke.civic.procedures.actions.building import begin
from todoke.civic.procedures.actions.refusals import ProcedureRefused
from todoke.civic.procedures.building.carrying import Carried, packed
from todoke.civic.procedures.document import read_procedure
from todoke.civic.procedures.models import Procedure
from todoke.civic.procedures.queries.building import Draft, flow_document
from todoke.ground.audit.actions import record
from todoke.ground.people.models import Section
from todoke.ground.people.rules import Viewer
from todoke.ground.retention.models import RetentionClass
from todoke.shared.decisions.queries import newest_route
from todoke.shared.documents.models import Seal
from todoke.shared.documents.queries import published_version
from todoke.shared.paperwork.registry import field_kinds
from todoke.shared.paperwork.types import Json


@dataclass(frozen=True)
class Missing:
    """One thing that the procedure leans on and this city does not have: what, under which name, and what to do."""

    what: str
    name: str
    mend: str


def export(draft: Draft, *, viewer: Viewer) -> bytes:
    """The file of this procedure, as the builder has it open."""
    document = draft.document
    route = newest_route(document.route) if document.route else None
    letters = {use.letter: published_version(use.letter) for use in document.letters.values()}
    classes = RetentionClass.objects.filter(code=document.retention).values_list("name", flat=True)
    leans_on = {
        "flow": flow_document(document.flow),
        "route": route.document if route else None,
        "letters": {key: {"name": found.letter.name, "body": found.body} for key, found in letters.items() if found},
        "section": draft.version.section.name,
        "retention": classes.first() or document.retention,
    }
    record("procedures.carried-away", on=draft.procedure, by=viewer, after={"sha256": draft.sha256})
    return packed(draft.json, leans_on)


def take_in(carried: Carried, *, section: str, key: str, viewer: Viewer, at: datetime) -> Procedure:
    """The procedure as a draft of this section, under its own key or another one.

    Raises NotAllowed, BrokenProcedure, and KeyTaken where a procedure of that key is here already: nothing of this
    city is overwritten by a file.
    """
    document: Json = {**carried.json, "section": section, "key": key or carried.document.key}
    read_procedure(document)
    if Procedure.objects.filter(key=document["key"], versions__isnull=False).exists():
        raise KeyTaken
    procedure = begin(document, says=_("ファイルから取り込みました。"), viewer=viewer, at=at)
    record("procedures.carried-in", on=procedure, by=viewer, after={"sha256": procedure.versions.get().sha256})
    return procedure


class KeyTaken(ProcedureRefused):
    """A procedure of this name is here already."""

    says = gettext_lazy("同じ名前の手続きが、もうあります。別の名前を書いて、もう一度取り込んでください。")


def missing_here(carried: Carried) -> list[Missing]:
    """What the procedure leans on that is not here, with the words that the other city has for it."""
    document, leans_on = carried.document, carried.leans_on
    found = []
    if not Section.objects.filter(key=document.section).exists():
        mend = _("取り込むときに選んだ課を、担当課にしました。")
        found.append(Missing(_("担当課"), _name(leans_on["section"], document.section), mend))
    if not RetentionClass.objects.filter(code=document.retention).exists():
        mend = _("取り込んだあと、「受付と決裁」で保存年限を選んでください。")
        found.append(Missing(_("保存年限"), _name(leans_on["retention"], document.retention), mend))
    if flow_document(document.flow) is None:
        mend = _("取り込んだあと、「受付と決裁」で手続きの流れを選んでください。")
        found.append(Missing(_("手続きの流れ"), _title(leans_on["flow"], document.flow), mend))
    if document.route and newest_route(document.route) is None:
        mend = _("取り込んだあと、「受付と決裁」で決裁ルートを選んでください。")
        found.append(Missing(_("決裁ルート"), _title(leans_on["route"], document.route), mend))
    return [*found, *_missing_papers(carried)]


def _missing_papers(carried: Carried) -> list[Missing]:
    found = []
    for use in carried.document.letters.values():
        told = carried.leans_on["letters"].get(use.letter)
        if published_version(use.letter) is None:
            name = _name(told.get("name") if isinstance(told, dict) else None, use.letter)
            mend = _("通知文を作るか、「通知文」で別のものを選んでください。")
            found.append(Missing(_("通知文"), name, mend))
        if use.seal and not Seal.objects.filter(key=use.seal).exists():
            found.append(Missing(_("公印"), use.seal, _("「通知文」で公印を選んでください。")))
    unknown = {each.kind for each in carried.document.form.questions if each.kind not in field_kinds}
    mend = _("この種類の質問を消すか、別の種類で作り直してください。")
    return found + [Missing(_("質問の種類"), kind, mend) for kind in sorted(unknown)]


def _name(told: Any, otherwise: str) -> str:
    return told[:200] if isinstance(told, str) and told else otherwise


def _title(told: Any, otherwise: str) -> str:
    """The title of a flow or route of another city; whatever stands in the file, this is a short text."""
    title = told.get("title") if isinstance(told, dict) else None
    if isinstance(title, dict):
        title = title.get("ja")
    return _name(title, otherwise)
