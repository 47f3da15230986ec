"""What FAX plugs in elsewhere: its channel, its clockwork, its pages, its simulator."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from todoke.base.access import Permission, permissions
from todoke.base.doctor import checks
from todoke.base.jobs.registry import Process, companions, processes
from todoke.base.rounds.errands import errands
from todoke.base.ui.registry import MenuItem, staff_menu
from todoke.shared.fax.actions.confirming import TELL
from todoke.shared.fax.checkup import CHECKS
from todoke.shared.fax.clockwork import Clockwork
from todoke.shared.fax.setting_up import fax_channel
from todoke.shared.messaging.registry import channels

channels.register(fax_channel())
companions.register(Clockwork(confirm_minutes=settings.FAX_CONFIRM_MINUTES))
errands.register(TELL)
processes.register(Process("fax.simulator", ("fax_simulator",), when=lambda: settings.SIMULATORS))

permissions.register(
    Permission(
        "fax.read", _("FAXの受信確認の閲覧"), _("どの施設がFAXを受け取り、受信を知らせたかを見ることができます。")
    )
)
staff_menu.register(MenuItem("fax.board", _("FAXの受信確認"), "fax:editions", 34, "fax.read"))
if settings.SIMULATORS:
    staff_menu.register(MenuItem("fax.tray", _("FAXトレイ（模擬）"), "fax-simulator:tray", 91, "messaging.read"))

for check in CHECKS:
    checks.register(check)
