"""A person's part: having seen a trouble, and having a route tried at once."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from todoke.base.refusals import Refusal
from todoke.ground.audit.actions import record
from todoke.ground.people.rules import Viewer
from todoke.shared.watch.models import Route, Trouble

OPERATE = "watch.operate"


class WatchRefused(Refusal):
    """It could not be done. The text is fit for the screen."""

    says = _("この操作はできません。")


class NotAllowed(WatchRefused):
    """The viewer may not work on routes."""

    says = _("この操作をする権限がありません。")


class OverAlready(WatchRefused):
    """The trouble has ended, or somebody has it in hand."""

    says = _("この障害は、すでに終わったか、ほかの人が対応しています。")


class NotWatched(WatchRefused):
    """The route is not in use any more."""

    says = _("この経路は、いま使われていません。")


@transaction.atomic
def take_in_hand(trouble_id: int, *, viewer: Viewer, note: str, at: datetime) -> Trouble:
    """Say that one has seen a trouble and what one is doing about it. It ends by itself, with the first good probe."""
    if not viewer.may(OPERATE):
        raise NotAllowed
    trouble = Trouble.objects.select_for_update().filter(pk=trouble_id).first()
    if trouble is None or trouble.ended_at is not None or trouble.seen_at is not None:
        raise OverAlready
    trouble.seen_at, trouble.seen_by_id, trouble.note = at, viewer.account_id, note[:500]
    trouble.save(update_fields=["seen_at", "seen_by", "note"])
    record("watch.trouble-taken-in-hand", on=trouble, by=viewer, why=note)
    return trouble


@transaction.atomic
def try_at_once(route_id: int, *, viewer: Viewer, at: datetime) -> Route:
    """Have a route tried now rather than when it is due; a probe that is under way counts as well."""
    if not viewer.may(OPERATE):
        raise NotAllowed
    route = Route.objects.select_for_update().filter(pk=route_id, is_watched=True).first()
    if route is None:
        raise NotWatched
    if route.due_at > at:
        route.due_at = at
        route.save(update_fields=["due_at"])
    return route
