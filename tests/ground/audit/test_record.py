"""Writing the record: what it keeps, and what the database refuses."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, InternalError, ProgrammingError, connection, transaction
from tests.sign_in import make_staff

from todoke.ground.audit.actions import NotInTheRecord, purge, record
from todoke.ground.audit.models import Entry, Head
from todoke.ground.audit.queries import entries_about, findings, latest_entries
from todoke.ground.people.queries import viewer_for

CHAINED = pytest.mark.django_db(transaction=True)


@CHAINED
def test_an_entry_tells_who_did_what_to_which_record_and_why() -> None:
    account = make_staff(name="佐藤 一")

    entry = record(
        "people.renamed",
        on=account,
        by=account,
        before={"name": "佐藤 二"},
        after={"name": "佐藤 一"},
        why="届出による",
    )

    entry.refresh_from_db()
    assert (entry.what, entry.actor) == ("people.renamed", f"people.account:{account.pk}")
    assert (entry.target_type, entry.target_key) == ("people.account", str(account.pk))
    assert entry.facts == {
        "actor_name": "佐藤 一",
        "target_name": "佐藤 一",
        "before": {"name": "佐藤 二"},
        "after": {"name": "佐藤 一"},
        "why": "届出による",
    }


@pytest.mark.django_db
def test_viewer_account_and_machine_part_are_named_as_actors() -> None:
    account = make_staff(name="佐藤 一")
    viewer = viewer_for(account, date(2026, 5, 1))

    by_viewer = record("people.tried", on=("thing", 1), by=viewer)
    by_account = record("people.tried", on=("thing", 1), by=account)
    by_machine = record("people.tried", on=("thing", 1), by="intake")
    by_nobody = record("people.tried", on=("thing", 1), by=viewer_for(None, date(2026, 5, 1)))

    assert by_viewer.actor == by_account.actor == f"people.account:{account.pk}"
    assert by_viewer.facts["actor_name"] == "佐藤 一"
    assert by_machine.actor == "intake"
    assert by_nobody.actor == "anonymous"


@pytest.mark.parametrize(
    ("what", "by", "after", "refusal"),
    [
        ("signed in", "intake", None, ValueError),
        ("signed-in", "intake", None, ValueError),
        ("people.tried", " ", None, ValueError),
        ("people.tried", "intake", {"value": object()}, TypeError),
        ("people.tried", "intake", {"value": float("nan")}, ValueError),
    ],
)
def test_an_entry_that_could_not_be_read_later_is_refused(what, by, after, refusal) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(refusal):
        record(what, on=("thing", 1), by=by, after=after)


@pytest.mark.django_db
def test_dates_and_amounts_are_kept_as_text() -> None:
    entry = record(
        "people.tried", on=("thing", 1), by="intake", after={"day": date(2026, 4, 1), "yen": Decimal("1.50")}
    )

    assert entry.facts["after"] == {"day": "2026-04-01", "yen": "1.50"}


@CHAINED
def test_entries_are_numbered_without_gaps_from_one() -> None:
    for key in range(3):
        record("people.tried", on=("thing", key), by="intake")

    assert list(Entry.objects.order_by("id").values_list("number", flat=True)) == [1, 2, 3]
    assert Head.objects.get().number == 3


@CHAINED
def test_what_is_rolled_back_leaves_no_entry_and_no_hole() -> None:
    record("people.tried", on=("thing", 1), by="intake")

    with transaction.atomic():
        record("people.tried", on=("thing", 2), by="intake")
        transaction.set_rollback(True)
    record("people.tried", on=("thing", 3), by="intake")

    assert list(Entry.objects.order_by("number").values_list("number", "target_key")) == [(1, "1"), (2, "3")]
    assert findings() == []


@CHAINED
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET what = 'people.else'",
        "UPDATE audit_entry SET payload = NULL, salt = NULL",
        "UPDATE audit_entry SET hash = NULL, number = NULL, previous_hash = NULL",
        "DELETE FROM audit_entry",
        "UPDATE audit_head SET number = 7",
        "DELETE FROM audit_head",
        "INSERT INTO audit_entry (number, at, what, actor, target_type, target_key, payload_hash)"
        " VALUES (9, now(), 'a.b', 'x', 'y', 'z', '')",
    ],
)
def test_the_database_refuses_to_change_the_record(statement: str) -> None:
    record("people.tried", on=("thing", 1), by="intake")

    with pytest.raises((InternalError, ProgrammingError, DatabaseError), match="audit:"), connection.cursor() as cursor:
        cursor.execute(statement)

    assert findings() == []


@CHAINED
def test_a_purge_takes_the_payload_and_leaves_the_chain_whole() -> None:
    for key in range(4):
        record("people.tried", on=("thing", key), by="intake", after={"name": "山田"})

    purge([2, 3], by="archive", why="文書管理規程 第12条")

    purged = Entry.objects.get(number=2)
    assert (purged.payload, purged.salt, purged.is_purged, purged.facts) == (None, None, True, {})
    assert Entry.objects.get(number=1).facts["after"] == {"name": "山田"}
    latest = Entry.objects.get(number=5)
    assert (latest.what, latest.target_type, latest.target_key) == ("audit.purged", "audit.entry", "2-3")
    assert findings() == []


@CHAINED
def test_a_purge_of_an_unknown_number_or_without_a_reason_purges_nothing() -> None:
    record("people.tried", on=("thing", 1), by="intake")

    with pytest.raises(NotInTheRecord) as refusal:
        purge([1, 2], by="archive", why="規程")
    with pytest.raises(ValueError, match="rule"):
        purge([1], by="archive", why=" ")

    assert refusal.value.numbers == (2,)
    assert not Entry.objects.get(number=1).is_purged


@pytest.mark.django_db
def test_only_whoever_may_read_the_record_gets_entries() -> None:
    auditor = viewer_for(make_staff(["audit.read"]), date(2026, 5, 1))
    clerk = viewer_for(make_staff(["people.manage"]), date(2026, 5, 1))
    entry = record("people.tried", on=("thing", 1), by="intake")
    record("people.tried", on=("thing", 2), by="intake")

    assert list(entries_about(auditor, ("thing", 1))) == [entry]
    assert latest_entries(auditor, what="people.").count() == 2
    assert latest_entries(auditor, what="messaging.").count() == 0
    assert list(entries_about(clerk, ("thing", 1))) == []
    assert list(latest_entries(clerk)) == []
