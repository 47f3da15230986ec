"""Links that are as good as a key stay out of logs: Django names the path of whatever it refuses."""

import logging
import re

# A contact's or a request's token, as base.sealing makes them.
TOKEN = re.compile(r"(?<=/)[a-z2-7]{32}(?=/|\?|\s|$)", re.IGNORECASE)
LOGGERS = ("django.request", "django.security.csrf", "django.security", "django.server")


class WithoutTokens(logging.Filter):
    """Puts dots in the place of tokens, in the text of a record and in what fills its slots."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always let the record through, mended."""
        record.msg = _mended(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(_mended(each) for each in record.args)
        return True


def keep_tokens_out_of_logs() -> None:
    """Set the filter on every logger of Django that names paths; doing it twice changes nothing."""
    for name in LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(each, WithoutTokens) for each in logger.filters):
            logger.addFilter(WithoutTokens())


def _mended(value: object) -> object:
    return TOKEN.sub("…", value) if isinstance(value, str) else value
