"""What staff do with one voice: hand it on to a section, or end it without an answer, for a reason."""

from datetime import datetime

from django.db import transaction

from todoke.civic.voices.models import Voice
from todoke.civic.voices.refusals import VoiceNotTheirs
from todoke.civic.voices.rules.voices import ENDINGS, HAND_ON
from todoke.ground.people.rules import Viewer
from todoke.shared.casework.actions.acting import act
from todoke.shared.casework.actions.arranging import transfer
from todoke.shared.casework.models import Case
from todoke.shared.casework.queries import HANDLE

REASON_CHARACTERS_MAX = 300


@transaction.atomic
def hand_on(voice: Voice, section_key: str, *, reason: str, revision: int, viewer: Viewer, at: datetime) -> Case:
    """Hand a voice on to the section that answers it; from now on it is theirs. The second click changes nothing.

    Raises what casework refuses: Overtaken, NoSuchAction, NotAllowed, ReasonMissing, UnknownSection.
    """
    case = _case_of(voice, viewer)
    case = act(case.key, HAND_ON, viewer=viewer, revision=revision, at=at)
    if case.section.key == section_key:
        return case
    # A theme is of one section: what the next one answers is theirs to put together.
    Voice.objects.filter(pk=voice.pk).update(theme=None, excerpt=None)
    return transfer(case.key, section_key, reason=reason, viewer=viewer, at=at)


@transaction.atomic
def end(voice: Voice, action: str, *, reason: str, revision: int, viewer: Viewer, at: datetime) -> Case:
    """End a voice without an answer (聞き置く, ほかの窓口を案内する); for the same reason it is not published.

    Raises VoiceNotTheirs, and what casework refuses: Overtaken, NoSuchAction, ReasonMissing.
    """
    case = _case_of(voice, viewer)
    if action not in ENDINGS:
        raise VoiceNotTheirs
    ended = act(case.key, action, viewer=viewer, revision=revision, at=at, reason=reason)
    Voice.objects.filter(pk=voice.pk).update(
        theme=None,
        publishing=Voice.Publishing.WITHHELD,
        withheld_reason=reason.strip()[:REASON_CHARACTERS_MAX],
    )
    return ended


def _case_of(voice: Voice, viewer: Viewer) -> Case:
    if voice.case is None or not viewer.may(HANDLE, voice.case.section.key):
        raise VoiceNotTheirs
    return voice.case
