"""What decisions plug in elsewhere: rights, menu, panel, how papers die, and their part of the city folder."""

from django.utils.translation import gettext_lazy as _

from todoke.base.access import Permission, permissions
from todoke.base.ui.registry import MenuItem, Panel, staff_menu, staff_panels
from todoke.ground.places.registry import city_parts
from todoke.ground.retention.registry import shredders
from todoke.shared.decisions.city import DecisionsPart
from todoke.shared.decisions.panel import draw_waiting
from todoke.shared.decisions.shredding import PaperShredder

city_parts.register(DecisionsPart())
shredders.register(PaperShredder())

permissions.register(Permission("decisions.draft", _("起案"), _("自分の課の文書を起案し、回議に付すことができます。")))
permissions.register(
    Permission(
        "decisions.mark", _("回議・合議・決裁"), _("自分の職に回った文書に、承認、同意、決裁、差戻しなどができます。")
    )
)
permissions.register(
    Permission(
        "decisions.manage",
        _("決裁の管理"),
        _("すべての起案文書を見て、だれの不在でも登録し、組織が変わるときに文書を引き継げます。決裁はできません。"),
    )
)
staff_menu.register(MenuItem("decisions.box", _("決裁"), "decisions:box", 25, "decisions.mark"))
staff_panels.register(Panel("decisions.waiting", _("決裁"), 25, draw_waiting))
