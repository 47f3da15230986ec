"""A resident fills, saves, comes back, hands in: over HTTP, without script."""

import re
from typing import Any
from uuid import UUID

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from tests.shared.paperwork.forms import GOOD
from todoke.base.codes import my_number
from todoke.shared.paperwork.models import Form, Response, Revision
from todoke.shared.paperwork.queries import filled, sheet_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.shared.paperwork.demo")]


def start(client: Client) -> str:
    """The address of the first page."""
    return str(client.post("/demo/start/dog/").headers["Location"])


def inputs(html: str) -> dict[str, list[str]]:
    """What the page's form would post as it stands."""
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", html):
        facts = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        kind = facts.get("type", "text")
        if (
            "name" not in facts
            or kind in ("image", "file")
            or (kind in ("radio", "checkbox") and " checked" not in tag)
        ):
            continue
        found.setdefault(facts["name"], []).append(facts.get("value", ""))
    return found


def fill(client: Client, address: str, *keys: str, press: str = "next", **changed: dict[str, list[str]]) -> Any:
    """Open a page, put the good answers of these questions into it, and press a button."""
    posted = inputs(client.get(address).content.decode())
    return client.post(address, {**posted, **boxes(keys, changed), press: "1"})


def boxes(keys: Any, changed: dict[str, dict[str, list[str]]]) -> dict[str, list[str]]:
    given = {key: GOOD[key] for key in keys} | changed
    return {f"{key}:{part}" if part else key: posted for key, raw in given.items() for part, posted in raw.items()}


def fill_all(client: Client) -> str:
    """Everything but handing in; the address of the review."""
    page = fill(client, start(client), "you.name", "you.address").headers["Location"]
    page = fill(client, page, "count", "vaccinated", "ward", "dogs")
    assert "質問が増えました" in page.content.decode() or "注射の日" in page.content.decode()
    page = fill(client, page.request["PATH_INFO"], "vaccinated_on").headers["Location"]
    return str(fill(client, page, agreed={"agreed": ["yes"]}).headers["Location"])


def response_of(address: str) -> Response:
    return Response.objects.get(key=UUID(address.split("/")[2]))


def test_a_resident_fills_every_page_and_gets_a_receipt(dog: Form, client: Client) -> None:
    review = fill_all(client)
    html = client.get(review).content.decode()

    receipt = client.post(review, inputs(html))

    assert "髙橋 花子（タカハシ ハナコ）" in html
    assert "6,000円" in html
    assert "令和8年(2026年)4月1日" in html
    shown = client.get(receipt.headers["Location"]).content.decode()
    response = response_of(review)
    assert response.state == "submitted"
    assert "受け付けました" in shown
    assert response.receipt_code[:4] in shown
    assert Revision.objects.get(response=response).arrived_at is not None


def test_the_second_click_gets_the_same_receipt(dog: Form, client: Client) -> None:
    review = fill_all(client)
    posted = inputs(client.get(review).content.decode())

    first, second = client.post(review, posted), client.post(review, posted)

    assert first.headers["Location"] == second.headers["Location"]
    assert Revision.objects.filter(response=response_of(review)).count() == 1


def test_nothing_is_lost_when_the_session_ends_at_any_step(dog: Form, client: Client) -> None:
    address = start(client)
    posted = inputs(client.get(address).content.decode())
    Session.objects.all().delete()

    answer = client.post(address, {**posted, **boxes(["you.name", "you.address"], {}), "next": "1"})

    assert answer.headers["Location"].endswith("/pages/dogs/")
    assert client.get(answer.headers["Location"]).status_code == 200
    sheet = sheet_of(Revision.objects.select_related("response").get())
    assert sheet["you.name"].raw["family"] == ["髙橋"]


def test_a_page_of_somebody_else_does_not_open(dog: Form, client: Client) -> None:
    address = start(client)

    answer = Client().get(address)

    assert answer.headers["Location"] == "/demo/resume/"
    assert (
        Client().post(address, {"you.name:family": "悪意", "shown@you.name": "x", "held": "a" * 32}).status_code == 302
    )
    assert sheet_of(Revision.objects.select_related("response").get()) == {}


def test_what_is_wrong_is_kept_and_told_with_a_link_to_its_place(dog: Form, client: Client) -> None:
    address = start(client)

    page = fill(client, address, "you.address", **{"you.name": {"family": ["スカルノ"], "family_reading": ["漢字"]}})

    html = page.content.decode()
    assert 'href="#f-you-name-given"' in html
    assert 'href="#f-you-name-family-reading"' in html
    assert 'value="漢字"' in html
    assert 'aria-invalid="true"' in html
    assert sheet_of(Revision.objects.select_related("response").get())["you.name"].raw["family_reading"] == ["漢字"]


def test_a_my_number_is_neither_kept_nor_shown(dog: Form, client: Client) -> None:
    address = start(client)
    number = my_number.invent(__import__("random").Random(3))

    page = fill(client, address, "you.address", **{"you.name": {"family": [f"山田{number}"], "given": ["花子"]}})

    assert "マイナンバー（個人番号）のような数字" in page.content.decode()
    assert number not in page.content.decode()
    sheet = sheet_of(Revision.objects.select_related("response").get())
    assert number not in str(sheet)
    assert sheet["you.name"].raw["given"] == ["花子"]


