from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.sign_in import make_staff, staff_client
from todoke.base.clock import now
from todoke.ground.audit.models import Entry
from todoke.ground.people.queries import viewer_for
from todoke.ground.people.rules import ANONYMOUS, Viewer
from todoke.ground.places.registry import LoadReport
from todoke.shared.timetable import actions
from todoke.shared.timetable.city import ClosingsPart
from todoke.shared.timetable.models import ClosingDay
from todoke.shared.timetable.queries import CLOSE, closing_days_for, forget, office_calendar

AT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
DAY = date(2026, 12, 28)

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper() -> Viewer:
    return viewer_for(make_staff([CLOSE]), date(2026, 11, 21))


def test_a_closing_day_is_left_out_of_the_count_at_once(keeper: Viewer) -> None:
    before = office_calendar().next_open(DAY)

    actions.close_on(DAY, "庁舎の引っ越し", viewer=keeper, at=AT)

    assert before == DAY
    assert office_calendar().next_open(DAY) == date(2027, 1, 4)
    assert office_calendar().is_open(date(2026, 12, 25))


def test_closing_and_opening_again_stand_in_the_record(keeper: Viewer) -> None:
    closing = actions.close_on(DAY, " 庁舎の引っ越し ", viewer=keeper, at=AT)
    actions.open_again(closing.pk, viewer=keeper, at=AT)
    actions.open_again(closing.pk, viewer=keeper, at=AT)

    assert closing.reason == "庁舎の引っ越し"
    assert list(Entry.objects.order_by("pk").values_list("what", flat=True)) == ["timetable.closed", "timetable.opened"]
    assert office_calendar().is_open(DAY)


@pytest.mark.parametrize(
    ("day", "reason", "refusal"),
    [
        (DAY, "  ", actions.ReasonMissing),
        (date(2026, 11, 20), "x", actions.DayIsOver),
        (date(2026, 12, 29), "x", actions.ClosedAnyway),
        (date(2026, 11, 23), "x", actions.ClosedAnyway),
    ],
)
def test_what_makes_no_sense_is_refused(
    keeper: Viewer, day: date, reason: str, refusal: type[actions.ClosingRefused]
) -> None:
    with pytest.raises(refusal) as refused:
        actions.close_on(day, reason, viewer=keeper, at=AT)

    assert str(refused.value)
    assert not ClosingDay.objects.exists()


def test_today_can_still_be_closed_in_japanese_time(keeper: Viewer) -> None:
    # 00:30 of the 24th in Japan, the 23rd elsewhere.
    at = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)

    closing = actions.close_on(date(2026, 11, 24), "停電", viewer=keeper, at=at)

    with pytest.raises(actions.DayIsOver):
        actions.open_again(closing.pk, viewer=keeper, at=at + timedelta(days=1))


def test_the_same_day_is_closed_once(keeper: Viewer) -> None:
    actions.close_on(DAY, "引っ越し", viewer=keeper, at=AT)

    with pytest.raises(actions.ClosedAlready):
        actions.close_on(DAY, "別の理由", viewer=keeper, at=AT)

    assert ClosingDay.objects.get().reason == "引っ越し"


def test_nobody_without_the_right_closes_opens_or_sees(keeper: Viewer) -> None:
    closing = actions.close_on(DAY, "引っ越し", viewer=keeper, at=AT)
    other = viewer_for(make_staff(["audit.read"]), date(2026, 11, 21))

    for viewer in (other, ANONYMOUS):
        with pytest.raises(actions.NotAllowed):
            actions.close_on(date(2026, 12, 25), "x", viewer=viewer, at=AT)
        with pytest.raises(actions.NotAllowed):
            actions.open_again(closing.pk, viewer=viewer, at=AT)
        assert not closing_days_for(viewer).exists()
    assert closing_days_for(keeper).count() == 1


def test_a_calendar_costs_one_question_however_often_it_is_asked() -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        calendar = office_calendar()
        calendar.add_open_days(date(2026, 11, 21), 250)

    assert len(asked) == 1


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_the_calendar_is_kept_for_five_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr("todoke.shared.timetable.queries.time.monotonic", lambda: clock[0])
    forget()
    first = office_calendar()
    ClosingDay.objects.create(day=DAY, reason="x", added_at=AT)

    assert office_calendar() is first
    clock[0] += 5.1
    assert not office_calendar().is_open(DAY)
    forget()


