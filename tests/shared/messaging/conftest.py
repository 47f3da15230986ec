"""The night of the tests: a city with two officers, a plain channel, and a kind of message."""

import pytest

from tests.shared.messaging import ledger, masses
from todoke.base.registry import Registry
from todoke.ground.people.models import Account
from todoke.shared.messaging import carriers
from todoke.shared.messaging.actions import bundles, contacts, dispatch, mailings, release


@pytest.fixture
def kinds(monkeypatch):
    registry = Registry("tests.kinds")
    registry.register(ledger.KIND)
    monkeypatch.setattr(release, "kinds", registry)
    monkeypatch.setattr(mailings, "kinds", registry)
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


@pytest.fixture
def mass(monkeypatch):
    """A mass channel that everybody takes from, and an audience of everybody."""
    channel = masses.ObedientMassChannel(masses.CHANNEL)
    audiences = Registry("tests.audiences")
    audiences.register(masses.Everybody())
    for module in (dispatch, mailings, bundles, contacts, carriers):
        monkeypatch.setattr(module, "channels", ledger.channels_of(channel))
    monkeypatch.setattr(mailings, "audiences", audiences)
    monkeypatch.setattr(carriers, "audiences", audiences)
    return channel
