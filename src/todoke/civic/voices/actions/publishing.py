"""Publishing what the city answered (市の考え方), read by a second person; or holding it back for a reason."""

from datetime import datetime

from django.db import transaction

from todoke.base.clock import in_japan
from todoke.civic.voices.actions.themes import locked_theme
from todoke.civic.voices.models import Theme, Voice
from todoke.civic.voices.queries.voices import excerpt_of, in_theme
from todoke.civic.voices.refusals import (
    NeedsAnother,
    NothingToPublish,
    PublishedAlready,
    ReasonForWithholding,
    VoiceNotTheirs,
)
from todoke.civic.voices.rules.voices import NOT_EXCERPTED, PUBLISH
from todoke.ground.audit.actions import record
from todoke.ground.people.rules import Viewer

REASON_CHARACTERS_MAX = 300


@transaction.atomic
def publish(theme: Theme, *, viewer: Viewer, at: datetime) -> Theme:
    """Freeze what everybody reads: the city's texts, and of the voices only those whose writers agreed.

    The second click changes nothing. Raises VoiceNotTheirs, NeedsAnother, NothingToPublish, PublishedAlready.
    """
    held = _held(theme, viewer)
    if held.published is not None:
        return held
    if held.withheld_reason:
        raise PublishedAlready
    if held.written_by_id == viewer.account_id:
        raise NeedsAnother
    agreed = [voice for voice in in_theme(held) if voice.may_publish]
    shown = [voice for voice in agreed if excerpt_of(voice)]
    if held.state != Theme.State.ANSWERED or not shown or not held.summary.get("ja") or not held.view.get("ja"):
        raise NothingToPublish
    held.published = {
        "title": held.title,
        "summary": held.summary,
        "view": held.view,
        "has_changed": held.has_changed,
        # Of the day on which somebody wrote, only the month: with the text, a day could lead to the writer.
        "voices": [{"voice": each.pk, "text": excerpt_of(each), "month": _month_of(each)} for each in shown],
    }
    held.published_at, held.published_by_id = at, viewer.account_id
    held.save(update_fields=["published", "published_at", "published_by"])
    held.voices.filter(pk__in=[each.pk for each in shown]).update(publishing=Voice.Publishing.SHOWN)
    _withhold([each for each in agreed if each not in shown], NOT_EXCERPTED)
    record("voices.published", on=held, by=viewer, after={"voices": len(shown)})
    return held


@transaction.atomic
def withhold(theme: Theme, reason: str, *, viewer: Viewer) -> Theme:
    """Hold an answered theme back, for a reason that stays with each of its voices.

    Raises VoiceNotTheirs, NothingToPublish before the answer, ReasonForWithholding, PublishedAlready.
    """
    held = _held(theme, viewer)
    says = reason.strip()[:REASON_CHARACTERS_MAX]
    if not says:
        raise ReasonForWithholding
    if held.withheld_reason == says:
        return held
    if held.withheld_reason or held.published is not None:
        raise PublishedAlready
    if held.state != Theme.State.ANSWERED:
        raise NothingToPublish
    held.withheld_reason = says
    held.save(update_fields=["withheld_reason"])
    _withhold([each for each in in_theme(held) if each.publishing == Voice.Publishing.OPEN], says)
    record("voices.withheld", on=held, by=viewer, why=says)
    return held


def _withhold(found: list[Voice], reason: str) -> None:
    Voice.objects.filter(pk__in=[each.pk for each in found]).update(
        publishing=Voice.Publishing.WITHHELD, withheld_reason=reason
    )


def _held(theme: Theme, viewer: Viewer) -> Theme:
    held = locked_theme(theme.pk)
    if not viewer.may(PUBLISH, held.section.key):
        raise VoiceNotTheirs
    return held


def _month_of(voice: Voice) -> str:
    assert voice.said_at is not None
    return f"{in_japan(voice.said_at):%Y-%m}"
