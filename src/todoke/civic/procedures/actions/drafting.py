"""Writing a procedure and publishing it: drafts come and go, what was published stays."""

from datetime import datetime
from json import loads

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from todoke.civic.procedures.actions.refusals import (
    EditedElsewhere,
    NotAllowed,
    NotFitToPublish,
    NothingToPublish,
    SecondPersonNeeded,
)
from todoke.civic.procedures.checking import faults_of
from todoke.civic.procedures.document import BrokenProcedure, ProcedureDocument, document_of, read_procedure
from todoke.civic.procedures.flows import own_flow
from todoke.civic.procedures.models import Procedure, ProcedureVersion, StandardFlow
from todoke.civic.procedures.rules import BUILD
from todoke.ground.audit.actions import Person, record
from todoke.ground.people.models import Section
from todoke.ground.people.rules import Viewer
from todoke.shared.casework.actions import flows
from todoke.shared.casework.models import Flow, FlowVersion
from todoke.shared.paperwork.actions import forms
from todoke.shared.paperwork.document import canonical, sha256_of
from todoke.shared.paperwork.models import FormVersion
from todoke.shared.paperwork.types import Fault, Json
from todoke.shared.timetable.queries import office_calendar

ROOM = "procedures"


@transaction.atomic
def save_draft(document: Json, *, viewer: Viewer, at: datetime, based_on: str | None = None) -> ProcedureVersion:
    """Keep this document as its procedure's one draft; the procedure is made where there is none of its key.

    `based_on`: the hash of the draft that was fetched. A procedure that is merely unfinished is kept. Raises
    BrokenProcedure for what is no procedure at all, NotAllowed in another section, EditedElsewhere.
    """
    read = read_procedure(document)
    section = _section(read)
    newest = (
        ProcedureVersion.objects.filter(procedure__key=read.key).select_related("section").order_by("number").last()
    )
    # Whoever takes a procedure over from another section must be allowed to build in that one, too.
    if not all(viewer.may(BUILD, each.key) for each in (section, *([newest.section] if newest else []))):
        raise NotAllowed
    return keep_draft(document, read, section, by=viewer, name=viewer.name, at=at, based_on=based_on)


def keep_draft(
    document: Json,
    read: ProcedureDocument,
    section: Section,
    *,
    by: Person | str,
    name: str,
    at: datetime,
    based_on: str | None = None,
) -> ProcedureVersion:
    """As `save_draft`, for whoever has been let in already: the builder's people, or the city folder."""
    procedure = _held(read, by=by, at=at)
    draft = procedure.versions.filter(state=ProcedureVersion.State.DRAFT).first()
    text = canonical(document)
    if draft is None:
        newest = procedure.versions.order_by("-number").first()
        draft = ProcedureVersion(procedure=procedure, number=newest.number + 1 if newest else 1, revision=0)
    elif based_on is not None and draft.sha256 != based_on:
        raise EditedElsewhere
    before = draft.sha256
    draft.section, draft.text, draft.sha256 = section, text, sha256_of(text)
    draft.edited_at, draft.edited_by, draft.revision = at, name, draft.revision + 1
    draft.save()
    if draft.sha256 != before:
        record("procedures.draft-saved", on=procedure, by=by, before={"sha256": before}, after={"sha256": draft.sha256})
    return draft


@transaction.atomic
def drop_draft(procedure: Procedure, *, viewer: Viewer) -> None:
    """Throw the draft away; what is published is not touched. Raises NothingToPublish, NotAllowed."""
    draft = procedure.versions.select_related("section").filter(state=ProcedureVersion.State.DRAFT).first()
    if draft is None:
        raise NothingToPublish
    if not viewer.may(BUILD, draft.section.key):
        raise NotAllowed
    record("procedures.draft-dropped", on=procedure, by=viewer, before={"sha256": draft.sha256})
    procedure.steps.all().delete()
    draft.delete()


