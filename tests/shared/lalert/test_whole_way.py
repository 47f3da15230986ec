"""The whole way: two people release an order, and both nodes have it; nobody else had to do anything."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, transaction

from tests.shared.lalert.conftest import City
from tests.shared.lalert.matters import OTHER, area, said_of
from tests.shared.messaging import ledger
from tests.shared.messaging.editions import SENT_AT, content
from todoke.base.clock import now
from todoke.base.registry import Registry
from todoke.ground.places.models import Area, Facility
from todoke.ground.places.models import City as Municipality
from todoke.shared.lalert import queries
from todoke.shared.lalert.queries import ARTEFACT, frozen_beside
from todoke.shared.lalert.simulator.faults import Fault, FaultKind
from todoke.shared.lalert.simulator.node import NodeSimulator
from todoke.shared.lalert.simulator.reading import understood
from todoke.shared.messaging import dispatcher
from todoke.shared.messaging.actions import dispatch, release
from todoke.shared.messaging.models import Delivery, Destination, Edition, FollowUp, FrozenArtefact
from todoke.shared.messaging.queries import editions_of
from todoke.shared.messaging.shelters import SHELTERS, Opening, ShelterEntry, told
from todoke.shared.messaging.types import EditionKind, Mode, Reach

pytestmark = pytest.mark.django_db(transaction=True)
PLACES = {
    "lalert": ("lalert.node", "aoba-city"),
    "docomo": ("lalert.urgent-mail", "UMC1"),
    "kddi": ("lalert.urgent-mail", "UMC2"),
}
WATER = content(areas=(area("kawagishi", "避難指示"),), facts={"kind": "evacuation"})
SLOPE = content(areas=(area("yamate", "高齢者等避難"),), facts={"kind": "evacuation"}, level=3)


@pytest.fixture
def house(tmp_path, monkeypatch) -> Iterator[NodeSimulator]:
    """A city whose nodes are simulated, with its two channels and the artefact."""
    with NodeSimulator(tmp_path) as nodes:
        city = City(nodes.port)
        channels = ledger.channels_of(city.node(frozen_of=frozen_beside), city.urgent(frozen_of=frozen_beside))
        kinds, artefacts = Registry("tests.kinds"), Registry("tests.artefacts")
        kinds.register(ledger.KIND)
        artefacts.register(ARTEFACT)
        monkeypatch.setattr(release, "kinds", kinds)
        monkeypatch.setattr(release, "artefacts", artefacts)
        for module in (dispatch, dispatcher):
            monkeypatch.setattr(module, "channels", channels)
        yield nodes


@pytest.fixture
def officers(house):
    ledger.make_city()
    return ledger.make_officers()


def places() -> list[Destination]:
    return [
        Destination.objects.get_or_create(
            key=key, defaults={"channel": channel, "name": key, "address": address, "reach": Reach.PUBLIC}
        )[0]
        for key, (channel, address) in PLACES.items()
    ]


def say(officers, said, *, at=None, **changed) -> Edition:
    at = at or now()
    order = replace(ledger.first(officers, *places()), content=said, expires_at=at + timedelta(hours=6), **changed)
    return release.release(order, at=at)


def say_in_a_drill(officers, said) -> None:
    drill = Destination.objects.create(
        key="drill", channel="lalert.node", name="訓練", address="simulator:aoba-city", reach=Reach.SIMULATOR
    )
    order = ledger.first(officers, drill, mode=Mode.EXERCISE)
    release.release(replace(order, content=said, expires_at=now() + timedelta(hours=6)), at=now())


def follow(edition: Edition, said, kind=EditionKind.UPDATE, *, at=None, note="") -> Edition:
    at = at or now()
    order = replace(
        ledger.following(edition, kind, *places()), content=said, expires_at=at + timedelta(hours=6), note=note
    )
    return release.release(order, at=at)


def send() -> None:
    """As the dispatcher does."""
    for channel in {channel for channel, _address in PLACES.values()}:
        for claim in dispatch.claim("emergency", channel, limit=9, at=now()):
            dispatcher.deliver(claim, channel)


def states() -> dict[str, str]:
    return dict(Delivery.objects.values_list("destination__key", "state"))


def latest(nodes: NodeSimulator, category: str = "EvacuationOrder"):
    seen = [understood(one.content["raw"].encode()) for one in nodes.arrivals("normal")]
    return [one for one in seen if one.category == category][-1]


def test_what_two_people_released_is_accepted_by_both_nodes_without_a_further_hand(house, officers) -> None:
    say(officers, WATER)
    began = now()

    send()

    assert states() == dict.fromkeys(PLACES, "accepted")
    assert FollowUp.objects.count() == 0
    assert [len(house.arrivals(node)) for node in ("normal", "backup")] == [3, 3]
    assert latest(house).groups[0].places == ("川岸地区",)
    assert latest(house, "UrgentMail").title == "警戒レベル４　避難指示"
    assert now() - began < timedelta(seconds=30)


def test_an_order_of_one_message_stands_in_the_document_of_another_and_is_lifted_there(house, officers) -> None:
    water = say(officers, WATER)
    slope = say(officers, SLOPE, at=now() + timedelta(seconds=1))
    lifted = content(areas=(area("yamate", "解除"),), facts={"kind": "lifting", "lifted": "yes"}, level=None)
    lifting = follow(slope, lifted, at=now() + timedelta(seconds=2))

    for edition, expected in (
        (water, {"kawagishi": "避難指示"}),
        (slope, {"kawagishi": "避難指示", "yamate": "高齢者等避難"}),
        (lifting, {"kawagishi": "避難指示", "yamate": "高齢者等避難 解除"}),
    ):
        assert said_of(frozen_beside(edition.frozen())) == expected


def test_two_orders_released_at_the_same_moment_know_of_each_other(house, officers) -> None:
    places()
    begun, finish = threading.Event(), threading.Event()
    found: list[Edition] = []

    def release_water() -> None:
        with transaction.atomic():
            found.append(say(officers, WATER, at=now() + timedelta(seconds=5)))
            begun.set()
            finish.wait(5)
        connection.close()

    def release_slope() -> None:
        begun.wait(5)
        # It has to wait for the other one, which is let go a moment later.
        threading.Timer(0.2, finish.set).start()
        found.append(say(officers, SLOPE))
        connection.close()

    threads = [threading.Thread(target=target) for target in (release_water, release_slope)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    _water, slope = found
    assert said_of(frozen_beside(slope.frozen())) == {"kawagishi": "避難指示", "yamate": "高齢者等避難"}


def test_a_document_made_again_later_is_the_same_to_the_byte(house, officers) -> None:
    channel, place = City(house.port).node(frozen_of=frozen_beside), places()[0].as_address()
    water = say(officers, WATER)
    before = channel.prepare(water.frozen(), place).body

    say(officers, SLOPE)
    Area.objects.all().delete()
    Municipality.objects.update(name="別の名前", telephone="000-111-2222")
    again = Edition.objects.get(pk=water.pk)

    assert channel.prepare(again.frozen(), place).body == before
    assert FrozenArtefact.objects.filter(name=queries.NAME).count() == 2


def test_a_draft_that_is_only_looked_at_is_prepared_without_being_frozen(house, officers) -> None:
    water = say(officers, WATER).frozen()
    draft = replace(water, identifier="draft", message_key=OTHER, content=SLOPE)

    assert said_of(frozen_beside(draft)) == {"kawagishi": "避難指示", "yamate": "高齢者等避難"}


def test_a_correction_and_a_cancellation_are_revisions_of_the_same_document(house, officers) -> None:
    water = say(officers, WATER)
    send()
    number = latest(house).document
    follow(water, WATER, EditionKind.CORRECTION, note="地区の名前の誤り")
    send()
    corrected = latest(house)
    follow(water.message.editions.last(), WATER, EditionKind.CANCEL, note="誤った発令")
    send()
    cancelled = latest(house)

    assert [(one.document, one.revision, one.type, one.errata) for one in (corrected, cancelled)] == [
        (number, 2, "Update", "地区の名前の誤り"),
        (number, 3, "Cancel", "誤った発令"),
    ]
    assert [(group.word, group.way) for group in cancelled.groups] == [("避難指示", "解除")]
    assert len(editions_of(water.message.key)) == 3


def test_a_drill_goes_to_the_simulators_address_as_an_exercise(house, officers) -> None:
    drill = Destination.objects.create(
        key="drill", channel="lalert.node", name="訓練", address="simulator:aoba-city", reach=Reach.SIMULATOR
    )
    order = replace(
        ledger.first(officers, drill, mode=Mode.EXERCISE), content=WATER, expires_at=now() + timedelta(hours=6)
    )
    release.release(order, at=now())

    send()

    assert (latest(house).status, latest(house).title[:4]) == ("Exercise", "【訓練】")


def test_an_order_in_a_drill_does_not_stand_in_a_document_in_earnest(house, officers) -> None:
    drill = Destination.objects.create(
        key="drill", channel="lalert.node", name="訓練", address="simulator:aoba-city", reach=Reach.SIMULATOR
    )
    order = replace(
        ledger.first(officers, drill, mode=Mode.EXERCISE), content=SLOPE, expires_at=now() + timedelta(hours=6)
    )
    release.release(order, at=now())

    assert said_of(frozen_beside(say(officers, WATER).frozen())) == {"kawagishi": "避難指示"}


def test_a_carrier_that_refuses_becomes_a_persons_task_and_holds_up_no_other(house, officers) -> None:
    house.fault("UMC1", Fault(FaultKind.NOT_BY_SCHEMA))
    say(officers, WATER)

    send()

    assert states() == {"lalert": "accepted", "docomo": "failed", "kddi": "accepted"}
    assert "NTTドコモの緊急速報メール配信画面" in FollowUp.objects.get().delivery.reason


def test_the_shelters_are_frozen_with_what_is_known_of_them(house, officers) -> None:
    ground = Area.objects.create(key="kawagishi", kind="district", name="川岸地区")
    for key in ("one", "two", "three"):
        Facility.objects.create(
            key=key, kind="shelter", name=f"避難所{key}", longitude=141.0, latitude=38.0, area=ground
        )
    entries = (
        ShelterEntry("one", Opening.FULL, SENT_AT, capacity=200, people=180),
        ShelterEntry("two", Opening.CLOSED, SENT_AT),
    )
    facts = {"kind": "shelter", SHELTERS: told(entries)}

    say(officers, content(areas=(), level=None, facts=facts))
    Facility.objects.all().delete()
    send()

    groups = latest(house, "Shelter").groups
    assert [(group.way, group.places) for group in groups] == [
        ("開設", ("避難所one",)), ("不明", ("避難所three",)), ("閉鎖", ("避難所two",)),
    ]  # fmt: skip
    # A shelter's opening is no matter for a 緊急速報メール.
    assert states()["docomo"] == "failed"
