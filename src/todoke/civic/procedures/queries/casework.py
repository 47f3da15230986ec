"""What staff see of filings: rows of an inbox, one case, its revisions side by side."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from todoke.civic.procedures.models import Filing, ProcedureVersion
from todoke.civic.procedures.rules import BUILD, EXPORT, TAKE
from todoke.ground.people.rules import Viewer
from todoke.shared.casework.models import Case
from todoke.shared.casework.queries import cases_for
from todoke.shared.paperwork.answers import opened, words_of
from todoke.shared.paperwork.models import Response

WITH = (
    "version__section",
    "version__procedure",
    "version__flow_version",
    "response__version__form",
    "response__custody__period",
    "response__custody__retention_class",
    "case__section",
    "case__handler",
    "case__flow_version",
    "case__custody",
)


@dataclass(frozen=True)
class Compared:
    """One question in two revisions."""

    label: str
    before: str
    after: str

    @property
    def has_changed(self) -> bool:
        """Whether the words differ."""
        return self.before != self.after


def filing_of(viewer: Viewer, key: UUID) -> Filing | None:
    """The filing of the case with this key, if this viewer may see the case."""
    if not cases_for(viewer).filter(key=key).exists():
        return None
    return Filing.objects.select_related(*WITH).filter(case__key=key).first()


def people_in(filing: Filing) -> list[str | None]:
    """Whom a filing is about, as looks name them: who filed it, and for whom; None where nobody signed in."""
    principal = filing.mandate.principal_id if filing.mandate else None
    return [f"resident:{each}" for each in (filing.resident_id, principal) if each] or [None]


def people_concerned(key: str) -> list[str]:
    """The same by the key of the subject."""
    filing = Filing.objects.select_related("mandate").filter(response__key=key).first()
    return [each for each in people_in(filing) if each] if filing else []


def counter_filing(viewer: Viewer, key: UUID) -> Filing | None:
    """A filing whose answers this clerk may type: taken in by staff of their section, or one being corrected."""
    found = Filing.objects.select_related(*WITH).filter(response__key=key).first()
    if found is None:
        return None
    section = found.case.section if found.case else found.version.section
    if not viewer.may(TAKE, section.key):
        return None
    is_taken_in = bool(found.response.entered_by)
    return found if is_taken_in or found.case_id is not None else None


def versions_to_take(viewer: Viewer) -> QuerySet[ProcedureVersion]:
    """The published procedures of the sections in which this clerk may take filings in."""
    sections = [section for permission, section in viewer.grants if permission == TAKE]
    found = ProcedureVersion.objects.filter(state=ProcedureVersion.State.PUBLISHED, section__key__in=sections)
    return found.select_related("procedure__form", "section", "flow_version").order_by("section__key", "procedure__key")


def versions_to_export(viewer: Viewer) -> QuerySet[ProcedureVersion]:
    """The published procedures of which this clerk may take the cases out."""
    sections = [section for permission, section in viewer.grants if permission == EXPORT]
    found = ProcedureVersion.objects.filter(state=ProcedureVersion.State.PUBLISHED, section__key__in=sections)
    return found.select_related("procedure", "section").order_by("procedure__key")


def versions_to_translate(viewer: Viewer) -> list[ProcedureVersion]:
    """Of each procedure whose texts this clerk may change: the draft, or what is published where there is none."""
    sections = [section for permission, section in viewer.grants if permission == BUILD]
    found = ProcedureVersion.objects.exclude(state=ProcedureVersion.State.RETIRED).filter(section__key__in=sections)
    # A draft has the higher number, and the last one wins.
    rows = found.select_related("procedure", "section").order_by("procedure__key", "number")
    return list({version.procedure_id: version for version in rows}.values())


def filings_by_case(cases: Iterable[Case]) -> dict[int, Filing]:
    """The filings of these cases, in one question."""
    rows = Filing.objects.filter(case__in=[case.pk for case in cases]).select_related("version", "response")
    return {row.case_id: row for row in rows if row.case_id is not None}


def compared(filing: Filing, first: int, second: int) -> list[Compared] | None:
    """Every question with its words in two revisions, in the order of the form; None where one is not there."""
    one, other = opened(filing.response, first), opened(filing.response, second)
    if one is None or other is None:
        return None
    before, after = one[0], other[0]
    rows = []
    for question in after.document.questions:
        was, now = before.sheet.get(question.key), after.sheet.get(question.key)
        if was is None and now is None:
            continue
        rows.append(
            Compared(
                question.label.say(),
                words_of(before, question.key, was.value if was else None) or _("なし"),
                words_of(after, question.key, now.value if now else None) or _("なし"),
            )
        )
    return rows


def has_open_revision(response: Response) -> bool:
    """Whether something may be typed: a draft, or a correction that was asked for."""
    return response.revisions.filter(arrived_at__isnull=True).exists()
