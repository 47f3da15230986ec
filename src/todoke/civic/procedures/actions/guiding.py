"""The guide's answers: begun for nobody in particular, kept a short while, and carried into the forms of a filing."""

from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from todoke.base.clock import in_japan
from todoke.civic.procedures.actions import filing as filings
from todoke.civic.procedures.life_event import Errand, is_taken
from todoke.civic.procedures.models import Filing, GuideTopic, ProcedureVersion
from todoke.ground.audit.actions import Person, record
from todoke.ground.retention.actions import custody
from todoke.shared.paperwork.actions import responses
from todoke.shared.paperwork.actions.responses import Carried
from todoke.shared.paperwork.models import Channel, Response
from todoke.shared.paperwork.queries import Filled, filled_in, published_version

# Under what the record knows an answer that the guide has filled in.
SOURCE = "prefill:guide"


@transaction.atomic
def begin_answers(
    topic: GuideTopic, *, at: datetime, language: str, entered_by: str = "", earlier: Filled | None = None
) -> Response:
    """Begin the answers to a life event's questions; their days are counted from today on, whatever becomes of them.

    `earlier`: answers to an edition of the questions that is out of date, taken along where they still fit. Nothing
    says whose they are. Raises what paperwork refuses.
    """
    response = responses.begin(
        topic.form,
        at=at,
        channel=Channel.COUNTER if entered_by else Channel.WEB,
        language=language,
        entered_by=entered_by,
        carried=_taken_along(earlier, topic) if earlier else None,
    )
    custody.close(response.custody, in_japan(at).date())
    return response


def _taken_along(earlier: Filled, topic: GuideTopic) -> dict[str, Carried]:
    asked = topic.event.form
    return {
        key: Carried(entry.value)
        for key, entry in earlier.sheet.items()
        if is_taken(earlier.document.question(key), asked.question(key))
    }


def newest_answers(topic: GuideTopic, found: Filled, *, at: datetime) -> Filled:
    """These answers, or new ones with the same in them where the city has changed its questions since."""
    if found.response.version == published_version(topic.form):
        return found
    response = found.response
    begun = begin_answers(topic, at=at, language=response.language, entered_by=response.entered_by, earlier=found)
    again = filled_in(begun)
    assert again is not None
    return again


def carried_into(errand: Errand, version: ProcedureVersion, found: Filled, *, at: datetime) -> dict[str, Carried]:
    """The answers that this errand takes along, by the question of the form; what does not fit there is left."""
    values, form = found.standing(filings.circumstances(at)).values, version.document.form
    with translation.override(found.response.language):
        detail = _("手続きナビの答え")
    return {
        theirs: Carried(values[ours], detail=detail)
        for theirs, ours in errand.carry.items()
        if ours in values and is_taken(found.document.question(ours), form.question(theirs))
    }


@transaction.atomic
def start_filing(
    topic: GuideTopic,
    errand: Errand,
    version: ProcedureVersion,
    found: Filled,
    filer: filings.Filer,
    *,
    by: Person | str,
    at: datetime,
    channel: Channel = Channel.WEB,
) -> Filing:
    """Begin the procedure of an errand with the answers that it takes along, each still to be seen and confirmed.

    Raises what `filing.begin` refuses.
    """
    carried = carried_into(errand, version, found, at=at)
    filing = filings.begin(version, filer, at=at, channel=channel, language=found.response.language, carried=carried)
    after = {"source": SOURCE, "topic": topic.key, "questions": sorted(carried)}
    record("procedures.begun-from-the-guide", on=filing, by=by, after=after)
    return filing
