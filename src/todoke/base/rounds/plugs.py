"""What the rounds plug in elsewhere: what is stuck, for people and for machines."""

from django.utils.translation import gettext_lazy as _

from todoke.base.access import Permission, permissions
from todoke.base.doctor import checks
from todoke.base.health.registry import gauges
from todoke.base.rounds.checkup import CHECKS
from todoke.base.rounds.gauges import GAUGES
from todoke.base.rounds.panel import READ, draw_stuck
from todoke.base.ui.registry import Panel, staff_panels

permissions.register(
    Permission(
        READ, _("止まった自動処理の閲覧"), _("自動の処理が繰り返し失敗して、進んでいないものを見ることができます。")
    )
)
staff_panels.register(Panel("rounds.stuck", _("止まっている自動処理"), 9, draw_stuck))
for check in CHECKS:
    checks.register(check)
for gauge in GAUGES:
    gauges.register(gauge)
