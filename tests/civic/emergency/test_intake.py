"""What becomes of a telegram: kept, judged, and what is in force afterwards."""

import gzip
from datetime import timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from todoke.base import clock
from todoke.base.events import _listeners, subscribe
from todoke.civic.emergency.actions import intake
from todoke.civic.emergency.actions.intake import mark_prepared, take_in
from todoke.civic.emergency.events import TelegramTaken
from todoke.civic.emergency.models import HazardState, HazardWarning, Telegram
from todoke.civic.emergency.queries.hazards import hazards_here, level_of_areas
from todoke.civic.emergency.queries.telegrams import reading_of, telegrams_waiting
from todoke.ground.files.actions import read as read_document
from todoke.ground.places.models import Area, AreaCode
from todoke.shared.messaging.types import Mode

pytestmark = pytest.mark.django_db

L5 = ("33", "レベル５大雨特別警報")
L4 = ("43", "レベル４大雨危険警報")
L3 = ("03", "レベル３大雨警報")
NONE = ("", "")
CITY = "0120100"


@pytest.fixture(autouse=True)
def surroundings(settings, tmp_path):
    settings.FILES_ROOT = tmp_path / "files"
    settings.VAR = tmp_path
    with time_machine.travel("2026-11-20T10:00:00+09:00", tick=True):
        yield


@pytest.fixture
def city():
    area = Area.objects.create(key="sample", kind="municipality", name="見本市")
    AreaCode.objects.create(scheme="jma.city", code=CITY, name="見本市", area=area)
    return area


def take(content, name="20261120_VPWW55_sample.xml"):
    return take_in(content, file_name=name, source=Telegram.Source.FOLDER)


def at(minute, **more):
    return {"report_time": f"2026-11-20T09:{minute:02}:00+09:00", "issued": f"2026-11-20T00:{minute:02}:05Z", **more}


def in_force(mode="actual"):
    return {warning.area_code: warning.name for warning in HazardWarning.objects.filter(mode=mode)}


def test_telegram_about_this_city_waits_for_its_draft(made, city):
    content = made().xml()

    telegram = take(content)

    assert (telegram.standing, telegram.preparation, telegram.mode, telegram.code) == (
        "interpreted",
        "waiting",
        "actual",
        "VPWW55",
    )
    assert read_document(telegram.document) == content
    assert telegrams_waiting() == [telegram]
    assert reading_of(telegram).areas[0].level == 5
    assert level_of_areas(clock.now()) == {city.pk: 5}


def test_telegram_about_other_cities_needs_no_draft(made, city):
    telegram = take(made(kinds={"0999900": L5}).xml())

    assert (telegram.standing, telegram.preparation) == ("interpreted", "not_needed")
    assert in_force() == {"0999900": L5[1]}
    assert hazards_here(clock.now()) == []


def test_draft_is_done_once(made, city):
    telegram = take(made().xml())

    mark_prepared(telegram.pk)

    assert telegrams_waiting() == []
    telegram.refresh_from_db()
    assert telegram.preparation == "done"


def test_same_bytes_give_the_first_telegram_and_count(made, city):
    first = take(made().xml())

    again = take(made().xml(), "other_name.xml")

    assert again == first
    assert again.copies == 1
    assert Telegram.objects.count() == 1


def test_same_content_by_another_way_is_a_duplicate(made, city):
    first = take(made().xml())

    again = take(gzip.compress(made().xml()))

    assert (again.standing, again.repeats, again.preparation) == ("duplicate", first, "not_needed")
    assert again.reason == "同じ内容の電文を先に受信しています。"
    assert HazardWarning.objects.get().telegram == first


def test_state_is_replaced_as_a_whole(made, city):
    take(made(kinds={CITY: L3, "0120200": L3}, **at(0)).xml())

    take(made(kinds={CITY: L4, "0120200": NONE}, **at(10)).xml())

    assert in_force() == {CITY: L4[1]}
    assert HazardState.objects.count() == 1


def test_warning_that_goes_on_keeps_the_time_since_when(made, city):
    take(made(kinds={CITY: L3}, **at(0)).xml())
    take(made(kinds={CITY: L3}, **at(10)).xml())

    warning = HazardWarning.objects.get()

    assert warning.report_at - warning.since_at == timedelta(minutes=10)


def test_older_telegram_never_overwrites_a_newer_state(made, city):
    take(made(kinds={CITY: NONE}, **at(10)).xml())

    late = take(made(kinds={CITY: L5}, **at(0)).xml())

    assert (late.standing, late.preparation) == ("out_of_date", "not_needed")
    assert late.reason == "同じ官署の、より新しい電文を先に受信しています。発表状況は変えていません。"
    assert in_force() == {}


