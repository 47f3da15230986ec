"""What the guide reads from the city folder: `guide.toml`, its life events and the counters to which it sends people.

It is read after the procedures: an event names them, and carries answers into the forms that are published now.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from todoke.base import clock
from todoke.base.formulas import Unsound, compile_formula
from todoke.base.tables import Document, read_toml
from todoke.civic.procedures.advising import written_formulas
from todoke.civic.procedures.life_event import BrokenLifeEvent, Errand, LifeEvent, is_taken, read_life_event
from todoke.civic.procedures.models import GuideOffice, GuideTopic, ProcedureVersion
from todoke.civic.procedures.types import Instead
from todoke.ground.people.models import Section
from todoke.ground.places.registry import LoadReport
from todoke.ground.retention.models import RetentionClass
from todoke.shared.paperwork.actions import forms
from todoke.shared.paperwork.document import canonical, sha256_of
from todoke.shared.paperwork.logic import logic_of
from todoke.shared.paperwork.models import Form
from todoke.shared.paperwork.publishing import faults_of as form_faults
from todoke.shared.paperwork.queries import published_version
from todoke.shared.paperwork.types import Fault

GUIDE = "guide.toml"
ROOM = "procedures"
CITY = "city"


class GuidePart:
    """The guide; the file need not be there."""

    key = "procedures.guide"
    order = 720
    files = (GUIDE,)

    def load(self, folder: Path, report: LoadReport) -> None:
        """Store what the file says; an event that is gone from it is not offered any more."""
        document = read_toml(folder / GUIDE, report) if (folder / GUIDE).exists() else None
        if document is None:
            return
        document.refuse_unknown(document.values, ("retention", "offices", "events"))
        retention = document.text(document.values, "retention")
        if not RetentionClass.objects.filter(code=retention).exists():
            document.fault("retention", text=_("「%(key)s」という保存年限はありません。") % {"key": retention})
            return
        for number, table in enumerate(document.values.get("offices", [])):
            _load_office(document, number, table, report)
        events = document.values.get("events", [])
        for number, table in enumerate(events):
            _load_event(document, number, table, retention, report)
        for gone in GuideTopic.objects.filter(is_offered=True).exclude(key__in=[each.get("key") for each in events]):
            report.store(GuideTopic, key={"key": gone.key}, values={"is_offered": False})


def _load_office(document: Document, number: int, table: Mapping[str, Any], report: LoadReport) -> None:
    document.refuse_unknown(table, ("section", "where", "hours"), "offices", number)
    key = document.text(table, "section", "offices", number)
    section = Section.objects.filter(key=key).first()
    if section is None:
        document.fault("offices", number, "section", text=_("「%(key)s」という課はありません。") % {"key": key})
        return
    told = {name: table.get(name) for name in ("where", "hours")}
    for name, words in told.items():
        if not isinstance(words, dict) or not words.get("ja"):
            document.fault("offices", number, name, text=_("ことばごとの文を書いてください。"))
            return
    report.store(GuideOffice, key={"section": section}, values=told)


def _load_event(document: Document, number: int, table: Mapping[str, Any], retention: str, report: LoadReport) -> None:
    try:
        event = read_life_event(dict(table))
        faults = guide_faults(event)
    except BrokenLifeEvent as broken:
        faults = list(broken.faults)
    for fault in faults:
        path = [int(part) if part.isdecimal() else part for part in fault.where.split(".") if part]
        document.fault("events", number, *path, text=f"{table.get('key', '')}：{fault.says}")
    if faults:
        return
    values = {"form": _form(event, retention), "position": number, "text": canonical(table), "is_offered": True}
    report.store(GuideTopic, key={"key": event.key}, values=values)


def _form(event: LifeEvent, retention: str) -> Form:
    """The form that asks the questions of this event, published as they are now."""
    at, key, title = clock.now(), f"guide-{event.key}", event.name.say("ja")
    form = Form.objects.filter(key=key).first() or forms.create_form(
        key, room=ROOM, title=title, retention_class=retention, by=CITY, at=at
    )
    if (form.title, form.retention_class) != (title, retention):
        form.title, form.retention_class = title, retention
        form.save(update_fields=["title", "retention_class"])
    there = published_version(form)
    if there is None or there.sha256 != sha256_of(canonical(event.form_json)):
        forms.save_draft(form, event.form_json, by=CITY, at=at)
        forms.publish(form, by=CITY, by_name=CITY, at=at)
    return form


def guide_faults(event: LifeEvent) -> list[Fault]:
    """What keeps a life event from being offered: its questions, its formulas, and what it says of procedures."""
    text = canonical(event.form_json)
    found = [Fault(fault.where.removeprefix("pages.0."), fault.says) for fault in form_faults(text)]
    if found:
        # Formulas over questions that are broken themselves would only repeat it.
        return found
    scope = logic_of(text).scope
    for place, (doc, kind) in written_formulas(event).items():
        try:
            compile_formula(doc, scope, expects=kind)
        except Unsound as unsound:
            found += [Fault(f"{place}{fault.path}", fault.says) for fault in unsound.faults]
    for number, errand in enumerate(event.errands):
        found += _errand_faults(event, errand, f"procedures.{number}")
    return found


def _errand_faults(event: LifeEvent, errand: Errand, where: str) -> list[Fault]:
    if errand.outside is not None:
        section = errand.outside.section
        if section and not Section.objects.filter(key=section).exists():
            return [Fault(f"{where}.outside.section", _("「%(key)s」という課はありません。") % {"key": section})]
        return []
    version = ProcedureVersion.objects.filter(
        procedure__key=errand.procedure, state=ProcedureVersion.State.PUBLISHED
    ).first()
    if version is None:
        says = _("「%(key)s」という手続きはありません。手続きのファイルの key を書いてください。")
        return [Fault(f"{where}.procedure", says % {"key": errand.procedure})]
    found = []
    for number, left_out in enumerate(errand.left_out):
        for question in left_out.papers:
            rule = version.document.attachment(question)
            if rule is None or rule.instead is Instead.NONE:
                says = _("「%(key)s」は、この手続きで省略できる書類ではありません。") % {"key": question}
                found.append(Fault(f"{where}.left_out.{number}.papers", says))
    for theirs, ours in errand.carry.items():
        if not is_taken(event.form.question(ours), version.document.form.question(theirs)):
            says = _(
                "「%(ours)s」の答えは、様式の質問「%(theirs)s」に入りません。質問の種類と選択肢を合わせてください。"
            )
            found.append(Fault(f"{where}.carry", says % {"ours": ours, "theirs": theirs}))
    return found
