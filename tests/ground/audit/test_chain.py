"""Checking the record: every way of tampering past the triggers is found, and told with its number."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from todoke.ground.audit.actions import purge, record
from todoke.ground.audit.models import Entry, Head
from todoke.ground.audit.queries import Finding, findings, head
from todoke.ground.audit.rules import Link, numbers_in, payload_hash, ranges_text

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def past_the_triggers() -> Iterator[None]:
    """As somebody with all rights in the database would do it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER; ALTER TABLE audit_head DISABLE TRIGGER USER")
        yield
        cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER USER; ALTER TABLE audit_head ENABLE TRIGGER USER")


def write(statement: str) -> None:
    with past_the_triggers(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def five_entries() -> None:
    for key in range(1, 6):
        record("people.tried", on=("thing", key), by="intake", after={"step": key})


ALTERATIONS = {
    "id": "id = 900",
    "number": "number = 33",
    "at": "at = at + interval '1 microsecond'",
    "what": "what = 'people.else'",
    "actor": "actor = 'somebody'",
    "target_type": "target_type = 'other'",
    "target_key": "target_key = '99'",
    "payload": "payload = replace(payload, '3', '4')",
    "salt": "salt = sha256(salt)",
    "payload_hash": "payload_hash = sha256(payload_hash)",
    "previous_hash": "previous_hash = sha256(previous_hash)",
    "hash": "hash = sha256(hash)",
}


def test_every_column_has_its_alteration_here() -> None:
    assert {field.column for field in Entry._meta.fields} == set(ALTERATIONS)


@pytest.mark.usefixtures("five_entries")
@pytest.mark.parametrize("column", ALTERATIONS)
def test_an_altered_column_is_found(column: str) -> None:
    assert findings() == []

    write(f"UPDATE audit_entry SET {ALTERATIONS[column]} WHERE number = 3")

    assert {finding.number for finding in findings()} & {3, 4}


@pytest.mark.usefixtures("five_entries")
def test_an_altered_entry_whose_own_hash_was_made_anew_is_found_by_the_next_one() -> None:
    entry = Entry.objects.get(number=3)
    salt, payload = bytes(entry.salt), '{"actor_name":"","after":{"step":300}}'
    kept = payload_hash(salt, payload)
    with connection.cursor() as cursor:
        cursor.execute("SELECT (extract(epoch FROM at) * 1000000)::bigint FROM audit_entry WHERE number = 3")
        (microseconds,) = cursor.fetchone()
    link = Link(3, entry.pk, microseconds, entry.what, entry.actor, entry.target_type, entry.target_key, kept)
    with past_the_triggers():
        Entry.objects.filter(number=3).update(
            payload=payload, payload_hash=kept, hash=link.hash_after(bytes(entry.previous_hash))
        )

    assert findings() == [Finding(4, "does not follow 3: one of the two was altered or exchanged")]


@pytest.mark.usefixtures("five_entries")
def test_a_removed_entry_is_found() -> None:
    write("DELETE FROM audit_entry WHERE number = 3")

    assert findings() == [Finding(3, "missing: entry 3 removed")]


@pytest.mark.usefixtures("five_entries")
def test_the_removed_newest_entries_are_found_by_the_head() -> None:
    write("DELETE FROM audit_entry WHERE number >= 4")

    assert findings() == [Finding(4, "missing: entries 4 to 5 removed from the end")]


@pytest.mark.usefixtures("five_entries")
def test_the_newest_entry_removed_together_with_its_head_is_found_by_an_anchor() -> None:
    number, digest = head()
    write(
        "DELETE FROM audit_entry WHERE number = 5;"
        "UPDATE audit_head SET number = 4, hash = (SELECT hash FROM audit_entry WHERE number = 4)"
    )

    assert findings() == []
    assert findings({number: digest}) == [Finding(5, "an anchor knows this number, but the record ends at 4")]


@pytest.mark.usefixtures("five_entries")
def test_an_entry_inserted_past_the_chain_is_found() -> None:
    write(
        "INSERT INTO audit_entry (at, what, actor, target_type, target_key, payload, salt, payload_hash)"
        " SELECT at, 'people.forged', actor, target_type, target_key, payload, salt, payload_hash"
        " FROM audit_entry WHERE number = 3"
    )

    (finding,) = findings()
    assert finding.number is None
    assert "people.forged" in finding.what
    assert "inserted past the chain" in finding.what


@pytest.mark.usefixtures("five_entries")
def test_an_entry_appended_by_hand_is_found_after_the_head() -> None:
    write(
        "INSERT INTO audit_entry (number, at, what, actor, target_type, target_key, payload, salt, payload_hash,"
        " previous_hash, hash) SELECT 6, at, what, actor, target_type, target_key, payload, salt, payload_hash, hash,"
        " sha256(hash) FROM audit_entry WHERE number = 5"
    )

    assert Finding(6, "after the head: entry 6 inserted") in findings()


@pytest.mark.usefixtures("five_entries")
def test_two_exchanged_entries_are_found() -> None:
    write(
        "UPDATE audit_entry SET number = 77 WHERE number = 2;"
        "UPDATE audit_entry SET number = 2 WHERE number = 4;"
        "UPDATE audit_entry SET number = 4 WHERE number = 77"
    )

    assert {2, 4} <= {finding.number for finding in findings()}


@pytest.mark.usefixtures("five_entries")
def test_a_payload_that_went_without_a_recorded_purge_is_found() -> None:
    write("UPDATE audit_entry SET payload = NULL, salt = NULL WHERE number = 3")

    assert findings() == [Finding(3, "its payload is gone, and no purge is recorded")]

    purge([3], by="archive", why="規程")
    assert findings() == []


@pytest.mark.usefixtures("five_entries")
def test_an_altered_head_is_found() -> None:
    write("UPDATE audit_head SET hash = sha256(hash)")

    assert findings() == [Finding(5, "the head of the chain has another hash than the newest entry")]


def test_transactions_at_the_same_time_make_one_chain_without_gaps() -> None:
    def work(worker: int) -> None:
        try:
            for step in range(5):
                with transaction.atomic():
                    record("people.tried", on=("thing", f"{worker}-{step}"), by="intake")
                    record("people.tried", on=("thing", f"{worker}-{step}"), by="intake")
        finally:
            connection.close()

    workers = [Thread(target=work, args=(number,)) for number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert list(Entry.objects.order_by("number").values_list("number", flat=True)) == list(range(1, 41))
    assert Head.objects.get().number == 40
    assert findings() == []


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=30)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actor=TEXTS.filter(lambda text: text.strip()), key=TEXTS, why=TEXTS)
def test_whatever_is_recorded_verifies(actor: str, key: str, why: str) -> None:
    record("people.tried", on=("thing", key), by=actor, after={why: key}, why=why)

    assert findings() == []


