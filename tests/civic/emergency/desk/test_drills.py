"""訓練: a scenario is played at its pace, reaches nobody outside, and is reported when it ends."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from tests.civic.emergency.desk.conftest import NIGHT, SAMPLE_CITY
from tests.civic.emergency.desk.test_prepare import FUKUI, RAIN_3, RAIN_4, release
from tests.sign_in import make_staff, sign_in
from todoke.civic.emergency.actions.drills import begin_drill, end_drill, pause_drill, play
from todoke.civic.emergency.actions.prepare import prepare_waiting
from todoke.civic.emergency.actions.refusals import DrillIsOver, DrillRuns, NotAllowed
from todoke.civic.emergency.actions.scenarios import ScenariosPart
from todoke.civic.emergency.models import Draft, Drill, Incident, Scenario, Telegram
from todoke.civic.emergency.rules.drills import NoReportTime, bars, in_time
from todoke.ground.people.queries import viewer_for
from todoke.ground.places.registry import LoadReport
from todoke.shared.messaging.actions import dispatch
from todoke.shared.messaging.models import Delivery, Destination
from todoke.shared.messaging.types import Mode, Reach

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NIGHT, tick=False) as clock:
        yield clock


@pytest.fixture
def leader(city):
    return viewer_for(make_staff(("emergency.read", "emergency.draft", "emergency.drill")), NIGHT.date())


@pytest.fixture
def scenario(made):
    """A level 3 at the beginning, a call after five minutes, a level 4 after ten."""

    def telegram(kinds):
        return made(kinds=kinds, report_time="2026-01-02T03:04:00+09:00", issued="2026-01-01T18:04:05Z").xml().decode()

    return Scenario.objects.create(
        key="rain",
        name="大雨",
        group="storm",
        minutes=30,
        steps=[
            {"minute": 0, "telegram": "a_VPWW55.xml", "content": telegram({FUKUI: RAIN_3}), "says": ""},
            {"minute": 5, "telegram": "", "content": "", "says": "消防団から電話。"},
            {"minute": 10, "telegram": "b_VPWW55.xml", "content": telegram({FUKUI: RAIN_4}), "says": ""},
        ],
        expects=[
            {"after": 1, "within": 5, "what": "released"},
            {"after": 3, "within": 2, "what": "released"},
        ],
    )


def test_a_telegram_is_brought_into_the_time_of_the_drill_and_marked_as_one(made):
    before = made(kinds={FUKUI: RAIN_3}, report_time="2026-01-02T03:04:00+09:00", issued="2026-01-01T18:04:05Z").xml()

    after = in_time(before.decode(), NIGHT)

    assert "<ReportDateTime>2026-11-21T03:00:00+09:00</ReportDateTime>" in after.decode()
    assert "<DateTime>2026-11-20T18:00:05Z</DateTime>" in after.decode()
    assert "<Status>訓練</Status>" in after.decode()
    assert after == in_time(before.decode(), NIGHT)


def test_what_says_no_report_time_is_no_telegram():
    with pytest.raises(NoReportTime):
        in_time("<Report><Status>通常</Status></Report>", NIGHT)


def test_things_come_in_at_their_minute_as_a_drill_and_once(desk, leader, scenario, clock):
    drill = begin_drill(scenario.pk, speed=1, viewer=leader, at=NIGHT)

    assert play(at=NIGHT) == 1
    assert play(at=NIGHT + 4 * MINUTE) == 0
    assert play(at=NIGHT + 5 * MINUTE) == 1
    assert list(drill.steps.values_list("done_at", flat=True)) == [NIGHT, NIGHT + 5 * MINUTE, None]
    telegram = Telegram.objects.get()
    assert (telegram.mode, telegram.source, telegram.standing) == (Mode.EXERCISE, "drill", "interpreted")
    assert drill.incident.mode == Mode.EXERCISE


def test_a_drill_may_run_faster_and_later_telegrams_stay_later(desk, leader, scenario, clock):
    drill = begin_drill(scenario.pk, speed=60, viewer=leader, at=NIGHT)
    play(at=NIGHT)

    clock.shift(timedelta(seconds=10))
    play(at=NIGHT + timedelta(seconds=10))

    assert [telegram.standing for telegram in Telegram.objects.order_by("pk")] == ["interpreted"] * 2
    assert drill.steps.filter(done_at=None).count() == 0


def test_a_worker_that_died_over_a_step_brings_the_same_telegram_in_again(desk, leader, scenario, clock):
    drill = begin_drill(scenario.pk, speed=1, viewer=leader, at=NIGHT)
    play(at=NIGHT + 3 * timedelta(seconds=1))
    drill.steps.filter(number=1).update(done_at=None, telegram=None)

    play(at=NIGHT + 5 * timedelta(seconds=1))

    assert Telegram.objects.get().copies == 1
    assert drill.steps.get(number=1).telegram is not None


def test_while_it_is_paused_its_clock_stands_still(desk, leader, scenario, clock):
    drill = begin_drill(scenario.pk, speed=1, viewer=leader, at=NIGHT)
    play(at=NIGHT)
    pause_drill(drill.pk, viewer=leader, at=NIGHT + MINUTE)

    assert play(at=NIGHT + 20 * MINUTE) == 0
    pause_drill(drill.pk, viewer=leader, at=NIGHT + 20 * MINUTE)
    assert play(at=NIGHT + 23 * MINUTE) == 0
    assert play(at=NIGHT + 24 * MINUTE) == 1


def test_nothing_of_it_reaches_the_public_and_the_report_says_what_became_of_it(desk, leader, scenario, clock):
    drill = begin_drill(scenario.pk, speed=1, viewer=leader, at=NIGHT)
    play(at=NIGHT)
    prepare_waiting(NIGHT)
    clock.shift(2 * MINUTE)
    release(desk, Draft.objects.get(), at=NIGHT + 2 * MINUTE)

    clock.shift(30 * MINUTE)
    play(at=NIGHT + 32 * MINUTE)

    drill.refresh_from_db()
    report = drill.report
    assert drill.ended_at == NIGHT + 32 * MINUTE
    assert set(Delivery.objects.values_list("reach", flat=True)) <= {Reach.SIMULATOR, Reach.STAFF}
    assert (report["to_the_public"], report["deliveries"]) == (0, 2)
    assert [act["released"] for act in report["drafts"]] == [0.0]
    assert [act["submitted"] for act in report["drafts"]] == [120.0]
    assert [(one["took"], one["met"]) for one in report["expects"]] == [(120.0, True), (None, False)]
    assert {person["name"]: (person["written"], person["decided"]) for person in report["people"]} == {
        "入力 一郎": (1, 0),
        "承認 二郎": (0, 1),
    }
    assert [step["late"] for step in report["steps"]] == [0.0, 1620.0, 1320.0]


def test_a_delivery_that_failed_stands_in_the_report(desk, leader, scenario, clock):
    drill = begin_drill(scenario.pk, speed=1, viewer=leader, at=NIGHT)
    play(at=NIGHT)
    prepare_waiting(NIGHT)
    Destination.objects.filter(key="staff-in").update(channel="messaging.demo-fails", address="never")
    release(desk, Draft.objects.get())
    [claimed] = dispatch.claim("emergency", "messaging.demo-fails", limit=5, at=NIGHT)
    errand = dispatch.hand_over(claimed, worker="w", at=NIGHT)
    dispatch.settle(errand, dispatch.send(errand, "messaging.demo-fails"), at=NIGHT, chance=0.5)

    end_drill(drill.pk, viewer=leader, at=NIGHT + MINUTE)

    drill.refresh_from_db()
    assert [(one["destination"], one["reason"]) for one in drill.report["failures"]] == [
        ("配信先 staff-in", "見本のチャンネルが断りました。")
    ]


def test_two_drills_of_one_kind_do_not_run_at_once(desk, leader, scenario, clock):
    begin_drill(scenario.pk, speed=1, viewer=leader, at=NIGHT)

    with pytest.raises(DrillRuns, match="大雨"):
        begin_drill(scenario.pk, speed=1, viewer=leader, at=NIGHT)

    assert Drill.objects.count() == Incident.objects.count() == 1


def test_who_may_not_lead_a_drill_neither_begins_nor_ends_one(desk, leader, scenario, clock):
    drill = begin_drill(scenario.pk, speed=1, viewer=leader, at=NIGHT)

    for act in (
        lambda: begin_drill(scenario.pk, speed=1, viewer=desk.writer, at=NIGHT),
        lambda: end_drill(drill.pk, viewer=desk.approver, at=NIGHT),
        lambda: pause_drill(drill.pk, viewer=desk.approver, at=NIGHT),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_what_is_over_is_over(desk, leader, scenario, clock):
    drill = begin_drill(scenario.pk, speed=1, viewer=leader, at=NIGHT)
    end_drill(drill.pk, viewer=leader, at=NIGHT)

    with pytest.raises(DrillIsOver):
        end_drill(drill.pk, viewer=leader, at=NIGHT)
    assert play(at=NIGHT + 20 * MINUTE) == 0


def test_the_sample_city_brings_scenarios_and_loading_them_twice_changes_nothing(city):
    for changes in (2, 0):
        report = LoadReport(SAMPLE_CITY)
        ScenariosPart().load(SAMPLE_CITY, report)
        assert [str(fault) for fault in report.faults] == []
        assert report.changes() == changes


SOUND = """[[drills]]
key = "one"
name = "一つ"
group = "storm"
minutes = 10
steps = [ { minute = 0, says = "電話です。" } ]
expects = [ { after = 1, within = 2, what = "prepared" } ]
"""


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('group = "storm"', 'group = "rain"', "次のどれか"),
        ("minutes = 10", "minutes = 0", "1から1440"),
        ('says = "電話です。"', 'telegram = "nowhere.xml"', "この名前のファイルがありません"),
        ('says = "電話です。"', 'telegram = "../city.toml"', "この名前のファイルがありません"),
        ('says = "電話です。"', 'says = ""', "どちら|telegram"),
        ("minute = 0, says", "minute = 11, says", "訓練が終わった後"),
        ("after = 1", "after = 2", "1から1で"),
        ('what = "prepared"', 'what = "won"', "次のどれか"),
        ('steps = [ { minute = 0, says = "電話です。" } ]', "steps = []", "手順"),
    ],
)
def test_a_fault_in_the_file_is_told_with_its_place(tmp_path, old, new, words):
    (tmp_path / "drills.toml").write_text(SOUND.replace(old, new), encoding="utf-8")
    report = LoadReport(tmp_path)

    ScenariosPart().load(tmp_path, report)

    assert any(word in str(fault) for fault in report.faults for word in words.split("|"))
    assert not Scenario.objects.exists()


def test_bars_stand_one_after_the_other_on_one_scale():
    parts = bars(
        [
            {"prepared": 1, "submitted": 3, "released": None, "attempted": 0, "arrived": 4},
            {**dict.fromkeys(("prepared", "submitted", "released", "attempted", "arrived")), "submitted": 4},
        ]
    )

    assert [(part.number, part.begin, part.width, part.top) for part in parts] == [
        (1, 0, 125, 0), (2, 125, 375, 0), (5, 500, 500, 0), (2, 0, 500, 14),
    ]  # fmt: skip


def test_the_leader_begins_pauses_and_ends_it_on_the_pages(desk, scenario, clock):
    client = sign_in(Client(), make_staff(("emergency.read", "emergency.draft", "emergency.drill")))
    begun = client.post(reverse("emergency:drills"), {"scenario": scenario.pk, "speed": "5"})
    drill = Drill.objects.get()
    play(at=NIGHT)
    page = reverse("emergency:drill", args=[drill.pk])

    assert begun.headers["Location"] == page
    assert "消防団から電話" in client.get(page).content.decode()
    assert client.post(reverse("emergency:pause-drill", args=[drill.pk])).status_code == 302
    assert "休止中" in client.get(page).content.decode()
    assert "訓練を終える" in client.get(reverse("emergency:end-drill", args=[drill.pk])).content.decode()
    client.post(reverse("emergency:end-drill", args=[drill.pk]))
    assert "めざした時間" in client.get(page).content.decode()
    saved = client.get(reverse("emergency:drill-report", args=[drill.pk])).json()
    assert saved["report"]["steps"][0]["is_telegram"]


def test_who_only_reads_sees_drills_and_no_buttons(desk, leader, scenario, clock):
    drill = begin_drill(scenario.pk, speed=1, viewer=leader, at=NIGHT)
    client = sign_in(Client(), desk.accounts[0])

    page = client.get(reverse("emergency:drill", args=[drill.pk]))

    assert page.status_code == 200
    assert "訓練を終える" not in page.content.decode()
    assert client.post(reverse("emergency:end-drill", args=[drill.pk])).status_code == 403
