"""A moment as a language writes it: the phrases `time.…` name its parts, and this fills them."""

from collections.abc import Mapping
from datetime import datetime

from todoke.shared.messaging.phrasebook.book import book

# What may stand in braces there, as a format of the local time; `half` and `hour12` are the twelve-hour clock.
PARTS: Mapping[str, str] = {
    "year": "{0.year}",
    "month": "{0.month}",
    "month2": "{0.month:02}",
    "month_name": "{0:%B}",
    "day": "{0.day}",
    "day2": "{0.day:02}",
    "hour": "{0.hour}",
    "hour2": "{0.hour:02}",
    "hour12": "{hour12}",
    "half": "{half}",
    "minute": "{0.minute:02}",
    "minute1": "{0.minute}",
}


def moment_format(key: str, language: str) -> str:
    """The phrase as a format string that takes the local time as its first value."""
    return book(language).text(f"time.{key}").format(**PARTS)


def said_at(key: str, language: str, local: datetime) -> str:
    """The moment, given on a Japanese clock, as this language writes it: `sent`, `said` or `taken-back`."""
    half = book(language).text("time.morning" if local.hour < 12 else "time.afternoon")
    return moment_format(key, language).format(local, half=half, hour12=local.hour % 12)
