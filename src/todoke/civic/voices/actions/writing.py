"""Writing to the city: begun, filled page by page (shared/paperwork), handed in once, and from then on a case."""

from datetime import datetime

from django.db import transaction

from todoke.base.clock import in_japan
from todoke.base.formulas import Circumstances
from todoke.civic.voices.models import Theme, Voice, VoiceBox
from todoke.civic.voices.queries.voices import excerpt_of
from todoke.civic.voices.refusals import BoxIsShut
from todoke.civic.voices.rules.voices import VOICE, WITHOUT_CONSENT
from todoke.ground.audit.actions import record
from todoke.ground.people.rules import Viewer
from todoke.shared.casework.actions.opening import open_case_for
from todoke.shared.paperwork.actions import responses
from todoke.shared.paperwork.actions.responses import Receipt
from todoke.shared.paperwork.queries import filled_in
from todoke.shared.timetable.queries import office_calendar

WITH = (
    "box__form",
    "box__flow",
    "box__section",
    "response__custody__period",
    "response__custody__retention_class",
    "response__version__form",
    "case",
)


def circumstances(at: datetime) -> Circumstances:
    """The day in Japan, and on which days the city's offices are open."""
    return Circumstances(in_japan(at).date(), office_calendar().is_open)


@transaction.atomic
def begin(box: VoiceBox, *, at: datetime, language: str = "ja") -> Voice:
    """Begin to write; what is typed is kept from the first page on. Nobody has to say who they are.

    Raises BoxIsShut, and what paperwork refuses: NotOpenYet, Closed, Full.
    """
    if not box.is_active:
        raise BoxIsShut
    return Voice.objects.create(box=box, response=responses.begin(box.form, at=at, language=language))


@transaction.atomic
def hand_in(voice: Voice, *, submit_key: str, viewer: Viewer, at: datetime) -> Receipt:
    """Hand it in: what was written arrives, and the case opens. The second click gets the same receipt.

    Raises what paperwork refuses: Incomplete, NotOpenYet, Closed, Full.
    """
    held = Voice.objects.select_for_update(of=("self",)).select_related(*WITH).get(pk=voice.pk)
    around = circumstances(at)
    receipt = responses.submit(held.response, submit_key=submit_key, circumstances=around, at=at)
    if held.case_id is not None:
        return receipt
    found = filled_in(held.response)
    assert found is not None
    said = found.standing(around).values
    uses = held.box.uses
    held.kind = str(said.get(uses.get("kind", "")) or "")[:40]
    held.may_publish = said.get(uses["publish"]) is True
    held.case = open_case_for(
        held.response,
        held.box.flow.versions.latest("number"),
        subject_type=VOICE,
        section=held.box.section,
        arrived_at=receipt.arrived_at,
        viewer=viewer,
        at=at,
        resident_id=viewer.resident_id,
    )
    held.said_at = receipt.arrived_at
    held.save()
    record("voices.said", on=held, by="resident", after={"case": held.case.number, "may_publish": held.may_publish})
    return receipt


@transaction.atomic
def take_back_consent(voice: Voice, *, by: str) -> Voice:
    """Whoever wrote does not want it published any more: what was published of it goes at once; once taken back, it
    stays so.
    """
    held = Voice.objects.select_for_update(of=("self",)).select_related(*WITH, "theme").get(pk=voice.pk)
    if not held.may_publish:
        return held
    if held.publishing == Voice.Publishing.SHOWN and held.theme_id is not None:
        _remove(held)
    held.may_publish, held.publishing = False, Voice.Publishing.WITHHELD
    held.withheld_reason = WITHOUT_CONSENT
    held.save(update_fields=["may_publish", "publishing", "withheld_reason"])
    record("voices.consent-taken-back", on=held, by=by)
    return held


def _remove(voice: Voice) -> None:
    """Take the excerpt off the published page; where it was the only one, the page of the theme goes with it."""
    theme = Theme.objects.select_for_update().get(pk=voice.theme_id or 0)
    rows = [each for each in (theme.published or {}).get("voices", []) if each["voice"] != voice.pk]
    if rows:
        theme.published = {**(theme.published or {}), "voices": rows}
    else:
        theme.published = theme.published_at = theme.published_by = None
        theme.withheld_reason = WITHOUT_CONSENT
    theme.save(update_fields=["published", "published_at", "published_by", "withheld_reason"])


def has_excerpt(voice: Voice) -> bool:
    """Whether something of it could be published."""
    return voice.may_publish and bool(excerpt_of(voice))
