from datetime import date, timedelta

import pytest

from tests.shared.casework.flows import AT, case, clerk, document, resident, section, title, version
from tests.shared.casework.test_acting import acted
from todoke.ground.audit.models import Entry
from todoke.ground.people.rules import Viewer
from todoke.shared.casework.actions.acting import act
from todoke.shared.casework.actions.arranging import assign, hand_over, preview_hand_over, transfer
from todoke.shared.casework.actions.recording import standing_of
from todoke.shared.casework.actions.refusals import (
    NoSuchCase,
    NotAllowed,
    NotOfThisSection,
    Overtaken,
    ReasonMissing,
    TableIncomplete,
    UnknownSection,
)
from todoke.shared.casework.actions.versions import move_cases, preview_move
from todoke.shared.casework.models import Case, Task
from todoke.shared.casework.queries import case_for, history_of, tasks_for
from todoke.shared.casework.rules.history import rebuilt

pytestmark = pytest.mark.django_db


def test_a_case_is_given_to_somebody_of_its_section_and_taken_back(officer: Viewer) -> None:
    held, other = case(), clerk()

    assign(held.key, other.account_id, viewer=officer, at=AT)
    assign(held.key, other.account_id, viewer=officer, at=AT)
    held.refresh_from_db()
    assert (held.handler_id, held.revision, held.events.count()) == (other.account_id, 1, 2)

    assign(held.key, None, viewer=officer, at=AT)
    held.refresh_from_db()
    assert held.handler_id is None


def test_nobody_gets_a_case_that_they_may_not_handle(officer: Viewer) -> None:
    held = case()

    for stranger in (clerk(section_key="fukushi"), clerk("casework.read")):
        with pytest.raises(NotOfThisSection):
            assign(held.key, stranger.account_id, viewer=officer, at=AT)
    with pytest.raises(NotOfThisSection):
        assign(held.key, 999_999, viewer=officer, at=AT)
    with pytest.raises(NotAllowed):
        assign(held.key, None, viewer=clerk("casework.read"), at=AT)


def test_a_transferred_case_is_the_other_sections_with_its_number_and_open_tasks(officer: Viewer) -> None:
    there = clerk(section_key="fukushi")
    doc = document()
    order = next(each for each in doc["actions"] if each["key"] == "send-back")
    order["opens"] = order["opens"] | {"for": "section"}
    held = case(version(doc))
    assign(held.key, officer.account_id, viewer=officer, at=AT)
    acted(acted(held, "examine", officer), "send-back", officer, reason="x")

    transfer(held.key, "fukushi", reason="所管が違う", viewer=officer, at=AT)

    assert case_for(officer, held.key) is None
    moved = case_for(there, held.key)
    assert moved is not None
    assert (moved.number, moved.handler, moved.state) == ("kiki-2026-000001", None, "mending")
    assert history_of(there, moved)[-1].private == {"reason": "所管が違う"}
    assert tasks_for(there).count() == 1
    assert not tasks_for(officer).exists()
    with pytest.raises(Overtaken):
        act(held.key, "mended", viewer=there, revision=moved.revision - 1, at=AT)


def test_a_transfer_needs_right_reason_and_a_place(officer: Viewer) -> None:
    held = case()
    section("fukushi")

    with pytest.raises(NotAllowed):
        transfer(held.key, "fukushi", reason="x", viewer=clerk("casework.handle"), at=AT)
    with pytest.raises(NoSuchCase):
        transfer(held.key, "fukushi", reason="x", viewer=resident(3), at=AT)
    with pytest.raises(ReasonMissing):
        transfer(held.key, "fukushi", reason=" ", viewer=officer, at=AT)
    for key in ("kiki", "nowhere"):
        with pytest.raises(UnknownSection):
            transfer(held.key, key, reason="x", viewer=officer, at=AT)


# Sections that change


def test_a_reorganisation_moves_every_case_by_a_table_after_a_preview(officer: Viewer) -> None:
    flow = version()
    held = [case(flow) for _each in range(5)]
    acted(held[0], "withdraw", officer)
    elsewhere = case(flow, section=section("fukushi"))
    section("kiki-shin")
    table = {"kiki": "kiki-shin"}

    preview = preview_hand_over(table)
    moved = hand_over(table, reason="組織改編", viewer=officer, at=AT, batch=2)
    again = hand_over(table, reason="組織改編", viewer=officer, at=AT)

    assert [(line.source, line.target, line.open_cases, line.all_cases) for line in preview] == [
        ("kiki", "kiki-shin", 4, 5)
    ]
    assert (moved, again) == (5, 0)
    assert Case.objects.filter(section__key="kiki-shin").count() == 5
    elsewhere.refresh_from_db()
    assert elsewhere.section.key == "fukushi"
    assert all(rebuilt(each.events.all()) == standing_of(each) for each in Case.objects.all())
    assert Entry.objects.filter(what="casework.handed-over").count() == 2


