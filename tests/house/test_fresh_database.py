"""What the tests stand on: nothing of one that commits is left to the next, and no more is emptied than needed."""

import pytest
from django.contrib.auth.models import Permission
from django.test import TransactionTestCase

from tests import emptied
from tests.sign_in import make_staff
from todoke.ground.audit.actions import record
from todoke.ground.audit.models import Entry
from todoke.ground.people.models import Account

pytestmark = pytest.mark.django_db(transaction=True)


def end_of_a_test() -> None:
    emptied.empty_what_has_rows(TransactionTestCase())


def count_permissions() -> int:
    end_of_a_test()
    return Permission.objects.count()


def test_what_was_committed_is_gone_even_where_the_database_guards_it(monkeypatch: pytest.MonkeyPatch) -> None:
    permissions = count_permissions()
    account = make_staff()
    record("people.renamed", on=account, by=account, why="届出による")
    monkeypatch.setattr(emptied, "_empty_all", lambda case: pytest.fail("every table was emptied"))

    end_of_a_test()

    assert not Entry.objects.exists()
    assert not Account.objects.exists()
    assert Permission.objects.count() == permissions > 0


@pytest.mark.parametrize("change", [{"name": "changed"}, {"codename": "changed"}])
def test_what_django_leaves_is_made_anew_where_a_test_changed_it(change: dict[str, str]) -> None:
    permissions = count_permissions()
    Permission.objects.filter(pk=Permission.objects.earliest("pk").pk).update(**change)

    end_of_a_test()

    assert Permission.objects.count() == permissions
    assert not Permission.objects.filter(**change).exists()
