"""`todoke backup` and `todoke restore`, as they are typed, between two databases."""

import os
import stat
from pathlib import Path

import pytest

from tests.base.backup.conftest import DOCUMENTS, put_document
from tests.houses import House

pytestmark = pytest.mark.faults


@pytest.fixture
def file(house: House, tmp_path: Path) -> Path:
    target = tmp_path / "city.backup"
    house.run("backup", str(target))
    return target


def kept(house: House) -> list[bytes]:
    return sorted(path.read_bytes() for path in (house.var / "files").glob("??/*"))


def test_a_city_comes_back_with_its_rows_and_its_documents(file, house, empty):
    empty.run("restore", str(file))

    assert kept(empty) == sorted(DOCUMENTS)
    digests = "SELECT sha256 FROM files_document ORDER BY sha256"
    assert empty.ask(digests) == house.ask(digests)
    migrations = "SELECT app, name FROM django_migrations ORDER BY id"
    assert empty.ask(migrations) == house.ask(migrations)


def test_a_backup_is_readable_by_its_owner_alone_and_gives_nothing_away(file):
    content = file.read_bytes()

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert b"CREATE TABLE" not in content
    assert b"PGDMP" not in content
    assert [path.name for path in file.parent.iterdir() if "part" in path.name] == []


def test_a_backup_that_was_proven_is_known_to_the_doctor(file, house):
    before = house.ask("SELECT verified_at FROM backup_backup")

    told = house.run("restore", "--verify", str(file)).stdout

    assert before == [(None,)]
    assert "復元できます" in told
    assert "監査記録の連鎖: 異常なし" in told
    assert house.ask("SELECT verified_at IS NOT NULL FROM backup_backup") == [(True,)]
    assert house.ask("SELECT count(*) FROM pg_database WHERE datname LIKE 'todoke_restore_test_%%'") == [(0,)]


@pytest.mark.parametrize("place", [60, 3000, -5])
def test_a_flipped_bit_anywhere_is_found_before_anything_is_touched(file, empty, place):
    content = bytearray(file.read_bytes())
    content[place] ^= 4
    file.write_bytes(content)

    refused = empty.run("restore", str(file), check=False)

    assert refused.returncode != 0
    assert "壊れている" in refused.stderr
    assert empty.ask("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace") == [(0,)]


def test_a_truncated_file_and_another_key_are_told(file, empty):
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    cut = empty.run("restore", "--verify", str(file), check=False)
    file.write_bytes(whole)
    empty.more["TODOKE_BACKUP_KEY"] = "q" * 60
    locked = empty.run("restore", str(file), check=False)

    assert "途中で切れています" in cut.stderr
    assert "別の鍵で作られたバックアップです" in locked.stderr
    assert (cut.returncode, locked.returncode) == (1, 1)


def test_without_a_key_a_restore_says_which_one_is_missing(file, empty):
    del empty.more["TODOKE_BACKUP_KEY"]

    refused = empty.run("restore", str(file), check=False)

    assert "TODOKE_BACKUP_KEY" in refused.stderr
    assert not (empty.var / "backup-key").exists(), "a restore makes no new key"


def test_the_first_backup_makes_a_key_and_says_where_to_keep_it(house, empty, tmp_path):
    del house.more["TODOKE_BACKUP_KEY"], empty.more["TODOKE_BACKUP_KEY"]

    told = house.run("backup", str(tmp_path / "one.backup")).stdout
    again = house.run("backup", str(tmp_path / "two.backup")).stdout

    key = house.var / "backup-key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert "鍵がなければ、バックアップはだれにも読めません" in told
    assert "鍵を作りました" not in again
    empty.var.mkdir(parents=True, exist_ok=True)
    (empty.var / "backup-key").write_text(key.read_text())
    empty.run("restore", str(tmp_path / "two.backup"))


def test_a_database_with_tables_is_only_replaced_when_told(file, house, mould):
    put_document(house, b"written after the backup")

    refused = house.run("restore", str(file), check=False)
    kept_before = house.ask("SELECT count(*) FROM files_document")
    house.run("restore", "--replace", str(file))

    assert "--replace" in refused.stderr
    assert kept_before == [(4,)]
    assert house.ask("SELECT count(*) FROM files_document") == [(3,)]
    assert house.ask("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'todoke%%'") == []


def test_a_replaced_database_can_be_backed_up_and_restored_again(file, house, empty, tmp_path):
    house.run("restore", "--replace", str(file))
    house.run("backup", str(tmp_path / "second.backup"))

    empty.run("restore", str(tmp_path / "second.backup"))

    assert empty.ask("SELECT count(*) FROM files_document") == [(3,)]


def test_a_restore_that_fails_half_way_leaves_everything_as_it_was(file, house):
    # A folder that stands where the documents should go: found only after the database has been poured in.
    put_document(house, b"written after the backup")
    files = house.var / "files"
    files.rename(house.var / "gone")
    files.write_text("in the way")

    failed = house.run("restore", "--replace", str(file), check=False)

    assert failed.returncode != 0
    assert "に書けません" in failed.stderr
    assert house.ask("SELECT count(*) FROM files_document") == [(4,)]


def test_a_restore_that_was_killed_gives_back_what_was_there_before(file, house):
    # As `restore --replace` leaves it when it is killed while pg_restore is at work.
    house.ask("ALTER SCHEMA public RENAME TO todoke_before_restore")
    house.ask("CREATE SCHEMA public")

    refused = house.run("restore", str(file), check=False)

    assert "--replace" in refused.stderr
    assert house.ask("SELECT count(*) FROM public.files_document") == [(3,)]


