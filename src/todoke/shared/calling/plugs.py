"""What calling plugs in elsewhere."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from todoke.base.access import Permission, permissions
from todoke.base.backup.registry import after_restore
from todoke.base.doctor import checks
from todoke.base.jobs.registry import Process, companions, processes
from todoke.base.rounds.errands import errands
from todoke.base.ui.registry import MenuItem, staff_menu
from todoke.ground.places.registry import city_parts
from todoke.shared.calling.actions import ADVANCE
from todoke.shared.calling.automatic.checkup import CHECKS
from todoke.shared.calling.automatic.listener import Listener
from todoke.shared.calling.automatic.setting_up import automatic_channel
from todoke.shared.calling.city import TreesPart
from todoke.shared.calling.restored import RoundsAfterRestore
from todoke.shared.calling.timer import TIMER
from todoke.shared.calling.tree_channel import TreeChannel
from todoke.shared.messaging.registry import channels

automatic = automatic_channel()
channels.register(TreeChannel())
channels.register(automatic)
companions.register(TIMER)
errands.register(ADVANCE)
after_restore.register(RoundsAfterRestore())
companions.register(Listener(automatic))
processes.register(Process("calling.simulator", ("calls_simulator",), when=lambda: settings.SIMULATORS))
for check in CHECKS:
    checks.register(check)
city_parts.register(TreesPart())

permissions.register(
    Permission("calling.read", _("連絡網の閲覧"), _("連絡網の人と電話番号、呼出しの状況を見ることができます。"))
)
permissions.register(
    Permission("calling.operate", _("連絡網の記録"), _("伝えたこと、つながらなかったことを記録できます。"))
)
staff_menu.register(MenuItem("calling.rounds", _("連絡網"), "calling:rounds", 32, "calling.read"))
if settings.SIMULATORS:
    staff_menu.register(
        MenuItem(
            "calling.telephones",
            _("自動電話が鳴った電話（模擬）"),
            "calling-simulator:telephones",
            91,
            "messaging.read",
        )
    )
