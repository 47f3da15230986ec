"""What messaging plugs in elsewhere, and the channels that it brings itself."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from todoke.base.access import Permission, permissions
from todoke.base.backup.registry import after_restore
from todoke.base.doctor import checks
from todoke.base.health.registry import gauges
from todoke.base.jobs.registry import Process, companions, processes
from todoke.base.rounds.errands import errands
from todoke.base.ui.registry import MenuItem, staff_menu
from todoke.ground.looks.registry import Purpose, purposes
from todoke.ground.people.registry import carriers
from todoke.ground.places.registry import city_parts
from todoke.shared.messaging.actions.mailings import FOLD
from todoke.shared.messaging.actions.restored import LEDGER
from todoke.shared.messaging.bounces.checkup import CHECKS as BOUNCE_CHECKS
from todoke.shared.messaging.bounces.collecting import BounceReader
from todoke.shared.messaging.cap import ARTEFACT
from todoke.shared.messaging.carriers import MassDispatcher
from todoke.shared.messaging.channels import feeds
from todoke.shared.messaging.channels.demo import demo_channels
from todoke.shared.messaging.channels.outside import outside_channels
from todoke.shared.messaging.checkup import CHECKS
from todoke.shared.messaging.city import DestinationsPart
from todoke.shared.messaging.dispatcher import Dispatcher
from todoke.shared.messaging.gauges import GAUGES
from todoke.shared.messaging.postman import CARETAKER, Postman
from todoke.shared.messaging.registry import artefacts, channels
from todoke.shared.messaging.sign_in_letters import MailCarrier

for channel in outside_channels():
    channels.register(channel)
channels.register(feeds.FeedsChannel())
companions.register(Dispatcher())
companions.register(MassDispatcher())
companions.register(Postman())
companions.register(CARETAKER)
errands.register(FOLD)
companions.register(BounceReader())
companions.register(feeds.COMPANION)
artefacts.register(ARTEFACT)
carriers.register(MailCarrier())
after_restore.register(LEDGER)
if settings.SIMULATORS:
    for channel in demo_channels():
        channels.register(channel)

permissions.register(
    Permission(
        "messaging.read", _("配信の閲覧"), _("お知らせ、配信の状況、模擬サービスに届いたものを見ることができます。")
    )
)
permissions.register(
    Permission(
        "messaging.operate",
        _("配信の運用"),
        _("配信先の追加、送り直し、電話連絡の記録、模擬サービスの障害の設定ができます。"),
    )
)
permissions.register(
    Permission(
        "messaging.look-up",
        _("個人の配信状況の照会"),
        _("本人のアドレスで、お知らせが届いたかを調べることができます。調べたことは監査記録に残ります。"),
    )
)

purposes.register(Purpose("messaging.look-up", _("お知らせが届いたかの問い合わせに答えるため")))
processes.register(Process("messaging.simulators", ("simulators",), when=lambda: settings.SIMULATORS))
for check in (*CHECKS, *BOUNCE_CHECKS):
    checks.register(check)
for gauge in GAUGES:
    gauges.register(gauge)

staff_menu.register(MenuItem("messaging.ledger", _("発信の記録"), "messaging:messages", 30, "messaging.read"))
staff_menu.register(MenuItem("messaging.follow-ups", _("要対応"), "messaging:follow-ups", 31, "messaging.read"))
staff_menu.register(MenuItem("messaging.calls", _("電話連絡"), "messaging:calls", 32, "messaging.read"))
staff_menu.register(MenuItem("messaging.told", _("届いたかを調べる"), "messaging:told", 33, "messaging.look-up"))
staff_menu.register(MenuItem("messaging.channels", _("経路の一覧"), "messaging:channels", 35, "messaging.read"))
staff_menu.register(MenuItem("messaging.phrases", _("決まった文と言葉"), "messaging:phrases", 34, "messaging.read"))
if settings.SIMULATORS:
    staff_menu.register(
        MenuItem("messaging.simulators", _("模擬サービス"), "messaging-simulators:overview", 90, "messaging.read")
    )

city_parts.register(DestinationsPart())
