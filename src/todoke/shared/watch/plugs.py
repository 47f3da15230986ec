"""What the watch plugs in elsewhere: its work, its readers, its permissions, its page, its numbers and checks."""

from django.utils.translation import gettext_lazy as _

from todoke.base.access import Permission, permissions
from todoke.base.doctor import checks
from todoke.base.health.registry import gauges
from todoke.base.jobs.registry import companions
from todoke.base.ui.registry import MenuItem, Panel, staff_menu, staff_panels
from todoke.shared.watch.checkup import CHECKS
from todoke.shared.watch.gauges import GAUGES
from todoke.shared.watch.panel import draw_health
from todoke.shared.watch.readers.feed import FeedReader
from todoke.shared.watch.readers.mail import mail_reader
from todoke.shared.watch.registry import readers
from todoke.shared.watch.watcher import Watch

companions.register(Watch())
readers.register(FeedReader())
readers.register(mail_reader())

permissions.register(
    Permission(
        "watch.read", _("経路の健康の閲覧"), _("経路が使えるか、発信した情報が外から見えるかを見ることができます。")
    )
)
permissions.register(
    Permission(
        "watch.operate", _("経路の障害への対応"), _("障害に対応中と記録し、経路をすぐに確かめることができます。")
    )
)

staff_menu.register(MenuItem("watch.overview", _("経路の健康"), "watch:overview", 33, "watch.read"))
staff_panels.register(Panel("watch.health", _("経路の健康"), 40, draw_health))

for check in CHECKS:
    checks.register(check)
for gauge in GAUGES:
    gauges.register(gauge)
