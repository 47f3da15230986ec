"""A database that has gone back in time is noticed; one that has failed over without a loss is not."""

import json
from datetime import timedelta

import pytest
from django.db import connection

from todoke.base.backup import setbacks, tide
from todoke.base.backup.models import Setback, TideMark
from todoke.base.clock import now
from todoke.base.registry import Registry

pytestmark = pytest.mark.django_db


class Room:
    key = "tests.room"

    def __init__(self):
        self.losses = []

    def set_aside(self, loss):
        self.losses.append(loss)
        return "止めました。"

    def resume(self, loss, *, by):
        return ""

    def doubts(self, loss):
        return []


@pytest.fixture
def room(monkeypatch):
    registry = Registry("tests.after-restore")
    room = registry.register(Room())
    monkeypatch.setattr(setbacks, "after_restore", registry)
    return room


@pytest.fixture
def file(settings, tmp_path):
    settings.TIDE_FILE = tmp_path / "tide.json"
    return settings.TIDE_FILE


def go_back(*, number: int, ago: timedelta) -> None:
    """As an operator does who puts a snapshot back: the row is as it was then."""
    TideMark.objects.update(number=number, ticked_at=now() - ago)


def marked(file, **changed) -> None:
    told = json.loads(file.read_text())
    for mark in told.values():
        mark.update(changed)
    file.write_text(json.dumps(told))


def test_a_database_that_goes_on_is_no_setback(file, room):
    found = [tide.keep_up() for _ in range(5)]

    assert found == [None] * 5
    assert TideMark.objects.get().number == 5
    assert [mark["number"] for mark in json.loads(file.read_text()).values()] == [5]


def test_a_snapshot_that_was_put_back_is_found_before_anything_is_claimed(file, room):
    for _ in range(5):
        tide.keep_up()
    go_back(number=2, ago=timedelta(days=7))

    found = tide.keep_up()

    assert found.kind == Setback.Kind.FOUND
    [loss] = room.losses
    assert not loss.is_tail
    assert now() - loss.went_back_to > timedelta(days=6)
    assert loss.seen_until > loss.went_back_to


def test_it_is_found_once_and_then_life_goes_on(file, room):
    for _ in range(5):
        tide.keep_up()
    go_back(number=2, ago=timedelta(days=7))

    found = [tide.keep_up() for _ in range(4)]

    assert [one is not None for one in found] == [True, False, False, False]
    assert len(room.losses) == 1


def test_a_second_host_that_saw_even_more_finds_the_matter_dealt_with(file, room, settings, tmp_path):
    for _ in range(5):
        tide.keep_up()
    settings.TIDE_FILE = tmp_path / "second-host.json"
    for _ in range(3):
        tide.keep_up()
    settings.TIDE_FILE = file
    go_back(number=2, ago=timedelta(days=7))
    tide.keep_up()

    settings.TIDE_FILE = tmp_path / "second-host.json"
    again = tide.keep_up()

    assert again is None
    assert len(room.losses) == 1


def test_going_back_a_second_time_is_found_a_second_time(file, room):
    for _ in range(5):
        tide.keep_up()
    go_back(number=2, ago=timedelta(days=7))
    tide.keep_up()
    Setback.objects.all().delete()  # the snapshot that is put back now was made before the first setback
    go_back(number=1, ago=timedelta(days=8))

    found = tide.keep_up()

    assert found is not None
    assert len(room.losses) == 2


def test_the_last_seconds_of_a_primary_are_a_tail(file, room):
    for _ in range(5):
        tide.keep_up()
    go_back(number=4, ago=timedelta(seconds=3))

    found = tide.keep_up()

    assert found.kind == Setback.Kind.TAIL
    assert room.losses[0].is_tail


def test_a_few_seconds_that_were_lost_a_week_ago_are_no_tail(file, room):
    for _ in range(5):
        tide.keep_up()
    a_week_ago = now() - timedelta(days=7)
    marked(file, at=a_week_ago.isoformat())
    go_back(number=4, ago=timedelta(days=7, seconds=3))

    assert tide.keep_up().kind == Setback.Kind.FOUND


def test_a_replica_with_all_acknowledged_commits_holds_up_nothing(file, room):
    for _ in range(5):
        tide.keep_up()
    # The last tick was committed and never acknowledged to this host: the database is ahead of the mark.
    marked(file, number=4)

    assert tide.keep_up() is None


def test_another_database_is_none_of_this_mark(file, room):
    for _ in range(5):
        tide.keep_up()
    TideMark.objects.all().delete()

    found = [tide.keep_up() for _ in range(2)]

    assert found == [None, None]
    assert len(json.loads(file.read_text())) == 2


def test_while_somebody_restores_nothing_is_claimed(file, room, transactional_db):
    from todoke.base.backup import database

    with database.open_beside(database.parameters()) as restoring:
        restoring.execute("SELECT pg_advisory_lock(%s)", [database.RESTORING])
        with pytest.raises(tide.RestoreGoesOn):
            tide.keep_up()
        restoring.execute("SELECT pg_advisory_unlock(%s)", [database.RESTORING])

    connection.close()
    assert tide.keep_up() is None


def test_a_full_disk_holds_up_nothing_and_is_logged(file, room, monkeypatch, caplog):
    def full(*_args, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tide, "write_atomically", full)

    assert tide.keep_up() is None
    assert "tide_file_unwritable" in caplog.text


@pytest.mark.parametrize("content", ["", "[]", '{"word": 3}', '{"word": {"number": "x", "at": "y"}}'])
def test_a_file_that_cannot_be_read_counts_as_none(file, room, caplog, content):
    file.write_text(content)

    assert tide.keep_up() is None
    assert "tide_file_unreadable" in caplog.text


def test_rooms_that_fail_leave_the_setback_to_the_next_try(file, room, monkeypatch):
    for _ in range(5):
        tide.keep_up()
    go_back(number=2, ago=timedelta(days=7))
    monkeypatch.setattr(room, "set_aside", lambda loss: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        tide.keep_up()
    monkeypatch.undo()

    assert Setback.objects.count() == 0
