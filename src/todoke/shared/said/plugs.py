"""What the board of what was said plugs in elsewhere: one right, two lines of the menu."""

from django.utils.translation import gettext_lazy as _

from todoke.base.access import Permission, permissions
from todoke.base.ui.registry import MenuItem, staff_menu

permissions.register(
    Permission(
        "said.read",
        _("発信内容の照会"),
        _("市が発信した文、その経路と期間、訂正の伝わり方を見ることができます。書くことや送ることはできません。"),
    )
)
staff_menu.register(MenuItem("said.board", _("市が言ったこと"), "said:board", 28, "said.read"))
staff_menu.register(MenuItem("said.corrections", _("訂正の伝わり方"), "said:corrections", 29, "said.read"))
