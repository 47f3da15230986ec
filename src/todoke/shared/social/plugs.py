"""What the room plugs in elsewhere: its channels and services, permissions, pages, checks and numbers."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from todoke.base.access import Permission, permissions
from todoke.base.doctor import checks
from todoke.base.health.registry import gauges
from todoke.base.jobs.registry import Process, processes
from todoke.base.ui.registry import MenuItem, staff_menu
from todoke.ground.places.registry import city_parts
from todoke.shared.messaging.registry import channels, gates
from todoke.shared.social.checkup import CHECKS
from todoke.shared.social.city import RegisterPart
from todoke.shared.social.gauges import GAUGES
from todoke.shared.social.networks import networks
from todoke.shared.social.posters import PosterGate
from todoke.shared.social.registry import services
from todoke.shared.social.services import SERVICES

for channel in networks():
    channels.register(channel)
for service in SERVICES:
    services.register(service)
gates.register(PosterGate())

permissions.register(
    Permission(
        "social.read",
        _("アカウント台帳の閲覧"),
        _("市のソーシャルメディアのアカウントと、投稿の残りを見ることができます。"),
    )
)
permissions.register(
    Permission(
        "social.manage",
        _("アカウント台帳の管理"),
        _("市のソーシャルメディアのアカウントの登録、変更、閉鎖ができます。"),
    )
)

staff_menu.register(MenuItem("social.register", _("アカウント台帳"), "social:register", 34, "social.read"))
staff_menu.register(MenuItem("social.quotas", _("投稿の残り"), "social:quotas", 35, "social.read"))
if settings.SIMULATORS:
    staff_menu.register(
        MenuItem("social.simulators", _("模擬のソーシャルメディア"), "social-simulators:overview", 91, "messaging.read")
    )

processes.register(Process("social.simulators", ("networks",), when=lambda: settings.SIMULATORS))
city_parts.register(RegisterPart())
for check in CHECKS:
    checks.register(check)
for gauge in GAUGES:
    gauges.register(gauge)
