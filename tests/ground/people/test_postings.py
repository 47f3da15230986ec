"""Accounts and postings: what the database itself refuses."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from tests.sign_in import make_staff

from todoke.ground.people.models import Account, Posting
from todoke.ground.people.rules import normal_login_name

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("start", "end", "refused"),
    [
        (date(2026, 4, 1), None, False),
        (date(2026, 3, 31), None, True),
        (date(2025, 1, 1), date(2025, 3, 31), False),
        (date(2025, 1, 1), date(2025, 4, 1), True),
        (date(2025, 6, 1), date(2025, 6, 1), True),
    ],
)
def test_the_same_posting_is_not_held_twice_at_a_time(start: date, end: date | None, refused: bool) -> None:
    make_staff()
    held = Posting.objects.get()
    Posting.objects.update(start_date=date(2025, 4, 1), end_date=date(2026, 3, 31))

    def post_again() -> None:
        with transaction.atomic():
            Posting.objects.create(
                staff=held.staff, section=held.section, post=held.post, role=held.role, start_date=start, end_date=end
            )

    if refused:
        with pytest.raises(IntegrityError, match="posting_is_held_once_at_a_time"):
            post_again()
    else:
        post_again()
    assert Posting.objects.count() == (1 if refused else 2)


def test_two_people_hold_the_same_post_in_the_same_section() -> None:
    make_staff()
    make_staff()

    assert Posting.objects.values("section", "post", "start_date").distinct().count() == 1
    assert Posting.objects.count() == 2


def test_a_posting_does_not_end_before_it_starts() -> None:
    make_staff()

    with pytest.raises(IntegrityError, match="posting_ends_after_its_start"), transaction.atomic():
        Posting.objects.update(end_date=date(2020, 3, 31))


@pytest.mark.parametrize("login_name", ["", "Sato", "ｓａｔｏ", "sato taro", "-sato"])
def test_a_login_name_that_is_not_folded_is_not_stored(login_name: str) -> None:
    with pytest.raises(IntegrityError, match="account_login_name_is_folded"), transaction.atomic():
        Account.objects.create(login_name=login_name, name="佐藤")


@pytest.mark.parametrize("typed", ["sato", " Sato ", "ＳＡＴＯ", "ｓａｔｏ"])
def test_a_login_name_is_found_however_it_was_typed(typed: str) -> None:
    account = Account.objects.create(login_name="sato", name="佐藤")

    assert normal_login_name(typed) == "sato"
    assert Account.objects.get_by_natural_key(typed) == account
