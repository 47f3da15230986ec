"""Who would be reached, counted before anything is sent."""

import pytest

from tests.shared.subscriptions.people import make_subscriber
from todoke.base.clock import now
from todoke.shared.messaging.actions import contacts
from todoke.shared.messaging.types import ContactState, Reach
from todoke.shared.subscriptions.queries.reach import reach

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas", "topics")]


def test_people_are_counted_once_and_by_area_topic_channel_and_language():
    make_subscriber([("hill", ["gomi"])])
    make_subscriber([("hill", ["gomi", "event"])], language="en")
    make_subscriber([("south", ["event"])])

    found = reach(["gomi", "event"], [])

    assert found.people == 3
    assert found.by_area == {"hill": 2, "south": 1}
    assert found.by_topic == {"gomi": 2, "event": 2}
    assert found.by_channel == {"tests.leaflet": 3}
    assert found.by_language == {"ja": 2, "en": 1}


@pytest.mark.parametrize(
    "places",
    [
        [("hill", ["gomi"]), ("south", ["gomi"])],
        [("hill", ["gomi"]), ("south", ["gomi", "event"]), ("", ["gomi", "event"])],
        [("hill", ["event"]), ("south", ["gomi"]), ("field", ["gomi"]), ("", ["event"])],
    ],
)
def test_somebody_with_several_places_is_one_person(places):
    make_subscriber(places)

    found = reach(["gomi", "event"], [])

    wanted = {topic for _area, topics in places for topic in topics}
    assert found.people == 1
    assert found.by_topic == dict.fromkeys(wanted, 1)
    assert found.by_area == {area: 1 for area, _topics in places}


def test_two_places_of_which_one_is_meant_count_once():
    make_subscriber([("hill", ["gomi"]), ("south", ["gomi"])])

    found = reach(["gomi"], ["hill"])

    assert (found.people, found.by_area, found.by_topic) == (1, {"hill": 1}, {"gomi": 1})


def test_the_whole_city_is_counted_under_no_area():
    make_subscriber([("", ["gomi"])])

    assert reach(["gomi"], ["hill"]).by_area == {"": 1}


def test_topics_or_areas_that_nobody_knows_reach_nobody():
    make_subscriber([("hill", ["gomi"])])

    assert reach(["bosai"], []).people == 0
    assert reach(["gomi"], ["hil"]).people == 0


def test_no_topic_is_no_restriction():
    make_subscriber([("hill", ["gomi"])])
    make_subscriber([("south", ["gomi"])])

    assert reach([], ["hill"]).people == 1


def test_who_may_not_be_written_to_is_not_counted():
    make_subscriber([("hill", ["gomi"])])
    make_subscriber([("hill", ["gomi"])], state=ContactState.SUPPRESSED)
    make_subscriber([("hill", ["gomi"])], reach=Reach.STAFF)

    assert reach(["gomi"], []).people == 1


def test_the_count_follows_what_messaging_does_to_a_contact():

    contact = make_subscriber([("hill", ["gomi"])])
    contacts.change(contact.pk, language="en", quiet_from=None, quiet_until=None, at=now())
    before = reach(["gomi"], [])
    contacts.suppress([contact.pk], reason="届きません。", at=now())

    assert before.by_language == {"en": 1}
    assert reach(["gomi"], []).people == 0
