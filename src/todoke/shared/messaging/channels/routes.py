"""Where a call really goes: to the outside service, or to the simulator that plays it."""

from django.utils.translation import gettext as _

from todoke.shared.messaging.registry import audiences
from todoke.shared.messaging.types import Reach

SIMULATOR_MARK = "simulator:"


def is_simulated(address: str) -> bool:
    """Whether this address belongs to a simulator for good: written `simulator:…`, it never leaves the house."""
    return address.startswith(SIMULATOR_MARK)


def bare(address: str) -> str:
    """The address without that mark, as the protocol wants it."""
    return address.removeprefix(SIMULATOR_MARK)


# Channels whose address leads out of the house; the others write into folders of our own, or onto a list for people.
LEAD_OUTSIDE = frozenset(
    {
        "emergency.drill-mail",
        "calling.automatic",
        "fax.line",
        "lalert.node",
        "lalert.urgent-mail",
        "loudspeakers.reading-script",
        "loudspeakers.units",
        "messaging.board",
        "messaging.line",
        "messaging.mail",
        "messaging.webhook",
        "sms.gateway",
        "social.apprise",
        "social.facebook",
        "social.mastodon",
        "social.x",
    }
)


def trouble_with_reach(channel: str, address: str, reach: Reach) -> str | None:
    """What is wrong with an address beside whom it is said to reach, or None.

    The ledger sends drills to simulators; so what is called one must be one, wherever the real services are connected.
    """
    if channel not in LEAD_OUTSIDE and not is_simulated(address):
        return None
    return trouble_with_contact_reach(address, reach)


def trouble_with_contact_reach(address: str, reach: Reach) -> str | None:
    """What is wrong with one person's address beside whom it is said to reach, or None.

    Every mass channel leads outside. Its destinations name an audience, so that only here is seen where a drill goes.
    """
    if reach == Reach.SIMULATOR and not is_simulated(address):
        return _("模擬装置のアドレスは simulator: で始めてください。このままでは、訓練が本物の宛先に届きます。")
    if reach != Reach.SIMULATOR and is_simulated(address):
        return _("simulator: で始まるアドレスは、本番では誰にも届きません。到達範囲を simulator にしてください。")
    return None


def trouble_with_audience(address: str) -> str | None:
    """What is wrong with the address of a destination on a mass channel, which is the key of an audience, or None."""
    if address in audiences:
        return None
    return _("対象者「%(key)s」は登録されていません。") % {"key": address}
