"""News that comes up the stairs.

A room announces what happened with a frozen dataclass from its `events.py`; whoever wants to know subscribes from its
`plugs.py`. News is told after the commit, and one listener's trouble neither undoes the work nor keeps the news from
the others. A process that dies between commit and news tells nobody: who must not miss it also reads the ledger.
"""

import logging
from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import transaction

log = logging.getLogger(__name__)

News = TypeVar("News")

_listeners: dict[type[Any], list[Callable[[Any], None]]] = defaultdict(list)


def subscribe(kind: type[News], listener: Callable[[News], None]) -> None:
    """Have `listener` called, after commit, with every event of exactly this class."""
    if listener not in _listeners[kind]:
        _listeners[kind].append(listener)


def announce(event: object) -> None:
    """Tell all listeners once the surrounding transaction has committed; at once where there is none."""
    for listener in _listeners[type(event)]:
        transaction.on_commit(_told(listener, event), robust=True)


def _told(listener: Callable[[Any], None], event: object) -> Callable[[], None]:
    def tell() -> None:
        listener(event)

    return tell
