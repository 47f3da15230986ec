"""Simulated networks on a free port, and the channels that speak to them with little patience."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.shared.social.house import SITE, House
from todoke.shared.social.channels import network
from todoke.shared.social.channels.apprise import AppriseChannel
from todoke.shared.social.channels.facebook import FacebookChannel
from todoke.shared.social.channels.mastodon import MastodonChannel
from todoke.shared.social.channels.x import XChannel
from todoke.shared.social.simulators.server import SocialSimulator

PATIENCE_SECONDS = 1.0


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[SocialSimulator]:
    with SocialSimulator(tmp_path) as running:
        yield running


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def networks(simulator, house, monkeypatch):
    """The channels by service."""
    monkeypatch.setattr(network, "CALL_SECONDS", PATIENCE_SECONDS)
    return {
        "x": XChannel(desk=house, site=SITE, simulator=simulator.address, simulated=False),
        "mastodon": MastodonChannel(desk=house, site=SITE, simulator=simulator.address, simulated=False),
        "facebook": FacebookChannel(desk=house, site=SITE, simulator=simulator.address, simulated=False),
        "apprise": AppriseChannel(desk=house, site=SITE, simulator=simulator.address, simulated=False),
    }
