"""django-post-office at its documented best: queued with send_many, sent by send_queued_mail with several processes.

Its README: `mail.send_many`, `python manage.py send_queued_mail --processes`, settings BATCH_SIZE, THREADS_PER_PROCESS,
LOG_LEVEL (2, the default, keeps a line for every mail: that is its ledger). On a PostgreSQL of its own.
"""

import os
import sys
import time
from importlib.util import find_spec
from pathlib import Path

from bench.messaging import mail
from bench.messaging.peers import tell

QUEUED_AT_ONCE = 5000


def main(port: str, mails: str, folder: str) -> None:
    """Queue all, send all; both count."""
    # Looked for and not imported: it reads its settings at once.
    if find_spec("post_office") is None:
        tell("django-post-office", "not installed", "")
        return
    from todoke.base.postgres import EmbeddedServer

    server = EmbeddedServer(Path(folder) / "postgres")
    server.start()
    try:
        _configure(server, int(port))
        _measure(int(mails))
    finally:
        server.stop()


def _configure(server, port: int) -> None:
    import django
    from django.conf import settings

    settings.configure(
        DATABASES={"default": {**server.settings(), "ENGINE": "django.db.backends.postgresql"}},
        INSTALLED_APPS=["post_office"],
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        EMAIL_BACKEND="post_office.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=port,
        USE_TZ=True,
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
        POST_OFFICE={
            "BACKENDS": {"default": "django.core.mail.backends.smtp.EmailBackend"},
            "BATCH_SIZE": 5000,
            "THREADS_PER_PROCESS": 5,
            "LOG_LEVEL": 2,
            "MAX_RETRIES": 3,
        },
    )
    django.setup()


def _measure(mails: int) -> None:
    from django.core.management import call_command
    from post_office import mail as office
    from post_office.models import STATUS, Email, Log

    call_command("migrate", verbosity=0)
    began = time.perf_counter()
    for start in range(0, mails, QUEUED_AT_ONCE):
        office.send_many(
            [
                {
                    "sender": mail.SENDER,
                    "recipients": [mail.recipient(number)],
                    "subject": mail.TITLE,
                    "message": mail.body(number),
                    "headers": mail.headers(number),
                }
                for number in range(start, min(start + QUEUED_AT_ONCE, mails))
            ]
        )
    queued = time.perf_counter()
    # One run takes one batch from the queue.
    while Email.objects.exclude(status=STATUS.sent).exists():
        call_command("send_queued_mail", processes=os.cpu_count() or 1, verbosity=0)
    ended = time.perf_counter()
    tell(
        "django-post-office",
        round(mails / (ended - began)),
        "mails/s",
        queueing_seconds=round(queued - began, 1),
        sending_seconds=round(ended - queued, 1),
        lines_kept=Log.objects.count(),
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
