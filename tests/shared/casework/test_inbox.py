from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.shared.casework.flows import AT, case, clerk, resident, section, version
from tests.shared.casework.test_acting import acted
from todoke.ground.people.rules import ANONYMOUS, Viewer
from todoke.shared.casework.actions.arranging import assign
from todoke.shared.casework.models import Case, FlowVersion
from todoke.shared.casework.queries import counts, inbox, load_by_person
from todoke.shared.casework.queries.cases import is_overdue

pytestmark = pytest.mark.django_db

LATE = date(2027, 6, 1)


@pytest.fixture
def flow() -> FlowVersion:
    return version()


def of_both(officer: Viewer) -> Viewer:
    """The same clerk with a second post in another section."""
    return type(officer)(
        officer.account_id, officer.name, officer.staff_id, officer.section_keys,
        officer.grants | {("casework.read", "fukushi")},
    )  # fmt: skip


def test_the_most_urgent_stands_first_and_what_waits_for_others_last(officer: Viewer, flow: FlowVersion) -> None:
    late, early = case(flow, at=AT + timedelta(days=3)), case(flow, at=AT)
    stopped = acted(case(flow), "examine", officer)
    acted(stopped, "send-back", officer, reason="x")
    acted(case(flow), "withdraw", officer)

    assert inbox(officer).cases == [early, late, stopped]
    assert inbox(officer, states=["mending"]).cases == [stopped]
    assert inbox(officer, overdue_on=early.due_date).cases == []
    assert early.due_date is not None
    assert inbox(officer, overdue_on=early.due_date + timedelta(days=1)).cases == [early]
    assert [is_overdue(each, early.due_date + timedelta(days=1)) for each in (early, late)] == [True, False]


def test_an_inbox_is_of_the_viewers_sections_alone(officer: Viewer, flow: FlowVersion) -> None:
    mine, other = case(flow), case(flow, section=section("fukushi"))

    assert inbox(officer).cases == [mine]
    assert inbox(officer, section="fukushi").cases == []
    assert inbox(of_both(officer)).cases == [mine, other]
    assert inbox(of_both(officer), section="fukushi").cases == [other]
    for stranger in (ANONYMOUS, resident(1), clerk("audit.read")):
        assert inbox(stranger).cases == []
        assert counts(stranger, today=LATE) == {}
        assert load_by_person(stranger, "kiki", today=LATE) == []


@pytest.mark.parametrize("sections", [1, 2])
def test_pages_follow_each_other_without_a_gap_or_a_repetition(
    officer: Viewer, flow: FlowVersion, sections: int
) -> None:
    viewer = officer if sections == 1 else of_both(officer)
    for number in range(11):
        case(
            flow,
            at=AT + timedelta(days=number % 3),
            section=section("fukushi" if number % 2 and sections == 2 else "kiki"),
        )
    whole = list(Case.objects.order_by("sort_date", "pk"))

    seen, page, pages = [], None, 0
    while True:
        found = inbox(viewer, page=page, length=4)
        seen += found.cases
        pages += 1
        if found.next_page is None:
            break
        page = found.next_page

    assert (seen, pages) == (whole, 3)


def test_a_page_that_ends_with_the_last_case_has_none_after_it(officer: Viewer, flow: FlowVersion) -> None:
    for _each in range(4):
        case(flow)

    assert inbox(officer, length=4).next_page is None
    assert inbox(officer, length=3).next_page is not None


def test_somebodys_own_cases_and_the_load_of_a_section(officer: Viewer, flow: FlowVersion) -> None:
    held = [case(flow) for _each in range(3)]
    for each in held[:2]:
        assign(each.key, officer.account_id, viewer=officer, at=AT)

    assert inbox(officer, person=officer.account_id).cases == held[:2]
    assert load_by_person(officer, "kiki", today=LATE) == [(officer.account_id, 2, 2), (None, 1, 1)]
    assert counts(officer, today=LATE, person=officer.account_id) == {"received": (2, 2)}


def test_counts_say_how_many_stand_where_and_how_many_are_overdue(officer: Viewer, flow: FlowVersion) -> None:
    case(flow)
    acted(case(flow), "examine", officer)
    stopped = acted(case(flow), "examine", officer)
    acted(stopped, "send-back", officer, reason="x")
    acted(case(flow), "withdraw", officer)

    assert counts(officer, today=LATE) == {"examining": (1, 1), "mending": (1, 0), "received": (1, 1)}
    assert counts(officer, today=date(2026, 11, 16)) == {"examining": (1, 0), "mending": (1, 0), "received": (1, 0)}


@pytest.mark.parametrize("number", [1, 3, 9])
def test_an_inbox_asks_three_questions_however_long_it_is(officer: Viewer, flow: FlowVersion, number: int) -> None:
    for _each in range(number):
        assign(case(flow).key, officer.account_id, viewer=officer, at=AT)

    with CaptureQueriesContext(connection) as asked:
        for each in inbox(of_both(officer)).cases:
            assert each.section.name
            assert each.handler is not None
            assert each.flow_version.read.states[each.state].title

    assert len(asked) == 3
