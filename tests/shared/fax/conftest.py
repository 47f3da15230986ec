"""A simulated FAX server whose lines are very fast, and the channel that speaks to it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.shared.messaging import ledger
from todoke.base.registry import Registry
from todoke.shared.fax.channel import KEY, FaxChannel
from todoke.shared.fax.hylafax import HylaFax
from todoke.shared.fax.models import Sheet
from todoke.shared.fax.simulator.server import FaxSimulator
from todoke.shared.messaging.actions import dispatch, release
from todoke.shared.messaging.models import Delivery, Destination, Edition
from todoke.shared.messaging.types import Mode

AT = ledger.NIGHT
SITE = "https://www.city.example.jp"


@pytest.fixture
def fax(tmp_path: Path) -> Iterator[FaxSimulator]:
    with FaxSimulator(tmp_path, speed=400) as running:
        yield running


@pytest.fixture
def channel(fax: FaxSimulator) -> FaxChannel:
    """Eight lines, and little patience."""
    way = HylaFax("127.0.0.1", fax.port, poll_seconds=0.02)
    return FaxChannel(gateway=way, simulator=way, lines=8, site=SITE, secret="s" * 50, call_seconds=8, wait_seconds=0.5)


@dataclass
class House:
    """A city whose facilities are reached by FAX."""

    channel: FaxChannel
    officers: tuple

    def release(self, *places: Destination, mode: Mode = Mode.ACTUAL) -> Edition:
        order = ledger.first(self.officers, *places, mode=mode)
        return release.release(replace(order, expires_at=AT + 6 * ledger.HOUR), at=AT)

    def carry_out(self, at=AT) -> None:
        """Make every call that is due, one after the other."""
        for claim in dispatch.claim("emergency", KEY, limit=100, at=at):
            errand = dispatch.hand_over(claim, worker="tests", at=at)
            dispatch.settle(errand, dispatch.send(errand, KEY), at=at, chance=0.5)


@pytest.fixture
def house(db, monkeypatch, channel) -> House:
    kinds = Registry("tests.kinds")
    kinds.register(ledger.KIND)
    monkeypatch.setattr(release, "kinds", kinds)
    monkeypatch.setattr(release, "artefacts", Registry("tests.artefacts"))
    registry = Registry("tests.channels")
    registry.register(channel)
    monkeypatch.setattr(dispatch, "channels", registry)
    ledger.make_city()
    return House(channel, ledger.make_officers())


@pytest.fixture
def facility(house) -> Callable[..., Destination]:
    def make(key: str = "home", address: str = "022-000-0001 tel:022-000-0002", **facts) -> Destination:
        return ledger.make_destination(key, KEY, name=f"施設 {key}", address=address, **facts)

    return make


@pytest.fixture
def arrived(house, facility) -> Sheet:
    """A sheet that has come out of the facility's machine."""
    house.release(facility())
    house.carry_out()
    Sheet.objects.update(arrived_at=AT)
    return Sheet.objects.get()


def state() -> str:
    return Delivery.objects.get().state
