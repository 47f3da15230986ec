"""The real mass channels in the mass lane: whole bundles, carried to the simulators through every fault."""

from collections import Counter
from datetime import timedelta

import pytest

from tests.shared.messaging.channels.city import City
from tests.shared.messaging.ledger import NIGHT, channels_of, first, make_destination
from tests.shared.messaging.masses import AUDIENCE, Everybody, states
from todoke.base.registry import Registry
from todoke.base.sealing import seal
from todoke.shared.messaging import carriers
from todoke.shared.messaging.actions import bundles, contacts, dispatch, mailings
from todoke.shared.messaging.actions.release import release
from todoke.shared.messaging.carriers import carry_bundle
from todoke.shared.messaging.models import Bundle, Contact, Mailing, Recipient
from todoke.shared.messaging.queries.contacts import SEALED_AS, lookup_of
from todoke.shared.messaging.simulators.faults import Fault, FaultKind
from todoke.shared.messaging.simulators.push import browser
from todoke.shared.messaging.simulators.simulator import Simulator
from todoke.shared.messaging.types import ContactState
from todoke.shared.messaging.types import RecipientState as State

pytestmark = pytest.mark.django_db

WAITING = (State.PLANNED, State.DOUBTFUL)
FAULTS = [
    Fault(FaultKind.SWALLOW, calls=1),
    Fault(FaultKind.GARBAGE, calls=1),
    Fault(FaultKind.TAKE_AND_ANSWER, status=500, calls=1),
    Fault(FaultKind.TAKE_AND_ANSWER, status=503, calls=2),
    Fault(FaultKind.DELAY, seconds=0.6, calls=1),
    Fault(FaultKind.ANSWER, status=429, retry_after=0, calls=1),
    Fault(FaultKind.ANSWER, status=500, calls=2),
    Fault(FaultKind.DROP, calls=1),
    Fault(FaultKind.HANG, calls=1),
]


def named(value: object) -> str | None:
    return f"{value.kind.value}{value.status or ''}" if isinstance(value, Fault) else None


def user(number: int) -> str:
    return f"U{number:032x}"


@pytest.fixture
def simulator(tmp_path):
    with Simulator(tmp_path, secret_of=City.secret_of, line_quota=100_000) as running:
        yield running


@pytest.fixture
def night(officers, simulator, monkeypatch):
    """A released alert to everybody on one channel, planned; and the way to carry it from moment to moment."""
    city = City(simulator.smtp_port, simulator.http_port)
    begun = Night(city, officers, monkeypatch)
    yield begun
    city.close()


class Night:
    """One mailing, carried by workers that know nothing of each other but the database."""

    def __init__(self, city: City, officers, monkeypatch) -> None:
        self.city = city
        self.officers = officers
        self.monkeypatch = monkeypatch
        self.at = NIGHT
        audiences = Registry("tests.audiences")
        audiences.register(Everybody())
        monkeypatch.setattr(mailings, "audiences", audiences)
        monkeypatch.setattr(carriers, "audiences", audiences)
        monkeypatch.setattr(carriers, "now", lambda: self.at)

    def new_worker(self) -> None:
        """Another process: what the last one knew by heart is gone."""
        if self.key == "messaging.line-each":
            self.channel = self.city.line_each(clock=lambda: self.at)
        else:
            # A push service compares the sender's claim with its own clock.
            self.channel = self.city.push_each()
        for module in (dispatch, mailings, bundles, contacts, carriers):
            self.monkeypatch.setattr(module, "channels", channels_of(self.channel))

    def begin(self, key: str, addresses: list[str], *, languages: tuple[str, ...] = ("ja",)) -> Mailing:
        self.key = key
        self.new_worker()
        Contact.objects.bulk_create(
            Contact(
                channel=key,
                lookup=lookup_of(key, address),
                address=seal(address.encode(), context=SEALED_AS),
                language=languages[number % len(languages)],
                created_at=NIGHT,
                changed_at=NIGHT,
            )
            for number, address in enumerate(addresses)
        )
        release(first(self.officers, make_destination("everybody", key, address=AUDIENCE)), at=NIGHT)
        (claimed,) = dispatch.claim("emergency", key, limit=10, at=NIGHT)
        self.mailing = mailings.begin(claimed, worker="here:1", at=NIGHT)
        while mailings.plan_step(mailings.job_of(self.mailing.pk), at=NIGHT):
            pass
        return self.mailing

    def carry_all(self) -> int:
        """Carry what is due now; how many bundles that were."""
        job = mailings.job_of(self.mailing.pk)
        stationery = self.channel.stationery(job.edition, Everybody().ways_out())
        carried = 0
        while carried < 50 and (carry := bundles.claim(job, holder=7, at=self.at)):
            carry_bundle(carry, job, self.channel, stationery)
            carried += 1
        return carried

    def carry_until_over(self) -> None:
        """From try to try, as the ladder has them, each by another worker."""
        for _each in range(10):
            self.carry_all()
            if not Recipient.objects.filter(mailing=self.mailing, state__in=WAITING).exists():
                return
            self.at += timedelta(minutes=6)
            self.new_worker()
        pytest.fail("it did not come to an end")


