"""What audit plugs in elsewhere: its permission and its line in the staff's menu."""

from django.utils.translation import gettext_lazy as _

from todoke.base.access import Permission, permissions
from todoke.base.ui.registry import MenuItem, staff_menu

permissions.register(
    Permission("audit.read", _("監査記録の閲覧"), _("だれが、いつ、何をしたかの記録を見ることができます。"))
)
staff_menu.register(MenuItem("audit.entries", _("監査記録"), "audit:entries", 900, "audit.read"))
