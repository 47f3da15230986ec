"""What messaging plugs in elsewhere, and the channels that it brings itself."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from todoke.base.access import Permission, permissions
from todoke.base.jobs.registry import Process, processes
from todoke.shared.messaging.channels.demo import demo_channels
from todoke.shared.messaging.channels.outside import outside_channels
from todoke.shared.messaging.registry import channels

for channel in outside_channels():
    channels.register(channel)
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

processes.register(Process("messaging.simulators", ("simulators",), when=lambda: settings.SIMULATORS))