def test_the_look_up_keeps_every_entry_and_offers_all_places(dog: Form, client: Client) -> None:
    address = start(client)
    typed = {"postal_code": ["４９８ー００００"], "building": ["メゾン"]}
    posted = {**inputs(client.get(address).content.decode()), **boxes(["you.name"], {"you.address": typed})}

    answer = client.post(address, {**posted, "act@you.address@look-up": "1"})

    html = client.get(answer.headers["Location"]).content.decode()
    assert answer.headers["Location"].endswith("#f-you-address")
    assert "愛知県弥富市" in html
    assert "三重県桑名郡木曽岬町" in html
    assert 'value="メゾン"' in html
    assert 'value="髙橋"' in html


def test_rows_come_and_go_without_script(dog: Form, client: Client) -> None:
    page = fill(client, start(client), "you.name", "you.address").headers["Location"]
    posted = {**inputs(client.get(page).content.decode()), "dogs:0.name": "ポチ"}

    more = client.post(page, {**posted, "act@dogs@add": "1"}).headers["Location"]
    html = client.get(more.partition("#")[0]).content.decode()
    fewer = client.post(page, {**inputs(html), "dogs:1.name": "ハチ", "act@dogs@remove.0": "1"}).headers["Location"]

    assert "dogs:1.name" in html
    assert "ハチ" in client.get(fewer.partition("#")[0]).content.decode()
    assert sheet_of(Revision.objects.select_related("response").get())["dogs"].value == [{"name": "ハチ"}]


def test_two_devices_notice_each_other_and_lose_nothing(dog: Form, client: Client) -> None:
    address = start(client)
    posted = inputs(client.get(address).content.decode())
    other = Client()

    other.post(address, {**posted, **boxes(["you.address"], {"you.phone": {"": ["022-261-1111"]}}), "back": "1"})
    page = client.post(
        address, {**posted, **boxes(["you.name", "you.address"], {"you.phone": {"": ["0120444444"]}}), "next": "1"}
    )

    html = page.content.decode()
    assert "022-261-1111" in html
    assert 'value="0120444444"' in html
    found = filled(response_of(address).key)
    assert found is not None
    assert found.sheet["you.phone"].aside == {"": ["022-261-1111"]}


def test_saving_and_coming_back_by_code(dog: Form, client: Client) -> None:
    address = start(client)
    pause = fill(client, address, "you.name", press="pause").headers["Location"]
    posted = inputs(client.get(pause).content.decode())

    weak = client.post(pause, {**posted, "kind": "pin", "pin": "1234"}).content.decode()
    shown = client.post(pause, {**posted, "kind": "birth-date", "birth_date": "昭和30年4月1日"}).content.decode()

    assert "当てられにくい番号" in weak
    code = re.search(r'class="code">([0-9A-Z-]{14})<', shown)[1]
    later = Client()
    assert "違います" in later.post("/demo/resume/", {"code": code, "second": "S30.4.2"}).content.decode()
    back = later.post("/demo/resume/", {"code": code.lower().replace("-", " "), "second": "1955-04-01"})
    assert back.headers["Location"] == address
    assert 'value="髙橋"' in later.get(address).content.decode()
    assert code.replace("-", "") not in str(Response.objects.values_list().get())


def test_five_wrong_answers_shut_the_draft_for_a_while(dog: Form, client: Client) -> None:
    pause = fill(client, start(client), press="pause").headers["Location"]
    posted = inputs(client.get(pause).content.decode())
    shown = client.post(pause, {**posted, "kind": "pin", "pin": "7391"}).content.decode()
    code = re.search(r'class="code">([0-9A-Z-]{14})<', shown)[1]

    for _try in range(5):
        client.post("/demo/resume/", {"code": code, "second": "7392"})

    answer = client.post("/demo/resume/", {"code": code, "second": "7391"})
    assert "15分ほど待って" in answer.content.decode()


def test_a_page_costs_the_same_number_of_queries_with_one_row_and_with_eight(
    dog: Form, client: Client, django_assert_num_queries: Any
) -> None:
    page = fill(client, start(client), "you.name", "you.address").headers["Location"]
    client.get(page)

    def queries() -> int:
        with connection.execute_wrapper(counter := Counter()):
            client.get(page)
        return counter.count

    before = queries()
    fill(client, page, dogs={f"{number}.name": ["ポチ"] for number in range(8)}, press="back")

    assert queries() == before
    assert before <= 8


class Counter:
    """Counts what is asked of the database."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        self.count += 1
        return execute(sql, params, many, context)


def test_an_autosave_keeps_the_page_and_renews_its_marks(dog: Form, client: Client) -> None:
    address = start(client)
    posted = inputs(client.get(address).content.decode())

    answer = client.post(address, {**posted, "you.phone": "022", "autosave": "1"})

    assert "途中まで保存しました" in answer.content.decode()
    assert 'hx-swap-oob="true"' in answer.content.decode()
    assert sheet_of(Revision.objects.select_related("response").get())["you.phone"].raw == {"": ["022"]}
