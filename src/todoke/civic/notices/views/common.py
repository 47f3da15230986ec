"""What the desk's views share: who is looking, one notice, and everything that a page about it shows."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from todoke.base.plain_japanese import reviewed_wording
from todoke.civic.notices.forms import LANGUAGE_NAMES
from todoke.civic.notices.models import Notice, NoticeState
from todoke.civic.notices.queries.notices import (
    area_names,
    as_edition,
    content_of,
    destinations_of,
    notice_for,
    topic_names,
)
from todoke.civic.notices.queries.reach import notice_reach
from todoke.civic.notices.rules.content import LANGUAGES, languages_with_blanks
from todoke.civic.notices.rules.rights import APPROVE, WRITE
from todoke.ground.people.rules import Viewer
from todoke.ground.places.queries import place_readings
from todoke.shared.loudspeakers import speech
from todoke.shared.loudspeakers.speech import SpeechAway
from todoke.shared.messaging.queries import READ as LEDGER_READ
from todoke.shared.messaging.queries.renderings import renderings_of

TONES = {
    NoticeState.DRAFT: "active",
    NoticeState.SUBMITTED: "attention",
    NoticeState.RETURNED: "bad",
    NoticeState.SCHEDULED: "active",
    NoticeState.RELEASED: "good",
    NoticeState.DROPPED: "neutral",
}


def viewer_of(request: HttpRequest) -> Viewer:
    """Who is looking."""
    return request.viewer  # type: ignore[attr-defined]


def language_of_page() -> str:
    """The language of the page."""
    return get_language() or "ja"


def shown_notice(request: HttpRequest, pk: int) -> Notice:
    """The notice, or a page that says there is none."""
    try:
        return notice_for(viewer_of(request), pk)
    except Notice.DoesNotExist as error:
        raise Http404(_("この番号のお知らせはありません。")) from error


def refuse(request: HttpRequest, refusal: Exception) -> None:
    """Show why it was not done on the next page."""
    messages.error(request, str(refusal))


def revision_of(request: HttpRequest) -> int:
    """The revision that the page showed; 0, which none has, where it brings none."""
    try:
        return int(request.POST.get("revision", ""))
    except ValueError:
        return 0


def facts_of(request: HttpRequest, notice: Notice, at: datetime) -> dict[str, Any]:
    """What every page about a notice shows: whom it reaches, where it goes, and how each channel shows it."""
    viewer, language = viewer_of(request), language_of_page()
    places = destinations_of(notice, at)
    try:
        content = content_of(notice)
    except ValueError:
        content = None
    renderings = renderings_of(as_edition(notice, content, at), places) if content is not None else []
    section = notice.section.key
    return {
        "notice": notice,
        "tone": TONES[NoticeState(notice.state)],
        "topics": list(topic_names(notice.topics, language).values()),
        "areas": list(area_names(notice.areas, language).values()),
        "places": places,
        "reach": notice_reach(notice.topics, notice.areas, places, language),
        "renderings": [each for each in renderings if not each.trouble],
        "troubles": [each for each in renderings if each.trouble],
        "sound": f"{reverse('notices:speech', args=[notice.pk])}?{notice.revision}",
        "speechless": "" if speech.is_there() else SpeechAway.says,
        "plain": reviewed_wording(notice.texts, places=place_readings()),
        "texts": [(each, notice.texts[each]) for each in LANGUAGES if each in notice.texts],
        "blanks": [LANGUAGE_NAMES[each] for each in languages_with_blanks(notice.texts)] if notice.is_live else [],
        "may_write": viewer.may(WRITE, section),
        "may_follow": viewer.may(LEDGER_READ),
        "may_approve": viewer.may(APPROVE, section),
        "is_mine": viewer.account_id in (notice.author_id, notice.submitted_by_id, notice.last_editor_id),
        "is_overtaken": notice.is_live
        and notice.message is not None
        and notice.message.editions.count() > notice.after_number,
    }
