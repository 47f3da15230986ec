from datetime import date

import pytest
from django.db import IntegrityError

from tests.shared.social.city import make_account, make_place, make_section
from tests.sign_in import make_staff
from todoke.base.sealing import open_sealed
from todoke.ground.audit.models import Entry
from todoke.ground.people.queries import viewer_for
from todoke.shared.social.actions import register
from todoke.shared.social.actions.register import Card, change_account, close_account, open_account
from todoke.shared.social.models import SocialAccount
from todoke.shared.social.queries import public_accounts

DAY = date(2026, 11, 21)


@pytest.fixture
def keeper(db):
    return viewer_for(make_staff(["social.manage"]), DAY)


def card(**changed) -> Card:
    section = make_section()
    facts = {
        "service": "social.x",
        "handle": "@aoba_koho",
        "name": "青葉市 広報",
        "section": section,
        "purpose": "市政",
        "rule": "要綱第3条",
        "contact": "広報課",
        "poster_sections": (section,),
    }
    return Card(**{**facts, **changed})


def test_an_account_is_opened_with_its_reason_in_the_record(keeper):
    account = open_account(card(), key="koho-x", on=DAY, by=keeper, why="広報の開始")

    entry = Entry.objects.get(what="social.account-opened")
    assert account.poster_sections.get() == account.section
    assert "広報の開始" in entry.payload


def test_a_secret_is_sealed_and_stands_neither_in_the_table_nor_in_the_record(keeper):
    account = open_account(card(secret="very-secret-token"), key="koho-x", on=DAY, by=keeper, why="開始")

    stored = SocialAccount.objects.get(pk=account.pk)
    assert b"very-secret-token" not in bytes(stored.sealed_secret)
    assert open_sealed(bytes(stored.sealed_secret), context=register.SEAL_CONTEXT) == b"very-secret-token"
    assert "very-secret-token" not in Entry.objects.get(what="social.account-opened").payload


def test_a_change_keeps_the_secret_unless_a_new_one_is_given_and_records_what_changed(keeper):
    account = open_account(card(secret="first"), key="koho-x", on=DAY, by=keeper, why="開始")

    change_account(account.pk, card(name="青葉市 市長室"), by=keeper, why="改称")

    stored = SocialAccount.objects.get(pk=account.pk)
    payload = Entry.objects.get(what="social.account-changed").payload
    assert open_sealed(bytes(stored.sealed_secret), context=register.SEAL_CONTEXT) == b"first"
    assert "青葉市 市長室" in payload
    assert "要綱第3条" not in payload


def test_a_replaced_secret_is_recorded_as_replaced(keeper):
    account = open_account(card(secret="first"), key="koho-x", on=DAY, by=keeper, why="開始")

    change_account(account.pk, card(secret="second-secret"), by=keeper, why="漏えいのおそれ")

    payload = Entry.objects.get(what="social.account-changed").payload
    assert "replaced" in payload
    assert "second-secret" not in payload


def test_the_same_account_stands_there_once(keeper):
    open_account(card(), key="koho-x", on=DAY, by=keeper, why="開始")

    with pytest.raises(register.StandsThere):
        open_account(card(), key="another", on=DAY, by=keeper, why="開始")


def test_who_has_no_right_changes_nothing(db):
    reader = viewer_for(make_staff(["social.read"]), DAY)

    with pytest.raises(register.MayNotManage):
        open_account(card(), key="koho-x", on=DAY, by=reader, why="開始")

    assert SocialAccount.objects.count() == 0


def test_an_account_that_a_destination_uses_stays_open(keeper):
    account = make_account()
    place = make_place()

    with pytest.raises(register.IsInUse, match="防災X"):
        close_account(account.pk, on=DAY, by=keeper, why="廃止")
    place.is_active = False
    place.save()
    close_account(account.pk, on=DAY, by=keeper, why="廃止")

    stored = SocialAccount.objects.get(pk=account.pk)
    assert stored.closed_date == DAY
    assert not stored.has_secret


def test_a_closed_account_is_history(keeper):
    account = make_account(closed_date=DAY)

    with pytest.raises(register.IsClosed):
        change_account(account.pk, card(), by=keeper, why="改称")
    with pytest.raises(register.IsClosed):
        close_account(account.pk, on=DAY, by=keeper, why="廃止")


def test_the_public_sees_open_accounts_that_the_city_stands_for(db):
    make_account()
    make_account("closed", handle="@old", address="", closed_date=DAY)
    make_account("hidden", handle="@inner", address="", is_listed=False)

    (listed,) = public_accounts()

    assert listed.handle == "@aoba_bosai"
    assert listed.profile == "https://x.com/aoba_bosai"


@pytest.mark.parametrize(
    "wrong",
    [
        {"secret_name": "my-token-itself"},
        {"secret_name": "TODOKE_SOCIAL_SECRET_X", "sealed_secret": b"x"},
        {"closed_date": date(2000, 1, 1)},
    ],
)
def test_the_database_refuses_what_the_register_may_not_say(db, wrong):
    with pytest.raises(IntegrityError):
        make_account(**wrong)
