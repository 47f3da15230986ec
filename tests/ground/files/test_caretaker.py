"""Purging happens by itself, and not where the database may have forgotten what the disk still knows."""

import threading
from datetime import date

import pytest
from django.utils.timezone import now

from todoke.base.backup.models import Setback
from todoke.base.backup.setbacks import set_back
from todoke.base.jobs.registry import companions
from todoke.ground.files import caretaker
from todoke.ground.files.actions import Purged, read, store
from todoke.ground.files.caretaker import Caretaker

pytestmark = pytest.mark.django_db

PAST = date(2020, 3, 31)


@pytest.fixture(autouse=True)
def root(settings, tmp_path):
    settings.FILES_ROOT = tmp_path / "files"
    return settings.FILES_ROOT


def test_a_worker_of_the_bulk_lane_lets_go_what_is_due(root, monkeypatch):
    document = store(b"over", name="a.txt", kept_until=PAST)
    kept = store(b"for good", name="b.txt")
    stop = threading.Event()
    monkeypatch.setattr(caretaker.connections, "close_all", stop.set)

    companions["files.caretaker"].run("bulk", stop)

    document.refresh_from_db()
    with pytest.raises(Purged):
        read(document)
    assert read(kept) == b"for good"
    assert companions["files.caretaker"].lanes == {"bulk"}


def test_nothing_is_let_go_while_the_database_has_lost_time(root):
    document = store(b"over", name="a.txt", kept_until=PAST)
    set_back(Setback.Kind.RESTORED, went_back_to=now(), host="tests")

    assert Caretaker().step() == 0
    assert read(document) == b"over"
