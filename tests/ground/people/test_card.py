"""Signing in with the simulated card: the flow, and every fault that a provider may have."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from tests.sign_in import resident_client

from todoke.base.clock import now
from todoke.ground.audit.models import Entry
from todoke.ground.people.models import OutsideIdentity, Resident, SignInEvent, VerifiedFact
from todoke.ground.people.openid import relying_party, simulator, transport
from todoke.ground.people.openid.providers import provider_with
from todoke.ground.people.openid.simulator import Fault
from todoke.ground.people.residents.facts import facts_of
from todoke.ground.people.residents.session import level_in
from todoke.ground.people.rules import Level

pytestmark = pytest.mark.django_db

START = f"/sign-in/with/{simulator.KEY}/"


@pytest.fixture(autouse=True)
def clean_cache() -> None:
    cache.clear()


def question_of(client: Client, way: str = "") -> dict[str, str]:
    address = client.get(START, {"way": way} if way else {}).headers["Location"]
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def choose(client: Client, person: str, way: str = "") -> str:
    """The address to which the provider sends this browser back."""
    page = client.get(client.get(START, {"way": way} if way else {}).headers["Location"])
    answer = client.post("/simulators/card/authorize", {"number": page.context["number"], "person": person})
    assert answer.status_code == 302
    return answer.headers["Location"]


def local(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def card(client: Client, person: str = "hamano", way: str = "") -> Any:
    """Hold this card to the reader, and follow the way back."""
    return client.get(local(choose(client, person, way)))


def test_whoever_shows_a_card_is_in_at_the_level_of_the_card() -> None:
    client = Client()

    answer = card(client)

    assert answer.headers["Location"] == "/my/"
    assert level_in(client.session, now()) == Level.CARD
    assert list(SignInEvent.objects.values_list("means", "level")) == [("people.openid-simulated-card", 4)]


def test_the_same_card_leads_to_the_same_resident_and_another_one_does_not() -> None:
    for person in ("hamano", "hamano", "isobe"):
        card(Client(), person)

    assert Resident.objects.count() == 2
    assert OutsideIdentity.objects.count() == 2


def test_the_question_is_as_the_profile_wants_it() -> None:
    client = Client()

    asked = question_of(client)

    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["acr_values"] == "aal3 crl"
    assert asked["scope"] == "openid"
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
    assert asked["nonce"] != question_of(client)["nonce"]


def test_only_the_facts_that_a_procedure_needs_are_asked_for_and_kept_sealed() -> None:
    client = Client()
    session = client.session
    session["people_ways"] = {"w": {"word": "w", "path": "/x/", "level": 4, "claims": ["name", "birthdate"]}}
    session.save()
    client.cookies["sessionid"] = session.session_key

    answer = card(client, "hamano", "w")

    assert answer.headers["Location"] == "/x/"
    facts = {fact.name: fact.value for fact in facts_of(Resident.objects.get(), at=now())}
    assert facts == {"name": "浜野 千代", "birth-date": "1952-03-14"}
    assert all("浜野".encode() not in bytes(each.sealed) for each in VerifiedFact.objects.all())


def test_nothing_of_a_person_stands_in_the_record_the_log_or_an_address(caplog: pytest.LogCaptureFixture) -> None:
    client = Client()
    subject = simulator.subject_of("hamano")

    answer = card(client)
    simulator.order_fault(Fault.WRONG_NONCE)
    card(client)

    kept = " ".join(entry.payload + entry.target_key + entry.actor for entry in Entry.objects.all())
    told = kept + caplog.text + answer.headers["Location"] + str(list(OutsideIdentity.objects.values()))
    for secret in (subject, "浜野", "hamano"):
        assert secret not in told
    assert "another nonce" in caplog.text


REFUSED = {
    Fault.WRONG_NONCE: "本人確認を終えられませんでした",
    Fault.OLD_TOKEN: "本人確認を終えられませんでした",
    Fault.WRONG_ACR: "要る強さの本人確認になっていません",
    Fault.WRONG_KEY: "本人確認を終えられませんでした",
    Fault.WRONG_AUDIENCE: "本人確認を終えられませんでした",
    Fault.WRONG_ISSUER: "本人確認を終えられませんでした",
    Fault.UNSIGNED: "本人確認を終えられませんでした",
    Fault.CANCELLED: "本人確認をやめました",
    Fault.HANGS: "応答がありません",
    Fault.FAILS: "応答がありません",
}


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault != Fault.NONE])
def test_a_fault_of_the_provider_lets_nobody_in_and_says_what_to_do(fault: Fault) -> None:
    client = Client()
    client.post("/simulators/card/faults", {"fault": str(fault)})

    answer = card(client)

    assert answer.status_code == 403
    assert REFUSED[fault] in answer.content.decode()
    assert "/sign-in/" in answer.content.decode()
    assert not Resident.objects.exists()
    # Once, and then it works again.
    assert card(client).status_code == 302


def test_an_answer_counts_once_and_in_the_browser_that_asked_for_it() -> None:
    client, thief = Client(), Client()
    address = local(choose(client, "hamano"))

    assert thief.get(address).status_code == 403
    assert client.get(address).status_code == 302
    client.post("/sign-out/")
    assert client.get(address).status_code == 403
    assert not thief.session.get("people_resident")


@pytest.mark.parametrize(
    "change", [{"state": "x"}, {"state": ""}, {"iss": "https://evil.example"}, {"code": ""}, {"code": "x"}]
)
def test_an_answer_that_was_changed_is_refused(change: dict[str, str]) -> None:
    client = Client()
    parts = urlsplit(choose(client, "hamano"))
    answer = {name: values[0] for name, values in parse_qs(parts.query).items()}

    refused = client.get(parts.path, {**answer, **change})

    assert refused.status_code == 403
    assert not Resident.objects.exists()


def test_an_answer_that_comes_too_late_is_refused() -> None:
    with time_machine.travel(now(), tick=False) as clock:
        client = Client()
        address = local(choose(client, "hamano"))
        clock.shift(relying_party.ATTEMPT_SECONDS + 1)

        assert client.get(address).status_code == 403


def test_a_code_with_another_verifier_is_worth_nothing() -> None:
    client = Client()
    address = local(choose(client, "hamano"))
    session = client.session
    for attempt in session[relying_party.ATTEMPTS].values():
        attempt["verifier"] = "another" * 8
    session[relying_party.ATTEMPTS] = session[relying_party.ATTEMPTS]
    session.save()

    assert client.get(address).status_code == 403


def test_a_new_key_of_the_provider_is_found_and_the_keys_are_fetched_no_more_than_needed(monkeypatch: Any) -> None:
    asked: list[str] = []
    honest = simulator.answer

    def counted(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path.rsplit("/", 1)[-1])
        return honest(request)

    monkeypatch.setitem(transport.PLAYED, simulator.KEY, counted)
    card(Client())
    card(Client())
    assert asked.count("keys") == 1

    # The provider rotates: what is kept does not have the key that the next token names.
    kept = next(
        name
        for name in (
            "people.keys." + __import__("hashlib").sha256(provider_with(simulator.KEY).jwks_uri.encode()).hexdigest(),
        )
    )  # type: ignore[union-attr]
    cache.set(kept, [{"kty": "EC", "kid": "old"}], 60)
    cache.delete(f"{kept}.pause")
    assert card(Client()).status_code == 302
    assert asked.count("keys") == 2


def test_a_card_that_nobody_has_used_is_joined_only_on_the_persons_word() -> None:
    client = resident_client(Level.CONTACT)
    resident = Resident.objects.get()

    asked = card(client)
    assert asked.headers["Location"] == "/sign-in/join/"
    assert not OutsideIdentity.objects.exists()
    client.post("/sign-in/join/", {"whose": "mine"})

    assert OutsideIdentity.objects.get().resident == resident
    assert level_in(client.session, now()) == Level.CARD


def test_the_next_person_at_the_computer_gets_a_registration_of_their_own() -> None:
    client = resident_client(Level.CONTACT)
    first = Resident.objects.get()

    card(client)
    client.post("/sign-in/join/", {"whose": "another"})

    assert OutsideIdentity.objects.get().resident != first
    assert [each[0] for each in client.session["people_resident"]["shown"]] == ["people.openid-simulated-card"]


def test_a_word_that_was_given_counts_once() -> None:
    client = resident_client(Level.CONTACT)
    card(client)
    client.post("/sign-in/join/", {"whose": "another"})

    assert client.post("/sign-in/join/", {"whose": "mine"}).headers["Location"] == "/sign-in/"


def test_a_fresh_sign_in_is_asked_of_the_provider_and_an_old_one_refused(monkeypatch: Any) -> None:
    client = Client()
    session = client.session
    session["people_ways"] = {"w": {"word": "w", "path": "/x/", "level": 4, "within_minutes": 5}}
    session.save()
    client.cookies["sessionid"] = session.session_key
    asked = question_of(client, "w")
    assert (asked["max_age"], asked["prompt"]) == ("300", "login")

    honest = simulator._id_token

    def stale(grant: dict[str, Any], fault: Fault) -> str:
        return honest({**grant, "at": grant["at"] - 3600}, fault)

    monkeypatch.setattr(simulator, "_id_token", stale)

    assert card(client, "hamano", "w").status_code == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"response_type": "token"},
        {"code_challenge_method": "plain"},
        {"client_id": "RP2"},
        {"state": ""},
        {"nonce": "に"},
        {"scope": "name"},
        {"scope": "openid mynumber"},
        {"redirect_uri": "https://evil.example/"},
    ],
)
def test_the_simulator_refuses_what_the_profile_refuses(wrong: dict[str, str]) -> None:
    client = Client()
    asked = question_of(client)

    answer = client.get("/simulators/card/authorize", {**asked, **wrong})

    assert answer.status_code == 400


def test_the_simulator_speaks_over_the_network_too_and_wants_the_clients_key() -> None:
    client = Client()

    keys = client.get("/simulators/card/keys").json()["keys"]
    refused = client.post("/simulators/card/token", {"grant_type": "authorization_code", "code": "x"})

    assert jwt.PyJWK.from_dict(keys[0]).algorithm_name == "ES256"
    assert "d" not in keys[0]
    assert refused.status_code == 400
    assert client.get("/simulators/card/userinfo").status_code == 401


def test_without_simulators_there_is_no_simulated_card(settings: Any) -> None:
    settings.SIMULATORS = False

    assert Client().get(START).status_code == 404
    assert Client().get("/simulators/card/authorize").status_code == 404
    assert Client().get("/simulators/card/keys").status_code == 404
    assert Client().get("/simulators/card/faults").status_code == 404
    assert "模擬" not in Client().get("/sign-in/").content.decode()
