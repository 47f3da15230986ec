"""The rarer ways through the pages: corrections, files, places on the map, licence numbers, wrong turns."""

from random import Random
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.shared.paperwork.forms import DOG, MAY, make_form, words
from tests.shared.paperwork.test_filling import fill, fill_all, inputs, response_of, start
from todoke.base.codes import licences, my_number
from todoke.ground.places.models import Area
from todoke.shared.paperwork import pictures
from todoke.shared.paperwork.actions.responses import open_for_correction
from todoke.shared.paperwork.filling import let_go
from todoke.shared.paperwork.models import Form, Revision
from todoke.shared.paperwork.queries import filled, sheet_of
from todoke.shared.paperwork.registry import intakes

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.shared.paperwork.demo")]


def form_of(*questions: dict[str, Any], key: str = "small") -> Form:
    """A form of one page with these questions."""
    asked = [{"label": words(f"質問 {question['key']}"), **question} for question in questions]
    page = {"key": "one", "title": words("一"), "questions": asked}
    return make_form({"todoke-form": 1, "title": words("小さな届"), "pages": [page]}, key=key)


def begin(client: Client, key: str = "small") -> str:
    return str(client.post(f"/demo/start/{key}/").headers["Location"])


def only_sheet() -> Any:
    return sheet_of(Revision.objects.select_related("response").order_by("-number").first())


def test_a_correction_shows_what_may_be_changed_and_what_not(dog: Form, client: Client) -> None:
    review = fill_all(client)
    client.post(review, inputs(client.get(review).content.decode()))
    response = response_of(review)
    open_for_correction(response, ["count"], by="clerk", at=MAY)
    page = f"/demo/{response.key}/pages/dogs/"

    html = client.get(page).content.decode()
    answer = client.post(page, {**inputs(html), "count": "5", "ward": "south", "shown@ward": "x", "next": "1"})

    assert "直してほしいところがあります" in html
    assert "この項目は直せません。" in html
    assert 'name="ward"' not in html
    assert answer.status_code == 302
    assert (only_sheet()["count"].raw, only_sheet()["ward"].raw) == ({"": ["5"]}, {"": ["north"]})
    receipt = client.get(f"/demo/{response.key}/receipt/").content.decode()
    assert "書き直しをお願いしています" in receipt
    client.post(review, inputs(client.get(review).content.decode()))
    assert "受け付けました" in client.get(f"/demo/{response.key}/receipt/").content.decode()
    assert client.get(page).headers["Location"].endswith("/receipt/")
    assert client.post(page, {"shown@count": "x", "count": "1"}).headers["Location"].endswith("/receipt/")
    assert client.get(review).headers["Location"].endswith("/receipt/")


def test_wrong_turns_lead_back_to_where_one_is(dog: Form, client: Client) -> None:
    page = start(client)
    base = page.partition("/pages/")[0]

    assert client.get(f"{base}/pages/nowhere/").status_code == 404
    assert client.post(f"{base}/pages/nowhere/", {}).status_code == 404
    assert client.get(f"{base}/receipt/").headers["Location"] == page
    review = client.get(f"{base}/review/").content.decode()
    assert "まだ進めません" in review
    assert "この内容で提出する" not in review
    assert "まだ進めません" in client.post(f"{base}/review/", {}).content.decode()


def test_what_cannot_be_read_stands_in_the_review_as_it_was_typed(dog: Form, client: Client) -> None:
    review = fill_all(client)
    page = review.replace("/review/", "/pages/dogs/")
    fill(client, page, count={"": ["三匹くらい"]})

    html = client.get(review).content.decode()

    assert "三匹くらい" in html
    assert "まだ進めません" in html


def test_a_closed_form_says_so_and_keeps_the_answers(dog: Form, client: Client) -> None:
    review = fill_all(client)
    Form.objects.filter(pk=dog.pk).update(closes_at=MAY)

    html = client.post(review, inputs(client.get(review).content.decode())).content.decode()

    assert "受付は終わりました。" in html
    assert "髙橋 花子" in html


def test_a_page_that_is_not_asked_leads_to_the_first_one(schedule: Any, client: Client) -> None:
    document = {**DOG, "pages": [*DOG["pages"][:2], {**DOG["pages"][2], "visible": {"name": "vaccinated"}}]}
    make_form(document, key="dog")
    page = start(client)

    answer = client.get(page.replace("/you/", "/end/"))

    assert answer.headers["Location"] == page


class DemoIntake:
    """Takes small files and refuses the others, as whoever looks at files would."""

    key = "demo.intake"

    def take_in(self, file: Any, response: Any) -> Any:
        assert response.state == "draft"
        if file.size > 10:
            return "ファイルが大きすぎます。10バイトまでにしてください。"
        return {"file": "document:1", "name": file.name, "size": file.size, "type": "text/plain"}


