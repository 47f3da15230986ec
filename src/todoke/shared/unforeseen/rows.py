"""An addition as a page shows it, with what this viewer may do about it."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from todoke.ground.people.rules import Viewer
from todoke.shared.messaging.registry import channels
from todoke.shared.unforeseen.models import Addition, AdditionState
from todoke.shared.unforeseen.queries import ADD, CHECK, is_over

TONES = {
    AdditionState.WAITING: "attention",
    AdditionState.CHECKED: "good",
    AdditionState.REFUSED: "bad",
    AdditionState.ENDED: "neutral",
    AdditionState.KEPT: "good",
}


def row_of(viewer: Viewer, addition: Addition, at: datetime) -> dict[str, Any]:
    """Values for one line: who, how, why, until when, who checked, and the acts that are open to this viewer."""
    channel = channels.find(addition.destination.channel)
    over = is_over(addition, at)
    state = AdditionState.ENDED if over else AdditionState(addition.state)
    mine = addition.added_by_id == viewer.account_id
    return {
        "addition": addition,
        "name": addition.destination.name,
        "channel": channel.facts.name if channel else _("廃止された配信手段"),
        "address": addition.destination.address,
        "purpose": addition.destination.purpose,
        "ends_at": addition.destination.expires_at,
        "state": state.label,
        "tone": TONES[state],
        "may_check": state == AdditionState.WAITING and not mine and viewer.may(CHECK),
        "may_refuse": state == AdditionState.WAITING and (mine or viewer.may(CHECK)),
        "may_end": state == AdditionState.CHECKED,
        "may_ask": state == AdditionState.CHECKED and addition.asked_by_id is None and viewer.may(ADD),
        "may_keep": state == AdditionState.CHECKED
        and addition.asked_by_id not in (None, viewer.account_id)
        and viewer.may(CHECK),
    }
