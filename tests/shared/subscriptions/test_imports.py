"""A list in Shift_JIS with every fault that a clerk's spreadsheet has ever had."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from tests.shared.subscriptions.faulty_list import BROKEN_BYTES, FAULTS, HEAD, large_list
from todoke.base.rounds.models import Stuck
from todoke.ground.audit.models import Entry
from todoke.ground.people.models import Account
from todoke.shared.messaging.actions import contacts
from todoke.shared.messaging.actions.contacts import register
from todoke.shared.messaging.models import Contact
from todoke.shared.messaging.queries.contacts import address_of, contact_at
from todoke.shared.messaging.types import ContactState
from todoke.shared.subscriptions.actions import imports
from todoke.shared.subscriptions.actions.imports import NotToBeTaken, TooLarge
from todoke.shared.subscriptions.models import Consent, Import, Place
from todoke.shared.subscriptions.queries.subscribers import choices_of

MAIL = "messaging.mail-each"
NOON = datetime(2026, 9, 1, 3, 0, tzinfo=UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas", "topics")]


@pytest.fixture
def clerk(db) -> Account:
    return Account.objects.create(login_name="clerk", name="係 一郎")


@pytest.fixture
def upload(clerk):
    def upload(content: bytes | str) -> Import:
        raw = content if isinstance(content, bytes) else content.encode("cp932")
        batch = imports.upload(
            raw, channel=MAIL, basis="旧メール配信の登録", consented_on=date(2020, 4, 1), by=clerk, at=NOON
        )
        imports._read.cache_clear()
        assert imports.step(at=NOON)
        batch.refresh_from_db()
        return batch

    return upload


def take(batch: Import, clerk: Account) -> Import:
    imports.take(batch.pk, by=clerk, at=NOON)
    while imports.step(at=NOON):
        pass
    batch.refresh_from_db()
    return batch


def lines(*rows: str, head: str = HEAD) -> str:
    return "\r\n".join((head, *rows)) + "\r\n"


@pytest.mark.parametrize(("line", "column", "words"), FAULTS)
def test_a_faulty_line_is_refused_with_its_place_and_reason(upload, line, column, words):
    batch = upload(lines("good@example.jp,丘町,gomi,", line, "well@example.jp,,gomi;event,en"))

    (refusal,) = batch.refusals.all()
    assert (refusal.line, refusal.column) == (3, column)
    assert words in refusal.reason
    assert (batch.rows, batch.good, batch.refused) == (3, 2, 1)


def test_a_line_of_bytes_that_are_no_characters_spoils_no_other(upload):
    batch = upload(f"{HEAD}\r\n".encode("cp932") + BROKEN_BYTES + "good@example.jp,丘町,gomi,\r\n".encode("cp932"))

    assert [(one.line, one.column) for one in batch.refusals.all()] == [(2, "行")]
    assert (batch.encoding, batch.good) == ("Shift_JIS", 1)


def test_the_same_address_twice_is_taken_once_and_the_clerk_learns_where(upload):
    batch = upload(lines("hana@example.jp,丘町,gomi,", " ＨＡＮＡ@example.jp,南地区,event,"))

    (refusal,) = batch.refusals.all()
    assert refusal.line == 3
    assert "2行目" in refusal.reason


def test_no_refusal_repeats_an_address(upload):
    batch = upload(lines("secret person@example.jp,丘町,gomi,", "double@example.jp,,gomi,", "double@example.jp,,gomi,"))

    told = "".join(one.reason for one in batch.refusals.all())
    assert batch.refused == 2
    assert "secret" not in told
    assert "double" not in told


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932"])
def test_what_spreadsheets_save_is_read(upload, clerk, encoding):
    batch = take(upload(lines("good@example.jp,丘町,gomi、event,やさしい日本語").encode(encoding)), clerk)

    contact = contact_at(MAIL, "good@example.jp")
    assert (batch.state, batch.added) == (Import.State.DONE, 1)
    assert contact.language == "ja-easy"
    assert [(place.area, place.topics) for place in choices_of(contact).places] == [("hill", ("gomi", "event"))]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "空です"),
        ("氏名,分野\r\n花子,gomi\r\n", "「メールアドレス」がありません"),
        ("メールアドレス,地域\r\na@example.jp,\r\n", "「分野」がありません"),
        ("address,mail,分野\r\n", "2回"),
        ('"メールアドレス,分野\r\n', "見出しの行"),
    ],
)
def test_a_file_that_is_no_list_is_refused_as_a_whole(upload, clerk, content, words):
    batch = upload(content)

    assert words in batch.trouble
    with pytest.raises(NotToBeTaken):
        imports.take(batch.pk, by=clerk, at=NOON)


def test_a_dry_run_writes_to_nobody_and_stores_no_one(upload):
    batch = upload(lines("hana@example.jp,丘町,gomi,"))

    assert batch.state == Import.State.CHECKED
    assert Contact.objects.count() == 0


def test_the_list_is_sealed_and_gone_afterwards(upload, clerk):
    batch = upload(lines("hana@example.jp,丘町,gomi,"))
    assert b"hana" not in bytes(batch.content)

    take(batch, clerk)

    assert bytes(batch.content) == b""


def test_consent_and_its_date_are_kept_with_each_person(upload, clerk):
    batch = take(upload(lines("hana@example.jp,丘町,gomi,")), clerk)

    consent = Consent.objects.get()
    assert (consent.way, consent.basis, consent.given_on) == ("imported", "旧メール配信の登録", date(2020, 4, 1))
    assert consent.batch == batch


def test_who_is_known_keeps_their_choices_and_who_left_stays_away(upload, clerk):
    mine, _new = register(MAIL, "mine@example.jp", language="en", at=NOON)
    left, _new = register(MAIL, "left@example.jp", language="ja", at=NOON)
    contacts.end(left.pk, at=NOON)
    batch = upload(lines("mine@example.jp,丘町,gomi,", "left@example.jp,丘町,gomi,", "new@example.jp,丘町,gomi,"))

    assert batch.known == 2
    take(batch, clerk)

    left.refresh_from_db()
    mine.refresh_from_db()
    assert (batch.refused, Place.objects.count(), mine.language, left.state) == (0, 1, "en", ContactState.ENDED)


def test_a_list_taken_in_again_adds_nobody(upload, clerk):
    content = lines(*(f"a{number}@example.jp,丘町,gomi," for number in range(10)))
    take(upload(content), clerk)

    again = take(upload(content), clerk)

    assert (again.known, again.added, Contact.objects.count()) == (10, 0, 10)


def test_a_worker_that_dies_leaves_a_list_that_is_gone_on_with(upload, clerk, monkeypatch):
    monkeypatch.setattr(imports, "STEP", 3)
    batch = upload(lines(*(f"a{number}@example.jp,丘町,gomi," for number in range(10))))
    imports.take(batch.pk, by=clerk, at=NOON)
    imports.step(at=NOON)
    monkeypatch.setattr(imports, "_write_down", _die)
    with pytest.raises(KeyboardInterrupt):
        imports.step(at=NOON)
    monkeypatch.undo()
    imports._read.cache_clear()

    while imports.step(at=NOON):
        pass

    batch.refresh_from_db()
    assert (batch.added, Contact.objects.count(), Place.objects.count()) == (10, 10, 10)


def _die(*_arguments: object, **_options: object) -> None:
    raise KeyboardInterrupt


def test_a_list_that_nobody_takes_in_is_forgotten(upload):
    batch = upload(lines("hana@example.jp,丘町,gomi,"))

    assert imports.drop_forgotten(at=NOON + imports.KEPT) == 0
    assert imports.drop_forgotten(at=NOON + imports.KEPT + timedelta(hours=1)) == 1

    batch.refresh_from_db()
    assert (batch.state, bytes(batch.content)) == (Import.State.DROPPED, b"")


def test_a_file_larger_than_any_list_is_refused(upload, monkeypatch):
    monkeypatch.setattr(imports, "BYTES_MAX", 10)

    with pytest.raises(TooLarge):
        upload(lines("hana@example.jp,丘町,gomi,"))


def test_every_step_stands_in_the_record_without_an_address(upload, clerk):
    take(upload(lines("hana@example.jp,丘町,gomi,")), clerk)

    entries = list(Entry.objects.order_by("pk"))
    assert [entry.what for entry in entries] == ["subscriptions.list-uploaded", "subscriptions.list-taken"]
    assert not any("hana" in entry.payload for entry in entries)


def test_a_large_list_in_shift_jis_comes_in_but_for_what_was_planted(upload, clerk):
    """At a size that fits a test; `make bench ARGS=subscribers` does the same with 100,000 people."""
    number = 5_000
    content, planted = large_list(number)

    batch = take(upload(content), clerk)

    assert batch.refused == len(planted)
    assert [refusal.line for refusal in batch.refusals.order_by("line")] == planted
    assert (batch.added, Place.objects.count(), Contact.objects.count()) == (number, number, number)
    assert address_of(contact_at(MAIL, "reader17@example.jp")) == "reader17@example.jp"
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM subscriptions_place WHERE is_reachable AND channel = %s", [MAIL])
        assert cursor.fetchone() == (number,)


def test_a_list_that_breaks_is_left_as_it_was_and_keeps_back_no_other(upload, clerk, monkeypatch):
    first, second, third = (upload(lines(f"a{number}@example.jp,丘町,gomi,")) for number in range(3))
    for batch in (first, second, third):
        imports.take(batch.pk, by=clerk, at=NOON)
    take_some = imports._take_some

    def explode(batch, at):
        take_some(batch, at)
        if batch.pk == second.pk:
            raise ValueError("planted")

    monkeypatch.setattr(imports, "_take_some", explode)

    while imports.step(at=NOON):
        pass

    assert [Import.objects.get(pk=each.pk).added for each in (first, second, third)] == [1, 0, 1]
    assert (Stuck.objects.get().errand, Stuck.objects.get().row) == ("subscriptions.take-in", str(second.pk))
