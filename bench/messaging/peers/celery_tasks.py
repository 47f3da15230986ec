"""The tasks of celery_redis.py, imported by its workers too."""

import os

import psycopg
from celery import Celery
from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from bench.messaging import mail

app = Celery("bench", broker=f"redis://127.0.0.1:{os.environ['BENCH_QUEUE']}/0")
app.conf.update(task_ignore_result=True, worker_prefetch_multiplier=4, broker_connection_retry_on_startup=True)

if not settings.configured:
    settings.configure(
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=int(os.environ["BENCH_SINK"]),
        DEFAULT_CHARSET="utf-8",
    )

_kept: list[psycopg.Connection] = []


def database() -> psycopg.Connection:
    """The connection of this process."""
    if not _kept:
        _kept.append(psycopg.connect(os.environ["BENCH_DATABASE"], autocommit=True))
    return _kept[0]


def make_table() -> None:
    """A row for every mail."""
    database().execute("CREATE TABLE mail (id bigint PRIMARY KEY, recipient text, sent_at timestamptz)")


def plan(mails: int) -> None:
    """Write all rows down."""
    with database().cursor() as cursor, cursor.copy("COPY mail (id, recipient) FROM STDIN") as rows:
        for number in range(mails):
            rows.write_row((number, mail.recipient(number)))


def left() -> int:
    """How many were not sent yet."""
    row = database().execute("SELECT count(*) FROM mail WHERE sent_at IS NULL").fetchone()
    return int(row[0]) if row else 0


@app.task
def send_batch(numbers: list[int]) -> None:
    """Send these and write it down."""
    rows = database().execute("SELECT id, recipient FROM mail WHERE id = ANY(%s) AND sent_at IS NULL", [numbers])
    messages = [
        EmailMessage(mail.TITLE, mail.body(number), mail.SENDER, [recipient], headers=mail.headers(number))
        for number, recipient in rows.fetchall()
    ]
    with get_connection() as connection:
        connection.send_messages(messages)
    database().execute("UPDATE mail SET sent_at = now() WHERE id = ANY(%s)", [numbers])
