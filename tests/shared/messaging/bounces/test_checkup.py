"""What the doctor hears about what comes back."""

from datetime import timedelta

import pytest

from tests.shared.messaging.bounces.imap import Folders, ImapServer
from tests.shared.messaging.bounces.test_collecting import address_of
from todoke.base.clock import now
from todoke.base.doctor import Verdict
from todoke.shared.messaging import gauges
from todoke.shared.messaging.bounces.checkup import CanBeRead, ComesBack
from todoke.shared.messaging.models import Bounce, Bundle
from todoke.shared.messaging.queries.bounces import Returned, returned_since
from todoke.shared.messaging.types import BounceKind


@pytest.fixture
def left(mailing):
    """Have so many mails left within the day."""

    def left(number: int) -> None:
        type(mailing).objects.update(ended_at=now() - timedelta(hours=3))
        Bundle.objects.update(tally={})
        Bundle.objects.filter(pk=Bundle.objects.first().pk).update(tally={"1": number - 1, "3": 1, "2": 5})
        Bundle.objects.exclude(tally__has_key="1").delete()

    return left


@pytest.fixture
def came_back(readers):
    def came_back(kind: BounceKind, number: int, hours_ago: int = 1) -> None:
        Bounce.objects.bulk_create(
            Bounce(
                digest=f"{kind}{hours_ago}{each}".encode()[-16:],
                kind=kind,
                contact=readers[0],
                taken_at=now() - timedelta(hours=hours_ago),
            )
            for each in range(number)
        )

    return came_back


@pytest.mark.django_db
def test_the_day_is_counted_from_bundles_and_bounces(left, came_back):
    left(1000)
    came_back(BounceKind.HARD, 3)
    came_back(BounceKind.SOFT, 2)
    came_back(BounceKind.HARD, 4, hours_ago=25)
    came_back(BounceKind.COMPLAINT, 1)

    assert returned_since(now() - timedelta(days=1)) == Returned(left=1000, undelivered=5, policy=0, complaints=1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "number", "verdict", "word"),
    [
        (BounceKind.HARD, 50, Verdict.OK, "50"),
        (BounceKind.HARD, 51, Verdict.WARNING, "名簿"),
        (BounceKind.POLICY, 10, Verdict.OK, "10"),
        (BounceKind.POLICY, 11, Verdict.WARNING, "SPF"),
        (BounceKind.COMPLAINT, 9, Verdict.OK, "9"),
        (BounceKind.COMPLAINT, 10, Verdict.WARNING, "頻度"),
    ],
)
def test_much_of_a_kind_is_told_with_what_to_do(left, came_back, kind, number, verdict, word):
    left(1000)
    came_back(kind, number)

    finding = ComesBack().run()

    assert finding.verdict is verdict
    assert word in finding.says + finding.mend


@pytest.mark.django_db
def test_machines_read_the_day_by_kind(came_back):
    came_back(BounceKind.HARD, 3)
    came_back(BounceKind.HARD, 4, hours_ago=25)

    told = {sample.labels["kind"]: sample.value for sample in gauges.came_back()}

    assert told == {"hard": 3, "soft": 0, "policy": 0, "complaint": 0}


@pytest.mark.django_db
def test_a_few_are_no_share(left, came_back):
    left(12)
    came_back(BounceKind.HARD, 9)

    assert ComesBack().run().verdict is Verdict.OK


def test_a_mailbox_that_opens_and_one_that_does_not(settings):
    folders = Folders()
    with ImapServer(folders) as server:
        settings.SIMULATORS, settings.BOUNCE_MAILBOX = False, address_of(server, folders)
        assert CanBeRead().run().verdict is Verdict.OK

        folders.faults.add("no LOGIN")
        finding = CanBeRead().run()

    assert finding.verdict is Verdict.WARNING
    assert folders.password not in finding.says


def test_without_a_mailbox_the_pipe_is_taken_for_granted(settings):
    settings.SIMULATORS, settings.BOUNCE_MAILBOX = False, ""

    assert CanBeRead().run().verdict is Verdict.OK
