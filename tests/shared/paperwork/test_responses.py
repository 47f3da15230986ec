"""The life of a response: begun, taken, handed in, corrected, withdrawn, gone."""

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction

from tests.shared.paperwork.forms import DOG, GOOD, MAY, make_form
from tests.shared.paperwork.test_publishing import agreed
from todoke.base.registry import UnknownKey
from todoke.ground.audit.models import Entry
from todoke.ground.retention.models import RetentionClass
from todoke.shared.paperwork.actions import responses
from todoke.shared.paperwork.actions.forms import publish, save_draft, schedule
from todoke.shared.paperwork.actions.responses import Carried, Posted
from todoke.shared.paperwork.actions.resuming import CannotResume, WeakSecond, find_by_code, give_code
from todoke.shared.paperwork.models import AnswerIndex, Form, Response, Revision, Secret
from todoke.shared.paperwork.queries import filled, latest_submitted, usual_circumstances
from todoke.shared.paperwork.shredding import ResponseShredder
from todoke.shared.paperwork.types import Source

pytestmark = pytest.mark.django_db
TODAY = usual_circumstances(date(2026, 5, 10))


def begun(form: Form, **answers: Any) -> Response:
    """A response with every good answer, and these in their place."""
    response = responses.begin(form, at=MAY, owner="resident:7")
    posted = {**GOOD, "agreed": agreed(), **answers}
    responses.take(response, Posted(posted), at=MAY)
    return response


def hand_in(response: Response, at: datetime = MAY, key: str = "k") -> responses.Receipt:
    return responses.submit(response, submit_key=key, circumstances=TODAY, at=at)


def test_the_arrival_is_the_clock_of_the_database(dog: Form) -> None:
    before = datetime.now(UTC)

    receipt = hand_in(begun(dog))

    assert before - timedelta(minutes=1) < receipt.arrived_at < datetime.now(UTC) + timedelta(minutes=1)
    assert receipt.is_new


def test_what_has_arrived_is_changed_by_nobody(dog: Form) -> None:
    response = begun(dog)
    hand_in(response)
    revision = Revision.objects.get(response=response)

    for change in ({"plain": "{}"}, {"arrived_at": MAY}, {"sealed": None}, {"submit_key": "x"}):
        with pytest.raises(DatabaseError, match="arrived"), transaction.atomic():
            Revision.objects.filter(pk=revision.pk).update(**change)
    with pytest.raises(DatabaseError, match="begins open"), transaction.atomic():
        Revision.objects.create(response=response, number=9, begun_at=MAY, submit_key="x")
    with pytest.raises(responses.AlreadyHandedIn):
        responses.take(response, Posted({"count": {"": ["3"]}}), at=MAY)


def test_personal_answers_are_sealed_and_open_ones_can_be_searched(dog: Form) -> None:
    response = begun(dog)
    hand_in(response)

    with connection.cursor() as cursor:
        cursor.execute("SELECT plain, encode(sealed, 'escape') FROM paperwork_revision")
        plain, sealed = cursor.fetchone()
    for secret in ("髙橋", "高橋", "3-7-1", "ポチ"):
        assert secret not in plain
        assert secret.encode("unicode-escape").decode() not in plain
        assert secret not in sealed
    indexed = {row.question: (row.text, row.number) for row in AnswerIndex.objects.all()}
    assert indexed == {"count": ("2", 2), "vaccinated": ("True", None), "ward": ("north", None)}
    assert "髙橋" not in str(list(Entry.objects.values_list("payload", flat=True)))


def test_hidden_answers_stay_while_editing_and_are_not_handed_in(dog: Form) -> None:
    response = begun(dog, vaccinated={"": ["no"]})
    found = filled(response.key)
    assert found is not None
    assert found.sheet["vaccinated_on"].raw["day"] == ["1"]

    hand_in(response)

    submitted = latest_submitted(response)
    assert submitted is not None
    assert "vaccinated_on" not in submitted.sheet
    assert submitted.revision.sources["fee"] == {"source": "computed", "detail": "6000"}


def test_an_incomplete_one_is_not_handed_in_and_says_what_is_missing(dog: Form) -> None:
    response = begun(dog, count={"": ["11"]}, agreed={}, ward={"": ["moon"]})

    with pytest.raises(responses.Incomplete) as refused:
        hand_in(response)

    assert sorted(refused.value.standing.troubles) == ["agreed", "count", "ward"]
    first = refused.value.standing.first_unfinished()
    assert first is not None
    assert first.key == "dogs"


def test_a_correction_opens_only_the_named_questions_and_keeps_the_old_revision(dog: Form) -> None:
    response = begun(dog)
    receipt = hand_in(response)
    with pytest.raises(UnknownKey):
        responses.open_for_correction(response, ["nothing"], by="clerk", at=MAY)
    responses.open_for_correction(response, ["count"], by="clerk", at=MAY, why="頭数の確認")

    responses.take(response, Posted({"count": {"": ["4"]}, "ward": {"": ["south"]}}), at=MAY)
    with pytest.raises(responses.AlreadyHandedIn):
        responses.open_for_correction(response, ["ward"], by="clerk", at=MAY)
    again = hand_in(response, key="second")

    assert again.code == receipt.code
    assert again.is_new
    new = latest_submitted(response)
    assert new is not None
    assert (new.sheet["count"].value, new.sheet["ward"].value) == ("4", "north")
    assert Revision.objects.filter(response=response).count() == 2
    assert AnswerIndex.objects.get(question="count").number == 4


