"""The networks of this city, as its settings have them."""

from django.conf import settings

from todoke.shared.messaging.registry import Channel
from todoke.shared.social.actions.desk import LedgerDesk
from todoke.shared.social.channels.apprise import AppriseChannel
from todoke.shared.social.channels.facebook import FacebookChannel
from todoke.shared.social.channels.mastodon import MastodonChannel
from todoke.shared.social.channels.x import XChannel


def networks() -> tuple[Channel, ...]:
    """X, Mastodon, Facebook, and whatever apprise reaches. With SIMULATORS, none of them leaves this machine."""
    simulator = f"http://127.0.0.1:{settings.SOCIAL_SIMULATOR_PORT}"
    return tuple(
        network(desk=LedgerDesk(), site=settings.SITE_ADDRESS, simulator=simulator, simulated=settings.SIMULATORS)
        for network in (XChannel, MastodonChannel, FacebookChannel, AppriseChannel)
    )
