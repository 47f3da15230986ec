"""What the mirrors plug in elsewhere: their work, their permissions, their page, numbers and check."""

from django.utils.translation import gettext_lazy as _

from todoke.base.access import Permission, permissions
from todoke.base.backup.registry import after_restore
from todoke.base.doctor import checks
from todoke.base.health.registry import gauges
from todoke.base.jobs.registry import companions
from todoke.base.ui.registry import MenuItem, Panel, staff_menu, staff_panels
from todoke.shared.mirrors.checkup import CHECKS
from todoke.shared.mirrors.gauges import GAUGES
from todoke.shared.mirrors.mirroring import Mirroring
from todoke.shared.mirrors.panel import draw_behind
from todoke.shared.mirrors.restored import MirrorsAfterRestore

companions.register(Mirroring())
after_restore.register(MirrorsAfterRestore())

permissions.register(
    Permission("mirrors.read", _("写しのサイトの閲覧"), _("協力先の写しが、どれだけ新しいかを見ることができます。"))
)
permissions.register(
    Permission(
        "mirrors.operate",
        _("写しのサイトの操作"),
        _("写しをすべて比べ直すこと、公開を終えたものを写しから消すことができます。"),
    )
)

staff_menu.register(MenuItem("mirrors.overview", _("写しのサイト"), "mirrors:overview", 34, "mirrors.read"))
staff_panels.register(Panel("mirrors.behind", _("写しのサイト"), 41, draw_behind))

for check in CHECKS:
    checks.register(check)
for gauge in GAUGES:
    gauges.register(gauge)
