import json
import os
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from todoke.base.postgres import EmbeddedServer, ServerTrouble
from todoke.base.postgres.place import SOCKET_PATH_BYTES_MAX

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root steps down to another account")
not_as_root = pytest.mark.skipif(os.geteuid() == 0, reason="root keeps short sockets below its own folder")


@pytest.fixture(scope="module")
def open_folder() -> Iterator[Path]:
    """A folder that every account may pass, as a checkout under /srv is; pytest's own are closed to others."""
    with tempfile.TemporaryDirectory(prefix="todoke-test-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="module")
def server(open_folder: Path) -> Iterator[EmbeddedServer]:
    server = EmbeddedServer(open_folder / "var" / "postgres", state=open_folder / "state")
    server.options["work_mem"] = "5MB"
    server.start()
    yield server
    server.stop()


@pytest.fixture
def closed_folder(open_folder: Path) -> Iterator[Path]:
    folder = open_folder / "closed"
    folder.mkdir(mode=0o700)
    yield folder
    folder.rmdir() if not any(folder.iterdir()) else None


def ask(server: EmbeddedServer, question: str) -> str:
    settings = server.settings()
    with psycopg.connect(
        host=settings["HOST"], port=settings["PORT"], user=settings["USER"], dbname=settings["NAME"]
    ) as connection:
        return str(connection.execute(question).fetchone()[0])  # type: ignore[call-overload,index]


def postmaster(server: EmbeddedServer) -> int:
    return int((server.place.data / "postmaster.pid").read_text().splitlines()[0])


def test_settings_look_and_write_nothing(tmp_path: Path):
    home = tmp_path / "var" / "postgres"

    settings = EmbeddedServer(home).settings()

    assert (settings["NAME"], settings["USER"], settings["PORT"]) == ("todoke", "todoke", "5432")
    assert not home.exists()


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("SHOW server_version_num", "18"),
        ("SHOW listen_addresses", ""),
        ("SHOW max_connections", "200"),
        ("SHOW data_checksums", "on"),
        ("SHOW server_encoding", "UTF8"),
        ("SHOW timezone", "UTC"),
        ("SHOW fsync", "on"),
        ("SHOW work_mem", "5MB"),  # asked for beside ours
        ("SELECT datcollate FROM pg_database WHERE datname = 'todoke'", "C"),
        ("SELECT string_agg(x, '' ORDER BY x) FROM unnest(ARRAY['ん', 'あ', 'z', 'A', '亜']) AS x", "Azあん亜"),
    ],
)
def test_a_new_server_is_laid_out_the_same_everywhere(server: EmbeddedServer, question: str, answer: str):
    assert ask(server, question).startswith(answer)


def test_a_second_start_finds_the_server_running(server: EmbeddedServer):
    first = postmaster(server)

    server.start()

    assert postmaster(server) == first


def test_a_server_that_was_killed_comes_back_with_what_was_committed(server: EmbeddedServer):
    settings = server.settings()
    with psycopg.connect(
        host=settings["HOST"], user=settings["USER"], dbname=settings["NAME"], autocommit=True
    ) as open_connection:
        open_connection.execute("CREATE TABLE IF NOT EXISTS kept (word text)")
        open_connection.execute("INSERT INTO kept VALUES ('届')")
        killed = postmaster(server)

        # Its orphans are still at their connections when the next one starts.
        os.kill(killed, signal.SIGKILL)
        server.start()

    assert postmaster(server) != killed
    assert ask(server, "SELECT word FROM kept LIMIT 1") == "届"


def test_a_number_taken_by_another_programme_does_not_keep_the_server_from_starting(server: EmbeddedServer):
    server.stop()
    mark = server.place.data / "postmaster.pid"
    # As after the restart of a container: the number of the dead server is now ours.
    mark.write_text(f"{os.getpid()}\n{server.place.data}\n1700000000\n5432\n{server.place.sockets}\n\n  1 1\nready\n")

    server.start()

    assert postmaster(server) != os.getpid()


def test_starters_at_the_same_moment_get_one_server(open_folder: Path):
    home = open_folder / "race" / "postgres"
    starter = (
        "import sys; from pathlib import Path; from todoke.base.postgres import EmbeddedServer\n"
        "server = EmbeddedServer(Path(sys.argv[1]), state=Path(sys.argv[2])); server.start()\n"
        "print((server.place.data / 'postmaster.pid').read_text().split()[0])"
    )
    command = [sys.executable, "-c", starter, str(home), str(open_folder / "state")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}

    starters = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) for _ in range(3)]
    numbers = {starter.communicate(timeout=60)[0].strip() for starter in starters}
    EmbeddedServer(home, state=open_folder / "state").stop()

    assert len(numbers) == 1
    assert numbers != {""}


