"""Work done row by row; what keeps failing is seen."""

import logging
from datetime import timedelta

import pytest
import time_machine
from django.db import OperationalError
from django.template.loader import render_to_string
from django.utils import timezone

from todoke.base.backup.models import Backup
from todoke.base.doctor import Verdict
from todoke.base.rounds.checkup import StuckRows
from todoke.base.rounds.errands import Errand, _pause_after
from todoke.base.rounds.models import Stuck
from todoke.base.rounds.queries import stuck_among, stuck_rows

SHELVE = Errand("library.shelve", "本を棚に戻す")


@pytest.fixture
def three(db) -> list[int]:
    """Three rows of some table."""
    made = [
        Backup.objects.create(
            identifier=f"00000000-0000-4000-8000-00000000000{number}",
            made_at=timezone.now() + timedelta(minutes=number),
            file_name=f"{number}",
            size_bytes=1,
        )
        for number in range(3)
    ]
    return [each.pk for each in made]


def shelving(bad: int):
    def act(row: Backup) -> bool:
        row.size_bytes = 2
        row.save(update_fields=["size_bytes"])
        if row.pk == bad:
            raise ValueError("本人 山田花子 の電話 090-1234-5678")
        return True

    return act


def rows():
    return Backup.objects.filter(size_bytes=1).order_by("pk")


def test_a_row_that_raises_between_two_good_ones_is_undone_alone_and_the_others_go(three, caplog):
    with caplog.at_level(logging.ERROR):
        went = SHELVE.each(rows(), shelving(three[1]))

    assert went == 2
    assert list(rows().values_list("pk", flat=True)) == [three[1]]
    stuck = Stuck.objects.get()
    assert (stuck.errand, stuck.row, stuck.tries, stuck.trouble) == ("library.shelve", str(three[1]), 1, "ValueError")


def test_the_log_names_the_row_and_the_place_and_no_word_of_what_was_raised(three, caplog):
    with caplog.at_level(logging.ERROR):
        SHELVE.each(rows(), shelving(three[1]))

    (line,) = caplog.records
    assert line.getMessage() == "rounds.row-failed"
    assert (line.errand, line.row, line.trouble) == ("library.shelve", str(three[1]), "ValueError")
    assert line.place.startswith("base/rounds/errands.py:")
    assert line.exc_info is None
    assert "山田" not in str(vars(line))


def test_a_row_that_failed_rests_for_a_while_and_takes_nobodys_place(three):
    tried: list[int] = []

    def act(row: Backup) -> bool:
        tried.append(row.pk)
        raise ValueError

    SHELVE.each(rows(), act, limit=1)
    SHELVE.each(rows(), act, limit=1)

    assert tried == three[:2]


def test_a_row_that_goes_at_last_is_stuck_no_more(three):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        SHELVE.each(rows(), shelving(three[1]))
        SHELVE.each(rows(), shelving(0))
        assert Stuck.objects.count() == 1

        clock.shift(timedelta(minutes=1, seconds=1))

        assert SHELVE.each(rows(), shelving(0)) == 1
    assert not Stuck.objects.exists()


def test_what_a_person_has_seen_to_meanwhile_is_stuck_no_more(three):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        SHELVE.each(rows(), shelving(three[1]))
        Backup.objects.filter(pk=three[1]).update(size_bytes=3)

        clock.shift(timedelta(minutes=2))
        SHELVE.each(rows(), shelving(0))

    assert not Stuck.objects.exists()


def test_a_database_that_is_away_is_no_rows_trouble(three, monkeypatch):
    def away(row: Backup) -> bool:
        monkeypatch.setattr("todoke.base.rounds.errands.connection.is_usable", lambda: False)
        raise OperationalError("server closed the connection")

    with pytest.raises(OperationalError):
        SHELVE.each(rows(), away)

    assert not Stuck.objects.exists()


def test_a_row_that_always_runs_into_a_time_out_is_its_own_trouble(three):
    def slow(row: Backup) -> bool:
        raise OperationalError("canceling statement due to statement timeout")

    assert SHELVE.each(rows(), slow) == 0
    assert Stuck.objects.count() == 3


def test_pauses_grow_to_an_hour():
    assert [_pause_after(tries, 60).total_seconds() / 60 for tries in (1, 2, 3, 6, 7, 100)] == [1, 2, 4, 32, 60, 60]
    assert _pause_after(9, 1) == timedelta(minutes=1)


def fail(times: int, row: int) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _time in range(times):
            with SHELVE.guarded(row):
                raise ValueError
            clock.shift(timedelta(hours=2))


def test_the_doctor_waits_for_the_third_failure_and_then_names_what_stands(db):
    assert StuckRows().run().verdict is Verdict.OK

    fail(2, row=7)
    once = StuckRows().run()
    fail(1, row=7)
    often = StuckRows().run()

    assert once.verdict is Verdict.WARNING
    assert stuck_among("library.shelve", [6, 7]) == stuck_rows().get()
    assert often.verdict is Verdict.FAILURE
    assert "library.shelve 7：ValueError" in often.says
    assert "rounds.row-failed" in often.mend


def test_the_panel_shows_what_was_to_be_done_and_where_to_look(db):
    fail(3, row=7)

    page = render_to_string(
        "rounds/panel.html", {"rows": [{"words": "本を棚に戻す", "page": "/shelf/7/", "stuck": Stuck.objects.get()}]}
    )

    assert '<a href="/shelf/7/">本を棚に戻す（7）</a>' in page
    assert "3回失敗しました（ValueError）。" in page
