"""Asking about rounds and calls."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from todoke.base.sealing import make_token, read_token
from todoke.ground.people.rules import Viewer
from todoke.shared.calling.models import Call, Round, RoundState, Tree
from todoke.shared.messaging.channels.person import PersonChannel
from todoke.shared.messaging.types import Address

READ = "calling.read"
OPERATE = "calling.operate"
PURPOSE = "calling.call"
ROUNDS_MAX = 50
# How long after the end of its edition a link still opens, so that a late answer can be ticked.
LINK_LASTS = timedelta(hours=24)


def rounds_for(viewer: Viewer) -> QuerySet[Round]:
    """Every round that this viewer may see, those going on first, with their calls."""
    if not viewer.may(READ):
        return Round.objects.none()
    return (
        Round.objects.select_related("tree", "delivery__edition__message", "delivery__destination")
        .prefetch_related("calls__seat", "calls__ticked_by", "rings__seat")
        .order_by("ended_at", "-began_at")
    )


def trees_for(viewer: Viewer) -> list[Tree]:
    """The trees in use, with their people."""
    return list(Tree.objects.filter(is_active=True).prefetch_related("seats")) if viewer.may(READ) else []


def link_of(call: Call) -> str:
    """The word that opens the page of one call, and no other."""
    return make_token(call.pk, purpose=PURPOSE)


def call_by(token: str, *, at: datetime) -> Call | None:
    """The call that a link opens; None for one that we did not make, or whose matter is long over."""
    found = read_token(token, purpose=PURPOSE)
    if found is None:
        return None
    call = (
        Call.objects.filter(pk=found[0])
        .select_related("round__tree", "round__delivery__edition__message", "round__delivery__destination", "seat")
        .first()
    )
    if call is None or call.round.delivery.edition.expires_at + LINK_LASTS <= at:
        return None
    return call


def name_of(call: Call) -> str:
    """Who is rung."""
    return call.seat.name if call.seat else call.round.tree.post_name


def telephone_of(call: Call) -> str:
    """The number to ring; in a drill that is played, none: nobody outside is to be disturbed."""
    if call.round.delivery.reach == "simulator":
        return ""
    return call.seat.telephone if call.seat else call.round.tree.post_telephone


def script_of(call: Call) -> str:
    """The words to say to this person, with the marks of a drill, a correction or a cancellation."""
    delivery = call.round.delivery
    address = Address(delivery.destination.key, name_of(call), "", delivery.destination.language)
    return PersonChannel().prepare(delivery.edition.frozen(), address).preview


def rounds_going_on() -> int:
    """How many rounds somebody is being rung in."""
    return Round.objects.filter(state=RoundState.CALLING).count()
