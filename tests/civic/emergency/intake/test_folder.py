"""The watched folder: at once, nothing lost, and the reason beside what is no telegram."""

import gzip

import pytest
import time_machine
from django.db import OperationalError

from todoke.civic.emergency import telegrams
from todoke.civic.emergency.intake import folder as module
from todoke.civic.emergency.intake.folder import RETRY_SECONDS, SETTLING_SECONDS, WatchedFolder
from todoke.civic.emergency.models import Telegram

pytestmark = pytest.mark.django_db

DAY = "2026-11-20"


@pytest.fixture(autouse=True)
def surroundings(settings, tmp_path):
    settings.FILES_ROOT = tmp_path / "files"
    settings.VAR = tmp_path
    with time_machine.travel(f"{DAY}T10:00:00+09:00", tick=False):
        yield


class Ticks:
    """A clock that is turned by hand."""

    def __init__(self):
        self.seconds = 100.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def ticks():
    return Ticks()


@pytest.fixture
def watched(tmp_path, ticks):
    folder = WatchedFolder(tmp_path / "intake", ticks)
    folder.look()
    return folder


def lying(watched):
    return sorted(str(path.relative_to(watched.folder)) for path in watched.folder.rglob("*") if path.is_file())


def test_telegram_is_taken_in_at_the_first_look(watched, made):
    (watched.folder / "20261120_VPWW55_a.xml").write_bytes(made().xml())

    assert watched.look() == 1

    assert Telegram.objects.get().standing == "interpreted"
    assert lying(watched) == [f"taken/{DAY}/20261120_VPWW55_a.xml"]
    assert watched.trouble == ""


def test_packed_telegram_is_taken_in(watched, made):
    (watched.folder / "a.xml.gz").write_bytes(gzip.compress(made().xml()))

    assert watched.look() == 1
    assert Telegram.objects.get().code == "VPWW55"


def test_file_that_is_still_being_written_waits(watched, made, ticks):
    content, file = made().xml(), watched.folder / "a.xml"
    file.write_bytes(content[:400])
    assert watched.look() == 0

    ticks.seconds += SETTLING_SECONDS - 0.1
    file.write_bytes(content[:800])
    assert watched.look() == 0
    ticks.seconds += SETTLING_SECONDS - 0.1
    assert watched.look() == 0

    file.write_bytes(content)
    assert watched.look() == 1
    assert Telegram.objects.get().standing == "interpreted"


def test_file_that_stays_unreadable_is_quarantined_with_the_reason_beside_it(watched, ticks):
    (watched.folder / "note.txt").write_text("こんにちは")
    watched.look()

    ticks.seconds += SETTLING_SECONDS
    assert watched.look() == 1

    assert lying(watched) == ["quarantine/note.txt", "quarantine/note.txt.txt"]
    reason = (watched.folder / "quarantine" / "note.txt.txt").read_text()
    assert reason == f"{Telegram.objects.get().reason}\n"
    assert reason.startswith("XMLとして読めません")


def test_file_that_is_too_large_is_kept_whole_in_quarantine(watched, ticks):
    content = b"<" + b"x" * (telegrams.BYTES_MAX + 100)
    (watched.folder / "big.xml").write_bytes(content)
    watched.look()

    ticks.seconds += SETTLING_SECONDS
    watched.look()

    assert Telegram.objects.get().reason.startswith("大きすぎます")
    assert (watched.folder / "quarantine" / "big.xml").read_bytes() == content


def test_same_name_twice_keeps_both_files(watched, made):
    for code in ("0120100", "0120200"):
        (watched.folder / "a.xml").write_bytes(made(kinds={code: ("03", "レベル３大雨警報")}).xml())
        watched.look()

    assert lying(watched) == [f"taken/{DAY}/2_a.xml", f"taken/{DAY}/a.xml"]
    assert Telegram.objects.count() == 2


def test_copy_is_counted_and_put_away(watched, made):
    for name in ("a.xml", "b.xml"):
        (watched.folder / name).write_bytes(made().xml())

    assert watched.look() == 2

    assert Telegram.objects.get().copies == 1
    assert lying(watched) == [f"taken/{DAY}/a.xml", f"taken/{DAY}/b.xml"]


def test_hidden_files_links_and_folders_are_left_alone(watched, made, tmp_path):
    (watched.folder / ".a.xml").write_bytes(made().xml())
    (tmp_path / "outside.xml").write_bytes(made().xml())
    (watched.folder / "link.xml").symlink_to(tmp_path / "outside.xml")
    (watched.folder / "folder.xml").mkdir()

    assert watched.look() == 0
    assert not Telegram.objects.exists()


def test_full_disk_is_said_and_the_file_stays_until_there_is_room(watched, made, ticks, monkeypatch):
    (watched.folder / "a.xml").write_bytes(made().xml())
    with monkeypatch.context() as full:
        full.setattr("todoke.ground.files.actions._write", _no_space)
        assert watched.look() == 0
    assert watched.trouble == "a.xmlを処理できません（No space left on device）。まもなくもう一度試します。"
    assert lying(watched) == ["a.xml"]

    assert watched.look() == 0
    assert watched.trouble != ""
    ticks.seconds += RETRY_SECONDS
    assert watched.look() == 1
    assert watched.trouble == ""


def test_file_that_cannot_be_moved_is_not_taken_in_again(watched, made, ticks, tmp_path):
    (tmp_path / "file").touch()
    (watched.folder / "taken").symlink_to(tmp_path / "file")
    (watched.folder / "a.xml").write_bytes(made().xml())

    watched.look()
    for _ in range(3):
        ticks.seconds += RETRY_SECONDS
        watched.look()

    assert Telegram.objects.get().copies == 0
    assert watched.trouble.startswith("a.xmlを処理できません")


def test_folder_that_cannot_be_read_is_said(tmp_path):
    (tmp_path / "intake").write_text("not a folder")
    watched = WatchedFolder(tmp_path / "intake")

    assert watched.look() == 0
    assert watched.trouble == "受信フォルダーを読めません（File exists）。"


def test_one_file_that_we_stumble_over_does_not_hold_up_the_others(watched, made, monkeypatch):
    honest = module.take_in

    def stumbling(content, *, file_name, source):
        if file_name == "a.xml":
            raise RuntimeError("a fault of ours")
        return honest(content, file_name=file_name, source=source)

    monkeypatch.setattr(module, "take_in", stumbling)
    (watched.folder / "a.xml").write_bytes(made().xml())
    (watched.folder / "b.xml").write_bytes(made(serial="1").xml())

    assert watched.look() == 1

    assert lying(watched) == ["a.xml", f"taken/{DAY}/b.xml"]
    assert watched.trouble.startswith("a.xmlの処理中に予期しない不具合")


def test_database_that_is_away_leaves_the_file_where_it_is(watched, made, monkeypatch):
    def away(content, *, file_name, source):
        raise OperationalError("the server is restarting")

    monkeypatch.setattr(module, "take_in", away)
    (watched.folder / "a.xml").write_bytes(made().xml())

    with pytest.raises(OperationalError):
        watched.look()
    assert lying(watched) == ["a.xml"]


def _no_space(path, content):
    raise OSError(28, "No space left on device")
