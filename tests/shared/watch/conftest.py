"""What the watch's tests start from: the ledger's night, a channel with ways, a reader that sees what it is told."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from tests.shared.messaging import ledger
from todoke.base.registry import Registry
from todoke.ground.people.models import Account
from todoke.shared.messaging.actions import dispatch, release
from todoke.shared.messaging.models import Delivery, Edition
from todoke.shared.messaging.probing import Probe
from todoke.shared.messaging.types import Receipt
from todoke.shared.watch import watcher
from todoke.shared.watch.actions import probing, reading_back
from todoke.shared.watch.registry import Sighting

NIGHT, HOUR = ledger.NIGHT, ledger.HOUR


class WayChannel(ledger.ObedientChannel):
    """A channel whose ways the test makes: by name, what trying it does."""

    ways: dict[str, Callable[[], str]]

    def probes(self, addresses):
        return [Probe(name, f"経路 {name}".strip(), way) for name, way in self.ways.items()]


@dataclass
class ObedientReader:
    """A reader that answers as the test says, and remembers what it looked for."""

    key: str = "tests.reader"
    channel: str = "tests.plain"
    name: str = "見本"
    answer: Callable[[], Sighting] = lambda: Sighting(True, "見えました。")
    blind_to: frozenset[str] = frozenset()
    looked: list[str] = field(default_factory=list)

    def can_see(self, address) -> bool:
        return address.key not in self.blind_to

    def look(self, edition, address) -> Sighting:
        self.looked.append(edition.identifier)
        return self.answer()


@pytest.fixture
def kinds(monkeypatch):
    registry = Registry("tests.kinds")
    registry.register(ledger.KIND)
    monkeypatch.setattr(release, "kinds", registry)
    monkeypatch.setattr(release, "artefacts", Registry("tests.artefacts"))
    return registry


@pytest.fixture
def plain(monkeypatch):
    """A channel that accepts everything and has one way, which is open."""
    channel = WayChannel("tests.plain")
    channel.ways = {"": lambda: "応答しました"}
    registry = ledger.channels_of(channel)
    monkeypatch.setattr(dispatch, "channels", registry)
    monkeypatch.setattr(probing, "channels", registry)
    return channel


@pytest.fixture
def reader(monkeypatch):
    """The only reader there is."""
    one = ObedientReader()
    registry = Registry("tests.readers")
    registry.register(one)
    monkeypatch.setattr(reading_back, "readers", registry)
    monkeypatch.setattr(watcher, "readers", registry)
    return one


@pytest.fixture
def officers(db, kinds) -> tuple[Account, Account]:
    ledger.make_city()
    return ledger.make_officers()


@pytest.fixture
def sent(officers, plain):
    """Releases an edition to these places and has it sent; every delivery ends as the test says."""

    def send(*keys: str, outcome: object = None, at=NIGHT) -> Edition:
        places = [ledger.make_destination(key) for key in keys or ("one",)]
        edition = release.release(replace(ledger.first(officers, *places), expires_at=at + 6 * HOUR), at=at)
        carry_out(outcome, at)
        return edition

    return send


def carry_out(outcome: object = None, at=NIGHT) -> None:
    """Send whatever is planned."""
    for claim in dispatch.claim("emergency", "tests.plain", limit=100, at=at):
        errand = dispatch.hand_over(claim, worker="tests", at=at)
        dispatch.settle(errand, outcome or Receipt(), at=at)


def states() -> list[str]:
    return sorted(Delivery.objects.values_list("state", flat=True))
