"""What the commands that run on write to the console: one event a line, with its fields (`todoke.base.health.logs`)."""

import psycopg
from django.conf import settings
from django.db import OperationalError
from procrastinate.exceptions import ConnectorException

from todoke.base.health import logs

DATABASE_AWAY = (ConnectorException, OperationalError, psycopg.OperationalError)


def log_to_console(role: str) -> None:
    """Have this process tell its events too, on standard error, in the form of TODOKE_LOGS; `role` says who it is."""
    # A database that is away is told in a line; a trace for each try would hide everything else.
    logs.WITHOUT_TRACE[:] = DATABASE_AWAY
    logs.speak_up(role, settings.LOGS)
