"""Documents are kept byte for byte, once, and let go when their time has come."""

import gzip
import hashlib
import os
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from todoke.base import clock
from todoke.ground.files.actions import Damaged, Purged, WrongType, purge_due, read, store
from todoke.ground.files.models import Document

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 21)


@pytest.fixture(autouse=True)
def root(settings, tmp_path):
    settings.FILES_ROOT = tmp_path / "files"
    return settings.FILES_ROOT


def kept(root):
    return sorted(path.name for path in root.glob("??/*"))


def test_bytes_come_back_as_they_were(root):
    content = b"<?xml version='1.0'?><a/>"

    document = store(content, name="a.xml")

    digest = hashlib.sha256(content).hexdigest()
    assert read(document) == content
    assert (document.sha256, document.size_bytes, document.media_type) == (digest, len(content), "application/xml")
    assert (root / digest[:2] / digest).read_bytes() == content


def test_equal_bytes_lie_there_once(root):
    store(b"same", name="a.txt")

    store(b"same", name="b.txt")

    assert len(kept(root)) == 1
    assert Document.objects.count() == 2


def test_files_are_for_the_owner_alone(root):
    store(b"private", name="a.txt")

    (path,) = root.glob("??/*")
    assert oct(path.stat().st_mode)[-3:] == "600"


@pytest.mark.parametrize("damage", [lambda path: path.write_bytes(b"other"), lambda path: path.unlink()])
def test_damage_is_found_at_reading(root, damage):
    document = store(b"whole", name="a.txt")
    (path,) = root.glob("??/*")
    damage(path)

    with pytest.raises(Damaged) as refusal:
        read(document)

    assert refusal.value.sha256 == document.sha256


def test_damaged_bytes_are_healed_by_keeping_them_again(root):
    document = store(b"whole", name="a.txt")
    (path,) = root.glob("??/*")
    path.write_bytes(b"broken")

    store(b"whole", name="again.txt")

    assert read(document) == b"whole"


def test_full_disk_keeps_nothing(root, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(OSError, match="No space"):
        store(b"content", name="a.txt")

    assert not Document.objects.exists()
    assert list(root.rglob(".*")) == []
    assert kept(root) == []


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"<?xml version='1.0'?><a/>", "application/xml"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><a/>", "application/xml"),
        (gzip.compress(b"x", mtime=0), "application/gzip"),
        ("こんにちは".encode(), "text/plain"),
        (("あ" * 3000).encode(), "text/plain"),
        ("あ".encode("shift_jis"), "application/octet-stream"),
        (b"\x89PNG\r\n\x1a\n\x00", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_type_is_sniffed(content, media_type):
    assert store(content, name="x").media_type == media_type


def test_claimed_type_must_be_true():
    with pytest.raises(WrongType) as refusal:
        store(b"MZ\x00\x01", name="a.xml", media_type="application/xml")

    assert (refusal.value.claimed, refusal.value.found) == ("application/xml", "application/octet-stream")
    assert not Document.objects.exists()


def test_purge_takes_the_bytes_and_leaves_the_row(root):
    document = store(b"old", name="a.txt", kept_until=date(2026, 11, 20))
    store(b"not yet", name="b.txt", kept_until=TODAY)
    store(b"for good", name="c.txt")

    assert purge_due(TODAY) == 1

    document.refresh_from_db()
    assert document.purged_at is not None
    assert len(kept(root)) == 2
    with pytest.raises(Purged):
        read(document)
    assert purge_due(TODAY) == 0


def test_shared_bytes_stay_while_another_document_needs_them(root):
    store(b"shared", name="a.txt", kept_until=date(2026, 11, 20))
    other = store(b"shared", name="b.txt")

    assert purge_due(TODAY) == 1

    assert read(other) == b"shared"


def test_bytes_without_a_row_go_after_a_day(root):
    with transaction.atomic():
        store(b"rolled back", name="a.txt")
        transaction.set_rollback(True)
    (path,) = root.glob("??/*")

    purge_due(TODAY)
    assert path.exists()

    long_ago = clock.now().timestamp() - 2 * 86400
    os.utime(path, (long_ago, long_ago))
    purge_due(TODAY)
    assert not path.exists()


def test_what_has_no_end_cannot_be_marked_as_purged():
    document = store(b"x", name="a.txt")

    with pytest.raises(IntegrityError, match="files_purged_had_an_end"), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(purged_at=clock.now())
