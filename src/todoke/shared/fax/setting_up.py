"""The channel of this city, as its settings have it."""

import hashlib

from django.conf import settings

from todoke.shared.fax.by_mail import FaxByMail
from todoke.shared.fax.channel import FaxChannel
from todoke.shared.fax.gateways import Gateway
from todoke.shared.fax.hylafax import HylaFax
from todoke.shared.messaging.channels.mail_server import servers_from


def fax_channel() -> FaxChannel:
    """With SIMULATORS nothing leaves this machine."""
    simulator = HylaFax("127.0.0.1", settings.FAX_SIMULATOR_PORT)
    return FaxChannel(
        gateway=simulator if settings.SIMULATORS else gateway_from(settings.FAX),
        simulator=simulator,
        lines=settings.FAX_LINES,
        site=settings.SITE_ADDRESS,
        # Not TODOKE_SECRET itself: what is derived from this one is printed on paper.
        secret=hashlib.sha256(b"todoke fax codes " + settings.SECRET_KEY.encode()).hexdigest(),
    )


def gateway_from(address: str) -> Gateway | None:
    """The way out that TODOKE_FAX names: `hylafax://…`, `mailto:{number}@…`, or none. Raises ValueError."""
    if not address:
        return None
    if address.startswith("mailto:"):
        return FaxByMail(
            template=address.removeprefix("mailto:"),
            server=next(iter(servers_from(settings.MAIL_SERVER)), None),
            sender=settings.MAIL_FROM,
        )
    return HylaFax.from_address(address)
