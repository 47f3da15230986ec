"""The channels of this city, as its settings have them."""

from functools import partial

from django.conf import settings

from todoke.shared.messaging.actions import multicasts, pace
from todoke.shared.messaging.channels.line import LineChannel
from todoke.shared.messaging.channels.line_each import LineEachChannel
from todoke.shared.messaging.channels.mail import MailChannel
from todoke.shared.messaging.channels.mail_each import MailEachChannel
from todoke.shared.messaging.channels.mail_server import MailServer, servers_from
from todoke.shared.messaging.channels.person import PersonChannel
from todoke.shared.messaging.channels.push_each import PushEachChannel
from todoke.shared.messaging.channels.signing import secret_for
from todoke.shared.messaging.channels.webhook import WebhookChannel
from todoke.shared.messaging.registry import Channel, MassChannel

# Where a reader changes what they get; the copies of a multicast have no room for a link of their own.
SETTINGS_PAGE = "/subscriptions/"


def webhook_secret_of(destination_key: str) -> str:
    """The `whsec_…` secret of one destination, as its partner has it."""
    return secret_for(destination_key, settings.WEBHOOK_SECRET)


def outside_channels() -> tuple[Channel | MassChannel, ...]:
    """All that leads outside, and the telephone list. With SIMULATORS, none of them leaves this machine."""
    smtp_port, http_port = settings.SIMULATOR_PORTS
    simulated_mail = MailServer(host="127.0.0.1", port=smtp_port)
    simulated_web = f"http://127.0.0.1:{http_port}"
    relays = servers_from(settings.MAIL_SERVER)
    return (
        MailChannel(
            server=simulated_mail if settings.SIMULATORS else next(iter(relays), None),
            simulator=simulated_mail,
            sender=settings.MAIL_FROM,
            site=settings.SITE_ADDRESS,
            unsubscribe=settings.MAIL_UNSUBSCRIBE,
            relays=() if settings.SIMULATORS else relays,
        ),
        MailEachChannel(
            servers=(simulated_mail,) if settings.SIMULATORS else relays,
            simulator=simulated_mail,
            sender=settings.MAIL_FROM,
            site=settings.SITE_ADDRESS,
            domain_rates=settings.MAIL_PACE,
            pace=pace,
        ),
        LineChannel(
            token="simulator" if settings.SIMULATORS else settings.LINE_TOKEN,
            service=simulated_web if settings.SIMULATORS else "https://api.line.me",
            simulator=simulated_web,
            site=settings.SITE_ADDRESS,
        ),
        LineEachChannel(
            token="simulator" if settings.SIMULATORS else settings.LINE_TOKEN,
            service=simulated_web if settings.SIMULATORS else "https://api.line.me",
            simulator=simulated_web,
            site=settings.SITE_ADDRESS,
            settings_page=f"{settings.SITE_ADDRESS}{SETTINGS_PAGE}",
            pace=pace,
            rounds=multicasts,
            reserve=settings.LINE_RESERVE / 100,
        ),
        PushEachChannel(
            private_key=settings.PUSH_KEY,
            contact=f"mailto:{settings.MAIL_FROM}",
            simulator=simulated_web,
            simulated=settings.SIMULATORS,
            site=settings.SITE_ADDRESS,
        ),
        WebhookChannel(
            secret_of=partial(secret_for, master=settings.WEBHOOK_SECRET),
            simulator=simulated_web,
            simulated=settings.SIMULATORS,
            site=settings.SITE_ADDRESS,
        ),
        PersonChannel(),
    )
