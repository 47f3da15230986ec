"""What paper plugs in elsewhere: its channel, its right, its page, its check."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from todoke.base.access import Permission, permissions
from todoke.base.doctor import checks
from todoke.base.ui.registry import MenuItem, staff_menu
from todoke.shared.messaging.registry import channels
from todoke.shared.paper.checkup import CHECKS
from todoke.shared.paper.courier import CourierChannel

channels.register(CourierChannel(site=settings.SITE_ADDRESS))

permissions.register(
    Permission("paper.print", _("紙への印刷"), _("発信した版を、FAX用紙、掲示、読み上げ文などの紙にできます。"))
)
staff_menu.register(MenuItem("paper.print", _("印刷"), "paper:editions", 34, "paper.print"))

for check in CHECKS:
    checks.register(check)
