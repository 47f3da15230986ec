"""The postman: carries letters out, and once in a while forgets those that have ended."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from django.db import connections

from todoke.base.backup import tide
from todoke.base.clock import now
from todoke.base.jobs import Lane
from todoke.base.rounds.going import Rounds
from todoke.shared.messaging import waking
from todoke.shared.messaging.actions import bounces, letters, mailings
from todoke.shared.messaging.actions.dispatch import RETIRED
from todoke.shared.messaging.dispatcher import held_in_hand
from todoke.shared.messaging.models import Letter
from todoke.shared.messaging.registry import LetterChannel, channels
from todoke.shared.messaging.types import LetterState, Never, Text, TryLater

log = logging.getLogger(__name__)

AT_ONCE = 4
# A bound for one try; the channels' own time-outs are shorter.
TRY_SECONDS = 30
# How long an ended letter, by then without address and text, is kept for questions.
KEPT = timedelta(days=30)


class Postman:
    """Beside the normal lane. Several may be at work: a letter is held by one of them."""

    key = "messaging.postman"
    lanes = frozenset({Lane.NORMAL.value})

    def run(self, lane: str, stop: threading.Event) -> None:  # noqa: ARG002 - there is one lane
        """Carry what is due until told to stop."""
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix=self.key) as pool:
            watch = tide.Watch()
            while not stop.is_set():
                watch.look()
                heard = waking.calls()
                held = letters.claim(seconds=TRY_SECONDS, at=now())
                list(pool.map(lambda one: deliver(*one), held))
                if not held:
                    waking.rest(heard, stop)


def deliver(letter: Letter, text: Text) -> None:
    """One try at one letter, and what came of it."""
    try:
        state, says = _attempt(letter, text)
    except Exception as trouble:
        # Neither address nor text stands in the log: the class alone.
        log.error("letter_broke_off", extra={"letter": letter.pk, "trouble": type(trouble).__name__})  # noqa: TRY400
        state, says = LetterState.PLANNED, type(trouble).__name__
    held_in_hand(lambda: letters.settle(letter, state, says, at=now()))
    connections.close_all()


def _attempt(letter: Letter, text: Text) -> tuple[LetterState, str]:
    channel = channels.find(letter.channel)
    if not isinstance(channel, LetterChannel):
        return LetterState.FAILED, str(RETIRED)
    try:
        receipt = channel.send_letter(text, key=letter.key, at=letter.created_at)
    except Never as never:
        return LetterState.FAILED, never.says
    except TryLater as later:
        # It carries the same number at every try, so a repeat is recognised.
        return LetterState.PLANNED, later.says
    return LetterState.ACCEPTED, receipt.says


def tidy_up() -> None:
    """What the rules no longer keep is folded and forgotten."""
    mailings.fold_due(at=now())
    letters.forget(before=now() - KEPT)
    bounces.forget(before=now() - bounces.KEPT)


CARETAKER = Rounds("messaging.caretaker", Lane.BULK, tidy_up, rest_seconds=3600)
