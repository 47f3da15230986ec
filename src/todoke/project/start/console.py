"""What the commands that run on write to the console: one event a line, with its fields."""

import logging
import sys

# What logging itself puts on a record; everything else is a field that the caller gave.
_BUILT_IN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class EventLine(logging.Formatter):
    """`WARNING todoke.base.jobs job_stalled job=7 lane=emergency`, followed by the trace where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        fields = [f"{name}={value}" for name, value in vars(record).items() if name not in _BUILT_IN]
        line = " ".join([record.levelname, record.name, record.getMessage(), *fields])
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def log_to_console() -> None:
    """Send this process's events to standard error; the libraries' only from warnings on."""
    console = logging.StreamHandler(sys.stderr)
    console.setFormatter(EventLine())
    logging.basicConfig(level=logging.WARNING, handlers=[console], force=True)
    logging.getLogger("todoke").setLevel(logging.INFO)
