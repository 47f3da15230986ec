"""Who looked at whose data: written once, changed never, shown to the person and to the auditor."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tests.sign_in import staff_client
from todoke.base.backup.models import Setback
from todoke.base.registry import Registry
from todoke.ground.looks import queries
from todoke.ground.looks.actions import NeedsWords, UnknownPurpose, expire, forget_words, record_look, record_looks
from todoke.ground.looks.caretaker import CARETAKER
from todoke.ground.looks.gauges import within_an_hour
from todoke.ground.looks.models import Look
from todoke.ground.looks.pages import NoLook, nobody_shown, shows_people
from todoke.ground.looks.plugs import Words
from todoke.ground.looks.queries import latest_looks, looks_at, patterns, purpose_name
from todoke.ground.looks.registry import Concern
from todoke.ground.looks.rules import Way, is_outside_hours, kept_since

pytestmark = pytest.mark.django_db

# A Tuesday, 11 o'clock in Japan.
AT = datetime(2026, 5, 12, 2, 0, tzinfo=UTC)
CASE = ("test.case", "77")


@dataclass(frozen=True)
class Clerk:
    account_id: int | None = 12
    name: str = "職員 太郎"
    section_keys: frozenset[str] = frozenset({"zeimu", "fukushi"})
    rights: frozenset[str] = frozenset()

    def may(self, permission: str, section: str | None = None) -> bool:
        return permission in self.rights


CLERK = Clerk()
AUDITOR = Clerk(99, "監査 花子", frozenset({"kansa"}), frozenset({"looks.read"}))


def look(viewer: Clerk = CLERK, about: tuple[str, object] = CASE, *, at: datetime = AT, **more: object) -> Look | None:
    facts = {"of_person": "p1", "what": "氏名・住所", "purpose": "looks.case-work", **more}
    return record_look(viewer, about, at=at, **facts)  # type: ignore[arg-type]


def test_a_look_says_who_as_what_when_whose_what_and_why():
    made = look(way=Way.EXPORT)

    stored = Look.objects.get()
    assert stored == made
    assert (stored.at, stored.viewer, stored.viewer_name, stored.sections) == (
        AT,
        "people.account:12",
        "職員 太郎",
        "fukushi,zeimu",
    )
    assert (stored.target_type, stored.target_key, stored.of_person) == ("test.case", "77", "p1")
    assert (stored.what, stored.way, stored.purpose, stored.note) == ("氏名・住所", "export", "looks.case-work", "")


@pytest.mark.parametrize(
    ("minutes", "change", "rows"),
    [
        (0, {}, 1),
        (9, {}, 1),
        (10, {}, 2),
        (1, {"purpose": "looks.audit"}, 2),
        (1, {"what": "口座"}, 2),
        (1, {"of_person": "p2"}, 2),
        (1, {"way": Way.PRINT}, 2),
        (1, {"about": ("test.case", "78")}, 2),
        (1, {"viewer": replace(CLERK, account_id=13)}, 2),
    ],
)
def test_the_same_look_within_ten_minutes_is_one(minutes, change, rows):
    first, second = look(), look(at=AT + timedelta(minutes=minutes), **change)

    assert first is not None
    assert (second is None) is (rows == 1)
    assert Look.objects.count() == rows


def test_a_purpose_comes_from_the_list_and_may_ask_for_words():
    with pytest.raises(UnknownPurpose) as unknown:
        look(purpose="test.curiosity")
    with pytest.raises(NeedsWords):
        look(purpose="looks.asked", note="  ")
    with pytest.raises(ValueError, match="what was seen"):
        look(what=" ")
    look(purpose="looks.asked", note=" 電話 ")

    assert unknown.value.key == "test.curiosity"
    assert Look.objects.get().note == "電話"


@pytest.mark.parametrize(
    "act", [lambda it: it.update(what="other"), lambda it: it.delete(), lambda it: it.update(note="")]
)
def test_a_look_is_neither_changed_nor_deleted(act):
    look(purpose="looks.asked", note="電話")

    with pytest.raises(DatabaseError, match="neither changed nor deleted"), transaction.atomic():
        act(Look.objects.all())


def test_old_looks_go_in_one_way_alone():
    look()
    look(at=AT + timedelta(days=1))

    gone = expire(AT + timedelta(days=1))

    assert gone == 1
    assert Look.objects.get().at == AT + timedelta(days=1)
    with pytest.raises(DatabaseError), transaction.atomic():
        Look.objects.all().delete()


def test_the_words_about_a_purged_record_go_and_the_look_stays():
    kept = look(about=("test.case", "78"), purpose="looks.asked", note="ほか")
    made = look(purpose="looks.asked", note="花子さんから電話")
    assert made is not None
    assert kept is not None

    (line,) = Words().shred(*CASE)

    assert (line.model, list(line.ids), line.fields) == ("looks.Look", [str(made.pk)], ("note",))
    assert Look.objects.get(pk=made.pk).note == ""
    assert Look.objects.get(pk=kept.pk).note == "ほか"
    assert forget_words(*CASE) == []
    assert list(Words().targets(*CASE)) == []


@pytest.mark.parametrize(("shows_names", "staff"), [(False, ""), (True, "職員 太郎")])
def test_a_person_sees_day_section_purpose_and_what_and_names_if_the_city_says_so(settings, shows_names, staff):
    settings.LOOKS_NAMES = shows_names
    look(at=datetime(2026, 5, 11, 15, 0, tzinfo=UTC))  # midnight in Japan
    look(of_person="p2")
    look(of_person=None)

    (seen,) = looks_at("p1")

    assert (seen.day, seen.sections, seen.what, seen.staff) == (
        date(2026, 5, 12),
        ("fukushi", "zeimu"),
        "氏名・住所",
        staff,
    )
    assert str(seen.purpose) == "手続きを進めるため"
    assert looks_at("") == []


def test_a_purpose_of_a_room_that_is_switched_off_is_told():
    assert str(purpose_name("gone.room")) == "使われなくなった目的"


def test_looks_are_read_by_auditors_alone_and_filtered():
    look()
    look(about=("test.case", "78"), of_person="p2", at=AT + timedelta(days=1))

    assert not latest_looks(CLERK).exists()
    assert [each.target_key for each in latest_looks(AUDITOR)] == ["78", "77"]
    assert [each.target_key for each in latest_looks(AUDITOR, of_person="p1")] == ["77"]
    assert [each.target_key for each in latest_looks(AUDITOR, target_type="test.case", target_key="78")] == ["78"]
    assert [each.target_key for each in latest_looks(AUDITOR, since=date(2026, 5, 13))] == ["78"]
    assert [each.target_key for each in latest_looks(AUDITOR, until=date(2026, 5, 12))] == ["77"]
    assert not latest_looks(AUDITOR, viewer="people.account:99").exists()


def test_patterns_count_people_hours_and_nights():
    busy = replace(CLERK, account_id=13, name="多忙")
    for number in range(5):
        look(busy, ("test.case", number), of_person=f"p{number}", at=AT + timedelta(minutes=20 * number))
    look(busy, ("test.other", 0), of_person="p0", at=AT + timedelta(minutes=59))
    look(at=AT + timedelta(hours=14))  # 1 o'clock at night
    look(of_person=None, at=AT - timedelta(days=3))  # a Saturday

    first, second = patterns(AUDITOR, date(2026, 5, 1), date(2026, 5, 31))

    assert (first.viewer, first.name, first.looks, first.people) == ("people.account:13", "多忙", 6, 5)
    assert (first.people_in_an_hour, first.outside_hours) == (4, 0)
    assert (second.looks, second.people, second.people_in_an_hour, second.outside_hours) == (2, 2, 1, 2)
    assert patterns(CLERK, date(2026, 5, 1), date(2026, 5, 31)) == []


@pytest.mark.parametrize(
    ("at", "outside"),
    [
        (datetime(2026, 5, 11, 22, 59, tzinfo=UTC), True),  # 7:59
        (datetime(2026, 5, 11, 23, 0, tzinfo=UTC), False),  # 8:00
        (datetime(2026, 5, 12, 9, 59, tzinfo=UTC), False),  # 18:59
        (datetime(2026, 5, 12, 10, 0, tzinfo=UTC), True),  # 19:00
        (datetime(2026, 5, 15, 14, 59, tzinfo=UTC), True),  # Friday night
        (datetime(2026, 5, 16, 2, 0, tzinfo=UTC), True),  # Saturday
        (datetime(2026, 5, 18, 2, 0, tzinfo=UTC), False),  # Monday
    ],
)
def test_hours_are_those_of_the_office(at, outside):
    assert is_outside_hours(at) is outside


@pytest.mark.parametrize(
    ("today", "since"), [(date(2026, 3, 31), 2022), (date(2026, 4, 1), 2023), (date(2026, 12, 31), 2023)]
)
def test_whole_fiscal_years_are_kept(today, since):
    # 1 April, midnight in Japan.
    assert kept_since(today, 3) == datetime(since, 3, 31, 15, 0, tzinfo=UTC)


def test_the_caretaker_lets_old_looks_go_and_none_after_a_restore(settings):
    settings.LOOKS_YEARS = 3
    look(at=datetime(2023, 3, 31, 14, 59, tzinfo=UTC), of_person="p2")
    look(at=datetime(2023, 3, 31, 15, 0, tzinfo=UTC))

    with time_machine.travel(AT, tick=False):
        setback = Setback.objects.create(
            kind="restored", found_at=AT, went_back_to=AT, seen_until=AT, host="x", said=[]
        )
        CARETAKER.step()
        waiting = Look.objects.count()
        setback.delete()
        CARETAKER.step()

    assert (waiting, Look.objects.count()) == (2, 1)


def test_the_number_of_an_hour_is_shown():
    look(at=AT - timedelta(minutes=59))
    look(at=AT - timedelta(minutes=61))

    with time_machine.travel(AT, tick=False):
        assert [sample.value for sample in within_an_hour()] == [1]


# ---- pages ----------------------------------------------------------------------------------------------------------


def test_a_page_that_shows_people_without_a_look_is_not_shown():
    @shows_people
    def forgetful(request: HttpRequest) -> HttpResponse:
        return HttpResponse("花子")

    with pytest.raises(NoLook, match="forgetful"):
        forgetful(HttpRequest())


@pytest.mark.parametrize("act", [look, nobody_shown], ids=["look", "nobody"])
def test_a_page_with_a_look_or_with_nobody_is_shown_also_the_second_time(act):
    @shows_people
    def page(request: HttpRequest) -> HttpResponse:
        act()
        return HttpResponse("inside")

    assert [page(HttpRequest()).content, page(HttpRequest()).content] == [b"inside", b"inside"]
    assert page.shows_people
    assert page.__name__ == "page"


@pytest.mark.parametrize("status", [302, 404, 422])
def test_an_answer_that_shows_nobody_needs_no_look(status):
    @shows_people
    def page(request: HttpRequest) -> HttpResponse:
        return HttpResponse(status=status)

    assert page(HttpRequest()).status_code == status


def test_a_look_goes_with_a_reading_that_failed():
    @shows_people
    def page(request: HttpRequest) -> HttpResponse:
        look()
        raise RuntimeError

    with pytest.raises(RuntimeError):
        page(HttpRequest())

    assert not Look.objects.exists()


def test_the_auditors_page_shows_looks_and_is_a_look_itself():
    look(purpose="looks.asked", note="電話で質問", at=AT)
    auditor = staff_client("looks.read", name="監査 花子")

    with time_machine.travel(AT + timedelta(hours=1), tick=False):
        page = staff_client("looks.read").get(reverse("looks:looks")).content.decode()
        filtered = auditor.get(reverse("looks:looks"), {"target_key": "78"}).content.decode()

    assert "電話で質問" in page
    assert "職員 太郎" in page
    assert "本人から問い合わせがあったため" in page
    assert "電話で質問" not in filtered
    assert Look.objects.filter(purpose="looks.audit", target_key="list").count() == 2


def test_nobody_else_reads_the_looks():
    assert staff_client("audit.read").get(reverse("looks:looks")).status_code == 403


def test_a_record_about_two_people_is_found_by_both_and_is_no_second_look_within_ten_minutes():
    about = ("tests.letter", "7")

    def see(at):
        pairs = [(about, "p1"), (about, "p2"), (about, "p1")]
        return record_looks(CLERK, pairs, what="手紙", purpose="looks.case-work", at=at)

    first, again, later = see(AT), see(AT + timedelta(minutes=9)), see(AT + timedelta(minutes=11))

    assert [each.of_person for each in first] == ["p1", "p2"]
    assert again == []
    assert len(later) == 2
    assert [seen.what for seen in looks_at("p2")] == ["手紙", "手紙"]


def test_whom_a_record_is_about_its_room_says(monkeypatch):
    registry = Registry("looks.concerns")
    registry.register(Concern("tests.letter", lambda key: [f"resident:{key}"]))
    monkeypatch.setattr(queries, "concerns", registry)

    assert queries.people_concerned("tests.letter", "7") == ["resident:7"]
    assert queries.people_concerned("tests.unknown", "7") == [None]
