"""What follows by itself: an answer that was decided goes to everybody who asked; what has ended is settled."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from todoke.base.clock import in_japan
from todoke.civic.voices.actions.themes import locked_theme
from todoke.civic.voices.models import Theme, Voice
from todoke.civic.voices.queries.voices import REPLY, in_theme
from todoke.civic.voices.rules.voices import ANSWER, SEND_BACK, VOICE, WITHOUT_CONSENT
from todoke.ground.audit.actions import record
from todoke.ground.retention.actions import custody
from todoke.shared.casework.actions.acting import take
from todoke.shared.casework.actions.letters import write_from_house
from todoke.shared.casework.actions.recording import Actor, lock_case
from todoke.shared.decisions.models import Decision
from todoke.shared.decisions.queries import content_of
from todoke.shared.decisions.rules.values import Phase

# The reply of one theme goes into a case once; this names the pair.
REPLY_SPACE = uuid.UUID("5a0f6a0e-5ff1-4a37-9d3f-0c5a6f0d6b11")


@transaction.atomic
def follow(theme: Theme, *, at: datetime) -> bool:
    """Send the theme's cases where the decision about it has gone; once. Whether they went now.

    Decided: what stands on the paper is written to everybody who asked, and their cases end. Dropped: back to drafting.
    """
    held = locked_theme(theme.pk)
    if held.state != Theme.State.DECIDING or held.decision is None:
        return False
    decision = Decision.objects.get(pk=held.decision.pk)
    if decision.phase == Phase.DROPPED:
        _move(held, SEND_BACK, decision, at)
        held.state, held.decision = Theme.State.WRITING, None
        held.save(update_fields=["state", "decision"])
        return True
    if decision.phase != Phase.DECIDED:
        return False
    reply = str(content_of(decision).body)
    for voice in in_theme(held):
        once = uuid.uuid5(REPLY_SPACE, f"{held.key}:{voice.pk}")
        write_from_house(voice.case_id or 0, reply, by=f"decision:{decision.pk}", once=once, at=at)
    _move(held, ANSWER, decision, at)
    held.reply = held.custody.seal(reply.encode(), context=REPLY)
    held.state, held.answered_at = Theme.State.ANSWERED, at
    held.save(update_fields=["reply", "state", "answered_at"])
    custody.close(held.custody, in_japan(at).date())
    held.voices.filter(may_publish=False).update(publishing=Voice.Publishing.WITHHELD, withheld_reason=WITHOUT_CONSENT)
    record("voices.answered", on=held, by=f"decision:{decision.pk}", after={"voices": held.voices.count()})
    return True


def _move(theme: Theme, wanted: str, decision: Decision, at: datetime) -> None:
    for voice in in_theme(theme):
        case = lock_case(voice.case_id or 0)
        action = case.flow_version.read.actions.get(wanted)
        if action is not None and case.state in action.sources:
            take(case, action, by=Actor(f"decision:{decision.pk}"), at=at)


@transaction.atomic
def settle(voice: Voice, *, at: datetime) -> bool:
    """What the end of a case asks for: the time for which its answers are kept begins. Once; whether it was now."""
    held = Voice.objects.select_for_update(of=("self",)).select_related("case", "response__custody").get(pk=voice.pk)
    if held.case is None or held.case.closed_on is None or held.settled_at is not None:
        return False
    custody.close(held.response.custody, held.case.closed_on)
    held.settled_at = at
    held.save(update_fields=["settled_at"])
    return True


class VoiceSubject:
    """What a flow of voices may ask of one: its kind, nothing of its text."""

    key = VOICE

    def facts(self, key: str) -> Mapping[str, Any]:
        """The kind, where the box tells kinds apart."""
        kind = Voice.objects.filter(response__key=key).values_list("kind", flat=True).first()
        return {"voice.kind": kind} if kind else {}
