import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests.shared.casework.flows import AT, Answers, case, clerk, document, resident, section, version
from todoke.ground.people.rules import ANONYMOUS, Viewer
from todoke.ground.retention.models import RetentionClass
from todoke.shared.casework.actions.acting import act, act_on_many
from todoke.shared.casework.actions.flows import publish, save_draft
from todoke.shared.casework.actions.letters import write_letter
from todoke.shared.casework.actions.refusals import (
    CaseRefused,
    FieldNotOpen,
    GuardSaysNo,
    LetterIsEmpty,
    NoSuchAction,
    NoSuchCase,
    NotAllowed,
    NothingNew,
    Overtaken,
    ReasonMissing,
    TaskIsOver,
)
from todoke.shared.casework.actions.tasks import complete_task
from todoke.shared.casework.events import CaseClosed, CaseMoved, CaseOpened, MessageWritten, TaskOpened
from todoke.shared.casework.models import Case, CaseEvent, EffectRun, Flow, Letter, Task
from todoke.shared.casework.queries import case_for, history_of, letters_of, open_actions, tasks_for
from todoke.shared.casework.registry import effects
from todoke.shared.casework.rules.document import BrokenFlow

pytestmark = pytest.mark.django_db


def later(days: int = 0, hours: int = 0) -> datetime:
    return AT + timedelta(days=days, hours=hours)


def acted(held: Case, key: str, viewer: Viewer, at: datetime = AT, **more: Any) -> Case:
    held.refresh_from_db()
    return act(held.key, key, viewer=viewer, revision=held.revision, at=at, **more)


# Opening


def test_a_case_is_opened_with_number_arrival_due_date_and_first_event(news: list[object]) -> None:
    held = case()

    assert held.number == "kiki-2026-000001"
    assert (held.state, held.revision, held.seq, held.due_date) == ("received", 1, 1, date(2026, 12, 1))
    event = held.events.get()
    assert (event.kind, event.by, event.payload["arrived_by"]) == ("opened", "tests", "online")
    assert news == [CaseOpened(held.pk, held.number, (held.subject_type, held.subject_key))]


def test_numbers_run_by_section_and_fiscal_year() -> None:
    flow = version()
    march = datetime(2026, 3, 31, 14, 59, tzinfo=UTC)  # 23:59 in Japan

    numbers = [
        case(flow).number,
        case(flow).number,
        case(flow, section=section("fukushi")).number,
        case(flow, at=march).number,
        case(flow, at=march + timedelta(minutes=1)).number,
    ]

    assert numbers == [
        "kiki-2026-000001", "kiki-2026-000002", "fukushi-2026-000001", "kiki-2025-000001", "kiki-2026-000003",
    ]  # fmt: skip


def test_the_same_subject_opens_the_same_case() -> None:
    flow = version()
    first, again = case(flow, key="a"), case(flow, key="a")

    assert first == again
    assert Case.objects.count() == 1


def test_an_arrival_at_night_or_on_a_holiday_counts_from_that_day() -> None:
    sunday = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)

    # Ten open days after Sunday; Monday the 23rd is a holiday.
    assert case(at=sunday).due_date == date(2026, 12, 7)


# Acting


def test_an_action_moves_the_case_and_writes_its_history(officer: Viewer, news: list[object]) -> None:
    held = acted(case(), "examine", officer)

    assert (held.state, held.revision, held.seq) == ("examining", 2, 2)
    event = held.events.get(seq=2)
    assert (event.kind, event.payload["action"], event.payload["from"], event.actor_id) == (
        "moved", "examine", "received", officer.account_id,
    )  # fmt: skip
    assert news[-1] == CaseMoved(held.pk, 2, "examine", "received", "examining")


def test_the_second_click_is_the_same_act(officer: Viewer) -> None:
    held = case()

    first = act(held.key, "examine", viewer=officer, revision=1, at=AT)
    second = act(held.key, "examine", viewer=officer, revision=1, at=later(hours=1))

    assert (first.revision, second.revision) == (2, 2)
    assert held.events.count() == 2


def test_the_second_person_is_told_who_was_quicker(officer: Viewer) -> None:
    held, other = case(), clerk()
    act(held.key, "examine", viewer=officer, revision=1, at=AT)

    with pytest.raises(Overtaken) as refused:
        act(held.key, "examine", viewer=other, revision=1, at=later(hours=1))

    assert (refused.value.by, refused.value.at) == (f"staff:{officer.account_id}", AT)