@transaction.atomic
def publish(procedure: Procedure, *, viewer: Viewer, at: datetime, based_on: str | None = None) -> ProcedureVersion:
    """The draft can be filed from now on; the version before it is retired, and whoever has begun on that one goes on.

    `based_on`: the hash of the draft that was looked at. Raises NothingToPublish, NotAllowed, EditedElsewhere,
    SecondPersonNeeded, NotFitToPublish with every fault.
    """
    draft = procedure.versions.select_related("section").filter(state=ProcedureVersion.State.DRAFT).first()
    if draft is None:
        raise NothingToPublish
    if not viewer.may(BUILD, draft.section.key):
        raise NotAllowed
    if based_on is not None and draft.sha256 != based_on:
        raise EditedElsewhere
    if needs_another_person(procedure, viewer):
        raise SecondPersonNeeded
    return put_into_force(draft, by=viewer, name=viewer.name, at=at)


def needs_another_person(procedure: Procedure, viewer: Viewer) -> bool:
    """Whether the city wants another pair of eyes than this one: the last change is this viewer's own."""
    last = procedure.steps.last()
    return settings.PROCEDURES_PUBLISHED_BY_TWO and last is not None and last.made_by_id == viewer.account_id


def put_into_force(draft: ProcedureVersion, *, by: Person | str, name: str, at: datetime) -> ProcedureVersion:
    """As `publish`, for whoever has been let in already."""
    document = document_of(draft.text)
    if faults := faults_of(document, office_calendar().is_open):
        raise NotFitToPublish(faults)
    procedure = Procedure.objects.select_for_update().get(pk=draft.procedure_id)
    draft.form_version = _form_version(procedure, document, by=by, name=name, at=at)
    draft.flow_version = _flow_version(procedure, document, by=by, at=at)
    procedure.versions.filter(state=ProcedureVersion.State.PUBLISHED).update(
        state=ProcedureVersion.State.RETIRED, retired_at=at
    )
    draft.state, draft.published_at, draft.published_by = ProcedureVersion.State.PUBLISHED, at, name
    draft.save()
    procedure.steps.all().delete()
    record("procedures.published", on=procedure, by=by, after={"number": draft.number, "sha256": draft.sha256})
    return draft


def draft_document(procedure: Procedure) -> Json:
    """The JSON to go on from: the draft's, or what is published, or None for a procedure without any."""
    version = procedure.versions.exclude(state=ProcedureVersion.State.RETIRED).order_by("-number").first()
    return None if version is None else loads(version.text)


def _section(document: ProcedureDocument) -> Section:
    section = Section.objects.filter(key=document.section).first()
    if section is None:
        says = _("「%(key)s」という課はありません。") % {"key": document.section}
        raise BrokenProcedure([Fault("section", says)])
    return section


def _held(document: ProcedureDocument, *, by: Person | str, at: datetime) -> Procedure:
    """The procedure under a lock, made with its form and flow where it is new."""
    procedure = Procedure.objects.select_for_update().filter(key=document.key).first()
    if procedure is not None:
        return procedure
    form = forms.create_form(
        f"{ROOM}-{document.key}",
        room=ROOM,
        title=document.name.say("ja"),
        retention_class=document.retention,
        section=document.section,
        by=by,
        at=at,
    )
    flow, _is_new = Flow.objects.get_or_create(key=f"{ROOM}-{document.key}")
    procedure = Procedure.objects.create(key=document.key, form=form, flow=flow, created_at=at)
    record("procedures.made", on=procedure, by=by, after={"key": document.key})
    return procedure


def _form_version(
    procedure: Procedure, document: ProcedureDocument, *, by: Person | str, name: str, at: datetime
) -> FormVersion:
    """The form as this document has it: the published version where it is the same, else the next one."""
    form = procedure.form
    form.title, form.section, form.retention_class = document.name.say("ja"), document.section, document.retention
    form.save(update_fields=["title", "section", "retention_class"])
    return forms.put_into_force(form, document.form_json, by=by, by_name=name, at=at)


def _flow_version(procedure: Procedure, document: ProcedureDocument, *, by: Person | str, at: datetime) -> FlowVersion:
    """The flow as this document has it: the version that says the same, else the next one."""
    standard = StandardFlow.objects.get(key=document.flow)
    written = own_flow(standard.document, document.standard_days)
    return flows.put_into_force(procedure.flow, written, by=by if isinstance(by, str | Viewer) else str(by), at=at)