def test_lifting_is_prepared_though_nothing_is_in_force_any_more(made, city):
    take(made(kinds={CITY: L4}, **at(0)).xml())

    lifted = take(made(kinds={CITY: ("00", "解除")}, **at(10)).xml())

    assert lifted.preparation == "waiting"
    assert in_force() == {}


def test_offices_and_phenomena_stand_side_by_side(made, city):
    take(made(**at(0)).xml())
    landslide = {CITY: ("49", "レベル４土砂災害危険警報")}
    take(made(kinds=landslide, title="気象警報・注意報（Ｒ０６）（土砂災害）", **at(1)).xml())
    take(made(kinds={"0999900": L3}, office="隣の地方気象台", **at(2)).xml())

    assert HazardState.objects.count() == 3
    assert sorted(HazardWarning.objects.values_list("phenomenon", flat=True)) == ["土砂災害", "大雨", "大雨"]


@pytest.mark.parametrize(("status", "mode"), [("訓練", "exercise"), ("試験", "test")])
def test_drill_never_touches_what_is_really_in_force(made, city, status, mode):
    take(made(kinds={CITY: L3}, **at(0)).xml())

    drill = take(made(kinds={CITY: L5}, status=status, **at(10)).xml())

    assert drill.mode == mode
    assert in_force() == {CITY: L3[1]}
    assert in_force(mode) == {CITY: L5[1]}
    assert level_of_areas(clock.now()) == {city.pk: 3}
    assert level_of_areas(clock.now(), Mode(mode)) == {city.pk: 5}


def test_correction_of_the_same_minute_replaces(made, city):
    take(made(kinds={CITY: L5}, **at(0)).xml())

    take(made(kinds={CITY: L4}, info_type="訂正", **at(0)).xml())

    assert in_force() == {CITY: L4[1]}


def test_announcement_that_arrives_after_its_correction_changes_nothing(made, city):
    take(made(kinds={CITY: L4}, info_type="訂正", **at(0)).xml())

    assert take(made(kinds={CITY: L5}, **at(0)).xml()).standing == "out_of_date"
    assert in_force() == {CITY: L4[1]}


def test_cancelled_weather_telegram_brings_back_what_was_said_before(made, city):
    take(made(kinds={CITY: L3}, **at(0)).xml())
    take(made(kinds={CITY: L5}, **at(5)).xml())

    cancelled = take(made(kinds={}, info_type="取消", **at(10)).xml())

    assert (cancelled.standing, cancelled.preparation) == ("interpreted", "waiting")
    assert in_force() == {CITY: L3[1]}
    assert HazardState.objects.get().withdrawn


def river(made, **more):
    flooded = made(title="指定河川洪水予報", event_id="830303020300", **more).xml().decode()
    kind = "<Kind><Name>氾濫危険情報</Name><Code>40</Code></Kind>"
    information = (
        f'<Information type="指定河川洪水予報（予報区域）"><Item>{kind}<Areas codeType="指定河川洪水予報（予報区域）">'
        "<Area><Name>見本川</Name><Code>830303020300</Code></Area></Areas></Item></Information></Headline>"
    )
    return flooded.replace("</Headline>", information).encode()


def test_cancelled_event_takes_back_what_it_said(made, city):
    take(river(made, serial="1", **at(0)), "VXKO70.xml")
    assert in_force() == {"830303020300": "氾濫危険情報"}

    take(river(made, serial="2", info_type="取消", **at(1)), "VXKO70.xml")

    assert in_force() == {}


def test_serial_decides_within_the_same_minute(made, city):
    take(river(made, serial="10", **at(0)), "VXKO70.xml")

    assert take(river(made, serial="9", **at(0)), "VXKO70.xml").standing == "out_of_date"


def test_serial_that_begins_again_with_the_next_flood_is_newer(made, city):
    take(river(made, serial="12", **at(0)), "VXKO70.xml")

    assert take(river(made, serial="1", **at(30)), "VXKO70.xml").standing == "interpreted"


def test_transitional_telegram_does_not_warn_a_second_time(made, city):
    take(made(kinds={CITY: L5}, **at(0)).xml())

    rain = {CITY: ("33", "大雨特別警報")}
    old = take(made(kinds=rain, title="気象警報・注意報（Ｈ２７）", **at(0)).xml(), "VPWW54.xml")

    assert (old.standing, old.preparation) == ("interpreted", "not_needed")
    assert in_force() == {CITY: L5[1]}