@pytest.mark.parametrize(
    "other", [{"values": {"answer.people": 4}}, {"reason": "別"}, {"action_key": "withdraw"}, {"revision": 9}]
)
def test_another_act_on_an_old_page_is_refused(officer: Viewer, other: dict[str, Any]) -> None:
    held = acted(case(), "examine", officer)
    same: dict[str, Any] = {"action_key": "note", "revision": 2, "values": {"answer.people": 3}}
    act(held.key, viewer=officer, at=AT, **same)

    act(held.key, viewer=officer, at=AT, **same)
    with pytest.raises(Overtaken):
        act(held.key, viewer=officer, at=AT, **(same | other))

    assert held.events.count() == 3


def test_an_action_of_another_state_or_of_nobodys_is_refused(officer: Viewer) -> None:
    held = case(resident_id=7)

    for key in ("grant", "no-such-action", "give-up"):
        with pytest.raises(NoSuchAction):
            acted(held, key, officer)
    with pytest.raises(NoSuchAction):
        acted(held, "examine", resident(7))
    with pytest.raises(NoSuchAction):
        acted(held, "examine", clerk("casework.read"))
    assert acted(held, "withdraw", resident(7)).outcome == "withdrawn"


def test_a_reason_is_asked_for_where_the_flow_asks_for_one(officer: Viewer) -> None:
    held = acted(case(), "examine", officer)

    with pytest.raises(ReasonMissing):
        acted(held, "refuse", officer, reason="  ")

    assert acted(held, "refuse", officer, reason=" 要件を満たさない ").outcome == "refused"
    assert history_of(officer, held)[-1].private == {"reason": "要件を満たさない"}


def test_a_guard_asks_the_facts_of_the_subject_before_what_came_with_the_act(officer: Viewer, answers: Answers) -> None:
    held = acted(case(key="a"), "examine", officer)

    with pytest.raises(GuardSaysNo) as refused:
        acted(held, "grant", officer)
    assert refused.value.reasons
    assert "grant" not in [each.key for each in open_actions(officer, held, at=AT)]

    answers.by_key["a"] = {"answer.people": 1}
    with pytest.raises(FieldNotOpen) as strange:
        acted(held, "grant", officer, values={"answer.people": 5})
    assert strange.value.names == ("answer.people",)

    answers.by_key["a"] = {"answer.people": 2}
    assert "grant" in [each.key for each in open_actions(officer, held, at=AT)]
    assert acted(held, "grant", officer).outcome == "granted"


def test_facts_of_the_subject_win_over_values_of_the_same_name(officer: Viewer, answers: Answers) -> None:
    doc = document()
    guard = {"op": "at-least", "of": [{"name": "answer.people"}, 2]}
    next(each for each in doc["actions"] if each["key"] == "note")["guard"] = guard
    held = acted(case(version(doc), key="a"), "examine", officer)

    answers.by_key["a"] = {"answer.people": 1}
    with pytest.raises(GuardSaysNo):
        acted(held, "note", officer, values={"answer.people": 9})
    assert "note" in [each.key for each in open_actions(officer, held, at=AT)]
    answers.by_key["a"] = {}
    assert acted(held, "note", officer, values={"answer.people": 9}).revision == 3


def test_an_end_closes_the_case_and_it_can_be_opened_again(officer: Viewer, news: list[object]) -> None:
    held = acted(case(), "examine", officer)

    acted(held, "refuse", officer, reason="x")
    held.refresh_from_db()
    assert (held.closed_on, held.outcome, held.is_open) == (date(2026, 11, 16), "refused", False)
    assert news[-1] == CaseClosed(held.pk, "refused")

    acted(held, "reopen", officer)
    held.refresh_from_db()
    assert (held.closed_on, held.outcome, held.state) == (None, "", "examining")


# The clock


def test_the_clock_stands_while_the_office_waits_and_the_due_date_moves(officer: Viewer) -> None:
    held = acted(case(resident_id=7), "examine", officer)
    acted(held, "send-back", officer, later(days=1), reason="人数")
    held.refresh_from_db()
    assert (held.is_stopped, held.due_date, held.sort_date) == (True, None, date(9999, 12, 31))

    acted(held, "mended", officer, later(days=8))
    held.refresh_from_db()

    # Stopped on the 17th, going again on the 24th; the 23rd is a holiday: 18, 19, 20 and 24 do not count.
    assert (held.is_stopped, held.stops) == (False, [["2026-11-17", "2026-11-24"]])
    assert held.due_date == date(2026, 12, 7)


