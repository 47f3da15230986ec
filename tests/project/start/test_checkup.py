from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from todoke.base.doctor import Verdict
from todoke.base.jobs import LANES
from todoke.project.environment import BadVariable, read_environment
from todoke.project.start import checkup


@pytest.mark.django_db
def test_a_database_of_today_is_fine():
    assert checkup.look_at_database().verdict is Verdict.OK


@pytest.mark.django_db
def test_an_old_database_is_a_failure(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(checkup, "OLDEST_SERVER", 990000)

    assert "古すぎます" in checkup.look_at_database().says


@pytest.mark.django_db
def test_a_migration_that_is_missing_is_named():
    assert checkup.look_at_migrations().verdict is Verdict.OK

    MigrationRecorder.Migration.objects.filter(app="sessions").delete()

    finding = checkup.look_at_migrations()
    assert finding.verdict is Verdict.FAILURE
    assert "sessions 0001_initial" in finding.says


@pytest.mark.django_db
def test_lanes_without_a_worker_are_named():
    finding = checkup.look_at_workers()

    assert finding.verdict is Verdict.FAILURE
    assert all(f"todoke worker --lane {lane}" in finding.mend for lane in LANES)


@pytest.mark.django_db
def test_workers_that_give_no_sign_of_life_are_a_warning(monkeypatch: pytest.MonkeyPatch):
    # This very connection plays the worker of the only lane.
    monkeypatch.setattr(checkup, "LANES", ("emergency",))
    with connection.cursor() as cursor:
        cursor.execute("SET application_name = 'todoke worker emergency host 1'")

        silent = checkup.look_at_workers()
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
        alive = checkup.look_at_workers()

        cursor.execute("RESET application_name")
    assert silent.verdict is Verdict.WARNING
    assert alive.says == "動いています（emergency 1）。"


@pytest.mark.parametrize(
    ("free", "verdict"), [(999_999_999, Verdict.FAILURE), (1_000_000_000, Verdict.WARNING), (5_000_000_000, Verdict.OK)]
)
def test_room_on_the_disk_decides(free: int, verdict: Verdict, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(checkup.shutil, "disk_usage", lambda folder: type("Usage", (), {"free": free}))

    assert checkup.look_at_disk().verdict is verdict


@pytest.mark.django_db
def test_a_clock_that_agrees_is_fine():
    assert checkup.look_at_clock().verdict is Verdict.OK


@pytest.mark.parametrize(
    ("skew", "jump", "verdict"),
    [
        (0.0, 0.0, Verdict.OK),
        (-1.0, 0.0, Verdict.OK),
        (1.1, 0.0, Verdict.WARNING),
        (-10.0, 0.0, Verdict.WARNING),
        (-10.1, 0.0, Verdict.FAILURE),
        (0.0, 0.6, Verdict.WARNING),
        (0.0, -0.6, Verdict.WARNING),
    ],
)
def test_a_clock_is_judged_by_its_difference_and_its_jumps(skew: float, jump: float, verdict: Verdict):
    assert checkup.judge_clock(skew, jump).verdict is verdict


@pytest.mark.parametrize(("mode", "verdict"), [(0o600, Verdict.OK), (0o640, Verdict.FAILURE), (0o604, Verdict.FAILURE)])
def test_a_secret_that_others_can_read_is_a_failure(tmp_path: Path, mode: int, verdict: Verdict):
    secret = tmp_path / "secret"
    secret.write_text("x" * 64)
    secret.chmod(mode)

    assert checkup.judge_secret(secret).verdict is verdict


def test_no_file_is_right_where_the_secret_comes_from_the_environment(tmp_path: Path):
    assert checkup.judge_secret(tmp_path / "secret").verdict is Verdict.OK


@pytest.mark.parametrize(
    ("token", "in_earnest", "verdict"),
    [("", False, Verdict.OK), ("", True, Verdict.WARNING), ("t" * 20, True, Verdict.OK), ("t" * 20, False, Verdict.OK)],
)
def test_the_token_for_the_numbers_is_missed_where_the_services_are_real(
    token: str, in_earnest: bool, verdict: Verdict
):
    finding = checkup.judge_numbers(token, in_earnest=in_earnest)

    assert finding.verdict is verdict
    assert bool(finding.mend) is (verdict is Verdict.WARNING)
    assert not token or token not in finding.says


@pytest.mark.parametrize(
    ("form", "in_earnest", "verdict"),
    [
        ("text", False, Verdict.OK),
        ("text", True, Verdict.WARNING),
        ("json", True, Verdict.OK),
        ("json", False, Verdict.OK),
    ],
)
def test_logs_for_a_collector_are_missed_where_the_services_are_real(form: str, in_earnest: bool, verdict: Verdict):
    assert checkup.judge_logs(form, in_earnest=in_earnest).verdict is verdict


def test_the_new_variables_are_checked_at_start():
    read = read_environment(
        {
            "TODOKE_LOGS": "json",
            "TODOKE_METRICS_TOKEN": "abcdefghij0123456789",
            "TODOKE_READBACK_MAILBOX": "imaps://kakunin%40city.example.jp:secret@imap.example:993/INBOX",
        }
    )

    assert (read["TODOKE_LOGS"], read["TODOKE_METRICS_TOKEN"]) == ("json", "abcdefghij0123456789")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TODOKE_LOGS", "xml"),
        ("TODOKE_METRICS_TOKEN", "short"),
        ("TODOKE_METRICS_TOKEN", "with a space in it, and long enough"),
        ("TODOKE_READBACK_MAILBOX", "imaps://kakunin%40city.example.jp:secret@imap.example:99999/INBOX"),
        ("TODOKE_READBACK_MAILBOX", "imaps://kakunin%40city.example.jp:secret@imap.example/%22"),
    ],
)
def test_a_variable_that_cannot_be_understood_stops_the_start(name: str, value: str):
    with pytest.raises(BadVariable, match=name):
        read_environment({name: value})
