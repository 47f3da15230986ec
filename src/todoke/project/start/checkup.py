"""The checks that concern every room."""

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from todoke.base import clock, journal
from todoke.base.disk import nearest_folder
from todoke.base.doctor import Finding, Verdict
from todoke.base.jobs import LANES
from todoke.base.jobs.worker import PRESENCE, STALLED_AFTER_SECONDS

OLDEST_SERVER = 150000  # server_version_num of PostgreSQL 15
FREE_BYTES_LOW = 5_000_000_000
FREE_BYTES_NEEDED = 1_000_000_000
SKEW_SECONDS_NOTED = 1.0
SKEW_SECONDS_MAX = 10.0
DRIFT_SAMPLE_SECONDS = 0.5


@dataclass(frozen=True)
class Look:
    """A check made of a function."""

    key: str
    title: str
    run: Callable[[], Finding]


def look_at_database() -> Finding:
    """Reachable, and not older than we support."""
    try:
        connection.ensure_connection()
    except OperationalError as error:
        return Finding(
            Verdict.FAILURE,
            f"つながりません（{str(error).strip().splitlines()[0]}）。",
            "「todoke up」を起動してください。"
            if settings.EMBEDDED_SERVER
            else "PostgreSQL が動いているか、DATABASE_URL が正しいかを確かめてください。",
        )
    number = connection.connection.info.server_version
    name = f"PostgreSQL {number // 10000}.{number % 10000}"
    if number < OLDEST_SERVER:
        return Finding(Verdict.FAILURE, f"{name} は古すぎます。", "PostgreSQL 15 以上に上げてください。")
    return Finding(Verdict.OK, f"{name} につながります。")


def look_at_migrations() -> Finding:
    """Every migration of this programme is applied to the database."""
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        named = "、".join(f"{step.app_label} {step.name}" for step, _ in missing[:3])
        more = f" ほか {len(missing) - 3} 件" if len(missing) > 3 else ""
        return Finding(
            Verdict.FAILURE,
            f"まだの変更が {len(missing)} 件あります（{named}{more}）。",
            "「todoke migrate」を実行してください。",
        )
    return Finding(Verdict.OK, "すべて済んでいます。")


def look_at_workers() -> Finding:
    """Each lane has a worker, and as many of them show a sign of life as are connected."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT split_part(application_name, ' ', 3), split_part(application_name, ' ', 4)"
            " || ' ' || split_part(application_name, ' ', 5) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name LIKE %s",
            [f"{PRESENCE} %"],
        )
        present = set(cursor.fetchall())
        cursor.execute(
            "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => %s)",
            [STALLED_AFTER_SECONDS],
        )
        (alive,) = cursor.fetchone()
    idle = [lane for lane in LANES if lane not in {found for found, _ in present}]
    if idle:
        return Finding(
            Verdict.FAILURE,
            f"{'、'.join(idle)} を処理するワーカーがいません。",
            "「todoke up」か、「"
            + "」「".join(f"todoke worker --lane {lane}" for lane in idle)
            + "」を起動してください。",
        )
    if alive < len(present):
        return Finding(
            Verdict.WARNING,
            f"ワーカー {len(present)} のうち {alive} だけが合図を送っています。",
            "1 分たっても変わらなければ、ワーカーを起動し直してください。",
        )
    counts = "、".join(f"{lane} {sum(found == lane for found, _ in present)}" for lane in LANES)
    return Finding(Verdict.OK, f"動いています（{counts}）。")


def look_at_disk() -> Finding:
    """Room for a disaster's worth of writing, under VAR and, where the database is ours, under its data."""
    folders = [settings.VAR]
    if settings.EMBEDDED_SERVER:
        folders.append(settings.EMBEDDED_SERVER.place.folder)
    free, folder = min((shutil.disk_usage(nearest_folder(folder)).free, str(folder)) for folder in folders)
    says = f"空きは {free / 1e9:.1f} GB です（{folder}）。"
    if free < FREE_BYTES_NEEDED:
        return Finding(Verdict.FAILURE, says, "すぐに空きを作ってください。なくなると、データベースが止まります。")
    if free < FREE_BYTES_LOW:
        return Finding(Verdict.WARNING, says, "空きを 5 GB 以上にしてください。")
    return Finding(Verdict.OK, says)


def look_at_clock() -> Finding:
    """This host's clock against the database's, and against the steady count of the machine, over half a second.

    Read past `todoke.base.clock`, which may go by the database's already.
    """
    began, steady = datetime.now(UTC), time.monotonic()
    with connection.cursor() as cursor:
        asked = datetime.now(UTC)
        cursor.execute("SELECT clock_timestamp()")
        (theirs,) = cursor.fetchone()
        answered = datetime.now(UTC)
    # The moment that the answer speaks of lies somewhere between question and answer.
    skew = (theirs.astimezone(UTC) - (asked + (answered - asked) / 2)).total_seconds()
    time.sleep(DRIFT_SAMPLE_SECONDS)
    jump = (datetime.now(UTC) - began).total_seconds() - (time.monotonic() - steady)
    return judge_clock(skew, jump)


