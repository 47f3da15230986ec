"""The simulated mail server sends mails back, and they are taken in like real ones."""

import smtplib
import stat
import threading

import pytest

from tests.shared.messaging.bounces import notices
from tests.shared.messaging.channels.city import City
from todoke.shared.messaging.bounces.addresses import return_path
from todoke.shared.messaging.bounces.collecting import collect_folder
from todoke.shared.messaging.models import Bounce, Contact, Recipient
from todoke.shared.messaging.queries.contacts import token_of
from todoke.shared.messaging.simulators.faults import RETURNS, Fault, FaultKind
from todoke.shared.messaging.simulators.orders import FaultForm
from todoke.shared.messaging.simulators.returned import is_returned
from todoke.shared.messaging.simulators.simulator import Simulator, returned_folder
from todoke.shared.messaging.types import ContactState
from todoke.shared.messaging.types import RecipientState as State

ORDER = {"kind": "return", "span": "until", "seconds": "10", "status": "550", "share": "25"}


@pytest.fixture
def simulator(tmp_path):
    with Simulator(tmp_path, secret_of=City.secret_of) as running:
        yield running


def mail(simulator: Simulator, sender: str, *recipients: str, edition: str = notices.EDITION) -> None:
    raw = f"From: bousai@city.example.jp\nX-Todoke-Edition: {edition}\nSubject: 1\n\nText\n"
    with smtplib.SMTP("127.0.0.1", simulator.smtp_port, timeout=5) as smtp:
        smtp.sendmail(sender, recipients, raw)


def sent_back(tmp_path) -> list:
    return sorted(returned_folder(tmp_path).glob("*.eml"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "resting", "state", "counted"),
    [
        (550, ContactState.SUPPRESSED, State.BOUNCED, ["hard"]),
        (552, ContactState.ACTIVE, State.BOUNCED, ["soft"]),
        (554, ContactState.ACTIVE, State.BOUNCED, ["policy"]),
        (450, ContactState.ACTIVE, State.ACCEPTED, []),
    ],
)
def test_a_mail_that_is_sent_back_is_taken_in(simulator, tmp_path, mailing, readers, status, resting, state, counted):
    simulator.fault("mail", Fault(FaultKind.RETURN, status=status))
    sender = return_path(token_of(readers[0].pk, 1), "bousai@city.example.jp")

    mail(simulator, sender, "reader1@example.jp", edition=mailing.delivery.edition.identifier)
    assert len(simulator.arrivals("mail")) == 1
    assert collect_folder(returned_folder(tmp_path), threading.Event()) == 1

    assert Contact.objects.get(pk=readers[0].pk).state == resting
    assert Recipient.objects.get(mailing=mailing, contact=readers[0]).state == state
    assert list(Bounce.objects.values_list("kind", flat=True)) == counted
    assert sent_back(tmp_path) == []


def test_the_share_is_the_same_people_at_every_mail(simulator, tmp_path):
    simulator.fault("mail", Fault(FaultKind.RETURN, status=550, share=0.3))
    readers = [f"reader{number}@example.jp" for number in range(60)]

    for _ in range(2):
        mail(simulator, "bounce+x@city.example.jp", *readers)

    chosen = [reader for reader in readers if is_returned(reader, 0.3)]
    assert 5 < len(chosen) < 35
    # The same report about the same mail is the same file.
    assert len(sent_back(tmp_path)) == len(chosen)
    assert {stat.S_IMODE(path.stat().st_mode) for path in sent_back(tmp_path)} == {0o600}


def test_nothing_is_sent_back_to_nobody(simulator, tmp_path):
    simulator.fault("mail", Fault(FaultKind.RETURN, status=550))

    mail(simulator, "", "reader1@example.jp")

    assert sent_back(tmp_path) == []


def test_the_order_is_read_and_told_in_one_form():
    fault = Fault(FaultKind.RETURN, status=552, share=0.25)

    assert Fault.from_json(fault.as_json()) == fault
    for wrong in ({"kind": "return"}, {"kind": "return", "status": 551}, {"kind": "drop", "share": 0}):
        with pytest.raises(ValueError, match=r"status|share"):
            Fault.from_json(wrong)


@pytest.mark.parametrize("status", RETURNS)
def test_staff_order_it_for_mail(status):
    form = FaultForm({f"mail-{name}": value for name, value in {**ORDER, "status": status}.items()}, prefix="mail")

    assert form.is_valid()
    assert form.fault() == Fault(FaultKind.RETURN, status=status, share=0.25)


@pytest.mark.parametrize(
    ("prefix", "changed", "field"),
    [("line", {}, "kind"), ("mail", {"status": "503"}, "status"), ("mail", {"share": "0"}, "share")],
)
def test_what_makes_no_sense_is_refused_in_words(prefix, changed, field):
    form = FaultForm({f"{prefix}-{name}": value for name, value in {**ORDER, **changed}.items()}, prefix=prefix)

    assert list(form.errors) == [field]
