"""The guard at the door: what holds a My Number is refused, covered, given back without it, and told nowhere."""

import json
from random import Random

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import translation

from tests.base.codes.test_my_number import NOTATIONS, NUMBER, fours
from todoke.base import number_guard
from todoke.base.codes.my_number import invent
from todoke.base.number_guard import (
    COVER,
    NumberGuardMiddleware,
    for_machines,
    refused_fields,
    shows_refused_numbers,
    takes_twelve_digits,
)

ANOTHER = "987654321093"


class AskForm(forms.Form):
    """The labels of this module's imagined view."""

    name = forms.CharField(label="お名前")
    words = forms.CharField(label="伝えたいこと")


def view(request):
    return HttpResponse("in")


@pytest.fixture
def ask():
    return RequestFactory()


def answer(request, of=view):
    request.csrf_processing_done = True
    return NumberGuardMiddleware(lambda _request: HttpResponse("in")).process_view(request, of, (), {})


@pytest.fixture
def drawn(monkeypatch):
    """What the page would be drawn from, without drawing it."""
    seen = []

    def render(_request, _template, values, status):
        seen.append(values)
        return HttpResponse(status=status)

    monkeypatch.setattr(number_guard, "render", render)
    return seen


def test_what_holds_none_goes_on_untouched(ask):
    request = ask.post("/x?q=1", {"name": "山田", "words": "123456789012"})

    assert answer(request) is None
    assert request.POST["words"] == "123456789012"
    assert not hasattr(request, "refused_numbers")


@pytest.mark.parametrize(
    "twenties", [pytest.param(15, id="300"), pytest.param(250, id="5000", marks=pytest.mark.faults)]
)
def test_hundreds_of_numbers_in_every_notation_are_refused_by_field(ask, drawn, twenties):
    random = Random(2013)

    for _ in range(twenties):
        numbers = [invent(random) for _ in range(20)]
        fields = {f"{number} {name}": notation(number) for number in numbers for name, notation in NOTATIONS.items()}
        request = ask.post("/x", {f"f{place}": text for place, text in enumerate(fields.values())})

        response = answer(request)

        assert response.status_code == 400
        assert len(drawn[-1]["refused"]) == 20 * len(NOTATIONS) == 300
        left = repr((request.POST, drawn.pop(), request.body))
        assert not [text for text in fields.values() if text in left]


@pytest.mark.django_db
def test_the_page_names_the_field_and_never_the_number(client):
    response = client.post("/accounts/login/", {"login": f"私は{NUMBER}", "password": "x"}, HTTP_ACCEPT_LANGUAGE="ja")

    page = response.content.decode()
    assert response.status_code == 400
    assert "マイナンバーは送らないでください" in page
    assert NUMBER not in page
    assert response.headers["Cache-Control"] == "no-store"


def test_the_label_is_that_of_the_view_s_own_form(ask, drawn):
    answer(ask.post("/x", {"name": NUMBER, "form-0-words": NUMBER, "strange": NUMBER}))

    assert {field.name: field.label for field in drawn[0]["refused"]} == {
        "name": "お名前",
        "form-0-words": "伝えたいこと",
        "strange": "strange",
    }


def test_everything_else_that_was_entered_comes_back(ask, drawn):
    request = ask.post("/x?page=2", {"name": "山田", "topic": ["a", "b"], "words": f"番号は{NUMBER}です"})

    answer(request)

    values = drawn[0]
    assert values["again"]
    assert values["method"] == "post"
    assert values["address"] == "/x?page=2"
    assert values["mark"]
    assert values["others"] == [("name", "山田"), ("topic", "a"), ("topic", "b")]
    assert [field.covered for field in values["refused"]] == [f"番号は{COVER}です"]


