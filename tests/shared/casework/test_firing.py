import threading
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction

from tests.shared.casework.flows import AT, Answers, case, clerk, document, resident, version
from tests.shared.casework.test_acting import acted, later
from todoke.base.registry import Registry
from todoke.base.rounds import going
from todoke.base.rounds.queries import stuck_rows
from todoke.ground.people.rules import Viewer
from todoke.shared.casework import caretaker, demo
from todoke.shared.casework.actions import acting, firing
from todoke.shared.casework.actions.effecting import LEASE, PAUSES_MINUTES, TRIES_MAX, run_again, run_due
from todoke.shared.casework.actions.firing import fire_due
from todoke.shared.casework.actions.moving import effect_key
from todoke.shared.casework.actions.refusals import NoSuchAction, NotAllowed
from todoke.shared.casework.caretaker import CLOCKWORK
from todoke.shared.casework.models import Case, EffectRun, Timer
from todoke.shared.casework.registry import Effect, Order

pytestmark = pytest.mark.django_db


def midnight(day: date) -> datetime:
    """The end of a Japanese day."""
    return datetime(day.year, day.month, day.day, 15, tzinfo=UTC)


def kinds(held: Case) -> list[str]:
    return [event.kind for event in held.events.all()]


# Timers


def test_a_timer_from_the_opening_fires_when_its_last_day_is_over(officer: Viewer) -> None:
    held = acted(case(), "examine", officer)
    timer = held.timers.get(key="slow")
    # Five open days after Monday the 16th: Tuesday the 24th, the 23rd being a holiday.
    assert timer.fires_at == midnight(date(2026, 11, 24))

    fire_due(at=timer.fires_at - timedelta(seconds=1))
    assert kinds(held) == ["opened", "moved"]
    fire_due(at=timer.fires_at)
    fire_due(at=timer.fires_at + timedelta(days=100))

    assert kinds(held) == ["opened", "moved", "moved"]
    assert held.events.get(seq=3).by == "timer:slow"
    timer.refresh_from_db()
    assert (timer.fires_at, timer.fired_seq) == (None, 3)


def test_a_timer_of_a_state_fires_there_once_and_is_set_anew_when_the_state_comes_again(officer: Viewer) -> None:
    held = acted(case(), "examine", officer)
    acted(held, "send-back", officer, reason="x")
    first = held.timers.get(key="no-answer").fires_at
    acted(held, "mended", officer, later(days=1))
    assert held.timers.get(key="no-answer").fires_at is None

    acted(held, "send-back", officer, later(days=2), reason="y")
    second = held.timers.get(key="no-answer").fires_at
    assert (first, second) == (midnight(date(2026, 11, 30)), midnight(date(2026, 12, 2)))
    assert second is not None
    fire_due(at=second)

    held.refresh_from_db()
    assert (held.state, held.outcome) == ("withdrawn", "withdrawn")
    assert not Timer.objects.exclude(fires_at=None).exists()


def test_a_timer_of_an_answer_follows_the_answer_until_it_has_fired(officer: Viewer, answers: Answers) -> None:
    answers.by_key["a"] = {"answer.until": date(2026, 12, 1)}
    held = acted(case(key="a"), "examine", officer)
    assert held.timers.get(key="until").fires_at == midnight(date(2026, 12, 1))

    answers.by_key["a"] = {"answer.until": date(2026, 12, 3)}
    acted(held, "note", officer)
    assert held.timers.get(key="until").fires_at == midnight(date(2026, 12, 3))
    fire_due(at=midnight(date(2026, 12, 3)))
    answers.by_key["a"] = {"answer.until": date(2027, 1, 5)}
    acted(held, "note", officer)

    assert held.timers.get(key="until").fires_at is None


def test_an_answer_that_is_no_date_sets_no_timer(answers: Answers) -> None:
    answers.by_key["a"] = {"answer.until": "あした"}

    assert case(key="a").timers.get(key="until").fires_at is None


def test_a_time_that_finds_nothing_to_do_is_written_down(officer: Viewer) -> None:
    held = case()

    fire_due(at=midnight(date(2026, 11, 24)))

    assert kinds(held) == ["opened", "timer-passed"]
    held.refresh_from_db()
    assert (held.state, held.revision, held.timers.get(key="slow").fired_seq) == ("received", 1, 2)


def test_a_guard_that_says_no_leaves_no_trace_of_the_step(officer: Viewer) -> None:
    doc = document()
    next(each for each in doc["actions"] if each["key"] == "remind")["guard"] = {
        "op": "at-least", "of": [{"name": "answer.people"}, 2],
    }  # fmt: skip
    held = acted(case(version(doc)), "examine", officer)

    fire_due(at=midnight(date(2026, 11, 24)))

    assert kinds(held) == ["opened", "moved", "timer-passed"]


