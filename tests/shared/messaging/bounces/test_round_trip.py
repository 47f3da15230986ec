"""The whole way round: a mailing leaves by the real mail channel, the server sends some back, the ledger knows."""

import threading

import pytest

from tests.shared.messaging.channels.city import City
from tests.shared.messaging.channels.test_mail_each import channel as mail_channel
from tests.shared.messaging.ledger import NIGHT, channels_of, first, make_destination
from tests.shared.messaging.masses import AUDIENCE
from todoke.shared.messaging import carriers
from todoke.shared.messaging.actions import bundles, contacts, dispatch, mailings
from todoke.shared.messaging.actions.release import release
from todoke.shared.messaging.bounces.collecting import collect_folder
from todoke.shared.messaging.carriers import carry_bundle
from todoke.shared.messaging.channels.mail_server import MailServer
from todoke.shared.messaging.models import Contact, Recipient
from todoke.shared.messaging.queries.mailings import counts_of
from todoke.shared.messaging.simulators.faults import Fault, FaultKind
from todoke.shared.messaging.simulators.returned import is_returned
from todoke.shared.messaging.simulators.simulator import Simulator, returned_folder
from todoke.shared.messaging.types import ContactState
from todoke.shared.messaging.types import RecipientState as State

READERS = [f"reader{number}@example.jp" for number in range(20)]


@pytest.mark.django_db
def test_who_cannot_be_reached_is_known_after_the_first_mail(officers, mass, monkeypatch, tmp_path):
    with Simulator(tmp_path, secret_of=City.secret_of) as simulator:
        simulator.fault("mail", Fault(FaultKind.RETURN, status=550, share=0.3))
        mail = mail_channel(MailServer("127.0.0.1", simulator.smtp_port), reply_seconds=5)
        for module in (dispatch, mailings, bundles, contacts, carriers):
            monkeypatch.setattr(module, "channels", channels_of(mail))
        people = {address: contacts.register(mail.key, address, language="ja", at=NIGHT)[0] for address in READERS}
        release(first(officers, make_destination("residents", mail.key, address=AUDIENCE)), at=NIGHT)
        (claimed,) = dispatch.claim("emergency", mail.key, limit=1, at=NIGHT)
        mailing = mailings.begin(claimed, worker="here:1", at=NIGHT)
        job = mailings.job_of(mailing.pk)
        mailings.plan_step(job, at=NIGHT)
        while carry := bundles.claim(job, holder=7, at=NIGHT):
            carry_bundle(carry, job, mail, mail.stationery(job.edition, mailings.audiences[AUDIENCE].ways_out()))
        mail.close()
    assert counts_of(mailing) == {"1": 20}

    unreached = {people[address].pk for address in READERS if is_returned(address, 0.3)}
    assert collect_folder(returned_folder(tmp_path), threading.Event()) == len(unreached) > 0

    bounced = Recipient.objects.filter(mailing=mailing, state=State.BOUNCED)
    assert set(bounced.values_list("contact_id", flat=True)) == unreached
    assert set(Contact.objects.filter(state=ContactState.SUPPRESSED).values_list("pk", flat=True)) == unreached
    assert counts_of(mailing) == {"1": 20 - len(unreached), "3": len(unreached)}