def test_withdrawing_takes_it_out_of_the_index(dog: Form) -> None:
    response = begun(dog)
    with pytest.raises(responses.AlreadyHandedIn):
        responses.withdraw(response, by="resident", at=MAY)
    hand_in(response)

    responses.withdraw(response, by="resident", at=MAY, why="引っ越し")

    response.refresh_from_db()
    assert response.state == "withdrawn"
    assert not AnswerIndex.objects.exists()
    with pytest.raises(responses.AlreadyHandedIn):
        hand_in(response)


def test_the_form_has_its_times_and_its_cap(dog: Form) -> None:
    late = begun(dog)
    schedule(dog, opens_at=MAY + timedelta(days=1), closes_at=None, responses_max=None, by="test")
    with pytest.raises(responses.NotOpenYet), transaction.atomic():
        responses.begin(dog, at=MAY)
    schedule(dog, opens_at=None, closes_at=MAY, responses_max=None, by="test")
    with pytest.raises(responses.Closed), transaction.atomic():
        responses.begin(dog, at=MAY)
    with pytest.raises(responses.Closed):
        hand_in(late)
    schedule(dog, opens_at=None, closes_at=None, responses_max=1, by="test")
    other = begun(dog)
    hand_in(late)
    for act in (lambda: hand_in(other), lambda: responses.begin(dog, at=MAY)):
        with pytest.raises(responses.Full), transaction.atomic():
            act()


def test_a_response_stays_on_the_version_on_which_it_began(dog: Form) -> None:
    response = begun(dog)
    document = {**DOG, "title": {"ja": "新しい届"}}
    save_draft(dog, document, by="test", at=MAY)
    publish(dog, by="test", at=MAY)

    hand_in(response)

    found = filled(response.key)
    assert found is not None
    assert found.document.title["ja"] == "犬の登録"


def test_carried_answers_show_where_they_come_from_until_they_are_changed(dog: Form) -> None:
    carried = {"count": Carried("3", Source.REGISTER, "犬の登録台帳"), "gone": Carried("x")}
    response = responses.begin(dog, at=MAY, carried=carried)
    found = filled(response.key)
    assert found is not None
    assert found.sheet["count"].value == "3"
    assert found.revision.sources == {"count": {"source": "register", "detail": "犬の登録台帳"}}

    taken = responses.take(response, Posted({"count": {"": ["4"]}}), at=MAY, source=Source.STAFF)

    assert taken.filled.revision.sources["count"]["source"] == "staff"


def test_whatever_was_typed_is_kept_to_the_letter(dog: Form) -> None:
    odd = "\x00\ud800\u202eabc 辻󠄀 ９"
    response = begun(dog, count={"": [odd]}, **{"you.phone": {"": [odd]}})

    found = filled(response.key)

    assert found is not None
    assert found.sheet["count"].raw == {"": [odd]}
    assert found.sheet["you.phone"].raw == {"": [odd]}


def test_after_the_purge_nothing_is_left_but_that_it_was_there(dog: Form) -> None:
    response = begun(dog)
    hand_in(response)
    give_code(response, second_kind=Secret.PIN, second="7391", at=MAY)
    shredder = ResponseShredder()
    assert ("paperwork.response", str(response.key)) in list(shredder.targets("paperwork.response", str(response.key)))

    gone = shredder.shred("paperwork.response", str(response.key))

    assert [each.model for each in gone] == ["paperwork.Revision", "paperwork.Response"]
    assert shredder.shred("paperwork.response", str(response.key)) == []
    assert filled(response.key) is None
    response.refresh_from_db()
    assert (response.state, response.owner, response.resume_hash) == ("purged", "", None)
    assert Revision.objects.values_list("plain", "sealed").get() == ("{}", None)
    assert not AnswerIndex.objects.exists()


def test_a_code_opens_only_with_its_second_thing_and_ends_with_the_next(dog: Form) -> None:
    response = begun(dog)
    for kind, weak in ((Secret.PIN, "0000"), (Secret.PIN, "123"), (Secret.BIRTH_DATE, "昭和"), (Secret.PIN, "9876")):
        with pytest.raises(WeakSecond) as refused:
            give_code(response, second_kind=kind, second=weak, at=MAY)
        assert str(refused.value)
    code = give_code(response, second_kind=Secret.PIN, second="ｎｅｋｏ７", at=MAY)

    assert find_by_code(code, "NEKO7", at=MAY).pk == response.pk
    for wrong in ((code, "neko8"), (code, ""), ("0000-0000-0000", "neko7")):
        with pytest.raises(CannotResume):
            find_by_code(*wrong, at=MAY)
    newer = give_code(response, second_kind=Secret.BIRTH_DATE, second="S30.4.1", at=MAY)
    with pytest.raises(CannotResume):
        find_by_code(code, "neko7", at=MAY)
    assert find_by_code(newer, "1955年4月1日", at=MAY).pk == response.pk


@pytest.mark.django_db(transaction=True)
def test_eight_clicks_at_once_give_one_receipt(settings: Any, tmp_path: Any) -> None:
    settings.KEY_STORE = tmp_path / "keys"
    RetentionClass.objects.create(
        code="y5", name="5年", years=5, counts_from="fiscal_year", then="delete", basis="規程"
    )
    response = begun(make_form())
    receipts: list[responses.Receipt] = []

    def click() -> None:
        receipts.append(hand_in(response))
        connections.close_all()

    clicks = [threading.Thread(target=click) for _click in range(8)]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join()

    assert len({(each.code, each.arrived_at) for each in receipts}) == 1
    assert [each.is_new for each in receipts].count(True) == 1
    assert Revision.objects.count() == 1
