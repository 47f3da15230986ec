"""Repeats of requests to many, in any order of troubles, departures and arrivals: nobody twice, nobody passed over."""

from collections import Counter
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.shared.messaging.channels.city import City
from tests.shared.messaging.channels.reports import WAYS_OUT
from tests.shared.messaging.editions import SENT_AT, edition
from todoke.shared.messaging.actions import multicasts
from todoke.shared.messaging.channels.line_service import Outcome, Word
from todoke.shared.messaging.models import Multicast
from todoke.shared.messaging.types import Copy, Fate, Result

pytestmark = pytest.mark.django_db
PEOPLE = range(1, 8)
LANGUAGES = ("ja", "en")
OVER = (Fate.ACCEPTED, Fate.REFUSED)


class Undo(Exception):
    """Ends an example and takes its rows with it."""


class Killed(BaseException):
    """The worker dies."""


class Line:
    """LINE as it knows repeats: by the key alone. What happens to an answer on its way is the example's."""

    def __init__(self) -> None:
        self.keys: set[str] = set()
        self.told: Counter[str] = Counter()
        self.happens = iter(())

    def multicast(self, _text: str, to: list[str], key: str) -> Outcome:
        happens = next(self.happens, "taken")
        if happens == "killed before":
            raise Killed
        if happens in ("lost before", "later"):
            return Outcome(Word.UNCLEAR if happens == "lost before" else Word.LATER, "")
        known = key in self.keys
        if not known:
            self.keys.add(key)
            self.told.update(to)
        if happens == "killed after":
            raise Killed
        if happens == "lost after":
            return Outcome(Word.UNCLEAR, "")
        return Outcome(Word.TAKEN_BEFORE if known else Word.TAKEN, "")


class Night:
    """One edition, and who waits for it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.line = Line()
        self.present = set(PEOPLE[:4])
        self.languages = dict.fromkeys(PEOPLE, "ja")
        self.settled: set[int] = set()
        self._patch = monkeypatch

    def carry(self, happens: list[str]) -> None:
        """One try, by a worker that knows nothing of the ones before."""
        self.line.happens = iter(happens)
        channel = City(1, 1).line_each(clock=lambda: SENT_AT + timedelta(minutes=5))
        self._patch.setattr(channel.line, "multicast", self.line.multicast)
        waiting = sorted(self.present - self.settled)
        copies = [Copy(pk, f"U{pk:032x}", self.languages[pk], "token") for pk in waiting]
        with suppress(Killed):
            channel.carry(channel.stationery(edition(), WAYS_OUT), copies, self._report, lane="emergency")

    def _report(self, results: list[Result]) -> None:
        self.settled |= {result.contact_id for result in results if result.fate in OVER}

    def told(self, pk: int) -> int:
        return self.line.told[f"U{pk:032x}"]


HAPPENINGS = st.lists(
    st.sampled_from(["taken", "lost before", "lost after", "later", "killed before", "killed after"]), max_size=4
)
TRIES = st.lists(
    st.tuples(
        HAPPENINGS,
        st.sets(st.sampled_from(PEOPLE), max_size=2),
        st.sets(st.sampled_from(PEOPLE), max_size=2),
        st.sets(st.sampled_from(PEOPLE), max_size=2),
    ),
    max_size=8,
)
HEALTH = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture]}


@settings(max_examples=150, **HEALTH)
@given(tries=TRIES)
def test_no_order_of_troubles_and_departures_tells_anybody_twice_or_passes_anybody_over(monkeypatch, tries):
    with pytest.raises(Undo), transaction.atomic():  # noqa: PT012 - the example has to be undone
        night, left = Night(monkeypatch), set()
        for happens, leave, come, change in tries:
            night.carry(happens)
            left |= leave
            # Who has ended their subscription is not meant any more, and never again by this edition.
            night.present = (night.present | come) - left
            for pk in change:
                night.languages[pk] = LANGUAGES[night.languages[pk] == "ja"]
        night.carry([])
        night.carry([])

        assert all(night.told(pk) <= 1 for pk in PEOPLE)
        assert all(night.told(pk) == 1 for pk in night.present)
        assert night.present <= night.settled
        raise Undo


@settings(max_examples=100, **HEALTH)
@given(tries=TRIES)
@example(tries=[(["lost before"], {1}, set(), set()), ([], set(), set(), set())])
@example(tries=[(["lost after"], {1}, set(), set()), (["later"], set(), set(), set()), ([], set(), set(), set())])
def test_whoever_is_left_out_for_a_while_is_never_passed_over_and_the_others_are_never_told_twice(monkeypatch, tries):
    with pytest.raises(Undo), transaction.atomic():  # noqa: PT012 - the example has to be undone
        night, absent = Night(monkeypatch), set()
        for happens, rest, come, _change in tries:
            night.carry(happens)
            absent |= rest
            night.present = (night.present | come) - rest
        night.present = set(PEOPLE)
        night.carry([])
        night.carry([])

        assert all(night.told(pk) >= 1 for pk in PEOPLE)
        assert all(night.told(pk) == 1 for pk in PEOPLE if pk not in absent)
        assert night.settled == set(PEOPLE)
        raise Undo


def test_the_same_people_have_the_same_key_even_where_the_record_was_lost():
    at = SENT_AT
    first = multicasts.begin("e.1", "ja", [3, 1, 2], at=at, expires_at=at + timedelta(hours=1))
    Multicast.objects.all().delete()

    again = multicasts.begin("e.1", "ja", [1, 2, 3], at=at, expires_at=at + timedelta(hours=1))

    assert again.key == first.key
    others = [multicasts.key_of("e.2", "ja", [1, 2, 3]), multicasts.key_of("e.1", "en", [1, 2, 3])]
    assert first.key not in others
    assert multicasts.key_of("e.1", "ja", [12, 3]) != multicasts.key_of("e.1", "ja", [1, 23])


def test_a_request_is_found_by_anybody_in_it_and_by_nobody_between():
    at = SENT_AT
    multicasts.begin("e.1", "ja", [10, 30], at=at, expires_at=at + timedelta(hours=1))

    assert [sorted(found.contact_ids) for found in multicasts.begun("e.1", [30, 99])] == [[10, 30]]
    assert multicasts.begun("e.1", [20]) == []
    assert multicasts.begun("e.2", [10]) == []
    assert multicasts.begun("e.1", []) == []


def test_what_is_over_is_forgotten_an_hour_later_and_nothing_else():
    at = SENT_AT
    multicasts.begin("e.1", "ja", [1], at=at, expires_at=at + timedelta(hours=1))
    multicasts.begin("e.2", "ja", [1], at=at, expires_at=at + timedelta(hours=9))

    assert multicasts.forget(at=at + timedelta(hours=2) - timedelta(seconds=1)) == 0
    assert multicasts.forget(at=at + timedelta(hours=2)) == 1
    assert list(Multicast.objects.values_list("edition", flat=True)) == ["e.2"]
