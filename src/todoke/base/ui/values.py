"""Values that components take."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.utils.functional import Promise

# What a thing means to the reader; each tone has a shape of its own, so that colour is never alone.
TONES = ("neutral", "active", "good", "attention", "bad")


@dataclass(frozen=True)
class Step:
    """One step of a way: what it is, how far it has come, and a note (when, by whom) where there is one."""

    title: str | Promise
    state: Literal["done", "current", "waiting", "failed"] = "waiting"
    note: str | Promise = ""


@dataclass(frozen=True)
class Entry:
    """One entry of a history: when, what, by whom and with which words, where the reader may know."""

    at: datetime
    title: str | Promise
    who: str = ""
    note: str = ""
