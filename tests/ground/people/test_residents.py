"""A resident's own page, the counter's number, facts, protection, and the end of a registration."""

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from tests.sign_in import make_staff, resident_client, staff_client

from todoke.base.clock import in_japan, now
from todoke.base.rounds import going
from todoke.base.sealing import seal
from todoke.ground.audit.models import Entry
from todoke.ground.looks.actions import record_look
from todoke.ground.people.mandates.acting import ask_to_act
from todoke.ground.people.models import (
    Account,
    CounterNumber,
    MailAddress,
    Mandate,
    OutsideIdentity,
    Resident,
    Section,
    SignInEvent,
    VerifiedFact,
)
from todoke.ground.people.queries import viewer_for
from todoke.ground.people.residents import caretaker, letters, passkeys
from todoke.ground.people.residents.entering import new_resident
from todoke.ground.people.residents.facts import facts_of, forget_expired, keep_facts
from todoke.ground.people.residents.protection import hidden_from, is_protected, may_see_address, protect
from todoke.ground.people.residents.session import level_in
from todoke.ground.people.rules import ANONYMOUS, Level, Viewer

pytestmark = pytest.mark.django_db


def with_mail(resident: Resident, address: str = "hanako@example.jp") -> MailAddress:
    return MailAddress.objects.create(
        resident=resident,
        lookup=letters.lookup_of(address),
        sealed=seal(address.encode(), context=letters.SEALED_AS),
        verified_at=now(),
    )


def with_card(resident: Resident, number: int = 1) -> OutsideIdentity:
    return OutsideIdentity.objects.create(
        resident=resident, provider="people.openid-simulated-card", subject_hash=bytes([number] * 16), linked_at=now()
    )


def given(client: Client, resident: Resident) -> str:
    page = client.post("/desk/counter/", {"reference": resident.reference, "evidence": "licence"})
    return str(page.context["number"])


def test_a_reference_has_no_letters_that_sound_or_look_alike() -> None:
    for _each in range(50):
        assert not set(new_resident(now()).reference) & set("01ILO")


def test_the_counters_number_lifts_a_session_once() -> None:
    resident = new_resident(now())
    client, clerk = resident_client(Level.CONTACT, resident), staff_client("people.counter")
    number = given(clerk, resident)

    client.post("/sign-in/number/", {"number": number.lower().replace("-", " ")})
    again = resident_client(Level.CONTACT, resident).post("/sign-in/number/", {"number": number})

    assert level_in(client.session, now()) == Level.COUNTER
    assert "番号が違うか" in again.content.decode()
    assert number.replace("-", "") not in str(list(CounterNumber.objects.values())) + str(list(Entry.objects.values()))
    assert [fact.value for fact in facts_of(resident, at=now())] == ["licence"]


def test_a_number_is_good_for_its_resident_only_and_a_newer_one_ends_it() -> None:
    first, second = new_resident(now()), new_resident(now())
    clerk = staff_client("people.counter")
    old, new = given(clerk, first), given(clerk, first)

    for resident, number in ((second, new), (first, old)):
        page = resident_client(Level.CONTACT, resident).post("/sign-in/number/", {"number": number})
        assert page.status_code == 200

    client = resident_client(Level.CONTACT, first)
    assert client.post("/sign-in/number/", {"number": new}).status_code == 302


def test_five_wrong_numbers_and_a_fortnight_end_it() -> None:
    with time_machine.travel(now(), tick=False) as clock:
        first, second = new_resident(now()), new_resident(now())
        clerk = staff_client("people.counter")
        wrong_too_often, too_late = given(clerk, first), given(clerk, second)
        client = resident_client(Level.CONTACT, first)
        for _each in range(5):
            client.post("/sign-in/number/", {"number": "22222222"})

        assert client.post("/sign-in/number/", {"number": wrong_too_often}).status_code == 200
        clock.shift(timedelta(days=14))
        assert resident_client(Level.CONTACT, second).post("/sign-in/number/", {"number": too_late}).status_code == 200


@pytest.mark.parametrize("typed", ["", "ABC", "ZZZZZZZZZZ", "〇" * 10])
def test_a_clerk_is_told_when_a_reference_leads_nowhere(typed: str) -> None:
    page = staff_client("people.counter").post("/desk/counter/", {"reference": typed, "evidence": "card"})

    assert page.context["form"].errors["reference"]
    assert not CounterNumber.objects.exists()


