"""What the desk itself hangs up in the staff's menu."""

from django.utils.translation import gettext_lazy as _

from todoke.base.ui.registry import MenuItem, staff_menu

staff_menu.register(MenuItem("desk.plain-japanese", _("やさしい日本語の点検"), "desk:plain-japanese", 80))
