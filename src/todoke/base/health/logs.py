"""Log lines: an event's name with its fields, as text for a console or as one JSON object a line for a collector.

Knows nothing of Django, because the web server's own process uses it too.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any, TextIO

from todoke.base.health import context
from todoke.base.health.redaction import OUT, redacted
from todoke.base.health.spool import Spool

FORMS = ("text", "json")

# What logging itself puts on a record; everything else is a field that the caller gave.
_BUILT_IN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

# Troubles that are told in a line, because a trace for each try would hide everything else. Filled at start by who
# knows their classes.
WITHOUT_TRACE: list[type[BaseException]] = []


class Line(logging.Formatter):
    """What the two forms have in common: the redacted message, the fields, the trace where there is one."""

    def said(self, record: logging.LogRecord) -> str:
        message = record.getMessage()
        request = getattr(record, "request", None)
        path = getattr(request, "path", "")
        # Django's own records name the path as it came; the pattern behind it holds no token.
        return redacted(message.replace(path, route_of(request)) if len(path) > 1 else message)

    def fields(self, record: logging.LogRecord) -> dict[str, Any]:
        return {
            name: value if isinstance(value, bool | int | float) or value is None else redacted(str(value))
            for name, value in vars(record).items()
            if name not in _BUILT_IN and not (name == "request" and hasattr(value, "META"))
        }

    def trace(self, record: logging.LogRecord) -> str:
        if not record.exc_info or not record.exc_info[0] or issubclass(record.exc_info[0], tuple(WITHOUT_TRACE)):
            return ""
        return redacted(self.formatException(record.exc_info))


class TextLine(Line):
    """`WARNING todoke.base.jobs job_stalled job=7 lane=emergency`, followed by the trace where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """One event as text; a line break inside the message does not begin a new event."""
        about = {"request_id": context.request_id.get(), "edition_id": context.edition_id.get()}
        fields = {**self.fields(record), **{name: value for name, value in about.items() if value}}
        words = [f"{name}={value}" for name, value in fields.items()]
        line = " ".join([record.levelname, record.name, self.said(record), *words]).replace("\n", " ⏎ ")
        trace = self.trace(record)
        return f"{line}\n{trace}" if trace else line


class JsonLine(Line):
    """One JSON object: time, level, logger, message, role, request_id, edition_id, fields and trace where there are."""

    def format(self, record: logging.LogRecord) -> str:
        """One event as one line, whatever it holds."""
        told: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self.said(record),
            "role": context.role(),
            "request_id": context.request_id.get(),
            "edition_id": context.edition_id.get(),
            "fields": self.fields(record),
            "trace": self.trace(record),
        }
        always = ("time", "level", "logger", "message")
        return json.dumps({name: value for name, value in told.items() if value or name in always}, ensure_ascii=False)


class Stderr(logging.StreamHandler[TextIO]):
    """Writes to what standard error is at that moment, not to what it was when logging was set up."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        """Standard error."""
        return sys.stderr


def route_of(request: object) -> str:
    """The pattern of the address that a request was for, such as `desk/messages/<uuid:key>/`."""
    match = getattr(request, "resolver_match", None)
    return OUT if match is None else str(match.route or "/")


def settings_of(form: str) -> dict[str, Any]:
    """Django's LOGGING for this form: everything from warnings on goes to standard error, in our lines alone."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": f"{__name__}.{'JsonLine' if form == 'json' else 'TextLine'}"}},
        "handlers": {"stderr": {"()": f"{__name__}.Stderr", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            # A page that is not there is the visitor's trouble; a view that failed is ours.
            "django.request": {"handlers": [], "level": "ERROR", "propagate": True},
        },
    }


def speak_up(role: str, form: str) -> None:
    """Have a process that runs on tell its events, not its warnings alone; the libraries' only from warnings on.

    Requests are told one by one where a collector reads along, and only the failed and slow ones on a console. From
    then on no line holds its process up (`Spool`).
    """
    context.play(role)
    root = logging.getLogger()
    root.handlers[:] = [Spool(each) if isinstance(each, Stderr) else each for each in root.handlers]
    logging.getLogger("todoke").setLevel(logging.INFO)
    logging.getLogger("todoke.base.health.requests").setLevel(logging.INFO if form == "json" else logging.WARNING)