def test_days_of_the_calendar_roll_to_the_next_open_day_where_the_flow_says_so() -> None:
    saturday = case(version(document(term={"days": 5, "counts": "days", "rolls": False})), key="a")
    rolled = case(version(document(term={"days": 5, "counts": "days"}), flow="other"), key="b")
    without = case(version(document(term=None), flow="third"), key="c")

    assert saturday.due_date == date(2026, 11, 21)
    assert rolled.due_date == date(2026, 11, 24)
    assert without.due_date is None


# Tasks


def test_a_task_opens_its_fields_and_nothing_else_and_is_done_once(officer: Viewer, news: list[object]) -> None:
    held, home = case(resident_id=7), resident(7)
    acted(acted(held, "examine", officer), "send-back", officer, reason="人数")
    task = tasks_for(home).get()
    assert (task.fields, task.due_date, task.is_open) == (["answer.people"], date(2026, 11, 30), True)
    assert TaskOpened(held.pk, task.pk, True) in news

    with pytest.raises(FieldNotOpen):
        complete_task(task.pk, viewer=home, at=AT, values={"answer.until": "2027-01-01"})
    complete_task(task.pk, viewer=home, at=AT, values={"answer.people": 3})
    complete_task(task.pk, viewer=home, at=later(hours=1), values={"answer.people": 3})

    held.refresh_from_db()
    assert held.state == "examining"
    assert [event.kind for event in held.events.all()].count("task-done") == 1
    assert not tasks_for(home).exists()


def test_a_task_is_nobody_elses(officer: Viewer) -> None:
    held = case(resident_id=7)
    acted(acted(held, "examine", officer), "send-back", officer, reason="人数")
    task = Task.objects.get()

    for stranger in (resident(8), ANONYMOUS, clerk(section_key="fukushi")):
        assert not tasks_for(stranger).exists()
        with pytest.raises(NoSuchCase):
            complete_task(task.pk, viewer=stranger, at=AT)
    with pytest.raises(TaskIsOver):
        complete_task(task.pk, viewer=officer, at=AT)
    with pytest.raises(TaskIsOver):
        complete_task(999_999, viewer=officer, at=AT)


def test_a_task_is_withdrawn_when_the_case_goes_on_without_it(officer: Viewer) -> None:
    held, home = case(resident_id=7), resident(7)
    acted(acted(held, "examine", officer), "send-back", officer, reason="人数")
    acted(held, "mended", officer, values={"answer.people": 3})

    task = Task.objects.get()
    assert task.withdrawn_at == AT
    with pytest.raises(TaskIsOver):
        complete_task(task.pk, viewer=home, at=AT)
    # Sent back once more, it is asked for anew.
    acted(held, "send-back", officer, reason="もう一度")
    assert tasks_for(home).get() != task


@pytest.mark.parametrize(("whose", "handler"), [("section", False), ("handler", True), ("handler", False)])
def test_a_task_can_be_staffs(officer: Viewer, whose: str, handler: bool) -> None:
    doc = document()
    order = next(each for each in doc["actions"] if each["key"] == "send-back")
    order["opens"] = order["opens"] | {"for": whose}
    held = acted(case(version(doc)), "examine", officer)
    if handler:
        from todoke.shared.casework.actions.arranging import assign

        assign(held.key, officer.account_id, viewer=officer, at=AT)
    acted(held, "send-back", officer, reason="x")

    assert tasks_for(officer).get().person_id == (officer.account_id if handler else None)
    assert tasks_for(clerk()).count() == (0 if handler else 1)
    complete_task(Task.objects.get().pk, viewer=officer, at=AT)
    held.refresh_from_db()
    assert held.state == "examining"


# Letters


