"""Recordings go when nobody needs them any more; what is still said, heard or reviewed stays."""

import os
import threading
from datetime import timedelta

import pytest

from tests.shared.loudspeakers.test_pages import make, page
from todoke.base.backup.registry import kept_files
from todoke.base.clock import now
from todoke.base.jobs.registry import companions
from todoke.base.rounds import going
from todoke.shared.loudspeakers import recording
from todoke.shared.loudspeakers.actions.pruning import prune_sounds
from todoke.shared.loudspeakers.models import BroadcastState
from todoke.shared.loudspeakers.recording import recorded, sound_path
from todoke.shared.loudspeakers.types import Script

pytestmark = pytest.mark.django_db

DAY = 24


@pytest.fixture
def root(settings, tmp_path):
    settings.LOUDSPEAKER_ROOT = tmp_path / "loudspeakers"
    return settings.LOUDSPEAKER_ROOT


def lay(root, name, *, days):
    """A sound that was used last so many days ago."""
    path = sound_path(root, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"RIFF")
    used_at = (now() - timedelta(days=days)).timestamp()
    os.utime(path, (used_at, used_at))
    return path


@pytest.mark.parametrize(
    ("broadcast", "stays"),
    [
        ({"hours": 1}, True),
        ({"hours": 89 * DAY}, True),
        ({"hours": 91 * DAY}, False),
        ({"hours": 91 * DAY, "state": BroadcastState.SOUNDING, "ended_at": None}, True),
        ({"hours": 91 * DAY, "state": BroadcastState.HANDING, "ended_at": None}, True),
        ({"hours": 1, "mode": "exercise"}, True),
        (None, False),
    ],
)
def test_a_sound_is_kept_as_long_as_a_broadcast_needs_it(root, broadcast, stays):
    path = lay(root, "b" * 64, days=200)
    if broadcast is not None:
        make(sound="b" * 64, **broadcast)

    assert prune_sounds(root, at=now()) == (0 if stays else 1)
    assert path.exists() is stays


def test_a_sound_that_was_just_made_waits_for_its_broadcast(root):
    path = lay(root, "c" * 64, days=0.9)

    assert prune_sounds(root, at=now()) == 0
    assert path.exists()


def test_a_sound_that_is_used_again_counts_as_new(root, monkeypatch):
    monkeypatch.setattr(recording, "record", lambda *_arguments: b"RIFF")
    script = Script(before=(), pattern="", lines=("避難してください。",), times=1, ending="")
    name, _sound = recorded(script, {}, root)
    old = (now() - timedelta(days=200)).timestamp()
    os.utime(sound_path(root, name), (old, old))

    recorded(script, {}, root)

    assert prune_sounds(root, at=now()) == 0


def test_without_a_single_sound_there_is_nothing_to_do(root):
    assert prune_sounds(root, at=now()) == 0


def test_a_worker_of_the_bulk_lane_does_it(root, monkeypatch):
    path = lay(root, "d" * 64, days=2)
    stop = threading.Event()
    monkeypatch.setattr(going.connections, "close_all", stop.set)

    companions["loudspeakers.caretaker"].run("bulk", stop)

    assert not path.exists()
    assert companions["loudspeakers.caretaker"].lanes == {"bulk"}


def test_no_backup_holds_sounds_and_a_page_without_one_offers_none(root):
    make(sound="e" * 64)

    assert "避難してください。" in page()
    assert "<audio" not in page()
    assert not [kept.key for kept in kept_files if kept.root().is_relative_to(root)]
