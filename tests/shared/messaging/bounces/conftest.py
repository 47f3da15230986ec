"""Where the tests of what comes back start: a mailing that reached a few contacts."""

import pytest

from tests.shared.messaging.ledger import NIGHT, first, make_destination
from tests.shared.messaging.masses import AUDIENCE, CHANNEL, make_contacts
from todoke.shared.messaging.actions import bundles, dispatch, mailings
from todoke.shared.messaging.actions.release import release
from todoke.shared.messaging.carriers import carry_bundle
from todoke.shared.messaging.models import Mailing


@pytest.fixture
def readers(db):
    return make_contacts(4)


@pytest.fixture
def planned(officers, mass, readers) -> Mailing:
    """A mailing to the readers; nothing of it has left."""
    release(first(officers, make_destination("everybody", CHANNEL, address=AUDIENCE)), at=NIGHT)
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
