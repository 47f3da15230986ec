"""What audit plugs in elsewhere: its permission, its line in the staff's menu, its number."""

from django.utils.translation import gettext_lazy as _

from todoke.base.access import Permission, permissions
from todoke.base.backup.registry import examinations
from todoke.base.health.registry import gauges
from todoke.base.ui.registry import MenuItem, staff_menu
from todoke.ground.audit.gauges import GAUGES
from todoke.ground.audit.queries import findings


class WholeChain:
    """Whether the chain of a restored record is whole. Anchors are left out: they may be younger than the backup."""

    key = "audit.chain"
    title = "監査記録の連鎖"

    def run(self) -> list[str]:
        """What is wrong in it."""
        return [f"{finding.number or '—'}: {finding.what}" for finding in findings()]


permissions.register(
    Permission("audit.read", _("監査記録の閲覧"), _("だれが、いつ、何をしたかの記録を見ることができます。"))
)
staff_menu.register(MenuItem("audit.entries", _("監査記録"), "audit:entries", 900, "audit.read"))
examinations.register(WholeChain())

for gauge in GAUGES:
    gauges.register(gauge)
