"""The e-mail link: bound to its browser, once, for a quarter of an hour, and without a tell."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from todoke.base.clock import now
from todoke.ground.audit.models import Entry
from todoke.ground.people.models import MailAddress, Resident, SignInLetter
from todoke.ground.people.registry import Letter, carriers
from todoke.ground.people.residents import letters
from todoke.ground.people.residents.session import level_in
from todoke.ground.people.rules import Level

pytestmark = pytest.mark.django_db

ADDRESS = "hanako@example.jp"


@pytest.fixture(autouse=True)
def post(monkeypatch: pytest.MonkeyPatch) -> list[Letter]:
    """What is carried away."""
    carried: list[Letter] = []
    for carrier in carriers:
        monkeypatch.setattr(type(carrier), "carry", lambda _self, letter, *, at: carried.append(letter))
    return carried


def ask(client: Client, address: str = ADDRESS, **more: Any) -> Any:
    return client.post("/sign-in/", {"address": address}, **more)


def digits_in(letter: Letter) -> str:
    found = re.search(r"^\d{6}$", letter.body, re.MULTILINE)
    assert found
    return found[0]


def link_in(letter: Letter) -> str:
    found = re.search(r"/sign-in/mail/[a-z2-7]{32}/", letter.body)
    assert found
    return found[0]


def is_in(client: Client) -> bool:
    return level_in(client.session, now()) == Level.CONTACT


def test_the_digits_sign_in_where_the_letter_was_asked_for(post: list[Letter]) -> None:
    client = Client()
    assert ask(client).headers["Location"] == "/sign-in/code/"

    answer = client.post("/sign-in/code/", {"code": digits_in(post[0])})

    assert answer.headers["Location"] == "/my/"
    assert is_in(client)
    assert ADDRESS in client.get("/my/").content.decode()


@pytest.mark.parametrize("typed", ["{} {}", "{}-{}", "　{}{}　"])
def test_the_digits_may_be_typed_as_people_type(post: list[Letter], typed: str) -> None:
    client = Client()
    ask(client)
    digits = digits_in(post[0])
    wide = digits.translate(str.maketrans("0123456789", "０１２３４５６７８９"))

    client.post("/sign-in/code/", {"code": typed.format(wide[:3], wide[3:])})

    assert is_in(client)


def test_opening_the_link_signs_nobody_in_and_its_button_does(post: list[Letter]) -> None:
    client = Client()
    ask(client)

    for _each in range(3):
        assert client.get(link_in(post[0])).status_code == 200
        assert not is_in(client)
    answer = client.post(link_in(post[0]))

    assert answer.status_code == 302
    assert is_in(client)


def test_the_link_works_in_the_asking_browser_only(post: list[Letter]) -> None:
    client, other = Client(), Client()
    ask(client)
    ask(other, "taro@example.jp")

    page = other.get(link_in(post[0]))
    answer = other.post(link_in(post[0]))

    assert "6桁の数字" in page.content.decode()
    assert '<form method="post">' not in page.content.decode()
    assert answer.status_code == 403
    assert not is_in(other)
    # And it still works where it belongs: a scanner or a stranger has not used it up.
    client.post(link_in(post[0]))
    assert is_in(client)


def test_the_digits_of_one_browser_are_nothing_in_another(post: list[Letter]) -> None:
    client, other = Client(), Client()
    ask(client)

    other.post("/sign-in/code/", {"code": digits_in(post[0])})

    assert not is_in(other)


@pytest.mark.parametrize(("first", "second"), [("link", "link"), ("code", "code"), ("link", "code"), ("code", "link")])
def test_a_letter_signs_in_once(post: list[Letter], first: str, second: str) -> None:
    client = Client()
    ask(client)

    def use(way: str) -> Any:
        if way == "link":
            return client.post(link_in(post[0]))
        return client.post("/sign-in/code/", {"code": digits_in(post[0])})

    assert use(first).status_code == 302
    assert use(second).status_code in (200, 403)
    assert Resident.objects.get().sign_ins.count() == 1


def test_a_letter_is_over_after_a_quarter_of_an_hour(post: list[Letter]) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        client = Client()
        ask(client)
        clock.shift(15 * 60)

        answer = client.post("/sign-in/code/", {"code": digits_in(post[0])})

        assert "もう使えません" in answer.content.decode()
        assert not is_in(client)


def test_five_wrong_digits_end_a_letter_even_for_the_right_ones(post: list[Letter]) -> None:
    client = Client()
    ask(client)
    right = digits_in(post[0])
    wrong = f"{(int(right) + 1) % 1_000_000:06}"

    said = [client.post("/sign-in/code/", {"code": wrong}).content.decode() for _each in range(5)]
    last = client.post("/sign-in/code/", {"code": right})

    assert ["数字が違います" in page for page in said] == [True] * 4 + [False]
    assert "もう使えません" in said[4]
    assert "もう使えません" in last.content.decode()
    assert not is_in(client)


def test_the_answer_is_the_same_for_a_known_an_unknown_and_an_overfull_address(post: list[Letter]) -> None:
    client = Client()
    ask(client)
    client.post("/sign-in/code/", {"code": digits_in(post[0])})

    answers = [ask(Client(), address) for address in [ADDRESS] * 5 + ["nobody@example.jp"]]

    assert {(each.status_code, each.headers["Location"]) for each in answers} == {(302, "/sign-in/code/")}
    assert [letter.address for letter in post] == [ADDRESS] * 3 + ["nobody@example.jp"]
    assert len({re.sub(r"\d{6}|/mail/\w+", "", letter.body) for letter in post}) == 1


def test_one_place_can_ask_only_so_often_and_is_told_so(post: list[Letter]) -> None:
    for number in range(letters.REQUESTS_AN_HOUR):
        assert ask(Client(), f"a{number}@example.jp").status_code == 302

    answer = ask(Client(), "one-more@example.jp")

    assert answer.status_code == 429
    assert "one-more@example.jp" in answer.content.decode()
    assert len(post) == letters.REQUESTS_AN_HOUR
    assert ask(Client(), "b@example.jp", REMOTE_ADDR="192.0.2.7").status_code == 302


def test_capitals_and_blanks_lead_to_the_same_resident(post: list[Letter]) -> None:
    for typed in (ADDRESS, " Hanako@Example.JP "):
        client = Client()
        ask(client, typed)
        client.post(link_in(post[-1]))

    assert Resident.objects.count() == MailAddress.objects.count() == 1


@pytest.mark.parametrize("typed", ["", "hanako", "hanako@", "a b@example.jp", "x" * 300 + "@example.jp"])
def test_what_is_no_address_is_refused_and_stays_in_the_field(post: list[Letter], typed: str) -> None:
    page = ask(Client(), typed)

    assert page.status_code == 200
    assert page.context["form"].errors["address"]
    assert not post


def test_the_address_stands_nowhere_in_the_clear_and_in_no_address_of_a_page(post: list[Letter]) -> None:
    client = Client()
    ask(client)
    link = link_in(post[0])
    client.post(link)

    rows = [*SignInLetter.objects.values(), *MailAddress.objects.values(), *Entry.objects.values()]
    kept = " ".join(
        bytes(value).decode("latin-1") if isinstance(value, memoryview | bytes) else str(value)
        for row in rows
        for value in row.values()
    )

    assert "hanako" not in kept
    assert "hanako" not in link
    assert bytes(SignInLetter.objects.get().sealed) == b""
    assert "hanako" not in str(dict(client.session))


def test_old_letters_are_forgotten(post: list[Letter]) -> None:
    ask(Client())

    assert letters.forget_letters(at=now() + timedelta(days=1)) == 0
    assert letters.forget_letters(at=now() + timedelta(days=3)) == 1


def test_the_letter_is_written_in_the_language_of_the_page(post: list[Letter]) -> None:
    client = Client()
    client.get("/sign-in/?language=en")
    ask(client)

    assert post[0].language == "en"
    assert "15 minutes" in post[0].body
