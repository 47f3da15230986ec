"""The channels that one can subscribe on."""

from todoke.shared.messaging.channels.routes import trouble_with_contact_reach
from todoke.shared.messaging.registry import LetterChannel, MassChannel, channels
from todoke.shared.messaging.types import Reach

MAIL = "messaging.mail"
SOME_ADDRESS = "someone@example.jp"


def channels_on_offer() -> list[MassChannel]:
    """The mass channels whose addresses can be confirmed by a letter, in the order of their registration."""
    return [channel for channel in channels if isinstance(channel, MassChannel) and letters_of(channel)]


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
