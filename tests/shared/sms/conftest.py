"""A simulated provider, the channel that speaks to it, and a night on which somebody has to be told."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.shared.messaging import ledger
from todoke.base.registry import Registry
from todoke.shared.messaging.actions import dispatch, release
from todoke.shared.messaging.models import Delivery, Destination, Edition
from todoke.shared.messaging.types import EditionKind
from todoke.shared.sms.channel import KEY, SmsChannel
from todoke.shared.sms.models import Text
from todoke.shared.sms.simulator.provider import SmsSimulator, simulated_gateway

AT = ledger.NIGHT
SITE = "https://www.city.example.jp"
PATIENCE_SECONDS = 1.0


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[SmsSimulator]:
    with SmsSimulator(tmp_path) as running:
        yield running


@pytest.fixture
def channel(provider: SmsSimulator) -> SmsChannel:
    way = simulated_gateway(provider.address)
    return channel_to(way, simulator=way)


def channel_to(gateway, *, simulator=None) -> SmsChannel:
    """The channel to this provider, with little patience."""
    return SmsChannel(
        gateway=gateway, simulator=simulator or gateway, site=SITE, call_seconds=PATIENCE_SECONDS, send_seconds=10
    )


@dataclass
class House:
    """A city that sends SMS to its staff and partners."""

    officers: tuple
    channel: SmsChannel

    def use(self, channel: SmsChannel) -> None:
        self.channel = channel

    def release(self, *places: Destination, **facts) -> Edition:
        order = ledger.first(self.officers, *places, **facts)
        return release.release(replace(order, expires_at=AT + 6 * ledger.HOUR), at=AT)

    def follow(self, edition: Edition, kind: EditionKind, *places: Destination) -> Edition:
        return release.release(ledger.following(edition, kind, *places), at=AT)

    def carry_out(self, at=AT) -> None:
        """One try for every delivery that is due."""
        for claim in dispatch.claim("emergency", KEY, limit=100, at=at):
            errand = dispatch.hand_over(claim, worker="tests", at=at)
            dispatch.settle(errand, dispatch.send(errand, KEY), at=at, chance=0.5)


@pytest.fixture
def house(db, monkeypatch, channel) -> House:
    kinds = Registry("tests.kinds")
    kinds.register(ledger.KIND)
    monkeypatch.setattr(release, "kinds", kinds)
    monkeypatch.setattr(release, "artefacts", Registry("tests.artefacts"))
    ledger.make_city()
    found = House(ledger.make_officers(), channel)

    class Present(Registry):
        """The channel that the house uses at this moment."""

        def find(self, key):
            return found.channel if key == KEY else None

        def __getitem__(self, key):
            return found.channel

    monkeypatch.setattr(dispatch, "channels", Present("tests.channels"))
    return found


@pytest.fixture
def phone(house) -> Callable[..., Destination]:
    def make(key: str = "duty", address: str = "090-0000-0001", **facts) -> Destination:
        return ledger.make_destination(key, KEY, name=f"当番 {key}", address=address, **facts)

    return make


def states() -> list[str]:
    """Where each number stands, in the order of the address."""
    return list(Text.objects.order_by("delivery", "place").values_list("state", flat=True))


def delivery() -> Delivery:
    return Delivery.objects.latest("pk")


def taken(provider: SmsSimulator) -> list[str]:
    """Which numbers got something, each as often as it did."""
    return [arrival.title for arrival in provider.arrivals() if not arrival.content["refused"]]
