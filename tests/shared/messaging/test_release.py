"""Releasing an edition."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from tests.shared.messaging.ledger import HOUR, KIND, NIGHT, first, following, make_destination, some_content
from todoke.ground.audit.models import Entry
from todoke.shared.messaging.actions import dispatch
from todoke.shared.messaging.actions.release import (
    AlreadyCancelled,
    NobodyToReach,
    OvertakenByAnother,
    TooLate,
    WrongLane,
    WrongPlace,
    release,
)
from todoke.shared.messaging.models import Delivery, Edition
from todoke.shared.messaging.queries import destinations_for
from todoke.shared.messaging.types import DeliveryState, EditionKind, Mode, Reach


def states(edition: Edition) -> dict[str, str]:
    return dict(Delivery.objects.filter(edition=edition).values_list("destination__key", "state"))


def send_one(edition: Edition, key: str) -> None:
    delivery = Delivery.objects.get(edition=edition, destination__key=key)
    Delivery.objects.exclude(pk=delivery.pk).filter(state="planned").update(due_at=NIGHT + 5 * HOUR)
    [claimed] = dispatch.claim("emergency", delivery.channel, limit=1, at=NIGHT)
    errand = dispatch.hand_over(claimed, worker="w", at=NIGHT)
    dispatch.settle(errand, dispatch.send(errand, delivery.channel), at=NIGHT)


def test_a_first_edition_plans_one_delivery_for_each_destination(officers, plain):
    places = [make_destination("page"), make_destination("mail")]

    edition = release(first(officers, *places), at=NIGHT)

    assert (edition.number, edition.kind, edition.mode) == (1, "first", "actual")
    assert edition.identifier == f"todoke.999997.{edition.message.key.hex}.1"
    assert states(edition) == {"page": "planned", "mail": "planned"}
    assert Entry.objects.filter(what="messaging.edition-released", target_key=str(edition.pk)).count() == 1


def test_an_edition_refers_to_all_earlier_ones_of_its_message(officers, plain):
    place = make_destination("page")
    one = release(first(officers, place), at=NIGHT)
    two = release(following(one, EditionKind.UPDATE, place), at=NIGHT + HOUR)

    three = release(following(two, EditionKind.CORRECTION, place), at=NIGHT + 2 * HOUR)

    assert [reference.identifier for reference in three.frozen().references] == [one.identifier, two.identifier]


def test_the_sent_instant_is_frozen_in_whole_seconds(officers, plain):
    edition = release(first(officers, make_destination("page")), at=NIGHT + timedelta(microseconds=123456))

    assert Edition.objects.get(pk=edition.pk).frozen().sent_at == NIGHT


def test_what_was_not_yet_sent_is_withdrawn_when_a_newer_edition_comes(officers, plain):
    place = make_destination("page")
    one = release(first(officers, place), at=NIGHT)

    two = release(following(one, EditionKind.UPDATE, place), at=NIGHT)

    assert states(one) == {"page": "withdrawn"}
    assert states(two) == {"page": "planned"}


def test_an_update_follows_everybody_who_was_told_even_outside_the_new_areas(officers, plain):
    here, there = make_destination("here"), make_destination("there")
    one = release(first(officers, here, there), at=NIGHT)
    send_one(one, "there")

    two = release(following(one, EditionKind.UPDATE, here), at=NIGHT)

    assert states(two) == {"here": "planned", "there": "planned"}


def test_a_cancellation_goes_to_those_who_were_told_and_to_nobody_else(officers, plain):
    told, untold = make_destination("told"), make_destination("untold")
    one = release(first(officers, told, untold), at=NIGHT)
    send_one(one, "told")

    two = release(following(one, EditionKind.CANCEL), at=NIGHT)

    assert states(one) == {"told": "accepted", "untold": "withdrawn"}
    assert states(two) == {"told": "planned", "untold": "withdrawn"}


def test_a_worker_that_comes_too_late_sends_nothing_after_the_cancellation(officers, plain):
    place = make_destination("page")
    one = release(first(officers, place), at=NIGHT)
    [claimed] = dispatch.claim("emergency", "tests.plain", limit=1, at=NIGHT)
    release(following(one, EditionKind.CANCEL), at=NIGHT)

    errand = dispatch.hand_over(claimed, worker="w", at=NIGHT)

    assert errand is None
    assert plain.sent == []


def test_nothing_follows_a_cancellation(officers, plain):
    place = make_destination("page")
    one = release(first(officers, place), at=NIGHT)
    two = release(following(one, EditionKind.CANCEL), at=NIGHT)

    with pytest.raises(AlreadyCancelled):
        release(following(two, EditionKind.UPDATE, place), at=NIGHT)
    with pytest.raises(IntegrityError, match="nothing follows a cancellation"), transaction.atomic():
        forged(two, number=3, kind="update")


def test_two_writers_do_not_release_the_same_number(officers, plain):
    place = make_destination("page")
    one = release(first(officers, place), at=NIGHT)
    release(following(one, EditionKind.UPDATE, place), at=NIGHT)

    with pytest.raises(OvertakenByAnother):
        release(following(one, EditionKind.UPDATE, place), at=NIGHT)


def test_an_edition_whose_time_is_over_is_refused(officers, plain):
    with pytest.raises(TooLate):
        release(first(officers, make_destination("page")), at=NIGHT + 7 * HOUR)


def test_an_edition_for_nobody_is_refused(officers, plain):
    with pytest.raises(NobodyToReach):
        release(first(officers), at=NIGHT)


def test_one_person_alone_is_refused_by_the_database(officers, plain):
    one = release(first(officers, make_destination("page")), at=NIGHT)

    with pytest.raises(IntegrityError, match="edition_has_two_people_or_a_broken_glass"), transaction.atomic():
        forged(one, number=2, kind="update", approver=one.author)
    with pytest.raises(IntegrityError, match="edition_has_two_people_or_a_broken_glass"), transaction.atomic():
        forged(one, number=2, kind="update", approver=None)


def test_a_broken_glass_lets_one_person_send(officers, plain):
    order = first(officers, make_destination("page"))

    edition = release(type(order)(**{**order.__dict__, "approver": None, "break_glass": True}), at=NIGHT)

    assert edition.break_glass


@pytest.mark.parametrize(
    ("mode", "where"), [(Mode.EXERCISE, Reach.PUBLIC), (Mode.TEST, Reach.STAFF), (Mode.ACTUAL, Reach.SIMULATOR)]
)
def test_drills_and_earnest_do_not_mix(officers, plain, mode, where):
    place = make_destination("there", reach=where)

    with pytest.raises(WrongPlace) as refusal:
        release(first(officers, place, mode=mode), at=NIGHT)

    assert refusal.value.names == ("there",)


@pytest.mark.parametrize("change", ["content = '{}'", "sent_at = now()", "note = 'x'"])
def test_a_released_edition_is_frozen(officers, plain, change):
    release(first(officers, make_destination("page")), at=NIGHT)

    with pytest.raises(IntegrityError, match="is frozen"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE messaging_edition SET {change}")


def test_a_released_edition_cannot_be_deleted(officers, plain):
    release(first(officers, make_destination("page")), at=NIGHT)

    with pytest.raises(IntegrityError, match="is frozen"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM messaging_edition")


def test_a_message_keeps_its_mode(officers, plain):
    edition = release(first(officers, make_destination("page")), at=NIGHT)

    edition.message.mode = Mode.EXERCISE
    with pytest.raises(IntegrityError, match="keeps its mode"), transaction.atomic():
        edition.message.save()


def test_a_delivery_cannot_be_forged_to_another_mode_or_reach(officers, plain):
    edition = release(first(officers, make_destination("page")), at=NIGHT)
    outsider = make_destination("simulator", reach=Reach.SIMULATOR)

    with pytest.raises(IntegrityError, match="delivery_in_earnest_is_no_simulation"), transaction.atomic():
        Delivery.objects.create(
            edition=edition, destination=outsider, due_at=NIGHT, mode=Mode.EXERCISE, reach=Reach.PUBLIC
        )


def test_the_same_edition_is_never_planned_twice_for_one_destination(officers, plain):
    edition = release(first(officers, place := make_destination("page")), at=NIGHT)

    with pytest.raises(IntegrityError, match="delivery_is_unique_for_edition_and_destination"), transaction.atomic():
        Delivery.objects.create(edition=edition, destination=place, due_at=NIGHT, state=DeliveryState.PLANNED)


def forged(edition: Edition, **changes: object) -> Edition:
    """A row written past the action."""
    facts = {
        "message": edition.message,
        "mode": edition.mode,
        "identifier": "forged",
        "sender": "x",
        "city": "x",
        "content": some_content().as_json(),
        "sent_at": NIGHT,
        "released_at": NIGHT,
        "expires_at": NIGHT + HOUR,
        "author": edition.author,
        "approver": edition.approver,
    }
    return Edition.objects.create(**{**facts, **changes})


def test_an_ordinary_notice_does_not_get_among_the_alerts(officers, kinds):
    kinds.register(replace(KIND, key="tests.notice", lane="normal"))
    places = [make_destination("site", "pages.site"), make_destination("feeds", "messaging.feeds")]

    with pytest.raises(WrongLane, match="site、feeds"):
        release(replace(first(officers, *places), message_kind="tests.notice"), at=NIGHT)

    assert Edition.objects.count() == 0


def test_destinations_of_the_alert_pages_are_offered_to_alerts_alone(officers):
    make_destination("site", "pages.site")
    make_destination("mail", "messaging.mail")

    offered = {lane: destinations_for([], Mode.ACTUAL, at=NIGHT, lane=lane) for lane in ("emergency", "normal")}

    assert {lane: [place.key for place in places] for lane, places in offered.items()} == {
        "emergency": ["mail", "site"],
        "normal": ["mail"],
    }
