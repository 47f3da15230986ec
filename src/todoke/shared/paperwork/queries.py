"""Asking about forms and responses. Whose response it is, is the business of the service that mounts the form."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from django.db.models import QuerySet

from todoke.base.formulas import Circumstances
from todoke.base.prepared import Prepared
from todoke.shared.paperwork.document import FormDocument
from todoke.shared.paperwork.logic import Logic, logic_of
from todoke.shared.paperwork.models import Form, FormVersion, Response, ResponseState, Revision, VersionState
from todoke.shared.paperwork.sheet import Entry, put_together
from todoke.shared.paperwork.standing import Standing, standing_of

_PUBLISHED = Prepared(lambda form: FormVersion.objects.filter(form_id=form, state=VersionState.PUBLISHED))
_LATEST = Prepared(lambda response: Revision.objects.filter(response_id=response).order_by("-number")[:1])


@dataclass
class Filled:
    """A response with the revision that counts now, opened: its form, its answers, how it stands."""

    response: Response
    revision: Revision
    sheet: dict[str, Entry]

    @property
    def document(self) -> FormDocument:
        """The form of the version to which the response is pinned."""
        return self.response.version.read()

    @cached_property
    def logic(self) -> Logic:
        """The formulas of the form."""
        return logic_of(self.response.version.document)

    @property
    def is_open(self) -> bool:
        """Whether something can still be typed."""
        return self.revision.arrived_at is None

    def may_change(self, key: str) -> bool:
        """Whether this question is open: all of a first revision, the named ones of a 補正."""
        return self.is_open and (self.revision.open_keys is None or key in self.revision.open_keys)

    def standing(self, circumstances: Circumstances) -> Standing:
        """How it stands on this day; what has arrived is judged by the day on which it did."""
        return standing_of(self.document, self.logic, self.sheet, circumstances)


def context_of(revision: Revision) -> bytes:
    """What a sealed sheet is bound to: moved to another row it does not open."""
    return f"paperwork.revision:{revision.response_id}:{revision.number}".encode()


def sheet_of(revision: Revision) -> dict[str, Entry]:
    """The answers of a revision. Raises `retention.Gone` after the purge."""
    sealed = revision.sealed
    opened = None
    if sealed is not None:
        opened = revision.response.custody.open(bytes(sealed), context=context_of(revision))
    return put_together(revision.plain, opened)


def responses() -> QuerySet[Response]:
    """All responses with what is needed to open them; the service narrows it to its own and to the viewer's."""
    return Response.objects.select_related("version__form", "custody__period")


def filled(key: UUID | str) -> Filled | None:
    """A response by the key of its address, opened; None where there is none, or where it has been purged."""
    rows = Revision.objects.select_related(
        "response__version__form", "response__custody__period", "response__custody__retention_class"
    )
    revision = rows.filter(response__key=key).exclude(response__state=ResponseState.PURGED).order_by("-number").first()
    return Filled(revision.response, revision, sheet_of(revision)) if revision else None


def filled_in(response: Response) -> Filled | None:
    """As `filled`, of a response at hand as it was read: its version and its custody are not asked for again."""
    if response.state == ResponseState.PURGED:
        return None
    revision = _LATEST.first(response.pk)
    if revision is None:
        return None
    revision.response = response
    return Filled(response, revision, sheet_of(revision))


def latest_submitted(response: Response) -> Filled | None:
    """The newest revision that has arrived, opened; what is being corrected does not count yet."""
    revision = response.revisions.filter(arrived_at__isnull=False).order_by("-number").first()
    if revision is None:
        return None
    revision.response = response
    return Filled(response, revision, sheet_of(revision))


def published_version(form: Form) -> FormVersion | None:
    """What is being asked now."""
    version = _PUBLISHED.first(form.pk)
    if version is not None:
        version.form = form
    return version


def draft_of(form: Form) -> FormVersion | None:
    """What is being written, if anything."""
    return form.versions.filter(state=VersionState.DRAFT).first()


def submitted_count(form: Form) -> int:
    """How many responses of this form count towards its cap: withdrawn ones do not."""
    return Response.objects.filter(version__form=form, state=ResponseState.SUBMITTED).count()


def usual_circumstances(today: date) -> Circumstances:
    """A day on which every office is open, for what asks of no opening days; services pass their own."""
    return Circumstances(today, lambda _day: True)


def is_open_at(form: Form, at: datetime) -> bool:
    """Whether the form takes responses at this instant, as far as its times say."""
    return (form.opens_at is None or form.opens_at <= at) and (form.closes_at is None or at < form.closes_at)
