"""What this room reads from the city folder: `surveys.toml`.

Each `[[surveys]]` has `key`, `section`, `mode` (open, invited), `anonymity` (named, unlinkable), `opens_on`,
`closes_on`, `retention_class`, `title`, `audience`; where it follows a case that ended: `after_closing = true`,
`letter` and `flows` (keys of flows; empty: all). Each `[[surveys.questions]]` has `key`, `kind` (without
“paperwork.”), `label`, optionally `help`, `required`, `choices` (key and words each), `settings`, `visible` (a
formula). Every text may stand again with `_en` and `_easy`. A survey that somebody was invited to, or has answered, is
not rewritten: make another one.
"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from todoke.base.clock import now
from todoke.base.tables import Document, read_toml
from todoke.civic.voices.actions.surveys import check_questions, make
from todoke.civic.voices.models import Anonymity, Mode, Survey
from todoke.civic.voices.queries.surveys import answer_count, invitation_count, surveys
from todoke.civic.voices.refusals import TellsWhoAnswered
from todoke.ground.people.models import Section
from todoke.ground.places.registry import LoadReport, Outcome
from todoke.ground.retention.models import RetentionClass
from todoke.shared.paperwork.actions import forms
from todoke.shared.paperwork.document import BrokenDocument, canonical, read_document, sha256_of
from todoke.shared.paperwork.models import Form, FormVersion
from todoke.shared.paperwork.publishing import faults_of
from todoke.shared.paperwork.types import Fault

FILE, BY = "surveys.toml", "city folder"
LANGUAGES = {"ja": "", "en": "_en", "ja-easy": "_easy"}
TEXTS = ("title", "audience", "letter")
OWN = (
    "key", "section", "mode", "anonymity", "opens_on", "closes_on", "retention_class", "after_closing", "flows",
    "questions",
)  # fmt: skip
ASKED = ("key", "kind", "required", "choices", "settings", "visible")


class SurveysPart:
    """The surveys of the city; the file need not be there. After the sections and retention classes that it names."""

    key = "voices.surveys"
    order = 460
    files = (FILE,)

    def load(self, folder: Path, report: LoadReport) -> None:
        """Store what the file says; what it no longer names stays, with its answers."""
        document = read_toml(folder / FILE, report) if (folder / FILE).exists() else None
        if document is None:
            return
        document.refuse_unknown(document.values, ("surveys",))
        seen: set[str] = set()
        for number, table in enumerate(document.values.get("surveys", [])):
            _Table(document, number, table, report).load(seen)


class _Table:
    """One survey of the file."""

    def __init__(self, document: Document, number: int, values: Mapping[str, Any], report: LoadReport) -> None:
        self.document, self.path, self.values, self.report = document, ("surveys", number), values, report

    def load(self, seen: set[str]) -> None:
        before = self.report.fault_count
        self.document.refuse_unknown(self.values, (*OWN, *_in_languages(TEXTS)), *self.path)
        key = self.document.text(self.values, "key", *self.path)
        if key in seen:
            self._fault("key", _("同じkeyのアンケートが2つあります。"))
        seen.add(key)
        section = self._row("section", Section, "key")
        kept = self._row("retention_class", RetentionClass, "code")
        mode, anonymity = self._one_of("mode", Mode), self._one_of("anonymity", Anonymity)
        opens_on, closes_on = self._day("opens_on"), self._day("closes_on")
        if opens_on and closes_on and closes_on < opens_on:
            self._fault("closes_on", _("終わりの日が、始まりの日より前です。"))
        follows = self.document.yes(self.values, "after_closing", *self.path)
        if follows and (mode, anonymity) != (Mode.INVITED, Anonymity.UNLINKABLE):
            self._fault("after_closing", _("手続きのあとのアンケートは、invitedとunlinkableにしてください。"))
        texts = {name: _said(self.values, name) for name in TEXTS}
        for name in TEXTS[:2] + TEXTS[2:] * follows:
            if not texts[name].get("ja"):
                self._fault(name, _("空か、書かれていません。値を書いてください。"))
        form = self._form(texts["title"], anonymity)
        flows = self.document.texts(self.values, "flows", *self.path)
        if self.report.fault_count > before or not (section and kept and mode and anonymity and opens_on and closes_on):
            return
        changing = {
            "opens_on": opens_on,
            "closes_on": closes_on,
            "audience": texts["audience"],
            "letter": texts["letter"],
            "flows": flows,
            "after_closing": follows,
            "section": section,
        }
        held = surveys().filter(key=key).first()
        if held is not None:
            self._change(held, form, mode, anonymity, changing)
            return
        version = _published(key, form, section, kept)
        make(key, version, mode=mode, anonymity=anonymity, by=BY, at=now(), **changing)
        self.report.count(str(Survey._meta.verbose_name), Outcome.CREATED)

    def _change(
        self, held: Survey, form: Mapping[str, Any], mode: Mode, anonymity: Anonymity, changing: Mapping[str, Any]
    ) -> None:
        if (held.mode, held.anonymity) != (mode, anonymity):
            self._fault("anonymity", _("modeとanonymityは、あとから変えられません。別のkeyで作ってください。"))
            return
        values = dict(changing)
        if sha256_of(canonical(form)) != held.form_version.sha256:
            if answer_count(held) or invitation_count(held):
                self._fault("questions", _("もう案内や回答があります。質問を変えるときは、別のkeyで作ってください。"))
                return
            kept = held.form_version.form
            forms.save_draft(kept, form, by=BY, at=now())
            values["form_version"] = forms.publish(kept, by=BY, at=now())
        self.report.store(Survey, key={"key": held.key}, values=values)

    def _form(self, title: Mapping[str, str], anonymity: Anonymity | None) -> dict[str, Any]:
        questions = self.values.get("questions", [])
        if not isinstance(questions, list) or not questions:
            self._fault("questions", _("質問を [[surveys.questions]] の見出しの下に1つ以上書いてください。"))
            questions = []
        asked = [self._question(number, each) for number, each in enumerate(questions)]
        form = {
            "todoke-form": 1,
            "title": dict(title),
            "pages": [{"key": "questions", "title": dict(title), "questions": asked}],
        }
        try:
            read = read_document(form)
            if anonymity:
                check_questions(read, anonymity)
        except BrokenDocument as broken:
            self._faults(broken.faults)
        except TellsWhoAnswered as refused:
            self._fault("questions", str(refused))
        else:
            self._faults(faults_of(canonical(form)))
        return form

    def _question(self, number: int, table: Mapping[str, Any]) -> dict[str, Any]:
        path = (*self.path, "questions", number)
        self.document.refuse_unknown(table, (*ASKED, *_in_languages(("label", "help"))), *path)
        asked: dict[str, Any] = {
            "key": self.document.text(table, "key", *path),
            "kind": f"paperwork.{self.document.text(table, 'kind', *path)}",
            "label": _said(table, "label"),
            "required": table.get("required", False),
        }
        settings = dict(table.get("settings", {}))
        if "choices" in table:
            settings["choices"] = [{"key": each.get("key"), "words": _said(each, "words")} for each in table["choices"]]
        help_text = _said(table, "help")
        more = {"settings": settings, "visible": table.get("visible"), "help": help_text}
        return asked | {name: value for name, value in more.items() if value}

    def _faults(self, found: Any) -> None:
        for fault in found:
            self._fault("questions", f"{fault.where}: {fault.says}" if isinstance(fault, Fault) else str(fault))

    def _fault(self, key: str, text: str) -> None:
        self.document.fault(*self.path, key, text=text)

    def _row(self, name: str, model: Any, column: str) -> Any:
        key = self.document.text(self.values, name, *self.path)
        found = model._default_manager.filter(**{column: key}).first() if key else None
        if key and found is None:
            self._fault(name, _("「%(key)s」というキーはありません。") % {"key": key})
        return found

    def _one_of(self, name: str, choices: Any) -> Any:
        value = self.document.text(self.values, name, *self.path)
        if value and value not in choices.values:
            allowed = ", ".join(choices.values)
            self._fault(
                name,
                _("「%(value)s」は使えません。次のどれかを書いてください: %(allowed)s。")
                % {"value": value, "allowed": allowed},
            )
            return None
        return choices(value) if value else None

    def _day(self, name: str) -> date | None:
        value = self.values.get(name)
        if type(value) is not date:
            self._fault(name, _("日付を 2026-04-01 のように、引用符なしで書いてください。"))
            return None
        return value


def _published(key: str, document: Mapping[str, Any], section: Section, kept: RetentionClass) -> FormVersion:
    made: Form = forms.create_form(
        f"survey-{key}",
        room="voices",
        title=document["title"]["ja"],
        retention_class=kept.code,
        section=section.key,
        by=BY,
        at=now(),
    )
    forms.save_draft(made, document, by=BY, at=now())
    return forms.publish(made, by=BY, at=now())


def _said(table: Mapping[str, Any], name: str) -> dict[str, str]:
    return {code: str(table[name + end]) for code, end in LANGUAGES.items() if table.get(name + end)}


def _in_languages(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name + end for name in names for end in LANGUAGES.values())
