"""Companions that take a turn and rest."""

import threading

import pytest

from todoke.base.jobs import Lane
from todoke.base.rounds.going import Rounds


class Stop(threading.Event):
    """Told to stop at so many rests; notes how long each was to be."""

    def __init__(self, rests: int) -> None:
        super().__init__()
        self.left = rests
        self.rests: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.rests.append(timeout)
        self.left -= 1
        if self.left == 0:
            self.set()
        return self.is_set()


@pytest.mark.django_db
def test_a_turn_with_its_hands_full_is_followed_at_once_and_an_empty_one_by_a_rest():
    given = iter([True, 3, 0, None])
    stop = Stop(2)

    Rounds("library.shelving", Lane.BULK, lambda: next(given), rest_seconds=7).run("bulk", stop)

    assert stop.rests == [7, 7]
    assert next(given, "none left") == "none left"


def test_rounds_go_with_one_lane():
    assert Rounds("library.shelving", Lane.BULK, bool, rest_seconds=7).lanes == {"bulk"}


@pytest.mark.django_db
@pytest.mark.parametrize(("waits", "went"), [(True, None), (False, "went")])
def test_what_waits_for_people_does_nothing_after_a_restore(waits, went, monkeypatch):
    monkeypatch.setattr("todoke.base.rounds.going.open_setbacks", lambda: ["a setback"])

    rounds = Rounds("library.shelving", Lane.BULK, lambda: "went", rest_seconds=7, waits_for_people=waits)

    assert rounds.step() == went
