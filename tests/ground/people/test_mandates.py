"""Mandates: who may act for whom, and by whose word."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from tests.sign_in import make_staff, resident_client, staff_client

from todoke.base.clock import in_japan, now
from todoke.ground.people.mandates import acting
from todoke.ground.people.mandates.acting import confirm_as_principal, confirm_at_counter, mandate_in_force, withdraw
from todoke.ground.people.models import Mandate, Resident
from todoke.ground.people.queries import viewer_for
from todoke.ground.people.residents.entering import new_resident
from todoke.ground.people.rules import ANONYMOUS, Level, Viewer

pytestmark = pytest.mark.django_db
State, Kind = Mandate.State, Mandate.Kind


def today() -> date:
    return in_japan(now()).date()


def resident() -> Resident:
    return new_resident(now())


def seen_as(who: Resident, level: Level = Level.CARD) -> Viewer:
    return Viewer(None, "", None, frozenset(), frozenset(), resident_id=who.pk, level=level)


def clerk() -> Viewer:
    return viewer_for(make_staff(["people.counter"]), today())


def asked(kind: Kind = Kind.VOLUNTARY, **more: Any) -> Mandate:
    period = {"start_date": today(), "end_date": today() + timedelta(days=30)} | more
    return acting.ask_to_act(resident(), resident(), kind, at=now(), **period)


def in_force(mandate: Mandate, scope: str = "any", on: date | None = None) -> bool:
    return mandate_in_force(mandate.agent_id, mandate.principal_id, scope=scope, on=on or today()) is not None


def test_what_was_asked_for_holds_nothing_until_somebody_confirms_it() -> None:
    mandate = asked()
    assert not in_force(mandate)

    confirm_as_principal(mandate, seen_as(mandate.principal), at=now())

    assert in_force(mandate)
    assert mandate_in_force(mandate.principal_id, mandate.agent_id, scope="any", on=today()) is None


@pytest.mark.parametrize("kind", [Kind.VOLUNTARY, Kind.LEGAL])
def test_a_clerk_confirms_every_kind_with_evidence(kind: Kind) -> None:
    mandate, viewer = asked(kind), clerk()

    confirm_at_counter(mandate, evidence="戸籍謄本", by=viewer, at=now())

    mandate.refresh_from_db()
    assert (mandate.state, mandate.evidence, mandate.checked_by_id) == (State.CONFIRMED, "戸籍謄本", viewer.account_id)
    assert in_force(mandate)


def test_a_messenger_never_acts() -> None:
    mandate = asked(Kind.MESSENGER)

    confirm_as_principal(mandate, seen_as(mandate.principal), at=now())

    assert not in_force(mandate)
    assert acting.mandates_for(seen_as(mandate.agent), scope="any", on=today()) == []


@pytest.mark.parametrize(("days", "holds"), [(-1, False), (0, True), (30, True), (31, False)])
def test_a_mandate_holds_from_the_first_to_the_last_day(days: int, holds: bool) -> None:
    mandate = asked()
    confirm_as_principal(mandate, seen_as(mandate.principal), at=now())

    assert in_force(mandate, on=today() + timedelta(days=days)) is holds


def test_it_does_not_reach_back_before_its_confirmation() -> None:
    mandate = asked(start_date=today() - timedelta(days=20))

    confirm_as_principal(mandate, seen_as(mandate.principal), at=now())

    mandate.refresh_from_db()
    assert mandate.start_date == today()


@pytest.mark.parametrize(
    ("scope", "matter", "holds"), [(["*"], "tax", True), (["tax"], "tax", True), (["tax"], "care", False)]
)
def test_a_mandate_is_good_for_its_matters_only(scope: list[str], matter: str, holds: bool) -> None:
    mandate = asked(scope=scope)
    confirm_as_principal(mandate, seen_as(mandate.principal), at=now())

    assert in_force(mandate, matter) is holds
    assert bool(acting.mandates_for(seen_as(mandate.agent), scope=matter, on=today())) is holds


def test_only_the_principal_confirms_and_only_at_a_sufficient_level() -> None:
    mandate = asked()

    for viewer in (ANONYMOUS, seen_as(mandate.agent), seen_as(resident())):
        with pytest.raises(acting.NotWaiting):
            confirm_as_principal(mandate, viewer, at=now())
    with pytest.raises(acting.LevelMissing):
        confirm_as_principal(mandate, seen_as(mandate.principal, Level.CONTACT), at=now())

    assert Mandate.objects.get().state == State.ASKED


def test_the_laws_kind_is_never_confirmed_by_a_click_of_the_principal() -> None:
    mandate = asked(Kind.LEGAL)

    with pytest.raises(acting.AskAtTheCounter):
        confirm_as_principal(mandate, seen_as(mandate.principal, Level.SIGNED), at=now())


def test_a_clerk_without_evidence_confirms_nothing() -> None:
    mandate = asked()

    with pytest.raises(acting.NoEvidence):
        confirm_at_counter(mandate, evidence="  ", by=clerk(), at=now())


@pytest.mark.parametrize("who", ["principal", "agent", "clerk"])
@pytest.mark.parametrize("confirmed", [True, False])
def test_either_of_the_two_or_a_clerk_ends_it_at_any_time(who: str, confirmed: bool) -> None:
    mandate = asked()
    if confirmed:
        confirm_as_principal(mandate, seen_as(mandate.principal), at=now())
    viewer = clerk() if who == "clerk" else seen_as(getattr(mandate, who), Level.CONTACT)

    withdraw(mandate, viewer, at=now())
    withdraw(mandate, viewer, at=now())

    assert not in_force(mandate)
    with pytest.raises(acting.NotWaiting):
        confirm_as_principal(mandate, seen_as(mandate.principal), at=now())
    with pytest.raises(acting.NotWaiting):
        confirm_at_counter(mandate, evidence="委任状", by=clerk(), at=now())


def test_a_stranger_ends_nothing() -> None:
    mandate = asked()

    with pytest.raises(acting.NotWaiting):
        withdraw(mandate, seen_as(resident()), at=now())


def test_nobody_acts_for_themselves_and_nothing_is_asked_twice() -> None:
    mandate = asked()
    one = mandate.agent

    with pytest.raises(acting.ForYourself):
        acting.ask_to_act(one, one, Kind.VOLUNTARY, start_date=today(), end_date=today(), at=now())
    with pytest.raises(acting.StandsAlready):
        acting.ask_to_act(one, mandate.principal, Kind.VOLUNTARY, start_date=today(), end_date=today(), at=now())
    assert Mandate.objects.count() == 1


@pytest.mark.parametrize(("start", "end"), [(0, -1), (0, 366 * 6)])
def test_a_period_has_an_order_and_a_bound(start: int, end: int) -> None:
    with pytest.raises(acting.BadPeriod):
        asked(start_date=today() + timedelta(days=start), end_date=today() + timedelta(days=end))


@pytest.mark.parametrize(
    "change",
    [
        {"state": "confirmed"},
        {"state": "confirmed", "confirmed_at": now(), "kind": "legal"},
        {"end_date": date(2020, 1, 1)},
    ],
)
def test_the_database_refuses_what_the_rules_refuse(change: dict[str, Any]) -> None:
    mandate = asked()

    with pytest.raises(IntegrityError), transaction.atomic():
        Mandate.objects.filter(pk=mandate.pk).update(**change)


def test_a_closed_registration_neither_acts_nor_is_acted_for() -> None:
    mandate = asked()
    confirm_as_principal(mandate, seen_as(mandate.principal), at=now())

    Resident.objects.filter(pk=mandate.principal_id).update(closed_at=now())

    assert not in_force(mandate)


def test_a_resident_asks_and_the_principal_confirms_on_their_pages() -> None:
    agent, principal = resident(), resident()
    theirs, mine = resident_client(Level.CONTACT, agent), resident_client(Level.ACCOUNT, principal)
    typed = {"reference": f"{principal.reference[:5]} {principal.reference[5:].lower()}", "kind": "voluntary"}

    answer = theirs.post("/my/mandates/", {**typed, "end_date": str(today() + timedelta(days=9))})
    mandate = Mandate.objects.get()
    page = mine.get("/my/mandates/")
    mine.post(f"/my/mandates/{mandate.pk}/confirm/")

    assert answer.status_code == 302
    assert agent.reference in page.content.decode()
    assert in_force(mandate)


def test_confirming_asks_for_a_fresh_second_factor() -> None:
    mandate = asked()

    answer = resident_client(Level.CONTACT, mandate.principal).post(f"/my/mandates/{mandate.pk}/confirm/")

    assert answer.headers["Location"].startswith("/sign-in/?way=")
    assert not in_force(mandate)


def test_somebody_elses_mandate_does_not_exist() -> None:
    mandate = asked()
    stranger = resident_client(Level.SIGNED)

    assert mandate.agent.reference not in stranger.get("/my/mandates/").content.decode()
    assert stranger.get(f"/my/mandates/{mandate.pk}/confirm/").status_code == 404
    assert stranger.post(f"/my/mandates/{mandate.pk}/withdraw/").status_code == 404


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"reference": "ZZZZZZZZZZ"}, "reference"),
        ({"reference": ""}, "reference"),
        ({"kind": "king"}, "kind"),
        ({"end_date": "2020-01-01"}, "end_date"),
        ({"end_date": ""}, "end_date"),
    ],
)
def test_a_refused_request_says_where_and_keeps_what_was_typed(typed: dict[str, str], field: str) -> None:
    principal = resident()
    good = {"reference": principal.reference, "kind": "legal", "end_date": str(today())}

    page = resident_client().post("/my/mandates/", {**good, **typed})

    assert page.status_code == 200
    assert page.context["form"].errors[field]
    assert not Mandate.objects.exists()


def test_the_clerk_confirms_or_refuses_on_their_page() -> None:
    first, second = asked(Kind.LEGAL), asked(Kind.LEGAL)
    client = staff_client("people.counter")
    assert first.agent.reference in client.get("/desk/counter/").content.decode()

    client.post(f"/desk/counter/mandates/{first.pk}/confirm/", {"evidence": ""})
    assert not in_force(first)
    client.post(f"/desk/counter/mandates/{first.pk}/confirm/", {"evidence": "戸籍謄本"})
    client.post(f"/desk/counter/mandates/{second.pk}/refuse/")

    assert in_force(first)
    assert Mandate.objects.get(pk=second.pk).state == State.WITHDRAWN
