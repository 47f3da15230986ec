"""Asking about cases; every query takes who asks."""

from todoke.shared.casework.queries.cases import (
    ARRANGE,
    HANDLE,
    READ,
    case_for,
    cases_for,
    facts_of,
    handlers_in,
    history_of,
    letters_of,
    open_actions,
    sections_of,
    tasks_for,
    told_history,
    told_letters,
    told_reason,
)
from todoke.shared.casework.queries.inbox import Inbox, Page, counts, inbox, load_by_person

__all__ = [
    "ARRANGE",
    "HANDLE",
    "READ",
    "Inbox",
    "Page",
    "case_for",
    "cases_for",
    "counts",
    "facts_of",
    "handlers_in",
    "history_of",
    "inbox",
    "letters_of",
    "load_by_person",
    "open_actions",
    "sections_of",
    "tasks_for",
    "told_history",
    "told_letters",
    "told_reason",
]