@pytest.fixture
def intake(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(intakes, "_items", {})
    return intakes.register(DemoIntake())


def test_files_are_taken_in_refused_and_taken_away(schedule: Any, client: Client, intake: Any) -> None:
    form_of({"key": "paper", "kind": "paperwork.files", "required": True, "settings": {"most": 2}})
    page = begin(client)

    def hand(content: bytes, press: str = "act@paper@send") -> str:
        posted = inputs(client.get(page).content.decode())
        answer = client.post(page, {**posted, "paper": SimpleUploadedFile("甲.txt", content), press: "1"})
        return client.get(page).content.decode() if answer.status_code == 302 else answer.content.decode()

    assert "<li>甲.txt</li>" in hand(b"small")
    refused = hand(b"much too large", "next")
    assert "10バイトまで" in refused
    assert "<li>甲.txt</li>" in refused
    forged = {**inputs(client.get(page).content.decode()), "paper:kept": '{"file": "9", "name": "x", "size": 1}'}
    client.post(page, {**forged, "act@paper@remove.0": "1"})
    assert only_sheet()["paper"].raw["kept"] == []
    client.post(page, forged)
    assert only_sheet()["paper"].value is None


def test_without_an_intake_files_are_refused_kindly(
    schedule: Any, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intakes, "_items", {})
    form_of({"key": "paper", "kind": "paperwork.files"})
    page = begin(client)
    posted = inputs(client.get(page).content.decode())

    html = client.post(page, {**posted, "paper": SimpleUploadedFile("a.txt", b"x"), "next": "1"}).content.decode()

    assert "窓口にお持ちください" in html


def test_a_place_is_pressed_on_the_drawn_map(schedule: Any, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    ring = [[140.0, 38.0], [141.0, 38.0], [141.0, 39.0], [140.0, 39.0], [140.0, 38.0]]
    area = Area(name="北<区>", polygon={"type": "Polygon", "coordinates": [ring]})
    monkeypatch.setattr(pictures, "_kept", None)
    monkeypatch.setattr(pictures.Area.objects, "exclude", lambda **_facts: Only([area]))
    form_of(
        {"key": "place", "kind": "paperwork.map-point"},
        {
            "key": "rows",
            "kind": "paperwork.rows",
            "settings": {"questions": [{"key": "spot", "kind": "paperwork.map-point", "label": words("場所")}]},
        },
    )
    page = begin(client)
    html = client.get(page).content.decode()
    posted = {**inputs(html), "place:words": "橋"}
    assert "data:image/svg+xml" in html

    client.post(page, {**posted, "act@place@here.x": "300", "act@place@here.y": "10"})
    inner = {
        **inputs(client.get(page).content.decode()),
        "act@rows@0.spot.here.x": "300",
        "act@rows@0.spot.here.y": "9",
    }
    client.post(page, inner)

    monkeypatch.setattr(pictures, "_kept", None)
    sheet = only_sheet()
    assert sheet["place"].value["lon"] == "140.500000"
    assert sheet["place"].value["words"] == "橋"
    assert sheet["rows"].value[0]["spot"]["lon"] == "140.500000"


class Only(list[Any]):
    """A list that takes `only`."""

    def only(self, *_names: str) -> "Only":
        return self


def test_a_licence_number_that_looks_like_a_my_number_is_taken_in_its_own_box_alone(
    schedule: Any, client: Client
) -> None:
    form_of(
        {"key": "licence", "kind": "paperwork.licence-number"},
        {"key": "note", "kind": "paperwork.long-text"},
        {
            "key": "drivers",
            "kind": "paperwork.rows",
            "settings": {"questions": [{"key": "number", "kind": "paperwork.licence-number", "label": words("番号")}]},
        },
    )
    random = Random(1)
    number = next(n for n in (licences.invent(random).value for _try in range(999)) if my_number.is_right(n))
    page = begin(client)
    posted = inputs(client.get(page).content.decode())
    assert {"licence~12", "drivers:0.number~12"} <= set(posted)

    taken = client.post(page, {**posted, "licence~12": number, "drivers:0.number~12": number, "next": "1"})
    refused = client.post(page, {**posted, "note": f"番号は{number}です", "note~12": number, "next": "1"})

    assert taken.status_code == 302
    assert (only_sheet()["licence"].raw, "note" in only_sheet() and only_sheet()["note"].raw) != (None, number)
    assert "マイナンバー（個人番号）のような数字" in refused.content.decode()
    assert number not in str(only_sheet().get("note", ""))


def test_a_browser_lets_a_draft_go(dog: Form, client: Client) -> None:
    page = start(client)
    request = client.get(page).wsgi_request
    found = filled(response_of(page).key)
    assert found is not None

    let_go(request, found.response)
    request.session.save()

    assert client.get(page).headers["Location"] == "/demo/resume/"


def test_a_purged_draft_is_not_resumed(dog: Form, client: Client) -> None:
    assert "違います" in client.post("/demo/resume/", {"code": "AAAA", "second": ""}).content.decode()
    assert client.get("/demo/resume/").status_code == 200


def test_the_style_page_shows_every_kind_without_asking_the_database(
    client: Client, db: None, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(2):
        html = client.get("/style/").content.decode()

    assert "paperwork.person-name" in html
    assert "paperwork/paperwork.css" in html


def test_fill_helper_opens_the_page_it_posts(dog: Form, client: Client) -> None:
    answer = fill(client, start(client), "you.name", press="back")

    assert answer.headers["Location"].endswith("/pages/you/")
