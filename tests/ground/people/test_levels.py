"""Levels: what a session has shown, what a door asks, and the way there and back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from hypothesis import given
from hypothesis import strategies as st
from tests.sign_in import make_staff, resident_client, show, sign_in

from todoke.base.clock import now
from todoke.ground.people.gate import needs_level, public
from todoke.ground.people.models import Resident
from todoke.ground.people.residents.entering import let_in, new_resident
from todoke.ground.people.residents.evidence import HIGH_MINUTES, SESSION_MINUTES, Shown, level_of, with_newest
from todoke.ground.people.residents.session import RESIDENT, shown_in
from todoke.ground.people.residents.way import WAYS, WAYS_MAX, need_level, way_named
from todoke.ground.people.rules import Level
from todoke.project.urls import urlpatterns as house

AT = datetime(2026, 4, 1, 9, tzinfo=UTC)
LEVELS = [level for level in Level if level]


def _door(level: Level, minutes: int | None = None) -> Any:
    @needs_level(level, within_minutes=minutes)
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(f"in:{request.viewer.level}:{','.join(request.POST.getlist('answer'))}")  # type: ignore[attr-defined]

    return view


@public
def procedure(request: HttpRequest) -> HttpResponse:
    """A view whose record names the level."""
    wanted = Level(int(request.GET["level"]))
    return need_level(request, wanted, claims=("name", "invented")) or HttpResponse("in")


@public
def come(request: HttpRequest) -> HttpResponse:
    """Somebody shows something."""
    level, resident = Level(int(request.GET["level"])), int(request.GET["resident"])
    let_in(
        request,
        Resident.objects.get(pk=resident),
        Shown("tests.means", level, now().timestamp()),
        way_named(request.session, request.GET.get("way", "")),
        at=now(),
    )
    return HttpResponse()


urlpatterns = [
    *[path(f"door/{level}/", _door(level), name=f"door-{level}") for level in LEVELS],
    path("door/fresh/", _door(Level.ACCOUNT, 10), name="door-fresh"),
    path("procedure/", procedure, name="procedure"),
    path("come/", come, name="come"),
    *house,
]

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


def is_asked(answer: Any) -> bool:
    return answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in/?way=")


@pytest.mark.parametrize("needed", LEVELS)
@pytest.mark.parametrize("shown", list(Level))
def test_a_door_opens_to_whoever_has_shown_its_level_and_asks_everybody_else(shown: Level, needed: Level) -> None:
    client = resident_client(shown) if shown else Client()

    answer = client.get(f"/door/{needed}/")
    by_record = client.get("/procedure/", {"level": int(needed)})

    assert is_asked(answer) is is_asked(by_record) is (shown < needed)
    assert answer.content.startswith(b"in:") is by_record.content.startswith(b"in") is (shown >= needed)


def test_a_procedure_without_a_level_asks_nobody() -> None:
    assert Client().get("/procedure/", {"level": 0}).content == b"in"


@pytest.mark.parametrize(
    ("minutes", "level", "opens"),
    [
        (SESSION_MINUTES - 1, Level.ACCOUNT, True),
        (SESSION_MINUTES + 1, Level.ACCOUNT, False),
        (HIGH_MINUTES - 1, Level.CARD, True),
        (HIGH_MINUTES + 1, Level.CARD, False),
        (-5, Level.CARD, False),
    ],
)
def test_what_was_shown_wears_off_and_a_time_to_come_never_counts(minutes: float, level: Level, opens: bool) -> None:
    client = show(Client(), new_resident(now()), level, minutes_ago=minutes)

    assert is_asked(client.get(f"/door/{level}/")) is not opens


def test_a_door_that_wants_it_fresh_asks_again_after_its_minutes() -> None:
    resident = new_resident(now())

    assert not is_asked(show(Client(), resident, Level.CARD, minutes_ago=9).get("/door/fresh/"))
    assert is_asked(show(Client(), resident, Level.CARD, minutes_ago=11).get("/door/fresh/"))


def test_fresh_weak_evidence_does_not_renew_old_strong_evidence() -> None:
    resident = new_resident(now())
    client = show(Client(), resident, Level.CARD, minutes_ago=HIGH_MINUTES + 1)

    show(client, resident, Level.CONTACT)

    assert client.get("/door/1/").content.startswith(b"in:1")
    assert is_asked(client.get("/door/4/"))


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(LEVELS), st.integers(-600, 600))))
def test_a_level_is_always_that_of_something_which_still_counts(told: list[tuple[str, Level, int]]) -> None:
    shown: list[Shown] = []
    for means, level, minutes in told:
        shown = with_newest(shown, Shown(means, level, (AT - timedelta(minutes=minutes)).timestamp()))

    level = level_of(shown, AT)

    assert level == max((each.level for each in shown if each.holds_at(AT)), default=Level.NONE)
    assert len({each.means for each in shown}) == len(shown)
    assert level_of(shown, AT, 10) <= level


@pytest.mark.parametrize("kept", [None, 7, [], ["a", 4], ["a", 9, 1.0], ["a", "4", 1.0], {"a": 1}, [1, 4, 1.0]])
def test_evidence_of_another_form_is_none(kept: Any) -> None:
    assert Shown.from_json(kept) is None


def test_a_level_is_never_assumed_from_who_somebody_is() -> None:
    resident = new_resident(now())
    assert resident_client(Level.SIGNED, resident).get("/door/5/").status_code == 200

    elsewhere = show(Client(), resident, Level.CONTACT)

    assert is_asked(elsewhere.get("/door/2/"))


def test_the_way_back_leads_to_exactly_where_one_was() -> None:
    resident, client = new_resident(now()), Client()
    asked = client.get("/door/4/?page=3&of=a%20b").headers["Location"]
    word = asked.partition("way=")[2]

    client.get("/come/", {"level": 4, "resident": resident.pk, "way": word})
    answer = client.get(asked)

    assert answer.status_code == 302
    assert answer.headers["Location"] == "/door/4/?page=3&of=a%20b"
    assert client.get(answer.headers["Location"]).content.startswith(b"in:4")


def test_a_form_that_met_a_closed_door_is_offered_again_whole() -> None:
    resident, client = new_resident(now()), Client()
    asked = client.post("/door/4/", {"answer": ["はい", 'a"<b>'], "empty": ""}).headers["Location"]
    assert "はい" not in str(client.session[WAYS])
    assert "入力した内容は残っています" in client.get(asked).content.decode()

    client.get("/come/", {"level": 4, "resident": resident.pk, "way": asked.partition("way=")[2]})
    page = client.get(asked)
    again = client.post(page.context["path"], dict_of(page.context["fields"]))

    assert page.context["fields"] == [("answer", "はい"), ("answer", 'a"<b>'), ("empty", "")]
    assert 'value="a&quot;&lt;b&gt;"' in page.content.decode()
    assert again.content.decode() == 'in:4:はい,a"<b>'


def dict_of(fields: list[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in fields:
        found.setdefault(name, []).append(value)
    return found


def test_a_way_that_asks_more_than_was_shown_leads_back_to_the_choice() -> None:
    resident, client = new_resident(now()), Client()
    asked = client.get("/door/4/").headers["Location"]

    client.get("/come/", {"level": 2, "resident": resident.pk, "way": asked.partition("way=")[2]})
    page = client.get(asked)

    assert page.status_code == 200
    assert "もう少し強い本人確認" in page.content.decode()
    assert page.context["has_mail"] is page.context["has_passkey"] is False


def test_what_somebody_entered_is_not_shown_to_whoever_comes_after_them() -> None:
    first, second = new_resident(now()), new_resident(now())
    client = show(Client(), first, Level.CONTACT)
    asked = client.post("/door/4/", {"answer": "秘密"}).headers["Location"]

    client.get("/come/", {"level": 4, "resident": second.pk, "way": asked.partition("way=")[2]})
    answer = client.get(asked)

    assert answer.headers["Location"] == "/door/4/"
    assert "秘密" not in answer.content.decode()


@pytest.mark.parametrize(
    "poison", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_no_address_of_ours_can_be_made_to_lead_elsewhere(poison: str) -> None:
    client = resident_client(Level.SIGNED)

    for name in ("way", "next", "redirect_to"):
        answer = client.get("/sign-in/", {name: poison})

        assert answer.status_code == 200
        assert "evil" not in answer.headers.get("Location", "")
        assert f'href="{poison}' not in answer.content.decode()


def test_a_path_that_looks_like_another_site_stays_here() -> None:
    client = Client()
    answer = client.get("/door/4/", HTTP_HOST="testserver", PATH_INFO="//evil.example/door/4/")

    # Nothing stands there, and what would be kept of it begins with one slash.
    assert answer.status_code == 404


def test_a_way_of_another_session_is_unknown() -> None:
    word = Client().get("/door/4/").headers["Location"].partition("way=")[2]

    assert way_named(resident_client(Level.SIGNED).session, word) is None


def test_a_session_keeps_only_its_latest_ways() -> None:
    client = Client()
    for _each in range(WAYS_MAX + 3):
        client.get("/door/4/")

    assert len(client.session[WAYS]) == WAYS_MAX


def test_only_facts_that_there_are_can_be_asked_for() -> None:
    client = Client()
    word = client.get("/procedure/", {"level": 4}).headers["Location"].partition("way=")[2]

    assert way_named(client.session, word).claims == ("name",)  # type: ignore[union-attr]


def test_signing_in_changes_the_session_so_that_a_planted_one_is_worth_nothing() -> None:
    resident, client = new_resident(now()), Client()
    client.get("/door/1/")
    planted = client.session.session_key

    client.get("/come/", {"level": 1, "resident": resident.pk})

    assert client.session.session_key != planted
    thief = Client()
    thief.cookies["sessionid"] = planted
    assert is_asked(thief.get("/door/1/"))


def test_another_resident_inherits_nothing_of_the_session() -> None:
    first, second = new_resident(now()), new_resident(now())
    client = show(Client(), first, Level.SIGNED)

    client.get("/come/", {"level": 1, "resident": second.pk})

    assert [each.level for each in shown_in(client.session)] == [Level.CONTACT]
    assert client.get("/door/1/").content.startswith(b"in:1")
    assert is_asked(client.get("/door/5/"))


def test_nobody_is_staff_and_resident_in_one_session() -> None:
    account, resident = make_staff(), new_resident(now())
    client = sign_in(Client(), account)
    session = client.session
    session[RESIDENT] = {"id": resident.pk, "generation": 1, "shown": [["x", 5, now().timestamp()]]}
    session.save()

    assert is_asked(client.get("/door/1/"))
    assert "職員としてログイン中です" in client.get("/sign-in/").content.decode()

    client.get("/come/", {"level": 1, "resident": resident.pk})
    assert "_auth_user_id" not in client.session

    client.force_login(account)
    assert RESIDENT not in client.session


def test_staff_switch_by_a_button_and_come_back_to_the_same_door() -> None:
    client = sign_in(Client(), make_staff())
    word = client.get("/door/2/?a=1").headers["Location"].partition("way=")[2]

    answer = client.post("/sign-in/not-staff/", {"way": word})

    assert answer.headers["Location"] == "/door/2/?a=1"
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("change", [{"generation": 2}, {"closed_at": AT}])
def test_a_session_ends_when_its_resident_ends_it_elsewhere(change: dict[str, Any]) -> None:
    resident = new_resident(now())
    client = resident_client(Level.CARD, resident)
    assert client.get("/door/4/").status_code == 200

    type(resident).objects.filter(pk=resident.pk).update(**change)

    assert is_asked(client.get("/door/1/"))


def test_signing_out_leaves_nothing() -> None:
    client = resident_client(Level.CARD)

    client.post("/sign-out/")

    assert not client.session.keys()
    assert is_asked(client.get("/door/1/"))
