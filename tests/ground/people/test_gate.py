"""The gate: who gets through which door, and what the others are told."""

from datetime import date, timedelta

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from django.views import View
from tests.sign_in import make_resident, make_staff, sign_in, staff_client

from todoke.base.access import access_of
from todoke.ground.people.gate import Access, Audience, declared_access, needs, public, signed_in, staff_only
from todoke.ground.people.models import Account, Post, Posting, Role, RolePermission, Section
from todoke.ground.people.queries import viewer_for
from todoke.ground.people.rules import ANONYMOUS
from todoke.project.urls import urlpatterns as house

pytestmark = pytest.mark.django_db


def _answer(request: HttpRequest) -> HttpResponse:
    return HttpResponse("inside")


@needs("people.manage")
class _Page(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("inside")


def _door(decorate):  # type: ignore[no-untyped-def]
    def view(request: HttpRequest) -> HttpResponse:
        return _answer(request)

    return decorate(view)


urlpatterns = [
    path("doors/undeclared", _answer),
    path("doors/public", _door(public)),
    path("doors/signed-in", _door(signed_in)),
    path("doors/staff", _door(staff_only)),
    path("doors/manage", _door(needs("people.manage"))),
    path("doors/either", _door(needs("people.manage", "audit.read"))),
    path("doors/class", _Page.as_view()),
    *house,
]


@pytest.fixture(autouse=True)
def _doors(settings) -> None:  # type: ignore[no-untyped-def]
    settings.ROOT_URLCONF = __name__


def test_a_view_that_has_not_said_whom_it_is_for_stays_shut_even_for_staff() -> None:
    answer = staff_client("people.manage").get("/doors/undeclared")

    assert answer.status_code == 403
    assert b"inside" not in answer.content


@pytest.mark.parametrize(
    ("door", "anonymous", "resident", "staff", "manager"),
    [
        ("public", 200, 200, 200, 200),
        ("signed-in", 302, 200, 200, 200),
        ("staff", 302, 403, 200, 200),
        ("manage", 302, 403, 403, 200),
        ("either", 302, 403, 403, 200),
        ("class", 302, 403, 403, 200),
    ],
)
def test_each_door_opens_for_those_it_names(door: str, anonymous: int, resident: int, staff: int, manager: int) -> None:
    visitors = (Client(), sign_in(Client(), make_resident()), staff_client(), staff_client("people.manage"))

    answers = [visitor.get(f"/doors/{door}") for visitor in visitors]

    assert [answer.status_code for answer in answers] == [anonymous, resident, staff, manager]
    assert [b"inside" in answer.content for answer in answers] == [
        status == 200 for status in (anonymous, resident, staff, manager)
    ]


def test_a_stranger_is_sent_to_sign_in_and_back_to_the_page() -> None:
    answer = Client().get("/doors/staff?page=2")

    assert answer.headers["Location"] == "/accounts/login/?next=/doors/staff%3Fpage%3D2"


def test_a_refusal_names_the_missing_right_and_whom_to_ask() -> None:
    make_staff(["people.manage"], section="jinji")
    Section.objects.filter(key="jinji").update(name="人事課")

    answer = staff_client().get("/doors/manage")

    page = answer.content.decode()
    assert "職員と役割の管理" in page
    assert "人事課" in page


def test_staff_without_a_second_factor_are_led_to_set_one_up() -> None:
    client = sign_in(Client(), make_staff(["people.manage"]), second_factor=False)

    assert client.get("/doors/manage").headers["Location"] == "/accounts/2fa/"
    assert client.get("/doors/signed-in").headers["Location"] == "/accounts/2fa/"
    assert client.get("/accounts/2fa/").status_code == 200


def test_staff_who_have_one_but_have_not_shown_it_are_asked_for_it() -> None:
    account = make_staff(["people.manage"])
    account.authenticator_set.create(type="totp", data={})
    client = sign_in(Client(), account, second_factor=False)

    answer = client.get("/doors/manage")

    assert answer.headers["Location"] == "/accounts/2fa/reauthenticate/?next=%2Fdoors%2Fmanage"


def test_a_second_factor_shown_by_somebody_else_in_this_session_does_not_count() -> None:
    account, other = make_staff(["people.manage"]), make_staff()
    client = sign_in(Client(), account)
    session = client.session
    session["account_authentication_methods_user"] = str(other.pk)
    session.save()

    assert client.get("/doors/manage").status_code == 302


def test_a_session_ends_twelve_hours_after_signing_in_however_busy_it_was() -> None:
    with time_machine.travel("2026-05-01T00:00:00Z", tick=False) as clock:
        client = staff_client()
        clock.shift(timedelta(hours=11, minutes=59))
        session = client.session
        session["busy"] = True
        session.save()
        assert client.get("/doors/staff").status_code == 200

        clock.shift(timedelta(minutes=2))
        answer = client.get("/doors/staff")

    assert answer.headers["Location"] == "/accounts/login/?next=/doors/staff"


@pytest.mark.parametrize(
    "address",
    ["/accounts/signup/", "/accounts/email/", "/accounts/password/reset/", "/accounts/password/set/"],
)
def test_what_allauth_offers_and_the_house_does_not_use_is_refused(address: str) -> None:
    assert Client().get(address).status_code == 403
    assert staff_client("people.manage").post(address).status_code == 403


def test_a_room_cannot_open_a_door_by_borrowing_an_address_name_of_allauth() -> None:
    assert declared_access(_answer, "account_login") is None


def test_the_decorators_say_what_they_ask() -> None:
    assert access_of(_door(public)) == Access(Audience.PUBLIC)
    assert access_of(_Page.as_view()) == Access(Audience.PERMITTED, ("people.manage",))
    assert access_of(_answer) is None
    with pytest.raises(ValueError, match="at least one"):
        needs()


def test_a_viewer_has_the_rights_of_the_postings_of_that_day_in_their_sections() -> None:
    account = make_staff(["emergency.edit"], section="kiki")
    staff = account.staff
    role = Role.objects.create(key="approver", name="承認者")
    RolePermission.objects.create(role=role, permission="emergency.approve")
    Posting.objects.create(
        staff=staff,
        section=Section.objects.create(key="shobo", name="消防課", reading="しょうぼうか", name_en="Fire"),
        post=Post.objects.get(),
        role=role,
        is_concurrent=True,
        start_date=date(2026, 4, 1),
        end_date=date(2027, 3, 31),
    )

    during = viewer_for(account, date(2027, 3, 31))
    after = viewer_for(account, date(2027, 4, 1))

    assert during.section_keys == {"kiki", "shobo"}
    assert during.may("emergency.approve")
    assert during.may("emergency.approve", "shobo")
    assert not during.may("emergency.approve", "kiki")
    assert during.may("emergency.edit", "kiki")
    assert not after.may("emergency.approve")
    assert after.is_staff


def test_nobody_has_rights_without_a_posting_an_open_account_or_a_name() -> None:
    retired = make_staff(["people.manage"])
    Posting.objects.update(end_date=date(2026, 3, 31))
    closed = make_staff(["people.manage"])
    Account.objects.filter(pk=closed.pk).update(is_active=False)
    closed.refresh_from_db()

    assert not viewer_for(retired, date(2026, 4, 1)).is_staff
    assert viewer_for(retired, date(2026, 3, 31)).may("people.manage")
    assert viewer_for(closed, date(2026, 4, 1)) == ANONYMOUS
    assert viewer_for(AnonymousUser(), date(2026, 4, 1)) == ANONYMOUS


def test_a_viewer_costs_two_questions(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    account = make_staff(["people.manage", "audit.read"])

    with django_assert_num_queries(2):
        viewer_for(account, date(2026, 4, 1))