def test_letters_go_both_ways_once_each(officer: Viewer, news: list[object]) -> None:
    held, home = case(resident_id=7), resident(7)
    once = uuid.uuid4()

    asked = write_letter(held.key, " いつですか ", viewer=home, once=once, at=AT)
    again = write_letter(held.key, "いつですか", viewer=home, once=once, at=AT)
    write_letter(held.key, "来週です", viewer=officer, once=uuid.uuid4(), at=AT)

    assert asked == again
    assert news[-2:] == [MessageWritten(held.pk, asked.pk, True), MessageWritten(held.pk, asked.pk + 1, False)]
    assert [(letter.is_from_resident, text) for letter, text in letters_of(home, held)] == [
        (True, "いつですか"), (False, "来週です"),
    ]  # fmt: skip
    assert letters_of(resident(8), held) == []


def test_a_letter_needs_words_and_the_right(officer: Viewer) -> None:
    held = case(resident_id=7)

    for body in (" ", "あ" * 4001):
        with pytest.raises(LetterIsEmpty):
            write_letter(held.key, body, viewer=officer, once=uuid.uuid4(), at=AT)
    with pytest.raises(NotAllowed):
        write_letter(held.key, "x", viewer=clerk("casework.read"), once=uuid.uuid4(), at=AT)
    with pytest.raises(NoSuchCase):
        write_letter(held.key, "x", viewer=resident(8), once=uuid.uuid4(), at=AT)
    assert not Letter.objects.exists()


# Who sees what


def test_nobody_sees_a_case_but_its_section_and_its_resident(officer: Viewer) -> None:
    held = case(resident_id=7)

    assert case_for(officer, held.key) == held
    assert case_for(clerk("casework.read"), held.key) == held
    assert case_for(resident(7), held.key) == held
    for stranger in (resident(8), ANONYMOUS, clerk(section_key="fukushi"), clerk("audit.read")):
        assert case_for(stranger, held.key) is None
        assert history_of(stranger, held) == []
        with pytest.raises(NoSuchCase):
            act(held.key, "examine", viewer=stranger, revision=1, at=AT)


def test_a_case_without_a_resident_is_no_anonymous_visitors() -> None:
    assert case_for(ANONYMOUS, case().key) is None
    assert open_actions(ANONYMOUS, case(), at=AT) == []


def test_a_resident_reads_the_history_without_names_and_reasons_of_staff(officer: Viewer) -> None:
    held = acted(case(resident_id=7), "examine", officer)
    acted(held, "refuse", officer, reason="内部の理由")

    seen = history_of(resident(7), held)

    assert [line.event.kind for line in seen] == ["opened", "moved", "moved"]
    assert [(line.who, line.private) for line in seen] == [("", {})] * 3
    assert [(line.title, line.who) for line in history_of(officer, held)] == [
        ("案件を受け付けました", ""), ("examine", officer.name), ("refuse", officer.name),
    ]  # fmt: skip
    entry = history_of(officer, held)[2].entry
    assert (entry.at, entry.title, entry.note) == (AT, "refuse", "内部の理由")


# Custody


def test_what_is_written_is_sealed_and_gone_with_its_key(officer: Viewer, five_years: RetentionClass) -> None:
    held = case(version(document(retention="y5")), resident_id=7)
    acted(held, "examine", officer)
    write_letter(held.key, "病気のため", viewer=resident(7), once=uuid.uuid4(), at=AT)
    acted(held, "refuse", officer, reason="秘密の理由")

    held.refresh_from_db()
    assert held.custody is not None
    assert held.custody.closed_on == date(2026, 11, 16)
    raw = b"".join(bytes(event.private or b"") for event in held.events.all()) + bytes(Letter.objects.get().body)
    assert "秘密".encode() not in raw
    assert "病気".encode() not in raw
    assert history_of(officer, held)[-1].private == {"reason": "秘密の理由"}

    held.custody.purged_at, held.custody.wrapped_key, held.custody.period = later(days=2500), None, None
    held.custody.save()
    assert history_of(officer, held)[-1].private == {}
    assert [text for _letter, text in letters_of(officer, held)] == [None]


def test_a_case_opened_again_opens_its_custody_again(officer: Viewer, five_years: RetentionClass) -> None:
    held = acted(case(version(document(retention="y5"))), "examine", officer)
    acted(held, "refuse", officer, reason="x")
    acted(held, "reopen", officer)

    held.refresh_from_db()
    assert held.custody is not None
    assert held.custody.closed_on is None


