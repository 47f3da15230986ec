"""Sessions: kept and found as Django's are, with fewer questions."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.backends.base import CreateError
from django.contrib.sessions.models import Session

from todoke.ground.people.sessions import SessionStore

pytestmark = pytest.mark.django_db


def test_a_new_session_is_one_statement(django_assert_num_queries: object) -> None:
    session = SessionStore()
    session["draft"] = "7"
    with django_assert_num_queries(1):  # type: ignore[operator]
        session.save()
    assert SessionStore(session.session_key)["draft"] == "7"


def test_a_session_that_is_over_opens_nothing() -> None:
    session = SessionStore()
    session["draft"] = "7"
    session.save()
    Session.objects.update(expire_date=datetime.now(UTC) - timedelta(seconds=1))
    found = SessionStore(session.session_key)
    assert "draft" not in found
    assert found.session_key is None


def test_a_key_from_elsewhere_opens_nothing_and_is_not_taken_over() -> None:
    found = SessionStore("k" * 32)
    found["draft"] = "7"
    found.save()
    assert found.session_key not in (None, "k" * 32)


def test_a_key_that_is_there_is_not_given_a_second_time() -> None:
    session = SessionStore()
    session.save()
    with pytest.raises(CreateError):
        SessionStore(session.session_key).save(must_create=True)


def test_signing_in_changes_the_key_and_keeps_what_was_there() -> None:
    session = SessionStore()
    session["draft"] = "7"
    session.save()
    before = session.session_key
    session.cycle_key()
    session.save()
    assert session.session_key != before
    assert SessionStore(session.session_key)["draft"] == "7"
    assert not Session.objects.filter(session_key=before).exists()


def test_a_session_that_is_written_again_stays_one_row() -> None:
    session = SessionStore()
    session["draft"] = "7"
    session.save()
    session["draft"] = "8"
    session.save()
    assert Session.objects.count() == 1
    assert SessionStore(session.session_key)["draft"] == "8"
