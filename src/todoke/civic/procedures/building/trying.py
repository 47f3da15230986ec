"""A draft tried out: what somebody typed, what comes out of it, and the test that keeps it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from todoke.base.formulas import Circumstances
from todoke.civic.procedures.document import ProcedureDocument
from todoke.civic.procedures.judging import Judgement, formulas_of, judge
from todoke.civic.procedures.trials import TrialReport
from todoke.shared.paperwork.document import canonical
from todoke.shared.paperwork.fields.files import KEPT
from todoke.shared.paperwork.filling.drawing import DrawnField, draw
from todoke.shared.paperwork.filling.posted import ACT, split
from todoke.shared.paperwork.logic import logic_of
from todoke.shared.paperwork.registry import field_kinds
from todoke.shared.paperwork.sheet import Entry
from todoke.shared.paperwork.standing import Standing, standing_of
from todoke.shared.paperwork.types import Json

Typed = Mapping[str, Mapping[str, Sequence[str]]]
# What stands for a file in a test: the name of one that is nowhere.
SAMPLE_FILE = json.dumps({"file": "sample", "name": "sample.pdf", "size": 1000, "type": "application/pdf"})


@dataclass(frozen=True)
class Tried:
    """A filled form over a draft, on a day: how it stands, and what the procedure makes of it."""

    standing: Standing
    judgement: Judgement

    @property
    def yen(self) -> int:
        """The fee, 0 for none."""
        return self.judgement.quote.yen if self.judgement.quote else 0

    @property
    def reasons(self) -> tuple[str, ...]:
        """How the fee came about, in words."""
        return self.judgement.quote.reasons if self.judgement.quote else ()

    def paper(self, question: str) -> str:
        """What becomes of a paper: `brought`, `left_out`, or "" where it is not asked for."""
        for each in self.judgement.papers:
            if each.rule.question == question:
                return "left_out" if each.is_left_out else "brought"
        return ""


@dataclass(frozen=True)
class TriedPage:
    """A page of the form as it would stand, every field of it."""

    key: str
    title: str
    help: str
    fields: tuple[DrawnField, ...]


def stand(document: ProcedureDocument, typed: Typed, circumstances: Circumstances) -> Standing:
    """How the form stands with these answers. Raises UnsoundLogic where its conditions cannot be read."""
    logic = logic_of(canonical(document.form_json))
    return standing_of(document.form, logic, {key: Entry(raw) for key, raw in typed.items()}, circumstances)


def try_out(document: ProcedureDocument, typed: Typed, circumstances: Circumstances) -> Tried:
    """What comes out. Raises UnsoundLogic and Unsound where the draft's conditions cannot be read."""
    standing = stand(document, typed, circumstances)
    return Tried(standing, judge(document, formulas_of(document), standing, circumstances))


def drawn(standing: Standing, typed: Typed, *, page: str = "", with_troubles: bool = False) -> list[TriedPage]:
    """The pages that somebody with these answers would see, or one of them."""
    return [
        TriedPage(
            each.key,
            each.title.say(),
            each.help.say(),
            tuple(
                draw(
                    question,
                    typed.get(question.key, {}),
                    troubles=standing.troubles.get(question.key, ()) if with_troubles else (),
                    notes=standing.notes.get(question.key, ()),
                    needed=question.key in standing.needed,
                    computed=standing.computed,
                )
                for question in standing.asked_on(each)
            ),
        )
        for each in standing.pages
        if page in ("", each.key)
    ]


def typed_in(posted: Iterable[tuple[str, Sequence[str]]], document: ProcedureDocument) -> dict[str, dict[str, Any]]:
    """The answers among what a browser posted: boxes by question, those left empty aside."""
    found: dict[str, dict[str, Any]] = {}
    pressed = []
    for name, words in posted:
        if name.startswith(ACT):
            pressed.append(name.removeprefix(ACT))
        key, part = split(name)
        question = document.form.question(key)
        if question is None or question.kind not in field_kinds or not any(word.strip() for word in words):
            continue
        if part in field_kinds[question.kind].held:
            # A tick says “a file is there”; which one is not believed.
            found.setdefault(key, {})[part] = [SAMPLE_FILE] if part == KEPT else []
        else:
            found.setdefault(key, {})[part] = list(words)
    for each in pressed:
        key, _at, act = each.partition("@")
        question = document.form.question(key)
        if question is not None and question.kind in field_kinds:
            changed = field_kinds[question.kind].act(act, found.get(key, {}), question)
            found[key] = {part: list(words) for part, words in changed.items()}
    return found


def test_of(name: str, on: date, typed: Typed, expects: Mapping[str, Json]) -> Json:
    """A test as the document keeps it."""
    return {
        "name": name,
        "on": on.isoformat(),
        "typed": {key: {part: list(words) for part, words in boxes.items()} for key, boxes in typed.items()},
        "expects": dict(expects),
    }


def missed(document: ProcedureDocument, report: TrialReport) -> list[str]:
    """What no test takes, in words: questions that none answers, conditions that none meets or fails."""
    labels = {question.key: question.label.say() for question in document.form.questions}
    said = [_("「%(label)s」に答えるテストがありません。") % {"label": labels[key]} for key in report.questions_missed]
    for name, way in report.branches_missed:
        about = {"label": _about(document, labels, name)}
        said.append(
            (
                _("%(label)s：当てはまる場合のテストがありません。")
                if way
                else _("%(label)s：当てはまらない場合のテストがありません。")
            )
            % about
        )
    return said


def _about(document: ProcedureDocument, labels: Mapping[str, str], name: str) -> str:
    kind, _colon, key = name.partition(":")
    if kind == "page":
        page = document.form.page(key)
        return _("ページ「%(title)s」を出す条件") % {"title": page.title.say() if page else key}
    if kind == "visible":
        return _("「%(label)s」を聞く条件") % {"label": labels[key]}
    if kind == "required":
        return _("「%(label)s」を必須にする条件") % {"label": labels[key]}
    part, number, what = name.split(".")
    if part == "conditions":
        return _("申請できる条件「%(says)s」") % {"says": document.conditions[int(number)].says.say()}
    paper = {"name": document.attachments[int(number)].name.say()}
    return (
        _("書類「%(name)s」を求める条件") % paper if what == "needed" else _("書類「%(name)s」を省略する条件") % paper
    )
