"""What this room plugs in elsewhere: a writer, two channels, an artefact, its simulator, what the doctor asks."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from todoke.base.doctor import checks
from todoke.base.jobs.registry import Process, processes
from todoke.base.ui.registry import MenuItem, staff_menu
from todoke.shared.lalert.checkup import CHECKS
from todoke.shared.lalert.city import lalert_channels
from todoke.shared.lalert.queries import ARTEFACT
from todoke.shared.lalert.registry import writers
from todoke.shared.lalert.writers.pcxml1 import Pcxml1
from todoke.shared.messaging.registry import artefacts, channels

writers.register(Pcxml1())
for channel in lalert_channels():
    channels.register(channel)
artefacts.register(ARTEFACT)
for check in CHECKS:
    checks.register(check)

processes.register(Process("lalert.simulator", ("lalert_simulator",), when=lambda: settings.SIMULATORS))
if settings.SIMULATORS:
    staff_menu.register(
        MenuItem("lalert.simulator", _("模擬Lアラート"), "lalert-simulator:overview", 91, "messaging.read")
    )