@given(st.lists(st.integers(min_value=1, max_value=60), min_size=1))
def test_ranges_read_back_as_the_numbers_they_were_written_from(numbers: list[int]) -> None:
    assert numbers_in(ranges_text(numbers)) == set(numbers)


def test_fields_that_only_together_look_alike_have_different_hashes() -> None:
    one = Link(1, 1, 0, "a.b", "xy", "z", "", b"")
    other = Link(1, 1, 0, "a.b", "x", "yz", "", b"")

    assert one.hash_after(bytes(32)) != other.hash_after(bytes(32))


@pytest.mark.usefixtures("five_entries")
def test_the_command_says_what_is_wrong_and_fails(tmp_path: Path, settings, capsys) -> None:  # type: ignore[no-untyped-def]
    settings.VAR = tmp_path
    call_command("audit", "verify")
    call_command("audit", "anchor")
    assert "5 entries, 0 anchors: nothing altered" in capsys.readouterr().out

    write(
        "DELETE FROM audit_entry WHERE number = 5;"
        "UPDATE audit_head SET number = 4, hash = (SELECT hash FROM audit_entry WHERE number = 4)"
    )

    with pytest.raises(CommandError, match="1 things are wrong"):
        call_command("audit", "verify")
    assert "number 5: an anchor knows this number" in capsys.readouterr().out


@pytest.mark.usefixtures("five_entries")
def test_a_spoilt_anchor_is_named_with_its_file(tmp_path: Path, settings) -> None:  # type: ignore[no-untyped-def]
    settings.VAR = tmp_path
    (tmp_path / "anchors").mkdir()
    (tmp_path / "anchors" / "2026-05-01").write_text("five\n")

    with pytest.raises(CommandError, match="2026-05-01: an anchor is one line"):
        call_command("audit", "verify")