def test_nobody_else_may_be_connected_while_a_database_is_restored(file, house):
    import psycopg

    with psycopg.connect(**house.server, dbname=house.name, application_name="todoke worker emergency"):
        refused = house.run("restore", "--replace", str(file), check=False)

    assert "ほかに 1 の接続があります（todoke worker emergency）" in refused.stderr


def test_two_restores_at_the_same_moment_do_not_mix(file, house):
    import psycopg

    from todoke.base.backup.database import RESTORING

    with psycopg.connect(**house.server, dbname=house.name) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [RESTORING])
        refused = house.run("restore", "--replace", str(file), check=False)

    assert "ほかの復元が、このデータベースで動いています" in refused.stderr


def test_a_document_that_is_missing_is_named_and_everything_else_is_kept(house, empty, tmp_path):
    digest = put_document(house, b"soon gone")
    (house.var / "files" / digest[:2] / digest).unlink()
    target = tmp_path / "city.backup"

    made = house.run("backup", str(target), check=False)
    proven = house.run("restore", "--verify", str(target), check=False)
    restored = empty.run("restore", str(target), check=False)

    assert (made.returncode, proven.returncode, restored.returncode) == (1, 1, 1)
    for told in (made, proven, restored):
        assert digest in told.stderr
    assert kept(empty) == sorted(DOCUMENTS)


def test_a_document_that_was_altered_on_the_disk_is_named(house, tmp_path):
    digest = put_document(house, b"as it came")
    (house.var / "files" / digest[:2] / digest).write_bytes(b"as it is not")

    made = house.run("backup", str(tmp_path / "city.backup"), check=False)

    assert made.returncode == 1
    assert digest in made.stderr


def test_jobs_and_sessions_of_the_past_do_not_come_back(house, empty, tmp_path):
    house.ask("INSERT INTO procrastinate_jobs (queue_name, task_name, priority, args) VALUES ('bulk', 'x', 0, '{}')")
    house.ask("INSERT INTO django_session VALUES ('key', 'somebody', now() + interval '1 day')")
    target = tmp_path / "city.backup"
    house.run("backup", str(target))

    house.run("restore", "--verify", str(target))
    empty.run("restore", str(target))

    assert empty.ask("SELECT count(*) FROM procrastinate_jobs") == [(0,)]
    assert empty.ask("SELECT count(*) FROM django_session") == [(0,)]


def test_a_backup_of_a_newer_programme_is_refused_before_anything_is_touched(house, empty, tmp_path):
    house.ask("INSERT INTO django_migrations (app, name, applied) VALUES ('audit', '9999_of_tomorrow', now())")
    house.run("backup", str(tmp_path / "city.backup"))

    refused = empty.run("restore", str(tmp_path / "city.backup"), check=False)

    assert "新しい版の Todoke" in refused.stderr
    assert "audit 9999_of_tomorrow" in refused.stderr


def test_an_existing_file_is_never_overwritten(file, house):
    before = file.read_bytes()

    refused = house.run("backup", str(file), check=False)

    assert "上書きはしません" in refused.stderr
    assert file.read_bytes() == before


def test_a_folder_gets_a_file_named_by_the_hour_and_without_a_word_it_goes_under_var(house, tmp_path):
    house.run("backup", str(tmp_path))
    house.run("backup")

    assert len(list(tmp_path.glob("todoke-20*.backup"))) == 1
    assert len(list((house.var / "backups").glob("todoke-20*.backup"))) == 1


def test_a_full_disk_leaves_no_half_file_and_no_process(house, tmp_path):
    # The largest file that this process may write stands for a disk that fills up (setrlimit(2): EFBIG).
    script = (
        "import resource, sys\n"
        "from todoke.project.cli import main\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))\n"
        "sys.argv = ['todoke', 'backup', sys.argv[1]]\n"
        "try:\n    main()\nexcept SystemExit as end:\n    print('ended with', end.code)\n"
    )
    target = tmp_path / "full" / "city.backup"

    told = house.inside(script, str(target))

    assert "ended with 1" in told
    assert list(target.parent.iterdir()) == []
    assert house.ask("SELECT count(*) FROM backup_backup") == [(0,)]


def test_a_database_without_our_tables_is_no_city(empty, tmp_path):
    refused = empty.run("backup", str(tmp_path / "city.backup"), check=False)

    assert "Todoke の表がありません" in refused.stderr
    assert not (tmp_path / "city.backup").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="the shared server of the tests lets root alone make roles")
def test_a_user_who_may_make_no_database_gets_a_server_for_the_test(file, house):
    house.ask("DROP ROLE IF EXISTS todoke_plain")
    house.ask("CREATE ROLE todoke_plain LOGIN NOCREATEDB")
    house.ask("GRANT SELECT, UPDATE ON backup_backup TO todoke_plain")
    plain = House(house.var, {**house.server, "user": "todoke_plain"}, house.name, house.more)

    try:
        told = plain.run("restore", "--verify", str(file)).stdout
    finally:
        house.ask("DROP OWNED BY todoke_plain")
        house.ask("DROP ROLE todoke_plain")

    assert "復元できます" in told
    assert list(house.var.glob("restore-test-*")) == []
