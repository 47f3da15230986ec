"""After the database has gone back in time: no schedule of that time is sent by itself.

What waits for its hour in a restored database may have gone out since, may have been taken back, or may have been put
off; only a person knows. So it goes back to its writers, and has to be approved anew.
"""

from django.utils.translation import gettext as _

from todoke.base.backup.registry import Loss
from todoke.base.clock import in_japan
from todoke.civic.notices.actions.scheduling import return_unsent
from todoke.civic.notices.models import Notice, NoticeState

# Kept with the notice for good, so in the language of the record.
RESTORED = "{when}の状態に復元したため、予約を止めました。すでに発信していないかを確かめて、もう一度依頼してください。"


class Schedules:
    """What the notices do after a restore (`todoke.base.backup.registry.AfterRestore`)."""

    key = "notices.schedules"

    def set_aside(self, loss: Loss) -> str:
        """Return every notice that was scheduled before the loss was seen.

        After the mere tail of a failover, those alone whose hour has come: the others cannot have gone out.
        """
        found = Notice.objects.select_for_update().filter(state=NoticeState.SCHEDULED, approved_at__lte=loss.seen_until)
        if loss.is_tail:
            found = found.filter(send_at__lte=loss.found_at)
        when = f"{in_japan(loss.went_back_to):%Y年%m月%d日%H時%M分}"
        notices = list(found.order_by("pk"))
        for notice in notices:
            return_unsent(notice, RESTORED.format(when=when), loss.found_at)
        if not notices:
            return ""
        return _("発信を予約していたお知らせ%(number)d件を、書いた人に戻しました。") % {"number": len(notices)}

    def resume(self, loss: Loss, *, by: str) -> str:
        """Nothing: each notice has been with its writers since, and is approved anew."""
        del loss, by
        return ""

    def doubts(self, loss: Loss) -> list[str]:
        """None of its own: what was returned waits on the desk with its reason."""
        del loss
        return []
