"""The channels that one can subscribe on.

On most of them a person types an address, and a letter to it shows whose it is. On LINE and in a browser nobody types
anything: LINE tells us who has made friends with the city, and a browser gives its own subscription.
"""

from todoke.shared.messaging.channels.routes import trouble_with_contact_reach
from todoke.shared.messaging.models import Destination
from todoke.shared.messaging.registry import LetterChannel, MassChannel, channels
from todoke.shared.messaging.types import Reach
from todoke.shared.subscriptions.audience import KEY

MAIL = "messaging.mail"
PUSH = "messaging.push-each"
LINE = "messaging.line-each"
NOBODY_TYPES = frozenset({PUSH, LINE})
SOME_ADDRESS = "someone@example.jp"


def channels_on_offer() -> list[MassChannel]:
    """The mass channels whose addresses are typed and confirmed by a letter, in the order of their registration."""
    return [
        channel
        for channel in channels
        if isinstance(channel, MassChannel) and channel.key not in NOBODY_TYPES and letters_of(channel)
    ]


def is_served(channel: str) -> bool:
    """Whether the city has a destination by which subscribers on this channel get anything."""
    return Destination.objects.filter(channel=channel, address=KEY, reach=Reach.PUBLIC, is_active=True).exists()


def letters_of(channel: MassChannel) -> str | None:
    """The key of the channel that carries a letter to an address of this one; None where nothing does.

    A channel may take letters itself; else, if it takes a mail address, mail does.
    """
    if isinstance(channel, LetterChannel):
        return channel.key
    return MAIL if channel.trouble_with_contact(SOME_ADDRESS) is None else None


def trouble_with(channel: MassChannel, address: str) -> str | None:
    """What is wrong with the address of somebody of the public on this channel, or None."""
    return channel.trouble_with_contact(address) or trouble_with_contact_reach(channel.normal(address), Reach.PUBLIC)
