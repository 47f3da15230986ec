"""What timetable plugs in elsewhere."""

from django.utils.translation import gettext_lazy as _

from todoke.base.access import Permission, permissions
from todoke.base.ui.registry import MenuItem, staff_menu
from todoke.ground.places.registry import city_parts
from todoke.shared.timetable.city import ClosingsPart

city_parts.register(ClosingsPart())
permissions.register(
    Permission(
        "timetable.closings",
        _("臨時閉庁日の登録"),
        _("市役所を臨時に閉める日を登録できます。手続の期限の計算に使われます。"),
    )
)
staff_menu.register(MenuItem("timetable.closings", _("臨時閉庁日"), "timetable:closings", 70, "timetable.closings"))
