"""The night of the tests: a city with two officers, a plain channel, and a kind of message."""

import pytest

from tests.shared.messaging import ledger
from todoke.base.registry import Registry
from todoke.ground.people.models import Account
from todoke.shared.messaging.actions import dispatch, release


@pytest.fixture
def kinds(monkeypatch):
    registry = Registry("tests.kinds")
    registry.register(ledger.KIND)
    monkeypatch.setattr(release, "kinds", registry)
    monkeypatch.setattr(release, "artefacts", Registry("tests.artefacts"))
    return registry


@pytest.fixture
def plain(monkeypatch):
    """A channel that accepts everything."""
    channel = ledger.ObedientChannel("tests.plain")
    monkeypatch.setattr(dispatch, "channels", ledger.channels_of(channel))
    return channel


@pytest.fixture
def officers(db, kinds) -> tuple[Account, Account]:
    ledger.make_city()
    return ledger.make_officers()
