"""After the database has gone back in time: no milestone goes out a second time, and who had left is asked about.

What was sent in the lost time is forgotten, so its month would be sent again. The approvals are therefore taken back,
and two people look before anything of the kind leaves by itself.
"""

from django.utils.translation import gettext as _

from todoke.base.backup.registry import Loss
from todoke.base.clock import in_japan
from todoke.ground.audit.actions import record
from todoke.shared.messaging.models import Contact
from todoke.shared.messaging.types import ContactState
from todoke.shared.subscriptions.models import Milestone


class Choices:
    """What subscriptions do after a restore (`todoke.base.backup.registry.AfterRestore`)."""

    key = "subscriptions.choices"

    def set_aside(self, loss: Loss) -> str:
        """Take the approvals of all milestones back."""
        approved = list(Milestone.objects.select_for_update().exclude(approved_digest=""))
        for milestone in approved:
            milestone.approved_by, milestone.approved_digest = None, ""
            milestone.save(update_fields=["approved_by", "approved_digest"])
            record(
                "subscriptions.milestone-held",
                on=milestone,
                by="restore",
                after={"setback": loss.number, "went_back_to": loss.went_back_to},
            )
        if not approved:
            return ""
        return _(
            "節目のお知らせ %(count)d 件の承認を取り消しました。送られた月を確かめて、もう一度承認してください。"
        ) % {"count": len(approved)}

    def resume(self, loss: Loss, *, by: str) -> str:  # noqa: ARG002 - two people approve, on the page for it
        """Nothing: the words are approved again by two people."""
        return ""

    def doubts(self, loss: Loss) -> list[str]:
        """Those who left in the lost time are subscribed again, and nobody here can know who they are."""
        if not Contact.objects.filter(state=ContactState.ACTIVE, created_at__lte=loss.went_back_to).exists():
            return []
        return [
            _(
                "%(since)sから%(until)sまでに登録を解除・変更した人は、元の登録に戻っています。"
                "解除の申出やメールの返送の記録が残っていないか、確かめてください。"
            )
            % {
                "since": f"{in_japan(loss.went_back_to):%m-%d %H:%M}",
                "until": f"{in_japan(loss.seen_until):%m-%d %H:%M}",
            }
        ]


CHOICES = Choices()