def test_the_folder_of_the_socket_is_closed_to_others(server: EmbeddedServer):
    assert server.place.sockets.stat().st_mode & 0o067 == 0
    assert server.place.data.stat().st_mode & 0o077 == 0


def test_a_word_is_left_of_where_the_data_is(server: EmbeddedServer):
    written = json.loads((server.home / "place.json").read_text())

    assert Path(written["data"], "PG_VERSION").read_text().strip() == "18"


def test_the_record_of_a_copied_folder_is_not_believed(server: EmbeddedServer, open_folder: Path):
    copy = open_folder / "copy" / "postgres"
    copy.mkdir(parents=True)
    (copy / "place.json").write_text((server.home / "place.json").read_text())

    assert EmbeddedServer(copy, state=server.state).place.data != server.place.data


def test_a_stopped_server_is_stopped_without_complaint(open_folder: Path):
    server = EmbeddedServer(open_folder / "never" / "postgres", state=open_folder / "state")

    server.stop()

    assert not server.is_running()


def test_a_file_in_the_way_is_told_in_words(open_folder: Path):
    (open_folder / "file").write_text("")

    with pytest.raises(ServerTrouble, match=r"データベースのフォルダー .* を使えません"):
        EmbeddedServer(open_folder / "file" / "postgres").start()


def test_data_of_another_release_is_told_in_words(server: EmbeddedServer):
    server.stop()
    release = server.place.data / "PG_VERSION"
    release.write_text("16\n")

    with pytest.raises(ServerTrouble, match=r"PostgreSQL 16 で作られました（このプログラムは 18）"):
        server.start()

    release.write_text("18\n")
    server.start()


def test_a_start_that_fails_shows_what_the_server_wrote(server: EmbeddedServer):
    server.stop()
    configuration = server.place.data / "postgresql.conf"
    sound = configuration.read_text()
    configuration.write_text(sound + "\nno_such_parameter = 1\n")

    with pytest.raises(ServerTrouble, match="no_such_parameter"):
        server.start()

    configuration.write_text(sound)
    server.start()


def test_a_full_disk_is_told_before_anything_is_written(open_folder: Path, monkeypatch: pytest.MonkeyPatch):
    server = EmbeddedServer(open_folder / "full" / "postgres", state=open_folder / "state")
    monkeypatch.setattr("todoke.base.postgres.server.FREE_BYTES_MIN", 10**18)

    with pytest.raises(ServerTrouble, match="ディスクの空きが足りません"):
        server.start()

    assert not server.place.data.exists()


def test_a_cause_that_is_known_is_explained():
    trouble = ServerTrouble("起動できません。", log="FATAL:  could not write to file: No space left on device")

    assert "ディスクに空きがありません。" in str(trouble)
    assert "could not write to file" in str(trouble)


@as_root
def test_root_steps_down_and_changes_no_permission_that_is_not_its_own(closed_folder: Path, open_folder: Path):
    server = EmbeddedServer(closed_folder / "var" / "postgres", state=open_folder / "state")

    server.start()
    owner = Path(f"/proc/{postmaster(server)}").stat().st_uid
    server.stop()

    assert owner != 0
    assert server.place.data.is_relative_to(open_folder / "state")
    assert stat.S_IMODE(closed_folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((closed_folder / "var").stat().st_mode) & 0o022 == 0


@as_root
def test_a_folder_that_somebody_else_could_swap_is_not_used_for_data(open_folder: Path):
    theirs = open_folder / "theirs"
    theirs.mkdir()
    os.chown(theirs, 12345, 12345)

    place = EmbeddedServer(theirs / "postgres", state=open_folder / "state").place

    assert place.folder.parent == open_folder / "state"


@as_root
def test_a_folder_laid_out_by_somebody_else_is_refused(open_folder: Path):
    server = EmbeddedServer(open_folder / "planted" / "postgres", state=open_folder / "state")
    server.place.folder.mkdir(parents=True)
    os.chown(server.place.folder, 12345, 12345)

    with pytest.raises(ServerTrouble, match="ほかの利用者のものか"):
        server.start()


@pytest.mark.parametrize("depth", [1, 3, 6])
def test_a_socket_always_fits_into_an_address(open_folder: Path, depth: int):
    home = open_folder.joinpath(*["深い場所" * 4] * depth)

    place = EmbeddedServer(home, state=open_folder / "state").place

    assert len(os.fsencode(place.socket)) <= SOCKET_PATH_BYTES_MAX


@not_as_root
def test_a_home_that_is_too_deep_still_gets_a_server(tmp_path: Path):
    server = EmbeddedServer(tmp_path.joinpath(*["deep" * 10] * 4))

    server.start()
    answer = ask(server, "SELECT 1")
    server.stop()
    with suppress(OSError):
        server.place.sockets.rmdir()

    assert answer == "1"
