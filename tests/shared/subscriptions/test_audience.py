"""Who is meant by an edition: topics × areas against what people have chosen."""

from datetime import date

import pytest
from django.db import connection

from tests.shared.messaging.editions import content, edition
from tests.shared.subscriptions.people import make_subscriber
from todoke.shared.messaging.types import AreaMark
from todoke.shared.subscriptions.audience import BIRTH_MONTH, NobodyIsMeant, Subscribers
from todoke.shared.subscriptions.models import Child

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas", "topics")]


def meant(topics=(), areas=(), **facts) -> set[int]:
    said = edition(
        content=content(topics=tuple(topics), areas=tuple(AreaMark(key=key, name=key) for key in areas), facts=facts)
    )
    members = Subscribers().members(said)
    with connection.cursor() as cursor:
        cursor.execute(members.query, {**members.parameters, "after": 0, "upto": 2**62})
        return {pk for (pk,) in cursor.fetchall()}


def test_a_message_goes_to_those_who_chose_its_topic():
    asked = make_subscriber([("hill", ["gomi", "event"])])
    make_subscriber([("hill", ["bousai"])])

    assert meant(["gomi"]) == {asked.pk}


def test_a_message_for_an_area_goes_to_those_in_it_above_it_and_below_it():
    here = make_subscriber([("north", ["gomi"])])
    above = make_subscriber([("city", ["gomi"])])
    below = make_subscriber([("hill", ["gomi"])])
    everywhere = make_subscriber([("", ["gomi"])])
    make_subscriber([("south", ["gomi"])])

    assert meant(["gomi"], ["north"]) == {here.pk, above.pk, below.pk, everywhere.pk}


def test_a_neighbour_below_the_same_district_is_not_meant():
    make_subscriber([("field", ["gomi"])])

    assert meant(["gomi"], ["hill"]) == set()


def test_topic_and_area_must_meet_in_one_place():
    make_subscriber([("south", ["gomi"]), ("hill", ["event"])])

    assert meant(["gomi"], ["hill"]) == set()


def test_a_message_without_area_goes_to_the_whole_city():
    people = {make_subscriber([(area, ["gomi"])]).pk for area in ("hill", "south", "")}

    assert meant(["gomi"]) == people


def test_a_message_without_topic_goes_to_everybody_who_lives_there():
    here = make_subscriber([("hill", ["event"])])
    make_subscriber([("south", ["event"])])

    assert meant((), ["hill"]) == {here.pk}


@pytest.mark.parametrize(("named", "places"), [(["bosai"], []), (["gomi"], ["hil"])])
def test_topics_or_areas_that_nobody_knows_are_a_fault_and_not_an_empty_audience(named, places):
    make_subscriber([("hill", ["gomi"])])

    with pytest.raises(NobodyIsMeant):
        meant(named, places)


def test_a_topic_that_is_no_longer_offered_still_reaches_those_who_have_it(topics):
    kept = make_subscriber([("hill", ["event"])])
    topics["event"].is_active = False
    topics["event"].save()

    assert meant(["event"]) == {kept.pk}


def test_a_message_about_a_birth_month_goes_to_those_with_a_child_of_that_month():
    parent = make_subscriber([("hill", ["gomi"])])
    other = make_subscriber([("hill", ["gomi"])])
    Child.objects.create(contact=parent, birth_month=date(2026, 7, 1))
    Child.objects.create(contact=other, birth_month=date(2026, 8, 1))

    assert meant(["gomi"], **{BIRTH_MONTH: "2026-07"}) == {parent.pk}


def test_members_are_looked_for_within_the_numbers_asked_for():
    first = make_subscriber([("hill", ["gomi"])])
    second = make_subscriber([("hill", ["gomi"])])
    members = Subscribers().members(edition(content=content(topics=("gomi",), areas=())))

    with connection.cursor() as cursor:
        cursor.execute(members.query, {**members.parameters, "after": first.pk, "upto": second.pk})
        found = cursor.fetchall()

    assert found == [(second.pk,)]


def test_every_copy_carries_the_way_to_the_own_page_and_out(settings):
    settings.SITE_ADDRESS = "https://www.city.example.jp"

    ways = Subscribers().ways_out()

    assert ways.change == "https://www.city.example.jp/subscriptions/{token}/"
    assert ways.end == "https://www.city.example.jp/subscriptions/{token}/end"
