"""From an invitation to an unlinkable answer there is no way: the schema, the rows and the pages are looked through."""

from itertools import product

import pytest
from django.apps import apps
from django.db import connection, models

from tests.civic.voices.made import AT, answered, sheet
from todoke.civic.voices.actions.surveys import close
from todoke.civic.voices.models import Invitation, NamedAnswer, Survey, UnlinkableAnswer
from todoke.civic.voices.queries.surveys import opened
from todoke.ground.audit.models import Entry

pytestmark = pytest.mark.django_db


def ways(source, target, without):
    """Every chain of foreign keys, in either direction, from one model to another that goes through none of these."""
    edges = {}
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if isinstance(field, models.ForeignKey):
                edges.setdefault(model, set()).add(field.related_model)
                edges.setdefault(field.related_model, set()).add(model)
    found, seen = [[source]], {source}
    while found:
        way = found.pop()
        if way[-1] is target:
            return [model.__name__ for model in way]
        for step in edges.get(way[-1], set()) - seen - set(without):
            seen.add(step)
            found.append([*way, step])
    return []


def test_no_chain_of_keys_leads_from_invitation_to_answer_but_by_the_survey():
    assert ways(Invitation, UnlinkableAnswer, without=[]) == ["Invitation", "Survey", "UnlinkableAnswer"]
    assert ways(Invitation, UnlinkableAnswer, without=[Survey]) == []
    # The search does find one where there is one.
    assert ways(Invitation, NamedAnswer, without=[Survey]) == ["Invitation", "NamedAnswer"]


def columns(model):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s",
            [model._meta.db_table],
        )
        return dict(cursor.fetchall())


def test_the_tables_have_no_column_that_could_be_joined():
    assert columns(UnlinkableAnswer) == {"id": "uuid", "survey_id": "bigint", "sealed": "bytea"}
    assert columns(Invitation) == {
        "id": "bigint",
        "survey_id": "bigint",
        "token_hash": "bytea",
        "used_on": "date",
        "contact": "bytea",
    }


def test_no_value_of_a_used_invitation_stands_in_an_answer(invited, clerk):
    tokens = answered(invited, clerk, *[sheet(how="good", text="いい")] * 3)

    invitations = Invitation.objects.values_list("pk", "token_hash")
    for answer, (number, hashed), token in product(UnlinkableAnswer.objects.all(), invitations, tokens):
        told = str(opened(invited, answer.sealed).as_json())
        assert bytes(hashed) not in bytes(answer.sealed)
        assert answer.pk.int != number
        assert token not in told


def test_all_answers_bear_the_mark_of_the_same_transaction_after_the_end(invited, clerk):
    answered(invited, clerk, *[sheet(how="good")] * 6)
    before = set(UnlinkableAnswer.objects.values_list("pk", flat=True))

    close(invited.key, viewer=clerk, at=AT)

    after = set(UnlinkableAnswer.objects.values_list("pk", flat=True))
    assert len(after) == 6
    assert not before & after


@pytest.mark.django_db(transaction=True)
def test_the_number_of_a_transaction_does_not_join_an_invitation_to_one_answer(invited, clerk):
    # Each answer is a transaction of its own here, as it is for people.
    answered(invited, clerk, *[sheet(how="good")] * 8)

    with connection.cursor() as cursor:
        cursor.execute("SELECT xmin::text, count(*) FROM voices_unlinkableanswer GROUP BY 1")
        marks = dict(cursor.fetchall())
        cursor.execute("SELECT xmin::text FROM voices_invitation")
        uses = [mark for (mark,) in cursor.fetchall()]

    assert len(set(uses)) == 8
    assert [marks.get(mark, 0) for mark in sorted(set(uses), key=int)] == [0] * 7 + [8]


def test_nothing_is_recorded_when_somebody_answers(invited, clerk):
    before = Entry.objects.count()

    answered(invited, clerk, sheet(how="good"))

    # The invitation was recorded, as made by staff; its use was not.
    assert list(Entry.objects.order_by("pk").values_list("what", flat=True)[before:]) == ["voices.invited"]


def test_where_in_the_table_an_answer_lies_is_left_to_chance(invited, clerk):
    """Thirty answers in the order 0…29: the chance that they come to lie so again is one in 30!."""
    answered(invited, clerk, *[sheet(how="good", text=str(number)) for number in range(30)])

    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed FROM voices_unlinkableanswer ORDER BY ctid")
        order = [int(opened(invited, sealed).values["text"]) for (sealed,) in cursor.fetchall()]

    assert sorted(order) == list(range(30))
    assert order != sorted(order)
