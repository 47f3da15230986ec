"""The night of the tests: a city with two officers, a plain channel, and a kind of message."""

import pytest

from tests.shared.messaging import ledger, masses
from tests.shared.messaging.ledger import NIGHT, first, make_destination
from tests.shared.messaging.masses import AUDIENCE, CHANNEL, make_contacts
from todoke.base.registry import Registry
from todoke.ground.people.models import Account
from todoke.shared.messaging import carriers
from todoke.shared.messaging.actions import bundles, contacts, dispatch, mailings, release
from todoke.shared.messaging.carriers import carry_bundle
from todoke.shared.messaging.models import Mailing


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


@pytest.fixture
def readers(db):
    return make_contacts(4)


@pytest.fixture
def planned(officers, mass, readers) -> Mailing:
    """A mailing to the readers; nothing of it has left."""
    release.release(first(officers, make_destination("everybody", CHANNEL, address=AUDIENCE)), at=NIGHT)
    (claimed,) = dispatch.claim("emergency", CHANNEL, limit=10, at=NIGHT)
    mailing = mailings.begin(claimed, worker="here:1", at=NIGHT)
    while mailings.plan_step(mailings.job_of(mailing.pk), at=NIGHT):
        pass
    return mailing


@pytest.fixture
def mailing(planned, mass) -> Mailing:
    """The mailing, taken by the server for all of them, and ended."""
    job = mailings.job_of(planned.pk)
    while carry := bundles.claim(job, holder=7, at=NIGHT):
        carry_bundle(carry, job, mass, job.edition)
    mailings.end_if_over(planned.pk, at=NIGHT)
    planned.refresh_from_db()
    return planned
