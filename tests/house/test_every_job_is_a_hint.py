"""The queue may be wiped at any moment: for every job it is said here who asks for it anew, and from which table."""

from pathlib import Path

import procrastinate.contrib.django

import todoke

# Task → the place that finds the work without the job, within a minute.
FOUND_ANEW = {
    "messaging.dispatch": "shared/messaging/dispatcher.py",  # every dispatcher reads the ledger every second
}


def tasks() -> set[str]:
    """Those of the house: neither the library's own nor those of other tests."""
    known = procrastinate.contrib.django.app.tasks
    return {name for name, task in known.items() if task.func.__module__.startswith("todoke.")}


def unexplained(names: set[str]) -> set[str]:
    return {name for name in names if name not in FOUND_ANEW}


def test_every_job_has_a_sweep_that_needs_no_job():
    assert unexplained(tasks()) == set()
    assert "messaging.dispatch" in tasks()


def test_a_planted_job_without_a_sweep_is_named():
    assert unexplained(tasks() | {"letters.print"}) == {"letters.print"}


def test_the_places_that_are_named_exist():
    package = Path(todoke.__file__).parent

    assert [place for place in FOUND_ANEW.values() if not (package / place).is_file()] == []


def test_no_name_is_left_over():
    assert set(FOUND_ANEW) <= tasks()
