"""Questions that are worked out once: the same answers, with the values of each time, in every thread."""

from datetime import UTC, datetime
from threading import Thread
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.transaction import TransactionManagementError

from todoke.base.prepared import Prepared, insert, update
from todoke.ground.people.models import Section
from todoke.ground.retention.models import Custody, RetentionClass

pytestmark = pytest.mark.django_db


@pytest.fixture
def sections() -> None:
    for key, name in (("water", "水道課"), ("roads", "道路課"), ("parks", "公園課")):
        Section.objects.create(key=key, name=name, reading="か", name_en=key)


def by_key() -> Prepared[Section]:
    return Prepared(lambda key: Section.objects.filter(key=key))


def test_it_finds_what_the_usual_question_finds(sections: None) -> None:
    asked = by_key()
    for key in ("water", "roads", "parks"):
        assert asked.first(key) == Section.objects.get(key=key)
    assert asked.first("harbour") is None
    assert asked.rows("harbour") == []


def test_values_that_stand_in_the_question_and_those_that_are_given_keep_their_places(sections: None) -> None:
    asked = Prepared(lambda name, key: Section.objects.filter(reading="か", key=key, name_en=name).order_by("-key"))
    assert [each.key for each in asked.rows("roads", "roads")] == ["roads"]
    assert asked.rows("roads", "water") == []


def test_it_is_prepared_after_a_while_and_says_what_was_asked(
    sections: None, django_assert_num_queries: object
) -> None:
    asked = by_key()
    with django_assert_num_queries(4) as captured:  # type: ignore[operator]
        for _each in range(4):
            asked.first("water")
    assert {each["sql"].count("%s") for each in captured.captured_queries} == {1}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%people_section%%'")
        assert cursor.fetchone()[0] >= 1


def test_a_value_is_never_part_of_the_statement(sections: None) -> None:
    assert by_key().first("water' OR '1'='1") is None


def test_it_follows_a_row_that_changes(sections: None) -> None:
    asked = by_key()
    asked.first("water")
    Section.objects.filter(key="water").update(name="上下水道課")
    found = asked.first("water")
    assert found is not None
    assert found.name == "上下水道課"


def test_rows_are_objects_of_their_own(sections: None) -> None:
    asked = by_key()
    one, other = asked.first("water"), asked.first("water")
    assert one is not None
    one.name = "別の課"
    assert other is not None
    assert other.name == "水道課"


@pytest.mark.django_db(transaction=True)
def test_it_locks_inside_a_transaction_only(sections: None) -> None:
    asked = Prepared(lambda key: Section.objects.select_for_update().filter(key=key))
    with pytest.raises(TransactionManagementError):
        asked.first("water")
    with transaction.atomic():
        assert asked.first("water") is not None
    with pytest.raises(TransactionManagementError):
        asked.first("water")


@pytest.mark.django_db(transaction=True)
def test_each_thread_asks_over_its_own_connection(sections: None) -> None:
    asked, found = by_key(), []
    asked.first("water")

    def ask() -> None:
        found.append(asked.first("roads"))
        connection.close()

    threads = [Thread(target=ask) for _each in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(10)
    assert [each.key for each in found if each] == ["roads"] * 4


@pytest.mark.django_db(transaction=True)
def test_it_goes_on_after_the_connection_was_lost(sections: None) -> None:
    asked = by_key()
    for _each in range(4):
        asked.first("water")
    connection.close()
    assert asked.first("water") is not None


def test_a_key_of_another_kind_is_refused_by_the_database_as_ever(sections: None) -> None:
    asked = Prepared(lambda pk: Section.objects.filter(pk=pk))
    with pytest.raises(Exception, match=r"uuid|bigint|integer"), transaction.atomic():
        asked.first(uuid4())


def test_a_new_row_is_written_and_gets_its_number(sections: None) -> None:
    row = Section(key="harbour", name="港湾課", reading="こうわんか", name_en="Harbour")
    insert(row)
    assert row.pk is not None
    assert not row._state.adding
    assert Section.objects.get(pk=row.pk).name == "港湾課"


def test_a_row_that_contradicts_another_one_is_refused(sections: None) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(Section(key="water", name="もう一つ", reading="か", name_en="Other"))
    assert Section.objects.filter(key="water").count() == 1


def test_a_row_that_points_to_one_written_after_it_was_made(sections: None) -> None:
    case = RetentionClass(code="one", name="1年", years=1, counts_from="fiscal_year", then="delete", basis="試験")
    row = Custody(target_type="a", target_key="b", retention_class=case, opened_at=datetime.now(UTC))
    insert(case)
    with pytest.raises(IntegrityError, match="a_purge_takes_the_key"), transaction.atomic():
        insert(row)
    assert row.retention_class_id == case.pk


def test_named_fields_alone_are_written(sections: None) -> None:
    row = Section.objects.get(key="water")
    row.name, row.reading = "上下水道課", "じょうげすいどうか"
    update(row, "name")
    kept = Section.objects.get(key="water")
    assert (kept.name, kept.reading) == ("上下水道課", "か")


def test_a_row_that_is_gone_cannot_be_changed(sections: None) -> None:
    row = Section.objects.get(key="water")
    Section.objects.filter(pk=row.pk).delete()
    with pytest.raises(DatabaseError, match="not there"):
        update(row, "name")


def test_what_the_database_sets_is_told_in_the_same_statement(
    sections: None, django_assert_num_queries: object
) -> None:
    row = Section.objects.get(key="water")
    Section.objects.filter(key="water").update(reading="すいどうか")
    row.name = "上下水道課"
    with django_assert_num_queries(1):  # type: ignore[operator]
        update(row, "name", told=("reading",))
    assert row.reading == "すいどうか"
