"""The drills' own channel, as this city's settings have it."""

import hashlib

from django.conf import settings
from django.urls import reverse

from todoke.civic.emergency.drill_mail import DrillMailChannel
from todoke.shared.messaging.channels.mail_server import MailServer, servers_from


def drill_secret() -> str:
    """From which the codes of the links follow; not TODOKE_SECRET itself, since they stand in mails."""
    return hashlib.sha256(b"todoke drill codes " + settings.SECRET_KEY.encode()).hexdigest()


def drill_mail() -> DrillMailChannel:
    """With SIMULATORS nothing leaves this machine."""
    simulated = MailServer(host="127.0.0.1", port=settings.SIMULATOR_PORTS[0])
    return DrillMailChannel(
        server=simulated if settings.SIMULATORS else next(iter(servers_from(settings.MAIL_SERVER)), None),
        simulator=simulated,
        sender=settings.MAIL_FROM,
        site=settings.SITE_ADDRESS,
        link_to=lambda code: f"{settings.SITE_ADDRESS}{reverse('emergency-reply:reply', args=[code])}",
        secret=drill_secret(),
    )