@pytest.mark.django_db(transaction=True)
def test_an_act_at_this_desk_is_seen_by_the_next_page() -> None:
    keeper = viewer_for(make_staff([CLOSE]), date(2026, 11, 21))
    assert office_calendar().is_open(DAY)

    closing = actions.close_on(DAY, "引っ越し", viewer=keeper, at=AT)
    closed = not office_calendar().is_open(DAY)
    actions.open_again(closing.pk, viewer=keeper, at=AT)

    assert closed
    assert office_calendar().is_open(DAY)
    forget()


# The city folder


def load(folder: Path, text: str) -> LoadReport:
    (folder / "closings.csv").write_text(text, encoding="utf-8")
    report = LoadReport(folder)
    ClosingsPart().load(folder, report)
    return report


def test_the_city_folder_brings_days_in_any_notation(tmp_path: Path) -> None:
    text = "day,reason\n令和8年12月28日,引っ越し\n2027-01-04,停電\n"
    first = load(tmp_path, text)
    again = load(tmp_path, text)

    assert list(ClosingDay.objects.values_list("day", "reason", "added_by")) == [
        (DAY, "引っ越し", None),
        (date(2027, 1, 4), "停電", None),
    ]
    assert (first.fault_count, first.changes(), again.changes()) == (0, 2, 0)


def test_a_city_without_closing_days_of_its_own_needs_no_file(tmp_path: Path) -> None:
    report = LoadReport(tmp_path)

    ClosingsPart().load(tmp_path, report)

    assert report.fault_count == 0


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("あした,x", "日付として読めません"),
        ("令和8年12月,x", "日まで書いてください"),
        ("2026-12-29,x", "もともと閉庁日です"),
        (",x", "空です"),
        ("2026-12-28,", "空です"),
    ],
)
def test_a_line_that_cannot_be_is_told_with_its_place(tmp_path: Path, line: str, says: str) -> None:
    report = load(tmp_path, f"day,reason\n{line}\n")

    assert report.fault_count == 1
    assert str(report.faults[0]).startswith("closings.csv:2:")
    assert says in str(report.faults[0])
    assert not ClosingDay.objects.exists()


# The page


def test_a_keeper_closes_a_day_and_opens_it_again() -> None:
    client = staff_client(CLOSE)
    day = next(
        each
        for each in (now().date() + timedelta(days=count) for count in range(7, 60))
        if office_calendar().is_open(each)
    )

    closed = client.post("/desk/closing-days/", {"day": day.isoformat(), "reason": "引っ越し"}, follow=True)
    closing = ClosingDay.objects.get()
    asked = client.get(f"/desk/closing-days/{closing.pk}/open-again/")
    opened = client.post(f"/desk/closing-days/{closing.pk}/open-again/", follow=True)

    assert "臨時閉庁日を登録しました。" in closed.text
    assert "引っ越し" in asked.text
    assert "臨時閉庁日を取り消しました。" in opened.text
    assert not ClosingDay.objects.exists()


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("きのう", "日付として読めません"),
        ("令和8年12月", "年・月・日をすべて書いてください"),
        ("2020-01-06", "過ぎた日は変えられません"),
        ("", "必須"),
    ],
)
def test_a_refused_day_is_told_beside_its_field_and_nothing_typed_is_lost(typed: str, says: str) -> None:
    page = staff_client(CLOSE).post("/desk/closing-days/", {"day": typed, "reason": "引っ越し"})

    assert page.status_code == 422
    assert "引っ越し" in page.text
    assert says in page.text


def test_a_day_that_is_over_stays() -> None:
    client = staff_client(CLOSE)
    closing = ClosingDay.objects.create(day=date(2020, 1, 6), reason="停電", added_at=AT)

    listed = client.get("/desk/closing-days/")
    refused = client.post(f"/desk/closing-days/{closing.pk}/open-again/")

    assert "終わった日" in listed.text
    assert (refused.status_code, "過ぎた日は変えられません" in refused.text) == (422, True)
    assert client.get("/desk/closing-days/999/open-again/").status_code == 404


def test_the_list_asks_no_more_for_many_days_than_for_one() -> None:
    client = staff_client(CLOSE)
    counts = []
    for number in (1, 3):
        while ClosingDay.objects.count() < number:
            ClosingDay.objects.create(day=DAY + timedelta(days=ClosingDay.objects.count()), reason="x", added_at=AT)
        with CaptureQueriesContext(connection) as asked:
            client.get("/desk/closing-days/")
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_a_visitor_and_a_clerk_without_the_right_are_not_let_in() -> None:
    assert Client().get("/desk/closing-days/").status_code in {302, 403, 404}
    assert staff_client("audit.read").get("/desk/closing-days/").status_code == 403