def test_a_means_can_be_removed_but_not_the_last_and_other_sessions_end() -> None:
    resident = new_resident(now())
    mail, card = with_mail(resident), with_card(resident)
    client, elsewhere = resident_client(Level.CONTACT, resident), resident_client(Level.CARD, resident)

    client.post("/my/remove/", {"means": f"outside.{card.pk}"})
    client.post("/my/remove/", {"means": f"mail.{mail.pk}"})

    assert not OutsideIdentity.objects.exists()
    assert MailAddress.objects.exists()
    assert client.get("/my/").status_code == 200
    assert elsewhere.get("/my/").status_code == 302


@pytest.mark.parametrize("means", ["", "mail.x", "mail.0", "king.1", "outside.999999", "mail.１"])
def test_a_means_that_is_not_theirs_is_not_removed(means: str) -> None:
    resident, other = new_resident(now()), new_resident(now())
    with_mail(resident), with_card(resident)
    theirs = with_mail(other, "taro@example.jp")
    client = resident_client(Level.CONTACT, resident)

    client.post("/my/remove/", {"means": means})
    client.post("/my/remove/", {"means": f"mail.{theirs.pk}"})

    assert MailAddress.objects.count() == 2
    assert OutsideIdentity.objects.count() == 1


def test_signing_out_everywhere_else_keeps_this_session() -> None:
    resident = new_resident(now())
    client, elsewhere = resident_client(Level.CONTACT, resident), resident_client(Level.CARD, resident)

    client.post("/my/sessions/")

    assert client.get("/my/").status_code == 200
    assert elsewhere.get("/my/").status_code == 302


def test_the_own_data_hold_everything_and_nobody_elses() -> None:
    resident, other = new_resident(now()), new_resident(now())
    with_mail(resident), with_card(resident), with_mail(other, "taro@example.jp")
    keep_facts(resident, {"name": "浜野 千代"}, source="people.openid-simulated-card", at=now())
    day = in_japan(now()).date()
    ask_to_act(other, resident, "voluntary", start_date=day, end_date=day, at=now())

    answer = resident_client(Level.CONTACT, resident).get("/my/data.json")
    told = json.loads(answer.content)

    assert "no-store" in answer.headers["Cache-Control"]
    assert told["mail_addresses"][0]["address"] == "hanako@example.jp"
    assert told["facts"][0]["value"] == "浜野 千代"
    assert told["mandates"][0]["as"] == "principal"
    assert told["outside_identities"][0]["provider"] == "people.openid-simulated-card"
    assert "taro" not in answer.content.decode()


def test_closing_deletes_what_is_personal_and_ends_everything() -> None:
    resident, other = new_resident(now()), new_resident(now())
    with_mail(resident), with_card(resident), with_mail(other, "taro@example.jp")
    keep_facts(resident, {"name": "浜野 千代"}, source="x", at=now())
    day = in_japan(now()).date()
    ask_to_act(other, resident, "voluntary", start_date=day, end_date=day, at=now())
    passkeys._account_of(resident)
    client, elsewhere = resident_client(Level.CONTACT, resident), resident_client(Level.CARD, resident)

    assert client.get("/my/close/").status_code == 200
    client.post("/my/close/")

    resident.refresh_from_db()
    assert not resident.is_open
    for model in (OutsideIdentity, VerifiedFact, SignInEvent):
        assert not model.objects.filter(resident=resident).exists()
    assert MailAddress.objects.get().resident == other
    assert Mandate.objects.get().state == Mandate.State.WITHDRAWN
    assert not Account.objects.get(pk=resident.account_id).is_active
    assert client.get("/my/").status_code == elsewhere.get("/my/").status_code == 302


def test_an_address_whose_registration_was_closed_begins_anew() -> None:
    resident = new_resident(now())
    with_mail(resident)
    resident_client(Level.CONTACT, resident).post("/my/close/")

    assert with_mail(new_resident(now())).pk


def test_a_newer_word_of_a_source_replaces_the_older_and_what_has_expired_goes() -> None:
    resident = new_resident(now())
    keep_facts(resident, {"name": "旧 花子"}, source="card", at=now())
    keep_facts(resident, {"name": "新 花子"}, source="card", at=now())
    keep_facts(resident, {"gender": "2"}, source="card", at=now(), valid=timedelta(minutes=1))

    assert [fact.value for fact in facts_of(resident, at=now() + timedelta(seconds=1))] == ["2", "新 花子"]
    later = now() + timedelta(minutes=2)
    assert [fact.name for fact in facts_of(resident, at=later)] == ["name"]
    assert forget_expired(at=later) == 1


def test_a_fact_does_not_open_for_another_resident() -> None:
    resident, other = new_resident(now()), new_resident(now())
    keep_facts(resident, {"name": "浜野 千代"}, source="card", at=now())

    VerifiedFact.objects.update(resident=other)

    with pytest.raises(Exception, match="altered"):
        facts_of(other, at=now())


