"""After the database has gone back in time: what it wants the machine to ring may have been rung long ago."""

from django.utils.translation import gettext as _

from todoke.base.backup.registry import Loss
from todoke.shared.calling.actions import hand_over_to_people
from todoke.shared.calling.models import Round, RoundState


class RoundsAfterRestore:
    """No machine rings by itself: people look whom to ring, as where a machine has failed."""

    key = "calling.rounds"

    def set_aside(self, loss: Loss) -> str:
        """End the machine's part of every round that began before; those that began since are left alone."""
        rounds = Round.objects.filter(
            state=RoundState.CALLING, rings_until__isnull=False, rings_ended_at=None, began_at__lte=loss.seen_until
        )
        found = list(rounds.values_list("pk", flat=True))
        for pk in found:
            hand_over_to_people(pk, why="復元のため、自動電話をやめました。", at=loss.found_at)
        if not found:
            return ""
        return _("自動電話 %(count)d 回を止めました。連絡網で人が電話します。") % {"count": len(found)}

    def resume(self, loss: Loss, *, by: str) -> str:
        """Nothing was held: people ring."""
        del loss, by
        return ""

    def doubts(self, loss: Loss) -> list[str]:
        """Nothing beyond the rounds themselves, which stand on their page."""
        del loss
        return []
