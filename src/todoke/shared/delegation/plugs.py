"""What the room plugs in elsewhere."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from todoke.base.access import Permission, permissions
from todoke.base.doctor import checks
from todoke.base.jobs.registry import companions
from todoke.base.ui.registry import MenuItem, Panel, resident_panels, staff_menu
from todoke.shared.delegation.checkup import CHECKS
from todoke.shared.delegation.guard import StaysWithItsCity
from todoke.shared.delegation.page import COMPANION, PageChannel, spoken_for_on_disk
from todoke.shared.delegation.queries import READ
from todoke.shared.messaging.guarding import guards
from todoke.shared.messaging.registry import channels


def draw_spoken_for(request: HttpRequest) -> str | None:
    """A way to the page of each city for which something is in force; nothing where there is none."""
    cities = spoken_for_on_disk()
    return render_to_string("delegation/panel.html", {"cities": cities}, request=request) if cities else None


resident_panels.register(Panel("delegation.spoken-for", _("ほかの市の緊急情報"), 11, draw_spoken_for))
guards.register(StaysWithItsCity())
channels.register(PageChannel())
companions.register(COMPANION)
for check in CHECKS:
    checks.register(check)

permissions.register(
    Permission(
        "delegation.read", _("代行発信の閲覧"), _("委任と受任、代行した発信、代行された発信を見ることができます。")
    )
)
permissions.register(
    Permission(
        "delegation.give",
        _("委任"),
        _("ほかの市に代行を頼む委任を作り、ほかの人が作った委任を発行し、取り消すことができます。"),
    )
)
permissions.register(
    Permission(
        "delegation.speak",
        _("代行"),
        _("ほかの市の委任を読み込み、代行の開始を依頼し、確かめ、終えることができます。"),
    )
)
staff_menu.register(MenuItem("delegation.overview", _("代行発信"), "delegation:overview", 36, READ))