@pytest.mark.parametrize("table", [{"kiki": "nowhere"}, {"kiki": "fukushi", "fukushi": "kiki"}])
def test_a_table_that_leads_nowhere_or_in_a_circle_moves_nothing(table: dict[str, str]) -> None:
    held = case()
    keeper = clerk()
    keeper = type(keeper)(
        keeper.account_id, keeper.name, keeper.staff_id, keeper.section_keys,
        keeper.grants | {("casework.arrange", "fukushi")},
    )  # fmt: skip
    section("fukushi")

    with pytest.raises(TableIncomplete) as refused:
        hand_over(table, reason="x", viewer=keeper, at=AT)

    assert refused.value.missing
    held.refresh_from_db()
    assert held.events.count() == 1


def test_a_preview_says_where_a_table_leads_nowhere() -> None:
    assert [line.target for line in preview_hand_over({"kiki": "nowhere"})] == [None]


def test_a_hand_over_needs_the_right_in_every_old_section_and_a_reason(officer: Viewer) -> None:
    section("fukushi")
    for table in ({}, {"fukushi": "kiki"}, {"kiki": "fukushi", "other": "fukushi"}):
        with pytest.raises(NotAllowed):
            hand_over(table, reason="x", viewer=officer, at=AT)
    with pytest.raises(ReasonMissing):
        hand_over({"kiki": "fukushi"}, reason="", viewer=officer, at=AT)


# New versions


def newer() -> dict[str, object]:
    doc = document(term={"days": 20, "counts": "open-days"})
    for state in doc["states"]:
        state["key"] = {"examining": "checking"}.get(state["key"], state["key"])
    for each in doc["actions"]:
        each["from"] = ["checking" if key == "examining" else key for key in each["from"]]
        each["to"] = "checking" if each["to"] == "examining" else each["to"]
    doc["timers"].append(
        {"key": "checked", "anchor": "entered", "of": "checking", "after": 3, "counts": "open-days", "action": "remind"}
    )
    doc["title"] = title("申請（新）")
    return doc


TABLE = {"received": "received", "examining": "checking", "mending": "mending"}


def test_running_cases_move_to_a_new_version_by_a_table_after_a_preview_of_each(officer: Viewer) -> None:
    old = version()
    held = [case(old) for _each in range(4)]
    acted(held[1], "examine", officer)
    acted(acted(held[2], "examine", officer), "send-back", officer, reason="x")
    acted(held[3], "withdraw", officer)
    new = version(newer())
    at = AT + timedelta(days=1)

    lines = list(preview_move(old, new, TABLE, at=at))
    moved = move_cases(old, new, TABLE, viewer=officer, at=at, batch=2)

    assert [(line.before, line.after, line.tasks_withdrawn) for line in lines] == [
        ("received", "received", 0), ("examining", "checking", 0), ("mending", "mending", 1),
    ]  # fmt: skip
    assert [(line.due_before, line.due_after) for line in lines] == [
        (date(2026, 12, 1), date(2026, 12, 15)), (date(2026, 12, 1), date(2026, 12, 15)), (None, None),
    ]  # fmt: skip
    assert moved == 3
    assert move_cases(old, new, TABLE, viewer=officer, at=at) == 0
    for each, line in zip(held[:3], lines, strict=True):
        each.refresh_from_db()
        assert (each.flow_version, each.state, each.due_date) == (new, line.after, line.due_after)
        assert rebuilt(each.events.all()) == standing_of(each)
    held[3].refresh_from_db()
    assert held[3].flow_version == old
    assert Task.objects.get().withdrawn_at == at
    assert held[1].timers.get(key="checked").fires_at is not None
    assert held[2].timers.get(key="checked").fires_at is None


def test_a_table_with_a_hole_moves_nothing(officer: Viewer) -> None:
    old = version()
    held = case(old)
    new = version(newer())

    for table in ({}, {"received": "nowhere"}, {"received": "granted"}):
        assert [line.after for line in preview_move(old, new, table, at=AT)] == [None]
        with pytest.raises(TableIncomplete) as refused:
            move_cases(old, new, table, viewer=officer, at=AT)
        assert refused.value.missing == ("received",)
    held.refresh_from_db()
    assert held.flow_version == old


def test_cases_move_within_their_flow_and_by_who_designs_it(officer: Viewer) -> None:
    old, other = version(), version(flow="other")

    with pytest.raises(NotAllowed):
        move_cases(old, other, {}, viewer=officer, at=AT)
    with pytest.raises(NotAllowed):
        move_cases(old, version(newer()), {}, viewer=clerk("casework.handle"), at=AT)
