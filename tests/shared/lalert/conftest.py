"""Simulated nodes on a free port, and the channels that speak to them with little patience."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.shared.lalert.matters import frozen
from todoke.shared.lalert.channels.node import NodeChannel
from todoke.shared.lalert.channels.urgent_mail import UrgentMailChannel
from todoke.shared.lalert.nodes import Nodes
from todoke.shared.lalert.simulator.node import PASSWORD, NodeSimulator, addresses
from todoke.shared.lalert.soap import Credentials
from todoke.shared.lalert.writers.pcxml1 import Pcxml1
from todoke.shared.messaging.types import Address, FrozenEdition, Receipt

# One second of it is the ledger's margin.
PATIENCE_SECONDS = 1.5


@dataclass
class City:
    """The channels, as a city has them whose real nodes are these simulated ones."""

    port: int

    def nodes(self, **changed: Any) -> Nodes:
        facts = {"addresses": addresses(self.port), "credentials": Credentials("aoba-city", PASSWORD)}
        return Nodes(**{**facts, **changed})

    def _facts(self, **changed: Any) -> dict[str, Any]:
        nodes = changed.pop("nodes", None) or self.nodes()
        return {
            "writer": Pcxml1(),
            "frozen_of": frozen,
            "nodes": nodes,
            "simulator": self.nodes(),
            "timeout_seconds": PATIENCE_SECONDS,
            **changed,
        }

    def node(self, **changed: Any) -> NodeChannel:
        return NodeChannel(**self._facts(site="https://www.city.example.jp", **changed))

    def urgent(self, **changed: Any) -> UrgentMailChannel:
        return UrgentMailChannel(**self._facts(**changed))


@pytest.fixture
def nodes(tmp_path) -> Iterator[NodeSimulator]:
    with NodeSimulator(tmp_path) as running:
        yield running


@pytest.fixture
def city(nodes) -> City:
    return City(nodes.port)


def send(channel: NodeChannel | UrgentMailChannel, edition: FrozenEdition, address: Address) -> Receipt:
    return channel.send(channel.prepare(edition, address), edition, address, key="unused")
