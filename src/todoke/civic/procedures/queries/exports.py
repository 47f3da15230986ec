"""What other systems read: the layouts that a clerk may change, and the keys that they answer for or may end."""

from django.db.models import Count, Q, QuerySet

from todoke.civic.procedures.models import ExportLayout, InterfaceKey, ProcedureVersion
from todoke.civic.procedures.queries.casework import versions_to_export
from todoke.civic.procedures.rules import BUILD
from todoke.ground.people.rules import Viewer


def versions_to_lay_out(viewer: Viewer) -> QuerySet[ProcedureVersion]:
    """The published procedures whose layouts this clerk may change, by key."""
    sections = [section for right, section in viewer.grants if right == BUILD]
    found = ProcedureVersion.objects.filter(state=ProcedureVersion.State.PUBLISHED, section__key__in=sections)
    return found.select_related("procedure", "section", "form_version").order_by("procedure__key")


def layouts_of(version: ProcedureVersion) -> QuerySet[ExportLayout]:
    """The layouts of a procedure, each with how many keys read it (`key_count`)."""
    in_force = Count("keys", filter=Q(keys__ended_at=None))
    return ExportLayout.objects.filter(procedure=version.procedure_id).annotate(key_count=in_force).order_by("key")


def layouts_to_export(viewer: Viewer) -> QuerySet[ExportLayout]:
    """The layouts by which this clerk may take cases out."""
    procedures = [version.procedure_id for version in versions_to_export(viewer)]
    return ExportLayout.objects.filter(procedure__in=procedures).select_related("procedure")


def keys_to_answer_for(viewer: Viewer) -> QuerySet[InterfaceKey]:
    """The keys of these layouts, the newest first."""
    found = InterfaceKey.objects.filter(layout__in=layouts_to_export(viewer))
    return found.select_related("layout__procedure", "given_by").order_by("-pk")
