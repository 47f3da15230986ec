"""What SMS plugs in elsewhere: its channel, its clockwork, its simulator, and a way for destinations nobody foresaw."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from todoke.base.doctor import checks
from todoke.base.jobs.registry import Process, companions, processes
from todoke.base.ui.registry import MenuItem, staff_menu
from todoke.shared.messaging.registry import channels
from todoke.shared.sms.checkup import CHECKS
from todoke.shared.sms.clockwork import Clockwork
from todoke.shared.sms.setting_up import sms_channel
from todoke.shared.unforeseen.registry import Way, ways

channel = sms_channel()
channels.register(channel)
companions.register(Clockwork(channel))
processes.register(Process("sms.simulator", ("sms_simulator",), when=lambda: settings.SIMULATORS))
ways.register(Way("sms.gateway", _("SMS（携帯電話の番号あて）"), _("携帯電話の番号。例：090-0000-0001"), 25))
for check in CHECKS:
    checks.register(check)
staff_menu.register(MenuItem("sms.sent", _("SMSの送信結果"), "sms-desk:sent", 34, "messaging.read"))
if settings.SIMULATORS:
    staff_menu.register(
        MenuItem("sms.phones", _("SMSが届いた電話（模擬）"), "sms-simulator:phones", 91, "messaging.read")
    )
