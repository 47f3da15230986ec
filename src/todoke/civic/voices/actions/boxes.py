"""What this room reads from the city folder: `voices.toml`, the boxes of 市民の声.

Each `[[boxes]]` has `key`, `section` (who reads first), `route` (the decision on an answer; it may ask for `public` and
`changed`), `retention_class`, `title` and `summary` in each language, `uses` (which question is the `body`, which one
the consent to `publish`, and, if there are any, the `kind` and the `addressee` of a letter), `letter` if answers go out
on paper, too, `form` as paperwork writes it and `flow` as casework does. A changed form or flow is the next version.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from todoke.base.clock import now
from todoke.base.tables import Document, read_toml
from todoke.civic.voices.models import VoiceBox
from todoke.civic.voices.rules.voices import CONSIDERING, FACTS, NEEDED, USES
from todoke.ground.people.models import Section
from todoke.ground.places.registry import LoadReport
from todoke.ground.retention.models import RetentionClass
from todoke.shared.casework.actions import flows
from todoke.shared.casework.models import Flow
from todoke.shared.casework.registry import effects
from todoke.shared.casework.rules.document import BrokenFlow, read_flow
from todoke.shared.decisions.queries import newest_route, plan_of
from todoke.shared.paperwork.actions import forms
from todoke.shared.paperwork.document import canonical
from todoke.shared.paperwork.models import Form
from todoke.shared.paperwork.publishing import faults_of

FILE, BY, ROOM = "voices.toml", "city folder", "voices"
KNOWN = ("key", "section", "route", "retention_class", "title", "summary", "uses", "letter", "form", "flow")


class BoxesPart:
    """The boxes of the city; the file need not be there. After the routes and retention classes that it names."""

    key = "voices.boxes"
    order = 720
    files = (FILE,)

    def load(self, folder: Path, report: LoadReport) -> None:
        """Store what the file says; a box that is gone from it takes nothing any more, and keeps what it has."""
        document = read_toml(folder / FILE, report) if (folder / FILE).exists() else None
        if document is None:
            return
        document.refuse_unknown(document.values, ("boxes",))
        tables = document.values.get("boxes", [])
        for number, table in enumerate(tables):
            _load(document, number, table, report)
        if not report.fault_count:
            keys = [table["key"] for table in tables]
            for gone in VoiceBox.objects.filter(is_active=True).exclude(key__in=keys):
                report.store(VoiceBox, key={"key": gone.key}, values={"is_active": False})


def _load(document: Document, number: int, table: Mapping[str, Any], report: LoadReport) -> None:
    path, before = ("boxes", number), report.fault_count
    document.refuse_unknown(table, KNOWN, *path)
    key = document.text(table, "key", *path)
    section = Section.objects.filter(key=document.text(table, "section", *path)).first()
    kept = RetentionClass.objects.filter(code=document.text(table, "retention_class", *path)).first()
    for name, row in (("section", section), ("retention_class", kept)):
        if row is None and table.get(name):
            document.fault(*path, name, text=_("「%(key)s」というキーはありません。") % {"key": table[name]})
    _check_route(document, table, path)
    _check_form(document, table, path)
    _check_flow(document, table, path)
    if report.fault_count > before or section is None or kept is None:
        return
    form = _form_of(key, table, section, kept)
    flow, _is_new = Flow.objects.get_or_create(key=f"{ROOM}-{key}")
    forms.put_into_force(form, table["form"], by=BY, by_name=BY, at=now())
    flows.put_into_force(flow, table["flow"], by=BY, at=now())
    values = {name: table.get(name, {}) for name in ("title", "summary", "uses")}
    more = {"form": form, "flow": flow, "section": section, "is_active": True}
    letters = {"route": table["route"], "letter": table.get("letter", "")}
    report.store(VoiceBox, key={"key": key}, values={**values, **more, **letters})


def _form_of(key: str, table: Mapping[str, Any], section: Section, kept: RetentionClass) -> Form:
    name = f"{ROOM}-{key}"
    form = Form.objects.filter(key=name).first()
    if form is not None:
        return form
    title = table["title"].get("ja", key)
    return forms.create_form(
        name, room=ROOM, title=title, retention_class=kept.code, section=section.key, by=BY, at=now()
    )


def _check_route(document: Document, table: Mapping[str, Any], path: tuple[str | int, ...]) -> None:
    route = newest_route(document.text(table, "route", *path))
    if route is None:
        document.fault(*path, "route", text=_("「%(key)s」というキーはありません。") % {"key": table.get("route", "")})
    elif strangers := sorted(set(plan_of(route).facts) - set(FACTS)):
        says = _("この決裁ルートは、市民の声では答えられない項目を聞いています：%(keys)s。")
        document.fault(*path, "route", text=says % {"keys": "、".join(strangers)})


def _check_form(document: Document, table: Mapping[str, Any], path: tuple[str | int, ...]) -> None:
    form, uses = table.get("form", {}), table.get("uses", {})
    faults = faults_of(canonical(form))
    for fault in faults:
        document.fault(*path, "form", text=f"{fault.where}: {fault.says}")
    asked = {each.get("key") for page in form.get("pages", []) for each in page.get("questions", [])}
    wanted = [uses.get("body"), uses.get("publish"), *([uses["kind"]] if "kind" in uses else [])]
    wanted += uses.get("addressee", [])
    if set(uses) - set(USES) or not set(wanted) <= asked:
        says = _("usesには、bodyとpublish、あればkindとaddresseeに、様式の質問の名前を書いてください。")
        document.fault(*path, "uses", text=says)


def _check_flow(document: Document, table: Mapping[str, Any], path: tuple[str | int, ...]) -> None:
    try:
        flow = read_flow(table.get("flow", {}), known_effects=[effect.key for effect in effects])
    except BrokenFlow as broken:
        for fault in broken.faults:
            document.fault(*path, "flow", text=f"{fault.path}: {fault.says}")
        return
    missing = [key for key in NEEDED if key not in flow.actions]
    if missing or CONSIDERING not in flow.states:
        says = _("流れには、次の状態と操作が必要です：%(keys)s。")
        document.fault(*path, "flow", text=says % {"keys": "、".join([CONSIDERING, *NEEDED])})
