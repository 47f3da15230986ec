"""What staff see of filings: rows of an inbox, one case with its answers, its revisions side by side."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from todoke.civic.procedures.models import Filing, ProcedureVersion
from todoke.civic.procedures.rules import BUILD, EXPORT, TAKE
from todoke.ground.people.models import Account
from todoke.ground.people.rules import Viewer
from todoke.shared.casework.models import Case
from todoke.shared.casework.queries import HANDLE, cases_for
from todoke.shared.paperwork.fields.files import Files
from todoke.shared.paperwork.models import Response, Revision
from todoke.shared.paperwork.queries import Filled, sheet_of
from todoke.shared.paperwork.registry import field_kinds
from todoke.shared.paperwork.standing import Standing
from todoke.shared.paperwork.types import Source, Value

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
SOURCES = {
    Source.CARRIED: gettext_lazy("前の答えから"),
    Source.REGISTER: gettext_lazy("市の記録から"),
    Source.COMPUTED: gettext_lazy("計算"),
    Source.STAFF: gettext_lazy("職員が入力"),
}
FILES = Files.key
EXPLANATION = "paperwork.explanation"


@dataclass(frozen=True)
class Answer:
    """One answer for the eyes of staff: the question, its words, where they come from, and the files that were kept."""

    key: str
    label: str
    words: str
    source: str = ""
    files: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class AnswerPage:
    """A page of the form with its answers."""

    title: str
    answers: tuple[Answer, ...]


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


def handlers_in(section_keys: Iterable[str]) -> list[tuple[int, str]]:
    """Who may handle cases of one of these sections: account and name, by name."""
    accounts = Account.objects.filter(
        staff__postings__section__key__in=list(section_keys),
        staff__postings__role__permissions__permission=HANDLE,
    )
    return list(accounts.distinct().order_by("name", "pk").values_list("pk", "name"))


def opened(filing: Filing, number: int | None = None) -> tuple[Filled, Revision] | None:
    """The answers of a revision that has arrived, opened; without a number the newest. Raises Gone after the purge."""
    rows = filing.response.revisions.filter(arrived_at__isnull=False).order_by("-number")
    revision = rows.first() if number is None else rows.filter(number=number).first()
    if revision is None:
        return None
    revision.response = filing.response
    return Filled(filing.response, revision, sheet_of(revision)), revision


def pages_of(found: Filled, standing: Standing) -> list[AnswerPage]:
    """The answers, page by page, each with its source and its files."""
    pages = []
    for page in standing.pages:
        asked = [question for question in standing.asked_on(page) if question.kind != EXPLANATION]
        answers = tuple(
            Answer(
                question.key,
                question.label.say(),
                words_of(found, question.key, standing.values.get(question.key)),
                source_of(found.revision, question.key),
                _files(question.kind, standing.values.get(question.key)),
            )
            for question in asked
        )
        pages.append(AnswerPage(page.title.say(), answers))
    return pages


def words_of(found: Filled, key: str, value: Value) -> str:
    """A value in the words of its kind; nothing for none."""
    question = found.document.question(key)
    if question is None or value is None:
        return ""
    return str(field_kinds[question.kind].words(value, question))


def source_of(revision: Revision, key: str) -> str:
    """Where an answer comes from, in words; nothing for what was typed by whoever files."""
    told = revision.sources.get(key) or {}
    known = {each.value: words for each, words in SOURCES.items()}
    words = known.get(told.get("source", ""))
    if words is None:
        return ""
    detail = told.get("detail", "")
    return f"{words}（{detail}）" if detail and told.get("source") != Source.COMPUTED else str(words)


def compared(filing: Filing, first: int, second: int) -> list[Compared] | None:
    """Every question with its words in two revisions, in the order of the form; None where one is not there."""
    one, other = opened(filing, first), opened(filing, second)
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


def _files(kind: str, value: Value) -> tuple[tuple[int, str], ...]:
    if kind != FILES or not value:
        return ()
    return tuple((place, str(each["name"])) for place, each in enumerate(value))


def has_open_revision(response: Response) -> bool:
    """Whether something may be typed: a draft, or a correction that was asked for."""
    return response.revisions.filter(arrived_at__isnull=True).exists()
