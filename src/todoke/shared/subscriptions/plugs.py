"""What subscriptions plug in elsewhere."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from todoke.base.access import Permission, permissions
from todoke.base.backup.registry import after_restore
from todoke.base.doctor import checks
from todoke.base.jobs.registry import companions
from todoke.base.rounds.errands import errands
from todoke.base.ui.registry import MenuItem, Panel, resident_menu, resident_panels, staff_menu
from todoke.ground.looks.registry import Purpose, purposes
from todoke.ground.places.registry import city_parts
from todoke.shared.messaging.registry import audiences, kinds
from todoke.shared.subscriptions.actions.imports import DROP, TAKE_IN
from todoke.shared.subscriptions.actions.leaving import FORGET
from todoke.shared.subscriptions.actions.milestones import KIND, RELEASE
from todoke.shared.subscriptions.actions.restored import CHOICES
from todoke.shared.subscriptions.audience import Subscribers
from todoke.shared.subscriptions.caretaker import CARETAKER, IMPORTER
from todoke.shared.subscriptions.checkup import CHECKS
from todoke.shared.subscriptions.city import MilestonesPart, TopicsPart
from todoke.shared.subscriptions.queries.channels import channels_on_offer
from todoke.shared.subscriptions.queries.topics import topics


def draw_invitation(request: HttpRequest) -> str | None:
    """The way to subscribe, where there is something to subscribe to."""
    if not channels_on_offer() or not topics():
        return None
    return render_to_string("subscriptions/panel.html", {}, request=request)


audiences.register(Subscribers())
city_parts.register(TopicsPart())
city_parts.register(MilestonesPart())
kinds.register(KIND)
for check in CHECKS:
    checks.register(check)
purposes.register(Purpose("subscriptions.request", _("お知らせの登録を確かめたり、消したりするため")))
companions.register(CARETAKER)
companions.register(IMPORTER)
for errand in (FORGET, DROP, TAKE_IN, RELEASE):
    errands.register(errand)
after_restore.register(CHOICES)
resident_panels.register(Panel("subscriptions.invitation", _("お知らせの登録"), 40, draw_invitation))
resident_menu.register(MenuItem("subscriptions.subscribe", _("お知らせの登録"), "subscriptions:subscribe", 40))

permissions.register(
    Permission("subscriptions.read", _("登録者数の閲覧"), _("お知らせが何人に届くかを、送る前に見ることができます。"))
)
permissions.register(
    Permission(
        "subscriptions.manage",
        _("登録者の管理"),
        _("名簿の取込みと、本人からの求めによる確認、引き渡し、消去ができます。すべて記録に残ります。"),
    )
)
staff_menu.register(
    MenuItem("subscriptions.reach", _("届く人数"), "subscriptions-staff:reach", 40, "subscriptions.read")
)
staff_menu.register(
    MenuItem("subscriptions.lists", _("名簿の取込み"), "subscriptions-staff:lists", 41, "subscriptions.manage")
)
staff_menu.register(
    MenuItem("subscriptions.person", _("登録者の確認と消去"), "subscriptions-staff:person", 42, "subscriptions.manage")
)
permissions.register(
    Permission(
        "subscriptions.milestones",
        _("節目のお知らせの承認"),
        _("お子さんの節目に送る文を依頼し、または承認できます。1つの文に2人が要ります。"),
    )
)
staff_menu.register(
    MenuItem(
        "subscriptions.milestones",
        _("節目のお知らせ"),
        "subscriptions-staff:milestones",
        43,
        "subscriptions.milestones",
    )
)
