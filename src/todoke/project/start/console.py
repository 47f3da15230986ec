"""What the commands that run on write to the console: one event a line, with its fields."""

import logging
import sys

import psycopg
from django.db import OperationalError
from procrastinate.exceptions import ConnectorException

DATABASE_AWAY = (ConnectorException, OperationalError, psycopg.OperationalError)

# What logging itself puts on a record; everything else is a field that the caller gave.
_BUILT_IN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class EventLine(logging.Formatter):
    """`WARNING todoke.base.jobs job_stalled job=7 lane=emergency`, followed by the trace where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        fields = [f"{name}={value}" for name, value in vars(record).items() if name not in _BUILT_IN]
        line = " ".join([record.levelname, record.name, record.getMessage(), *fields])
        if not record.exc_info or isinstance(record.exc_info[1], DATABASE_AWAY):
            # A database that is away is told in a line; a trace for each try would hide everything else.
            return line
        return f"{line}\n{self.formatException(record.exc_info)}"


def log_to_console() -> None:
    """Send this process's events to standard error; the libraries' only from warnings on."""
    console = logging.StreamHandler(sys.stderr)
    console.setFormatter(EventLine())
    logging.basicConfig(level=logging.WARNING, handlers=[console], force=True)
    logging.getLogger("todoke").setLevel(logging.INFO)