def judge_clock(skew_seconds: float, jump_seconds: float) -> Finding:
    """What a difference to the database, and a jump while looking, mean."""
    says = f"データベースとの差は {abs(skew_seconds):.2f} 秒です。"
    if abs(jump_seconds) > SKEW_SECONDS_NOTED / 2:
        return Finding(
            Verdict.WARNING,
            f"{says}調べている間に時計が {jump_seconds:+.1f} 秒動きました。",
            "時刻合わせ（NTP）の設定を確かめてください。",
        )
    if abs(skew_seconds) > SKEW_SECONDS_MAX:
        return Finding(Verdict.FAILURE, says, "時刻合わせ（NTP）を動かしてください。発表の時刻や期限がずれます。")
    if abs(skew_seconds) > SKEW_SECONDS_NOTED:
        return Finding(Verdict.WARNING, says, "時刻合わせ（NTP）が動いているかを確かめてください。")
    return Finding(Verdict.OK, says)


def look_at_secret() -> Finding:
    """The key that signs sessions is readable by its owner alone."""
    return judge_secret(settings.VAR / "secret")


def judge_secret(path: Path) -> Finding:
    """What the file's permissions and owner mean; no file is right where the key comes from the environment."""
    if not path.exists():
        return Finding(Verdict.OK, "環境変数で与えられています。")
    seen = path.stat()
    if seen.st_mode & 0o077:
        return Finding(
            Verdict.FAILURE,
            f"{path} を、ほかの利用者も読めます（権限 {seen.st_mode & 0o777:o}）。",
            f"「chmod 600 {path}」を実行し、ファイルを消して作り直してください（全員が再ログインになります）。",
        )
    if seen.st_uid != os.geteuid():
        return Finding(
            Verdict.WARNING, f"{path} の持ち主が、動かしている利用者と違います。", "持ち主をそろえてください。"
        )
    made = datetime.fromtimestamp(seen.st_mtime, UTC)
    return Finding(Verdict.OK, f"持ち主だけが読めます（{clock.in_japan(made):%Y-%m-%d} 作成）。")


def look_at_numbers() -> Finding:
    """Where the real services are connected, Prometheus can read /metrics from another machine."""
    return judge_numbers(settings.METRICS_TOKEN, in_earnest=not settings.SIMULATORS)


def judge_numbers(token: str, *, in_earnest: bool) -> Finding:
    """What a token, or none, means."""
    if token:
        return Finding(Verdict.OK, "/metrics は、このマシンからか、トークンで読めます。")
    if in_earnest:
        return Finding(
            Verdict.WARNING,
            "/metrics のトークンがありません。このマシンからしか読めません。",
            "TODOKE_METRICS_TOKEN を設定し、監視（Prometheus）から読んでください（docs/running/health.md）。",
        )
    return Finding(Verdict.OK, "/metrics は、このマシンからだけ読めます。")


def look_at_logs() -> Finding:
    """Where the real services are connected, logs are written for a collector."""
    return judge_logs(settings.LOGS, in_earnest=not settings.SIMULATORS)


def judge_logs(form: str, *, in_earnest: bool) -> Finding:
    """What a form of the log lines means."""
    if form == "text" and in_earnest:
        return Finding(
            Verdict.WARNING,
            "ログが文章の形です。集めて調べることができません。",
            "TODOKE_LOGS=json を設定し、ログの収集につないでください。",
        )
    return Finding(Verdict.OK, {"json": "1行1件のJSONで書いています。", "text": "文章の形で書いています。"}[form])


def look_at_journal() -> Finding:
    """Nothing lies in the journal that somebody entered while the database was away."""
    kept = journal.names()
    if kept:
        return Finding(
            Verdict.WARNING,
            f"データベースにつながらない間に職員が入力した控えが{len(kept)}件あります。",
            "「todoke journal」で読み、入力した人に確かめてから「todoke journal 番号 --forget」で消してください。",
        )
    return Finding(Verdict.OK, "控えはありません。")


CHECKS = (
    Look("start.database", "データベース", look_at_database),
    Look("start.migrations", "表の変更", look_at_migrations),
    Look("start.workers", "ワーカー", look_at_workers),
    Look("start.disk", "ディスク", look_at_disk),
    Look("start.clock", "時計", look_at_clock),
    Look("start.secret", "署名の鍵", look_at_secret),
    Look("start.numbers", "監視用の数値", look_at_numbers),
    Look("start.logs", "ログ", look_at_logs),
    Look("start.journal", "入力の控え", look_at_journal),
)
