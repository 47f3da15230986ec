"""What the guide offers, and whose answers belong to it."""

from collections.abc import Iterable

from todoke.civic.procedures.advising import Advice
from todoke.civic.procedures.models import GuideOffice, GuideTopic, ProcedureVersion
from todoke.shared.paperwork.models import Response

FORMS = "guide-"


def topics() -> list[GuideTopic]:
    """The life events that are offered, in the city's order."""
    return list(GuideTopic.objects.filter(is_offered=True))


def topic(key: str) -> GuideTopic | None:
    """The life event with this key, if it is offered."""
    return GuideTopic.objects.select_related("form").filter(key=key, is_offered=True).first()


def topic_of(response: Response) -> GuideTopic | None:
    """The life event whose questions this response answers; None for answers to anything else."""
    return GuideTopic.objects.select_related("form").filter(form=response.version.form_id).first()


def is_of_the_guide(response: Response) -> bool:
    """Whether these are answers to the guide; asks nothing of the database."""
    return response.version.form.key.startswith(FORMS)


def versions_of(advice: Iterable[Advice]) -> dict[str, ProcedureVersion]:
    """The published procedures of these errands, in one question."""
    keys = [each.errand.procedure for each in advice if each.errand.procedure]
    found = ProcedureVersion.objects.filter(state=ProcedureVersion.State.PUBLISHED, procedure__key__in=keys)
    return {version.procedure.key: version for version in found.select_related("procedure__form", "section")}


def offices() -> dict[str, GuideOffice]:
    """Every counter that the guide knows, by the key of its section."""
    return {office.section.key: office for office in GuideOffice.objects.select_related("section")}