def test_a_case_that_shares_its_subjects_custody_leaves_its_dates_alone(
    officer: Viewer, five_years: RetentionClass
) -> None:
    from todoke.ground.retention.actions import custody

    shared = custody.take(("tests.answers", "a"), "y5", at=AT)
    held = acted(case(key="a", custody=shared), "examine", officer)
    acted(held, "refuse", officer, reason="x")

    shared.refresh_from_db()
    assert (held.owns_custody, shared.closed_on) == (False, None)


# Flows


def test_a_draft_is_kept_with_its_faults_and_published_without(officer: Viewer) -> None:
    save_draft("permit", document(begins="nowhere"), viewer=officer, at=AT)
    with pytest.raises(BrokenFlow):
        publish("permit", viewer=officer, at=AT)
    assert (Flow.objects.get().draft or {})["begins"] == "nowhere"

    save_draft("permit", document(), viewer=officer, at=AT)
    first = publish("permit", viewer=officer, at=AT)
    with pytest.raises(NothingNew):
        publish("permit", viewer=officer, at=AT)
    save_draft("permit", document(), viewer=officer, at=AT)
    with pytest.raises(NothingNew):
        publish("permit", viewer=officer, at=AT)
    save_draft("permit", document(term=None), viewer=officer, at=AT)
    second = publish("permit", viewer=officer, at=AT)

    assert (first.number, second.number, first.published_by_id) == (1, 2, officer.account_id)
    assert second.read.term_days is None


def test_only_who_designs_flows_drafts_and_publishes() -> None:
    reader = clerk("casework.handle")

    with pytest.raises(NotAllowed):
        save_draft("permit", document(), viewer=reader, at=AT)
    with pytest.raises(NotAllowed):
        publish("permit", viewer=reader, at=AT)


# What the database refuses


@pytest.mark.parametrize("model", [CaseEvent, Letter])
@pytest.mark.parametrize("act_on_it", ["update", "delete"])
def test_the_record_is_neither_changed_nor_deleted(officer: Viewer, model: Any, act_on_it: str) -> None:
    held = case()
    write_letter(held.key, "x", viewer=officer, once=uuid.uuid4(), at=AT)
    rows = model.objects.filter(case=held)

    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(seq=77) if act_on_it == "update" else rows.delete()


def test_a_published_version_never_changes() -> None:
    published = version()

    with pytest.raises(DatabaseError), transaction.atomic():
        type(published).objects.filter(pk=published.pk).update(document={})
    with pytest.raises(DatabaseError), transaction.atomic():
        published.delete()


@pytest.mark.parametrize("seq", [1, 3, 0])
def test_a_history_has_neither_a_gap_nor_a_number_twice(seq: int) -> None:
    held = case()

    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        CaseEvent.objects.create(case=held, seq=seq, kind="message", at=AT, by="x", payload={})


def test_a_task_that_is_over_stays_over(officer: Viewer) -> None:
    held = case(resident_id=7)
    acted(acted(held, "examine", officer), "send-back", officer, reason="人数")
    complete_task(Task.objects.get().pk, viewer=resident(7), at=AT)

    with pytest.raises(DatabaseError), transaction.atomic():
        Task.objects.update(done_at=None)


def test_a_result_of_an_effect_is_never_replaced() -> None:
    run = EffectRun.objects.create(
        case=case(), seq=1, effect="x.y", once="a", next_at=AT, state=EffectRun.State.DONE, result={}
    )

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE casework_effectrun SET result = '{\"a\": 1}' WHERE id = %s", [run.pk])


# Many at once


def test_many_cases_are_moved_each_by_itself(officer: Viewer) -> None:
    flow = version()
    one, two, three = (case(flow) for _each in range(3))
    acted(two, "examine", clerk())

    outcomes = dict(act_on_many({each.key: 1 for each in (one, two, three)}, "examine", viewer=officer, at=AT))

    assert isinstance(outcomes[two.key], Overtaken)
    assert [outcomes[one.key], outcomes[three.key]] == [None, None]
    assert Case.objects.filter(state="examining").count() == 3
    with pytest.raises(ValueError, match="at most 200"):
        act_on_many({uuid.uuid4(): 1 for _each in range(201)}, "examine", viewer=officer, at=AT)


def test_every_refusal_has_a_sentence() -> None:
    def all_of(kind: type[CaseRefused]) -> list[type[CaseRefused]]:
        return [kind, *(each for below in kind.__subclasses__() for each in all_of(below))]

    assert all(str(kind.says).endswith("。") for kind in all_of(CaseRefused))
    assert len(effects) >= 4
