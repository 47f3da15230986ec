"""The whole way: an edition leaves by the real channels, and strangers find it, or a person is asked."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine

from tests.shared.messaging import ledger
from tests.shared.messaging.channels.city import City
from tests.shared.messaging.ledger import make_destination
from todoke.base.clock import now
from todoke.base.registry import Registry
from todoke.civic.pages import actions as pages_actions
from todoke.civic.pages.channel import SiteChannel
from todoke.civic.pages.reader import PageReader
from todoke.shared.messaging import dispatcher
from todoke.shared.messaging.actions import dispatch, release
from todoke.shared.messaging.cap import ARTEFACT
from todoke.shared.messaging.channels import feeds
from todoke.shared.messaging.models import Delivery, FollowUp
from todoke.shared.messaging.simulators.simulator import Simulator
from todoke.shared.messaging.types import Reach
from todoke.shared.watch import watcher
from todoke.shared.watch.actions import probing, reading_back
from todoke.shared.watch.models import ReadBack, Route
from todoke.shared.watch.readers import mail as mail_module
from todoke.shared.watch.readers.feed import FeedReader
from todoke.shared.watch.readers.mail import MailReader
from todoke.shared.watch.readers.mailbox import SimulatedMailbox

pytestmark = pytest.mark.django_db(transaction=True)
PLACES = {"pages.site": "public", "messaging.feeds": "public", "messaging.mail": "kakunin@city.example.jp"}


@pytest.fixture
def house(live_server, settings, tmp_path, monkeypatch) -> Iterator[Simulator]:
    """The site behind a real server, a simulated mail server, three channels and their readers."""
    settings.SITE_ADDRESS = live_server.url
    settings.PUBLIC_ROOT, settings.DRILL_ROOT = tmp_path / "public", tmp_path / "drill"
    feeds._kept_caps.clear()
    pages_actions._kept.clear()
    with Simulator(tmp_path / "simulators", secret_of=City.secret_of) as simulator:
        mail = City(simulator.smtp_port, simulator.http_port).mail(site=live_server.url, timeout_seconds=5)
        channels = ledger.channels_of(SiteChannel(), feeds.FeedsChannel(), mail)
        for module in (dispatch, dispatcher, probing, mail_module):
            monkeypatch.setattr(module, "channels", channels)
        mailbox = SimulatedMailbox(simulator.http_port)
        readers = Registry("tests.readers")
        for reader in (PageReader(), FeedReader(), MailReader(PLACES["messaging.mail"], mailbox, mailbox)):
            readers.register(reader)
        for module in (reading_back, watcher):
            monkeypatch.setattr(module, "readers", readers)
        kinds, artefacts = Registry("tests.kinds"), Registry("tests.artefacts")
        kinds.register(ledger.KIND)
        artefacts.register(ARTEFACT)
        monkeypatch.setattr(release, "kinds", kinds)
        monkeypatch.setattr(release, "artefacts", artefacts)
        yield simulator
    feeds._kept_caps.clear()
    pages_actions._kept.clear()


def send() -> None:
    """Release an edition to the three places, and have it sent as the dispatcher does."""
    ledger.make_city()
    places = [make_destination(channel.replace(".", "-"), channel, reach=Reach.PUBLIC) for channel in PLACES]
    for place in places:
        place.address = PLACES[place.channel]
        place.save()
    at = now()
    order = replace(ledger.first(ledger.make_officers(), *places), expires_at=at + timedelta(hours=6))
    release.release(order, at=at)
    for channel in PLACES:
        for claim in dispatch.claim("emergency", channel, limit=9, at=now()):
            dispatcher.deliver(claim, channel)


def by_channel(field: str) -> dict[str, str]:
    return dict(ReadBack.objects.values_list("channel", field))


def test_what_was_sent_is_seen_by_strangers_on_the_page_in_the_feed_and_in_the_mailbox(house) -> None:
    send()
    before = dict(Delivery.objects.values_list("channel", "state"))
    assert before == {"pages.site": "confirmed", "messaging.feeds": "confirmed", "messaging.mail": "accepted"}

    watch = watcher.Round()
    watch.make(at=now())
    assert watch.wait(15)

    assert by_channel("state") == dict.fromkeys(PLACES, "seen"), by_channel("says")
    assert set(Delivery.objects.values_list("state", flat=True)) == {"confirmed"}
    assert dict(Route.objects.values_list("key", "ok")) == dict.fromkeys(PLACES, True)
    assert FollowUp.objects.count() == 0
    # The probe of the mail server left no mail behind, and the reader none either.
    assert len(house.arrivals("mail")) == 1


def test_what_strangers_cannot_see_is_a_persons_task_after_three_minutes(house, settings, live_server) -> None:
    send()
    # What the public reads is another folder: a mirror that stands still, a mount that has gone.
    settings.PUBLIC_ROOT = settings.PUBLIC_ROOT.with_name("elsewhere")
    house.postboxes["mail"]._known.clear()

    for seconds in (0, 181):
        with time_machine.travel(now() + timedelta(seconds=seconds), tick=True):
            # Claims of a moment ago have lapsed by then.
            ReadBack.objects.update(due_at=now())
            watch = watcher.Round()
            watch.make(at=now())
            assert watch.wait(15)

    assert by_channel("state") == dict.fromkeys(PLACES, "missed"), by_channel("says")
    assert "404" in by_channel("says")["pages.site"]
    assert sorted(FollowUp.objects.values_list("delivery__channel", flat=True)) == sorted(PLACES)
    assert set(FollowUp.objects.values_list("reason", flat=True)) == {"unknown"}