def test_a_search_comes_back_too(ask, drawn):
    request = ask.get("/x", {"q": fours(NUMBER, "-"), "page": "3"})

    assert answer(request).status_code == 400

    values = drawn[0]
    assert (values["again"], values["method"], values["address"], values["mark"]) == (True, "get", "/x", "")
    assert values["others"] == [("page", "3")]
    assert "1234" not in request.META["QUERY_STRING"]
    assert "1234" not in request.get_full_path()


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"name": NUMBER, "new_password": "x"}, "a secret does not come back"),
        ({"name": [NUMBER, "x"]}, "one of several values cannot be told from the others"),
        ({NUMBER: "x"}, "a field without a name has nowhere to stand"),
        ({"name": NUMBER, "many": ["x"] * 2_001}, "too much to come back"),
    ],
)
def test_what_cannot_come_back_is_sent_back_to_the_browser(ask, drawn, fields, why, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000

    answer(ask.post("/x", fields))

    assert not drawn[0]["again"], why
    assert drawn[0]["mark"] == ""


def test_a_form_of_a_stranger_s_page_does_not_come_back_with_our_mark(drawn):
    request = RequestFactory(enforce_csrf_checks=True).post("/x", {"name": NUMBER, "words": "do something"})

    NumberGuardMiddleware(lambda _request: HttpResponse()).process_view(request, view, (), {})

    assert drawn[-1]["mark"] == ""
    assert not drawn[-1]["again"]


def test_a_file_s_name_is_a_text_too(ask, drawn):
    request = ask.post("/x", {"paper": SimpleUploadedFile(f"{NUMBER}.pdf", b"x"), "name": "山田"})

    assert answer(request).status_code == 400
    assert drawn[0]["had_files"]
    assert not drawn[0]["again"]
    assert [file.name for file in request.FILES.values()] == [f"{COVER}.pdf"]


def test_the_name_of_a_field_is_a_text_too(ask, drawn):
    request = ask.post("/x", {f"a{NUMBER}": "x"})

    assert answer(request).status_code == 400
    assert drawn[0]["refused"][0].label == "送られた内容"
    assert NUMBER not in repr(request.POST)


@pytest.mark.parametrize(
    ("told", "fields"),
    [
        ({"words": NUMBER}, ["words"]),
        ({"words": int(NUMBER)}, ["words"]),
        ({"people": [{"note": "x"}, {"note": fours(NUMBER, " ")}]}, ["note"]),
        ({NUMBER: 1}, []),
        ([NUMBER], []),
        (NUMBER, []),
        (int(NUMBER), []),
    ],
)
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_json_is_answered_in_json(ask, told, fields, method):
    request = getattr(ask, method)("/x", json.dumps(told), content_type="application/json")

    response = answer(request)

    assert response.status_code == 400
    body = json.loads(response.content)
    assert body["fields"] == fields
    assert "マイナンバー" in body["error"]
    assert NUMBER not in response.content.decode()
    assert request.body == b""


@pytest.mark.parametrize(
    "told",
    [{"at": [140.869416123, 38.2682], "n": 123456789012, "ok": True, "none": None, "key": "x", "f": 123456789018.0}],
)
def test_other_json_goes_on(ask, told):
    assert answer(ask.post("/x", json.dumps(told), content_type="application/json")) is None


@pytest.mark.parametrize("kind", ["text/plain", "text/csv", "application/xml", "application/x-unknown", ""])
def test_any_other_text_is_looked_at(ask, drawn, kind):
    response = answer(ask.put("/x", f"<a>{NUMBER}</a>".encode(), content_type=kind))

    assert response.status_code == 400


@pytest.mark.parametrize("kind", ["image/png", "application/pdf", "application/octet-stream", "audio/wav"])
def test_what_is_no_text_is_left_to_those_who_can_read_it(ask, kind):
    assert answer(ask.put("/x", NUMBER.encode(), content_type=kind)) is None


def test_broken_json_is_a_text(ask):
    assert answer(ask.post("/x", f'{{"a": "{NUMBER}"', content_type="application/json")).status_code == 400
    assert answer(ask.post("/x", "[" * 100_000 + NUMBER, content_type="application/json")).status_code == 400


def test_a_machine_s_door_is_left_alone(ask):
    @for_machines("a test")
    def door(request):
        return HttpResponse()

    request = ask.post(f"/x?id={NUMBER}", {"id": NUMBER})

    assert answer(request, of=door) is None
    assert request.POST["id"] == NUMBER


def test_a_field_that_lawfully_holds_twelve_digits_is_left_alone_and_no_other(ask, drawn):
    @takes_twelve_digits(licence="運転免許証番号")
    def counter(request):
        return HttpResponse()

    assert answer(ask.post("/x", {"licence": NUMBER, "name": "山田"}), of=counter) is None

    request = ask.post("/x", {"licence": NUMBER, "name": ANOTHER})
    assert answer(request, of=counter).status_code == 400
    assert [field.name for field in drawn[0]["refused"]] == ["name"]
    assert ("licence", NUMBER) in drawn[0]["others"]
    assert request.POST["licence"] == NUMBER
    body = json.dumps({"licence": NUMBER})
    assert answer(ask.post("/x", body, content_type="application/json"), of=counter) is None


def test_a_class_of_views_says_it_too(ask):
    class Door:
        unguarded_because = "a test"

    def door(request):
        return HttpResponse()

    door.view_class = Door

    assert answer(ask.post("/x", {"id": NUMBER}), of=door) is None


def test_a_view_may_show_the_refusal_beside_its_own_field(ask):
    @shows_refused_numbers
    def form_page(request):
        return HttpResponse()

    request = ask.post("/x", {"name": "山田", "words": f"番号は{NUMBER}"})

    assert answer(request, of=form_page) is None
    assert set(refused_fields(request)) == {"words"}
    assert "マイナンバー" in refused_fields(request)["words"]
    assert request.POST["words"] == f"番号は{COVER}"
    assert refused_fields(ask.get("/x")) == {}


def test_old_passwords_and_the_mark_of_a_form_are_not_read(ask):
    for name in ("csrfmiddlewaretoken", "password", "oldpassword"):
        assert answer(ask.post("/x", {name: NUMBER})) is None


def test_a_request_without_body_is_judged_by_its_query_alone(ask, drawn):
    assert answer(ask.head("/x")) is None
    assert answer(ask.head("/x", {"q": NUMBER})).status_code == 400


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Please do not send a My Number"), ("ja-easy", "送（おく）らないで")]
)
@pytest.mark.django_db
def test_the_page_speaks_the_reader_s_language(client, language, words):
    page = client.get("/", {"q": NUMBER, "language": language}).content.decode()

    assert words in page
    assert NUMBER not in page


def test_a_search_gets_a_page_whatever_type_the_server_gives_a_request_without_body(ask, drawn):
    assert answer(ask.get("/x", {"q": NUMBER}, CONTENT_TYPE="text/plain")).status_code == 400
    assert len(drawn) == 1


def test_a_programme_that_searches_gets_json(ask, drawn):
    response = answer(ask.get("/x", {"q": NUMBER}, HTTP_ACCEPT="application/json"))

    assert json.loads(response.content)["fields"] == ["q"]
    assert drawn == []


def test_a_long_text_gets_room(ask, drawn):
    answer(ask.post("/x", {"name": NUMBER, "words": f"一行目\n{NUMBER}", "more": "あ" * 60 + NUMBER}))

    assert {field.name: field.is_long for field in drawn[0]["refused"]} == {"name": False, "words": True, "more": True}


def test_the_sentence_is_said_in_the_language_then_active():
    with translation.override("en"):
        assert number_guard.sentence().startswith("There are 12 digits")
