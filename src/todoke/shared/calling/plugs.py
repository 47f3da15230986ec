"""What calling plugs in elsewhere."""

from django.utils.translation import gettext_lazy as _

from todoke.base.access import Permission, permissions
from todoke.base.jobs.registry import companions
from todoke.base.ui.registry import MenuItem, staff_menu
from todoke.ground.places.registry import city_parts
from todoke.shared.calling.city import TreesPart
from todoke.shared.calling.timer import Timer
from todoke.shared.calling.tree_channel import TreeChannel
from todoke.shared.messaging.registry import channels

channels.register(TreeChannel())
companions.register(Timer())
city_parts.register(TreesPart())

permissions.register(
    Permission("calling.read", _("連絡網の閲覧"), _("連絡網の人と電話番号、呼出しの状況を見ることができます。"))
)
permissions.register(
    Permission("calling.operate", _("連絡網の記録"), _("伝えたこと、つながらなかったことを記録できます。"))
)
staff_menu.register(MenuItem("calling.rounds", _("連絡網"), "calling:rounds", 32, "calling.read"))
