"""The staff's pages: numbers, lists, one person's data, and the record of every look."""

import json
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.shared.subscriptions.people import make_subscriber
from tests.sign_in import staff_client
from todoke.base.clock import now
from todoke.ground.audit.models import Entry
from todoke.shared.messaging.actions import contacts
from todoke.shared.messaging.queries.contacts import token_of
from todoke.shared.messaging.types import ContactState
from todoke.shared.subscriptions.actions import imports
from todoke.shared.subscriptions.actions.choices import store
from todoke.shared.subscriptions.models import Import
from todoke.shared.subscriptions.types import Choices, PlaceChoice

MAIL, LINE = "messaging.mail-each", "messaging.line-each"
LISTS = "/desk/subscriptions/lists/"
PERSON = "/desk/subscriptions/person/"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas", "topics")]


@pytest.fixture
def manager():
    return staff_client("subscriptions.manage")


@pytest.fixture
def subscriber():
    contact, _is_new = contacts.register(MAIL, "hana@example.jp", language="ja", at=now())
    store(contact.pk, Choices("ja", (PlaceChoice("home", "hill", ("gomi",)),)), at=now())
    return contact


def look(**more: str) -> dict[str, str]:
    return {"channel": MAIL, "address": "hana@example.jp", "reason": "本人から電話", **more}


def looks() -> list[str]:
    return list(Entry.objects.order_by("pk").values_list("what", flat=True))


def test_the_reach_page_counts_by_area_topic_channel_and_language():
    make_subscriber([("hill", ["gomi"])])
    make_subscriber([("south", ["gomi"])], language="en")

    page = staff_client("subscriptions.read").get("/desk/subscriptions/?topic=gomi&area=north").content.decode()

    assert "1人に届きます" in page
    assert "丘町" in page
    assert "gomi:name" in page


@pytest.mark.parametrize("address", [LISTS, PERSON])
def test_who_may_only_see_numbers_sees_no_list_and_nobody(address):
    assert staff_client("subscriptions.read").get(address).status_code == 403


def upload(client, content: str, **changes: str):
    entered = {"channel": MAIL, "basis": "旧サービスの登録", "consented_on": "2020-04-01", **changes}
    file = SimpleUploadedFile("list.csv", content.encode("cp932"))
    return client.post(LISTS, {**entered, "file": file})


def test_a_clerk_sees_what_would_happen_and_then_has_it_happen(manager):
    answer = upload(manager, "メールアドレス,地域,分野\r\na@example.jp,丘町,gomi\r\nb@example.jp,谷町,gomi\r\n")
    waiting = manager.get(answer.url).content.decode()
    imports.step(at=now())
    checked = manager.get(answer.url).content.decode()
    manager.post(f"{answer.url}take/")
    while imports.step(at=now()):
        pass
    done = manager.get(answer.url).content.decode()

    assert "処理しています" in waiting
    assert "「谷町」という地域はありません。空にすると市内全域です。" in checked
    assert "取り込む" in checked
    assert "取込み済み" in done
    assert Import.objects.get().added == 1


def test_the_refused_lines_come_as_a_table_for_a_spreadsheet(manager):
    answer = upload(manager, "メールアドレス,分野\r\nb@example.jp,gomi,x\r\n")
    imports.step(at=now())

    table = manager.get(f"{answer.url}refused.csv")

    assert table.content.decode("utf-8-sig").splitlines()[1].startswith("2,行,")


def test_a_list_can_be_dropped_and_not_taken_afterwards(manager):
    answer = upload(manager, "メールアドレス,分野\r\nb@example.jp,gomi\r\n")
    imports.step(at=now())

    manager.post(f"{answer.url}drop/")

    assert manager.post(f"{answer.url}take/").status_code == 409
    assert Import.objects.get().state == Import.State.DROPPED


@pytest.mark.parametrize(
    ("changes", "words"), [({"basis": ""}, "必"), ({"consented_on": "2999-01-01"}, "今日より後の日です")]
)
def test_a_list_without_consent_is_not_even_looked_at(manager, changes, words):
    page = upload(manager, "メールアドレス,分野\r\n", **changes).content.decode()

    assert words in page
    assert Import.objects.count() == 0


def test_somebody_is_found_by_the_address_that_was_typed_and_the_look_is_recorded(manager, subscriber):
    page = manager.post(PERSON, look(address="ＨＡＮＡ@example.jp")).content.decode()

    assert "丘町" in page
    entry = Entry.objects.get()
    assert (entry.what, entry.target_key) == ("subscriptions.looked-up", str(subscriber.pk))
    assert "本人から電話" in entry.payload
    assert "hana" not in entry.payload


def test_a_look_that_finds_nobody_is_recorded_too(manager):
    page = manager.post(PERSON, look()).content.decode()

    assert "このアドレスの登録はありません。" in page
    assert looks() == ["subscriptions.looked-up"]


@pytest.mark.parametrize("form", ["https://www.city.example.jp/subscriptions/{}/", "/subscriptions/{}/end", " {} "])
def test_who_has_no_address_is_found_by_the_link_to_their_page(manager, form):
    contact, _is_new = contacts.register(LINE, "U" + "a" * 32, language="ja", at=now())
    link = form.format(token_of(contact.pk, contact.generation))

    page = manager.post(PERSON, look(channel="link", address=link)).content.decode()
    manager.post(PERSON, look(channel="link", address=link, erase="1", sure="1"))

    assert "LINE（登録者）" in page
    assert looks() == ["subscriptions.looked-up", "subscriptions.looked-up", "subscriptions.erased"]
    contact.refresh_from_db()
    assert contact.state == ContactState.ERASED


def test_what_is_no_link_is_said_to_be_none(manager):
    page = manager.post(PERSON, look(channel="link", address="hana@example.jp")).content.decode()

    assert "リンクとして読めません" in page
    assert looks() == []


def test_nobody_looks_without_a_reason(manager, subscriber):
    page = manager.post(PERSON, look(reason="")).content.decode()

    assert "丘町" not in page
    assert looks() == []


def test_what_is_kept_can_be_handed_over(manager, subscriber):
    answer = manager.post(PERSON, look(**{"hand-over": "1"}))

    assert json.loads(answer.content)["address"] == "hana@example.jp"
    assert "no-store" in answer.headers["Cache-Control"]
    assert looks() == ["subscriptions.looked-up", "subscriptions.handed-over"]


def test_erasing_asks_twice_and_leaves_nothing(manager, subscriber):
    manager.post(PERSON, look(erase="1"))
    subscriber.refresh_from_db()
    before = subscriber.state
    page = manager.post(PERSON, look(erase="1", sure="1")).content.decode()

    subscriber.refresh_from_db()
    assert (before, subscriber.state) == (ContactState.ACTIVE, ContactState.ERASED)
    assert "消しました" in page
    assert "このアドレスの登録はありません。" in manager.post(PERSON, look()).content.decode()
    assert looks()[-2:] == ["subscriptions.erased", "subscriptions.looked-up"]


def test_who_was_imported_can_be_told_on_what_basis(manager):
    answer = upload(manager, "メールアドレス,分野\r\nhana@example.jp,gomi\r\n")
    imports.step(at=now())
    manager.post(f"{answer.url}take/")
    while imports.step(at=now()):
        pass

    told = json.loads(manager.post(PERSON, look(**{"hand-over": "1"})).content)

    assert told["consent"] == {
        "way": "imported",
        "basis": "旧サービスの登録",
        "given_on": date(2020, 4, 1).isoformat(),
    }
