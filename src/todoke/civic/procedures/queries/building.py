"""What the builder reads: procedures of the viewer's sections, a draft with its faults, what can be chosen."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from json import loads
from typing import Any

from todoke.base.formulas import Scope, Unsound, said
from todoke.civic.procedures.checking import faults_of
from todoke.civic.procedures.document import ProcedureDocument, document_of
from todoke.civic.procedures.models import Procedure, ProcedureVersion, StandardFlow
from todoke.civic.procedures.rules import BUILD
from todoke.civic.procedures.trials import TrialReport, run_tests
from todoke.ground.people.models import Section
from todoke.ground.people.rules import Viewer
from todoke.ground.retention.models import RetentionClass
from todoke.shared.decisions.queries import newest_routes, plan_of
from todoke.shared.documents.models import LetterVersion, Seal, VersionState
from todoke.shared.paperwork.logic import UnsoundLogic, compiled
from todoke.shared.paperwork.models import BlockVersion
from todoke.shared.paperwork.types import Fault, Json
from todoke.shared.timetable.queries import office_calendar

Choices = list[tuple[str, str]]


@dataclass(frozen=True)
class Draft:
    """A procedure as the builder has it open: its draft, or what is published where nobody has begun to change it."""

    procedure: Procedure
    version: ProcedureVersion
    published: ProcedureVersion | None

    @property
    def text(self) -> str:
        """The canonical text."""
        return self.version.text

    @property
    def sha256(self) -> str:
        """What a change is based on."""
        return self.version.sha256

    @property
    def is_changed(self) -> bool:
        """Whether there is something to publish."""
        return self.version.state == ProcedureVersion.State.DRAFT

    @cached_property
    def json(self) -> Json:
        """The document as JSON, to make the next one of."""
        return loads(self.text)

    @cached_property
    def document(self) -> ProcedureDocument:
        """The document, read."""
        return document_of(self.text)

    @cached_property
    def faults(self) -> list[Fault]:
        """What keeps it from being published."""
        return faults_of(self.document, is_open())

    @cached_property
    def scope(self) -> Scope:
        """What conditions may speak about, as far as it can be read."""
        return compiled(self.document.form)[0].scope

    @cached_property
    def trials(self) -> TrialReport | None:
        """How its tests went; None while its conditions cannot be read."""
        try:
            return run_tests(self.document, is_open())
        except (UnsoundLogic, Unsound):
            return None


def is_open() -> Callable[[date], bool]:
    """Which days the office is open."""
    return office_calendar().is_open


def draft_for(viewer: Viewer, key: str) -> Draft | None:
    """The procedure with this key, for somebody who may build in its section."""
    versions = list(
        ProcedureVersion.objects.filter(procedure__key=key)
        .exclude(state=ProcedureVersion.State.RETIRED)
        .select_related("procedure", "section")
        .order_by("number")
    )
    if not versions or not viewer.may(BUILD, versions[-1].section.key):
        return None
    published = next((each for each in versions if each.state == ProcedureVersion.State.PUBLISHED), None)
    return Draft(versions[-1].procedure, versions[-1], published)


def drafts_for(viewer: Viewer) -> list[Draft]:
    """Every procedure of the sections in which this viewer may build, by key."""
    found: dict[int, list[ProcedureVersion]] = {}
    keys = [section.key for section in sections_to_build(viewer)]
    versions = ProcedureVersion.objects.exclude(state=ProcedureVersion.State.RETIRED).filter(section__key__in=keys)
    for version in versions.select_related("procedure", "section").order_by("procedure__key", "number"):
        found.setdefault(version.procedure_id, []).append(version)
    return [
        Draft(
            each[-1].procedure,
            each[-1],
            next((version for version in each if version.state == ProcedureVersion.State.PUBLISHED), None),
        )
        for each in found.values()
    ]


def sections_to_build(viewer: Viewer) -> list[Section]:
    """The sections in which this viewer may build, by name."""
    return [each for each in Section.objects.order_by("name") if viewer.may(BUILD, each.key)]


def text_with(procedure: Procedure, sha256: str) -> str | None:
    """The draft of this procedure as it stood under this hash, as long as its steps are kept."""
    step = procedure.steps.filter(sha256=sha256).last()
    if step is not None:
        return step.text
    version = procedure.versions.filter(sha256=sha256).last()
    return version.text if version else None


def flow_choices() -> Choices:
    """The standard flows."""
    return [(flow.key, said(flow.document["title"])) for flow in StandardFlow.objects.filter(is_active=True)]


def flow_document(key: str) -> Json:
    """A standard flow as JSON, or None."""
    return StandardFlow.objects.filter(key=key, is_active=True).values_list("document", flat=True).first()


def route_choices() -> Choices:
    """The routes in use."""
    return [(version.route.key, said(plan_of(version).title)) for version in newest_routes()]


def retention_choices() -> Choices:
    """The classes of the retention schedule."""
    return list(RetentionClass.objects.order_by("years", "code").values_list("code", "name"))


def letter_choices() -> Choices:
    """The letters in use."""
    found = LetterVersion.objects.filter(state=VersionState.PUBLISHED).select_related("letter").order_by("letter__key")
    return [(version.letter.key, version.letter.name) for version in found]


def seal_choices() -> Choices:
    """The seals of the register."""
    return list(Seal.objects.order_by("key").values_list("key", "name"))


def blocks() -> list[dict[str, Any]]:
    """The city's standard questions: title, and each question as JSON."""
    newest = {
        version.block_id: version
        for version in BlockVersion.objects.select_related("block").order_by("block__key", "number")
    }
    return [
        {"key": each.block.key, "title": each.block.title, "questions": loads(each.questions)}
        for each in newest.values()
    ]