def test_one_that_fails_is_tried_again_later_and_keeps_back_no_other(
    officer: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow = version()
    broken, sound = (acted(case(flow), "examine", officer) for _each in range(2))
    right = acting.take

    def take(held: Case, *arguments: Any, **named: Any) -> None:
        if held.pk == broken.pk:
            raise ZeroDivisionError
        right(held, *arguments, **named)

    monkeypatch.setattr(firing, "take", take)
    at = midnight(date(2026, 11, 24))
    for minutes in (0, 1, 1, 3):
        fire_due(at=at + timedelta(minutes=minutes))

    assert (len(kinds(broken)), len(kinds(sound))) == (2, 3)
    timer = broken.timers.get(key="slow")
    assert (timer.tries, timer.fires_at) == (3, at + timedelta(minutes=3 + 4))
    assert [(each.errand, each.row) for each in stuck_rows()] == [("casework.fire", str(timer.pk))]
    monkeypatch.undo()
    fire_due(at=at + timedelta(days=1))
    assert len(kinds(broken)) == 3
    assert not stuck_rows().exists()


def test_a_timer_that_a_newer_flow_no_longer_knows_says_so() -> None:
    held = case()
    Timer.objects.create(case=held, key="ghost", fires_at=AT, armed_seq=1)

    fire_due(at=AT)

    assert kinds(held) == ["opened", "timer-passed"]


@pytest.mark.django_db(transaction=True)
def test_many_workers_fire_a_timer_once() -> None:
    officer, flow = clerk(), version()
    held = [acted(case(flow), "examine", officer) for _each in range(5)]
    begin = threading.Barrier(4)

    def work() -> None:
        begin.wait()
        for _each in range(5):
            fire_due(at=midnight(date(2026, 11, 24)))
        connection.close()

    threads = [threading.Thread(target=work) for _each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert [kinds(each) for each in held] == [["opened", "moved", "moved"]] * 5


@pytest.mark.django_db(transaction=True)
def test_whoever_dies_over_a_timer_leaves_it_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    held = acted(case(), "examine", clerk())

    class Killed(BaseException):
        """The process is gone: nothing is caught, nothing is written down."""

    right = acting.take

    def take(*arguments: Any, **named: Any) -> None:
        right(*arguments, **named)
        raise Killed

    monkeypatch.setattr(firing, "take", take)
    with pytest.raises(Killed):
        fire_due(at=midnight(date(2026, 11, 24)))
    assert kinds(held) == ["opened", "moved"]
    monkeypatch.undo()

    fire_due(at=midnight(date(2026, 11, 24)))
    assert kinds(held) == ["opened", "moved", "moved"]


@pytest.mark.django_db(transaction=True)
def test_the_second_person_at_the_same_moment_waits_and_is_refused_or_the_same() -> None:
    flow, officer = version(), clerk()
    held = case(flow)
    outcomes: list[str] = []
    begin = threading.Barrier(2)

    def click(key: str) -> None:
        begin.wait()
        try:
            outcomes.append(acted_at(held, key, officer))
        finally:
            connection.close()

    threads = [threading.Thread(target=click, args=(key,)) for key in ("examine", "withdraw")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(outcomes) == ["Overtaken", "done"]
    assert held.events.count() == 2


def acted_at(held: Case, key: str, viewer: Viewer) -> str:
    from todoke.shared.casework.actions.acting import act
    from todoke.shared.casework.actions.refusals import CaseRefused

    try:
        act(held.key, key, viewer=viewer, revision=1, at=AT)
    except CaseRefused as refusal:
        return type(refusal).__name__
    return "done"


@pytest.mark.django_db(transaction=True)
def test_two_openings_of_one_subject_at_the_same_moment_are_one_case() -> None:
    flow = version()
    begin, found = threading.Barrier(2), []

    def work() -> None:
        begin.wait()
        found.append(case(flow, key="a").pk)
        connection.close()

    threads = [threading.Thread(target=work) for _each in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert len(set(found)) == 1
    assert Case.objects.get().number == "kiki-2026-000001"


# Effects


class Counted:
    """An effect that keeps what it was told."""

    key = "tests.counted"

    def __init__(self) -> None:
        self.orders: list[Order] = []

    def run(self, order: Order) -> Mapping[str, Any]:
        self.orders.append(order)
        return {"count": len(self.orders)}


def registry_of(*items: Effect) -> Registry[Effect]:
    made: Registry[Effect] = Registry("casework.effects")
    for each in items:
        made.register(each)
    return made


def ordered(effect: str, **settings: Any) -> EffectRun:
    held = case()
    return EffectRun.objects.create(
        case=held, seq=1, effect=effect, once=effect_key(held, 1, effect), settings=settings, next_at=AT
    )


def test_a_move_orders_its_effects_and_each_has_one_result(officer: Viewer, answers: Answers) -> None:
    answers.by_key["a"] = {"answer.people": 3}
    held = acted(case(key="a"), "examine", officer)
    acted(held, "grant", officer)
    run = EffectRun.objects.get()
    assert (run.seq, run.once) == (3, effect_key(held, 3, "0:casework.demo-succeeds"))

    with transaction.atomic():
        assert run_due(clock=lambda: AT) == 1
        assert run_due(clock=lambda: AT) == 0

    run.refresh_from_db()
    assert (run.state, run.result, run.tries) == ("done", {"say": "granted"}, 1)


def test_a_worker_that_died_over_an_effect_leaves_it_with_the_same_key() -> None:
    counted = Counted()
    run = ordered("tests.counted")
    # Claimed by somebody who was never heard of again.
    EffectRun.objects.update(tries=1, next_at=AT + LEASE)

    assert run_due(clock=lambda: AT, registry=registry_of(counted)) == 0
    assert run_due(clock=lambda: AT + LEASE, registry=registry_of(counted)) == 1

    run.refresh_from_db()
    assert (run.state, run.tries, [order.key for order in counted.orders]) == ("done", 2, [run.once])


def test_the_first_result_stays() -> None:
    class Slow(Counted):
        def run(self, order: Order) -> Mapping[str, Any]:
            EffectRun.objects.filter(once=order.key).update(state="done", result={"by": "another worker"})
            return {"by": "this one"}

    run = ordered("tests.counted")
    effect = Slow()
    effect_in_this_thread(effect, run)

    run.refresh_from_db()
    assert run.result == {"by": "another worker"}


def effect_in_this_thread(effect: Effect, run: EffectRun) -> None:
    """As a worker would, in the transaction of the test, which a thread could not see."""
    from todoke.shared.casework.actions.effecting import _settle

    result = effect.run(Order(run.case_id, run.seq, run.once, run.settings))
    _settle(run, result, "", False, at=AT)


def test_a_polite_failure_is_tried_ever_more_seldom_and_then_shown_to_a_person(officer: Viewer) -> None:
    run = ordered("casework.demo-fails")
    registry, at = registry_of(demo.FailsPolitely()), AT

    for tries in range(1, TRIES_MAX + 1):
        assert run_due(clock=partial(datetime.astimezone, at), registry=registry) == 1
        run.refresh_from_db()
        if tries < TRIES_MAX:
            assert (run.state, run.trouble) == ("waiting", "demo")
            assert run.next_at == at + timedelta(minutes=PAUSES_MINUTES[min(tries, 7) - 1])
            at = run.next_at

    assert (run.state, run.tries) == ("gave-up", TRIES_MAX)
    with pytest.raises(NotAllowed):
        run_again(run.pk, viewer=clerk("casework.read"), at=at)
    run_again(run.pk, viewer=officer, at=at)
    with pytest.raises(NoSuchAction):
        run_again(run.pk, viewer=officer, at=at)
    run.refresh_from_db()
    assert (run.state, run.tries) == ("waiting", 0)


@pytest.mark.parametrize(
    ("effect", "told", "state", "trouble"),
    [
        (demo.FailsPolitely(), {"never": True}, "gave-up", "お試しの命令です。実行できません。"),
        (demo.Explodes(), {}, "waiting", "ZeroDivisionError"),
        (demo.Hangs(), {"seconds": 0.6}, "waiting", "hung"),
        (demo.Succeeds(), {}, "done", ""),
    ],
)
def test_what_an_effect_may_do_to_its_worker(effect: Effect, told: dict[str, Any], state: str, trouble: str) -> None:
    run = ordered(effect.key, **told)

    run_due(clock=lambda: AT, registry=registry_of(effect), patience_seconds=0.3)

    run.refresh_from_db()
    assert (run.state, run.trouble) == (state, trouble)


def test_an_effect_that_has_retired_is_shown_to_a_person() -> None:
    run = ordered("gone.away")

    run_due(clock=lambda: AT, registry=registry_of())

    run.refresh_from_db()
    assert (run.state, run.trouble) == ("gave-up", "effect retired")


# The companion


def test_the_companion_does_both_and_rests(officer: Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    held = acted(case(), "examine", officer)
    run = ordered("casework.demo-succeeds")
    monkeypatch.setattr(caretaker, "now", lambda: midnight(date(2026, 11, 24)))

    assert CLOCKWORK.step() is False

    run.refresh_from_db()
    assert (kinds(held)[-1], run.state) == ("moved", "done")


def test_after_a_restore_nothing_moves_by_itself(officer: Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    held = acted(case(), "examine", officer)
    monkeypatch.setattr(caretaker, "now", lambda: midnight(date(2026, 11, 24)))
    monkeypatch.setattr(going, "open_setbacks", lambda: ["setback"])

    assert CLOCKWORK.step() is None
    assert kinds(held) == ["opened", "moved"]


def test_a_resident_who_answers_stops_the_timer_of_the_state(officer: Viewer) -> None:
    held = case(resident_id=7)
    acted(acted(held, "examine", officer), "send-back", officer, reason="x")
    acted(held, "withdraw", resident(7))

    assert not held.timers.exclude(fires_at=None).exists()
