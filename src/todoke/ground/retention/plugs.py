"""What retention plugs in elsewhere: permissions, menu, city part, checks, numbers, work, care after restores."""

from django.utils.translation import gettext_lazy as _

from todoke.base.access import Permission, permissions
from todoke.base.backup.registry import Loss, after_restore
from todoke.base.clock import now
from todoke.base.doctor import checks
from todoke.base.health.registry import gauges
from todoke.base.jobs.registry import companions
from todoke.base.rounds.errands import errands
from todoke.base.ui.registry import MenuItem, staff_menu
from todoke.ground.places.registry import city_parts
from todoke.ground.retention import keystore
from todoke.ground.retention.actions.keys import mend_after_restore
from todoke.ground.retention.caretaker import CARETAKER, PURGE
from todoke.ground.retention.checkup import CHECKS
from todoke.ground.retention.city import RetentionPart
from todoke.ground.retention.gauges import GAUGES
from todoke.ground.retention.models import PeriodKey


class RestoredKeys:
    """A restored database believes in keys that were destroyed since its backup: it is told, at once."""

    key = "retention.keys"

    def set_aside(self, loss: Loss) -> str:
        """Find again what is still kept; have what was purged purged again once a person has looked."""
        del loss
        return mend_after_restore(at=now())

    def resume(self, loss: Loss, *, by: str) -> str:
        """Nothing: the caretaker goes on by itself when the setback is closed."""
        del loss, by
        return ""

    def doubts(self, loss: Loss) -> list[str]:
        """Keys that are neither there nor known to be destroyed."""
        del loss
        there = {*keystore.identifiers("key"), *keystore.identifiers("gone")}
        lost = sum(1 for period in PeriodKey.objects.filter(destroyed_at=None) if period.identifier not in there)
        return [f"保管の鍵 {lost} 件がありません。写しから「todoke keys import」で戻してください。"] if lost else []


permissions.register(
    Permission(
        "retention.read", _("保存と廃棄の閲覧"), _("保存期間が終わる記録の件数と、廃棄の記録を見ることができます。")
    )
)
permissions.register(
    Permission("retention.propose", _("廃棄の起案"), _("保存期間が終わった記録の廃棄を起案し、選別を記録できます。"))
)
permissions.register(
    Permission("retention.decide", _("廃棄の決定"), _("ほかの人が起案した廃棄を決定できます。元には戻せません。"))
)
permissions.register(
    Permission(
        "retention.hold", _("廃棄の停止"), _("係争や開示請求のある記録の廃棄を止め、止めるのをやめることができます。")
    )
)
staff_menu.register(MenuItem("retention.overview", _("保存と廃棄"), "retention:overview", 910, "retention.read"))
city_parts.register(RetentionPart())
companions.register(CARETAKER)
errands.register(PURGE)
after_restore.register(RestoredKeys())
for check in CHECKS:
    checks.register(check)
for gauge in GAUGES:
    gauges.register(gauge)