def test_a_protected_address_is_for_its_handlers_and_the_resident_alone() -> None:
    resident, free, day = new_resident(now()), new_resident(now()), in_japan(now()).date()
    handler, clerk = make_staff(), make_staff()
    by = viewer_for(clerk, day)
    protect(resident, [handler], start_date=day, end_date=day + timedelta(days=365), by=by)
    own = Viewer(None, "", None, frozenset(), frozenset(), resident_id=resident.pk, level=Level.CONTACT)

    may = {
        name: (may_see_address(viewer, resident.pk, day), resident.pk not in hidden_from(viewer, day))
        for name, viewer in {"handler": viewer_for(handler, day), "clerk": by, "own": own, "anybody": ANONYMOUS}.items()
    }

    assert may == {"handler": (True, True), "clerk": (False, False), "own": (True, True), "anybody": (False, False)}
    assert may_see_address(by, free.pk, day)
    assert free.pk not in hidden_from(by, day)
    after = day + timedelta(days=366)
    assert is_protected(resident.pk, day)
    assert not is_protected(resident.pk, after)
    assert may_see_address(by, resident.pk, after)


def test_with_two_measures_only_who_handles_both_sees_the_address() -> None:
    resident, day = new_resident(now()), in_japan(now()).date()
    both, one = make_staff(), make_staff()
    protect(resident, [both, one], start_date=day, end_date=day, by=viewer_for(both, day))
    protect(resident, [both], start_date=day, end_date=day, by=viewer_for(both, day))

    assert may_see_address(viewer_for(both, day), resident.pk, day)
    assert not may_see_address(viewer_for(one, day), resident.pk, day)
    assert hidden_from(viewer_for(one, day), day) == {resident.pk}


def test_a_residents_passkey_account_opens_no_staff_door(settings: Any) -> None:
    account = passkeys._account_of(new_resident(now()))
    client = Client()
    client.force_login(account)

    assert client.get("/desk/").status_code == 302
    assert client.get("/accounts/2fa/").status_code == 302


@pytest.mark.parametrize(
    "credential", ["", "x", "[]", "{}", '{"response": {"userHandle": "MQ"}}', '{"response": 5}', '"x"']
)
def test_what_is_no_passkey_is_refused_politely(credential: str) -> None:
    page = Client().post("/sign-in/passkey/", {"credential": credential})

    assert page.status_code == 200
    assert "パスキーを確かめられませんでした" in page.content.decode()


def test_who_acts_as_a_resident_stands_in_the_record_without_a_name() -> None:
    resident, other, day = new_resident(now()), new_resident(now()), in_japan(now()).date()
    mandate = ask_to_act(other, resident, "voluntary", start_date=day, end_date=day, at=now())

    resident_client(Level.ACCOUNT, resident).post(f"/my/mandates/{mandate.pk}/confirm/")

    assert Entry.objects.get(what="people.mandate-confirmed").actor == f"people.resident:{resident.pk}"


def test_the_caretaker_forgets_what_has_served_its_purpose(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(going.connections, "close_all", lambda: None)
    resident, stop = new_resident(now()), threading.Event()
    keep_facts(resident, {"gender": "2"}, source="card", at=now(), valid=timedelta(minutes=1))
    monkeypatch.setattr(stop, "wait", lambda _seconds: stop.set())

    with time_machine.travel(now() + timedelta(minutes=2), tick=False):
        caretaker.CARETAKER.run("bulk", stop)

    assert not VerifiedFact.objects.exists()


def test_a_resident_sees_who_looked_and_never_at_others() -> None:
    mine, other = new_resident(now()), new_resident(now())
    clerk = viewer_for(make_staff(["people.counter"], section="kankyo", name="杉本 剛"), in_japan(now()).date())
    Section.objects.filter(key="kankyo").update(name="環境課", name_en="Environment Section")
    for who, what in ((mine, "犬の登録"), (other, "児童手当")):
        record_look(clerk, who, of_person=f"resident:{who.pk}", what=what, purpose="looks.case-work")

    html = resident_client(Level.CONTACT, mine).get("/my/looks/").content.decode()

    assert "犬の登録（画面）" in html
    assert "環境課" in html
    assert "児童手当" not in html
    # The city says the section; names only where it has decided so.
    assert "杉本" not in html
    assert "まだ、記録はありません。" in resident_client(Level.CONTACT).get("/my/looks/").content.decode()
    assert "Environment Section" in resident_client(Level.CONTACT, mine).get("/my/looks/?language=en").content.decode()
    assert Client().get("/my/looks/").status_code == 302
