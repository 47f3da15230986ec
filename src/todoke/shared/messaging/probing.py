"""What a channel may offer beside `Channel`: to have its ways tried, day and night, while nobody gets anything."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from django.utils.functional import Promise

from todoke.shared.messaging.types import Address


@dataclass(frozen=True)
class Probe:
    """One way of a channel that can be tried.

    `route` names it within its channel and is stored; empty where the channel has one way only, otherwise a short word
    for each server or partner. `try_it` makes one call, gives up by itself within ten seconds, and tells what the other
    side said; it raises `TryLater` or `Never` with a sentence for staff where the way is not open.
    """

    route: str
    name: str | Promise
    try_it: Callable[[], str]


@runtime_checkable
class Probed(Protocol):
    """A channel whose ways can be tried.

    `probes` gets the active destinations that the channel serves in earnest (there is at least one) and makes no call
    itself. A probe leaves no trace with anybody: no recipient, no message, nothing that is counted against a quota.
    Imagined example: the town crier's probe rings him up and hangs up when he answers.
    """

    def probes(self, addresses: Sequence[Address]) -> Sequence[Probe]: ...