def times_taken(simulator: Simulator) -> Counter[str]:
    """How often LINE took something for each user."""
    taken = [arrival for arrival in simulator.arrivals("line") if not arrival.content["refused"]]
    return Counter(name for arrival in taken for name in arrival.content["to"])


@pytest.mark.parametrize("fault", FAULTS, ids=named)
def test_line_takes_an_alert_for_each_of_1200_readers_exactly_once_whatever_fails(night, simulator, fault):
    mailing = night.begin("messaging.line-each", [user(n) for n in range(1200)], languages=("ja", "en", "ja"))
    simulator.fault("line", fault)

    night.carry_until_over()

    assert set(states(mailing)) == {State.ACCEPTED}
    assert times_taken(simulator) == {user(n): 1 for n in range(1200)}
    assert list(Bundle.objects.order_by("first").values_list("size", flat=True)) == [500, 500, 200]


@pytest.mark.parametrize("fault", FAULTS, ids=named)
def test_whoever_leaves_between_two_tries_costs_nobody_a_second_alert(night, simulator, fault):
    mailing = night.begin("messaging.line-each", [user(n) for n in range(300)])
    simulator.fault("line", fault)
    night.carry_all()
    for contact in Contact.objects.order_by("pk")[10:20]:
        contacts.end(contact.pk, at=night.at)
    night.at += timedelta(minutes=1)

    night.carry_until_over()

    assert set(times_taken(simulator).values()) == {1}
    assert not set(states(mailing)) & set(WAITING)
    told = {name for name, _count in times_taken(simulator).items()}
    assert {user(n) for n in range(300) if not 10 <= n < 20} <= told


def test_a_worker_that_dies_after_line_has_taken_it_is_followed_without_a_second_alert(night, simulator):
    mailing = night.begin("messaging.line-each", [user(n) for n in range(700)])
    job = mailings.job_of(mailing.pk)
    carry = bundles.claim(job, holder=7, at=night.at)
    copies, _quiet = bundles.copies_of(carry, job, at=night.at)
    # It gets as far as LINE's answer, and no further.
    night.channel.carry(night.channel.stationery(job.edition, Everybody().ways_out()), copies, len, lane=job.lane)

    night.new_worker()
    assert bundles.reopen(dead=[7], at=night.at) == 1
    night.carry_until_over()

    assert set(states(mailing)) == {State.ACCEPTED}
    assert times_taken(simulator) == {user(n): 1 for n in range(700)}
    assert len([1 for arrival in simulator.arrivals("line") if arrival.content["refused"]]) == 1


@pytest.mark.parametrize("fault", FAULTS, ids=named)
def test_every_browser_shows_an_alert_once_whatever_fails(night, simulator, fault):
    names = [f"browser-{n}" for n in range(60)]
    mailing = night.begin("messaging.push-each", [browser(name).subscription.as_text() for name in names])
    simulator.fault("push", fault)

    night.carry_until_over()

    assert set(states(mailing)) == {State.ACCEPTED}
    pushes = simulator.arrivals("push")
    assert {arrival.content["browser"] for arrival in pushes} == set(names)
    # What came twice has the same topic and tag, and takes the place of the first on the screen.
    assert len({(arrival.content["topic"], arrival.content["told"]["tag"]) for arrival in pushes}) == 1
    # Twice comes what the simulator was told to take twice, and what the ledger counted on a busy machine.
    assert len(pushes) - len(names) <= 2 + sum(Bundle.objects.values_list("repeats", flat=True))


def test_a_browser_that_took_its_leave_is_written_to_no_more(night, simulator):
    mailing = night.begin("messaging.push-each", [browser(n).subscription.as_text() for n in ("hana", "gone-taro")])

    night.carry_until_over()

    assert states(mailing) == [State.ACCEPTED, State.REFUSED]
    assert list(Contact.objects.order_by("pk").values_list("state", flat=True)) == [
        ContactState.ACTIVE,
        ContactState.SUPPRESSED,
    ]
    refused = Recipient.objects.get(mailing=mailing, state=State.REFUSED)
    assert "410" in refused.says
    assert "taro" not in refused.says