def test_flood_by_area_lives_in_the_transitional_telegrams_once(made, city):
    flood = {CITY: ("04", "洪水警報")}
    take(made(kinds=flood, title="気象警報・注意報（Ｈ２７）", **at(0)).xml(), "VPWW54.xml")

    second = take(made(kinds=flood, title="気象特別警報・警報・注意報", **at(0)).xml(), "VPWW53.xml")

    assert second.preparation == "waiting"
    assert [(warning.name, warning.level) for warning in HazardWarning.objects.all()] == [("洪水警報", 3)]


def test_state_without_news_is_shown_as_stale_and_no_longer_counted(made, city):
    take(made().xml())

    two_days_later = clock.now() + timedelta(hours=49)

    (hazard,) = hazards_here(two_days_later)
    assert hazard.stale
    assert hazard.age > timedelta(hours=49)
    assert level_of_areas(two_days_later) == {}


def test_telegram_from_the_future_does_not_shut_out_the_true_ones(made, city):
    ahead = take(made(report_time="2027-01-01T00:00:00+09:00").xml())

    assert ahead.standing == "quarantined"
    assert ahead.reason.startswith("発表日時（2027-01-01T00:00:00+09:00）が受信より")
    assert take(made(kinds={CITY: L4}).xml()).standing == "interpreted"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<Report", "XMLとして読めません"),
        (b"", "中身がありません"),
        (b"<feed/>", "気象庁防災情報XMLではありません"),
        (b"\x00\x01", "XMLとして読めません"),
    ],
)
def test_what_is_no_telegram_is_kept_with_the_reason(content, reason):
    telegram = take(content, "x.xml")

    assert (telegram.standing, telegram.mode) == ("quarantined", "")
    assert telegram.reason.startswith(reason)
    assert read_document(telegram.document) == content


def test_other_telegram_is_kept_as_not_interpreted(made):
    telegram = take(made(title="府県気象情報").xml(), "VPFJ50.xml")

    assert (telegram.standing, telegram.preparation) == ("not_interpreted", "not_needed")
    assert "対象外です" in telegram.reason


def test_doubt_inside_a_telegram_is_shown(made, city):
    telegram = take(made(kinds={CITY: ("03", "レベル４大雨危険警報")}).xml())

    assert telegram.standing == "interpreted"
    assert "高い方のレベルで扱います" in telegram.reason
    assert HazardWarning.objects.get().doubt == telegram.reason


def test_news_is_told_after_the_commit(made, django_capture_on_commit_callbacks):
    heard = []
    subscribe(TelegramTaken, heard.append)

    try:
        with django_capture_on_commit_callbacks(execute=True):
            telegram = take(made().xml())
            assert heard == []
    finally:
        _listeners[TelegramTaken].remove(heard.append)

    assert heard == [TelegramTaken(telegram.pk)]


def test_trouble_half_way_leaves_nothing_behind(made, city, monkeypatch):
    def broken(*arguments):
        raise RuntimeError("half way")

    monkeypatch.setattr(intake, "replace_state", broken)

    with pytest.raises(RuntimeError), transaction.atomic():
        take(made().xml())

    assert not Telegram.objects.exists()
    assert not HazardState.objects.exists()


def test_fukui_is_matched_to_its_municipalities(fukui):
    for code, name in [("1820100", "福井市"), ("1821000", "坂井市"), ("1820700", "鯖江市"), ("1820900", "越前市")]:
        area = Area.objects.create(key=name, kind="municipality", name=name)
        AreaCode.objects.create(scheme="jma.city", code=code, name=name, area=area)

    telegram = take(fukui, "20260830_VPWW55_fukui_L5.xml")

    levels = level_of_areas(clock.now())
    assert {area.name: levels[area.pk] for area in Area.objects.all()} == {
        "福井市": 5,
        "坂井市": 4,
        "鯖江市": 3,
        "越前市": 2,
    }
    assert telegram.preparation == "waiting"


def test_every_sample_is_taken_in(index):
    for path, row in index.items():
        telegram = take(path.read_bytes(), path.name)

        assert telegram.standing != "quarantined", (path.name, telegram.reason)
        assert (telegram.title, telegram.info_type) == (row["control_title"], row["info_type"])


def test_big_telegram_costs_no_more_queries_than_a_small_one(made, city):
    small, big = made(**at(0)).xml(), made(kinds={f"{code:07}": L3 for code in range(300)}, **at(5)).xml()
    take(made(**at(0), serial="0").xml())

    with CaptureQueriesContext(connection) as for_small:
        take(small)
    with CaptureQueriesContext(connection) as for_big:
        take(big)

    assert len(for_big) == len(for_small)
