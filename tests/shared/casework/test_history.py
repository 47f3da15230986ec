"""Whatever happens to a case, its history rebuilds what its columns say."""

import random
import uuid
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.shared.casework.flows import AT, Answers, case, clerk, resident, section, version
from todoke.shared.casework.actions.acting import act
from todoke.shared.casework.actions.arranging import assign, transfer
from todoke.shared.casework.actions.firing import fire_due
from todoke.shared.casework.actions.letters import write_letter
from todoke.shared.casework.actions.recording import standing_of
from todoke.shared.casework.actions.refusals import CaseRefused
from todoke.shared.casework.actions.tasks import complete_task
from todoke.shared.casework.models import Case, Task
from todoke.shared.casework.rules.history import BrokenHistory, Standing, rebuilt

pytestmark = pytest.mark.django_db

ACTIONS = ("examine", "send-back", "mended", "note", "grant", "refuse", "withdraw", "reopen", "give-up")


@pytest.fixture
def world(answers: Answers) -> list[Case]:
    """Three cases, one of which may be granted, and the people around them."""
    answers.by_key["1"] = {"answer.people": 3}
    flow = version()
    return [case(flow, key=str(number), resident_id=number) for number in (1, 2, 3)]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32))
def test_a_random_history_rebuilds_the_stored_standing(world: list[Case], seed: int) -> None:
    chance, at = random.Random(seed), AT
    section("fukushi")
    staff = {"kiki": clerk(), "fukushi": clerk(section_key="fukushi")}

    for _each in range(25):
        at += timedelta(hours=chance.choice([0, 1, 30, 400]))
        held = chance.choice(world)
        held.refresh_from_db()
        viewer = chance.choice([staff[held.section.key], resident(held.resident_id or 0)])
        try:
            match chance.randrange(8):
                case 0:
                    write_letter(held.key, "x", viewer=viewer, once=uuid.uuid4(), at=at)
                case 1:
                    assign(held.key, chance.choice([None, viewer.account_id]), viewer=viewer, at=at)
                case 2:
                    transfer(held.key, chance.choice(["kiki", "fukushi"]), reason="x", viewer=viewer, at=at)
                case 3:
                    fire_due(at=at)
                case 4:
                    for task in Task.objects.filter(case=held):
                        complete_task(task.pk, viewer=viewer, at=at, values={"answer.people": 2})
                case _:
                    key = chance.choice(ACTIONS)
                    act(held.key, key, viewer=viewer, revision=held.revision, at=at, reason="x")
        except CaseRefused:
            continue

    for held in Case.objects.all():
        assert rebuilt(held.events.all()) == standing_of(held)
        assert [event.seq for event in held.events.all()] == list(range(1, held.seq + 1))
        assert Task.objects.filter(case=held, done_at=None, withdrawn_at=None).count() <= (held.state == "mending")


class Told:
    """An event as a forger would have it."""

    def __init__(self, seq: int, kind: str, **payload: object) -> None:
        self.seq, self.kind, self.payload = seq, kind, payload


def test_a_history_with_a_gap_or_of_no_known_kind_is_refused() -> None:
    for events in ([Told(2, "message")], [Told(1, "message"), Told(1, "message")], [Told(1, "forged")]):
        with pytest.raises(BrokenHistory, match="event"):
            rebuilt(events)
    assert rebuilt([Told(1, "message"), Told(2, "task-done")]) == Standing(seq=2)
