"""The two channels of this city, as its settings have them."""

from django.conf import settings

from todoke.shared.lalert.channels.node import NodeChannel
from todoke.shared.lalert.channels.urgent_mail import UrgentMailChannel
from todoke.shared.lalert.nodes import BACKUP, NORMAL, Nodes
from todoke.shared.lalert.queries import frozen_beside
from todoke.shared.lalert.registry import writers
from todoke.shared.lalert.simulator.node import PASSWORD, addresses
from todoke.shared.lalert.soap import Credentials
from todoke.shared.lalert.types import Frozen
from todoke.shared.messaging.types import FrozenEdition


def simulated_nodes() -> Nodes:
    """The nodes that this machine plays."""
    return Nodes(addresses(settings.LALERT_SIMULATOR_PORT), Credentials("simulator", PASSWORD))


def real_nodes() -> Nodes:
    """The nodes that FMMC named to this city: normal first, then backup."""
    named = dict(zip((NORMAL, BACKUP), settings.LALERT_NODES, strict=False))
    return Nodes(named, Credentials(settings.LALERT_USER, settings.LALERT_PASSWORD))


class ChosenWriter:
    """The writer that the settings name, looked up when it is needed: another room may register it later."""

    key = "lalert.chosen"

    def write(self, edition: FrozenEdition, frozen: Frozen, destination: str) -> bytes:
        """As the chosen writer does. Raises UnknownKey where nobody registered it."""
        return writers[settings.LALERT_WRITER].write(edition, frozen, destination)

    def urgent(
        self, edition: FrozenEdition, frozen: Frozen, destination: str, *, carrier: str, title: str, text: str
    ) -> bytes:
        """As the chosen writer does. Raises UnknownKey where nobody registered it."""
        writer = writers[settings.LALERT_WRITER]
        return writer.urgent(edition, frozen, destination, carrier=carrier, title=title, text=text)


def lalert_channels() -> tuple[NodeChannel, UrgentMailChannel]:
    """With SIMULATORS nothing leaves this machine."""
    simulated = simulated_nodes()
    nodes = simulated if settings.SIMULATORS else real_nodes()
    writer = ChosenWriter()
    return (
        NodeChannel(
            writer=writer, frozen_of=frozen_beside, nodes=nodes, simulator=simulated, site=settings.SITE_ADDRESS
        ),
        UrgentMailChannel(writer=writer, frozen_of=frozen_beside, nodes=nodes, simulator=simulated),
    )
