"""Purging happens by itself, and not where the database may have forgotten what the disk still knows."""

import threading
from datetime import date

import pytest
from django.utils.timezone import now

from todoke.base.backup.models import Setback
from todoke.base.backup.setbacks import set_back
from todoke.base.jobs.registry import companions
from todoke.base.rounds import going
from todoke.base.rounds.models import Stuck
from todoke.ground.files import actions
from todoke.ground.files.actions import Purged, read, store
from todoke.ground.files.caretaker import CARETAKER
from todoke.ground.files.models import Document, Scan

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
    monkeypatch.setattr(going.connections, "close_all", stop.set)

    companions["files.caretaker"].run("bulk", stop)

    document.refresh_from_db()
    with pytest.raises(Purged):
        read(document)
    assert read(kept) == b"for good"
    assert companions["files.caretaker"].lanes == {"bulk"}


def test_nothing_is_let_go_while_the_database_has_lost_time(root):
    document = store(b"over", name="a.txt", kept_until=PAST)
    set_back(Setback.Kind.RESTORED, went_back_to=now(), host="tests")

    CARETAKER.step()

    assert read(document) == b"over"


def test_a_document_that_cannot_be_let_go_keeps_back_no_other(root, monkeypatch):
    documents = [store(word, name="a.txt", kept_until=PAST) for word in (b"one", b"two", b"three")]
    purge = actions._purge

    def explode(pk):
        if pk == documents[1].pk:
            raise OSError("planted")
        return purge(pk)

    monkeypatch.setattr(actions, "_purge", explode)

    CARETAKER.step()

    assert list(Document.objects.filter(purged_at__isnull=True)) == [documents[1]]
    assert Stuck.objects.get().row == str(documents[1].pk)


def test_a_document_in_quarantine_whose_bytes_are_gone_keeps_back_neither_the_others_nor_the_purge(root):
    lost, whole = store(b"lost", name="a.txt"), store(b"whole", name="b.txt")
    Document.objects.update(scan=Scan.WAITING)
    actions._path_of(lost.sha256).unlink()
    over = store(b"over", name="c.txt", kept_until=PAST)

    CARETAKER.step()

    assert list(Document.objects.filter(scan=Scan.WAITING)) == [lost]
    assert read(Document.objects.get(pk=whole.pk)) == b"whole"
    over.refresh_from_db()
    assert over.purged_at is not None
    assert Stuck.objects.get().errand == "files.scan"
