"""What happens to calls by the clock: busy lines are rung again, the provider is asked, and calls are taken back."""

import threading
from collections.abc import Callable
from datetime import timedelta

from django.db import connections

from todoke.base.clock import now
from todoke.base.jobs import Lane
from todoke.shared.calling import ringing
from todoke.shared.calling.actions import note_ring
from todoke.shared.calling.automatic.channel import ASK_SECONDS, AutomaticChannel
from todoke.shared.calling.automatic.gateway import CallForm, CallGateway, Retry
from todoke.shared.calling.models import Ring, Round
from todoke.shared.calling.rules import RingState
from todoke.shared.messaging.types import Never, TryLater

TICK_SECONDS = 2.0
AT_ONCE = 20


class Listener:
    """A companion of the emergency lane; any number may run, on any number of hosts. The timer moves the rounds."""

    key = "calling.listener"
    lanes = frozenset({Lane.EMERGENCY.value})

    def __init__(self, channel: AutomaticChannel) -> None:
        self.channel = channel

    def run(self, lane: str, stop: threading.Event) -> None:
        """Look every two seconds, until told to stop."""
        del lane
        while not stop.is_set():
            self.tick(stop.is_set)
            connections.close_all()
            stop.wait(TICK_SECONDS)

    def tick(self, is_stopped: Callable[[], bool] = lambda: False) -> None:
        """One look: first what must not ring any more, then what is heard, then whom to ring again."""
        self.channel.take_back(seconds=ASK_SECONDS)
        for ring in ringing.take_to_ask(at=now(), limit=AT_ONCE):
            if not is_stopped():
                self._ask(ring)
        for round_id in ringing.rounds_to_ring_again(at=now()):
            if not is_stopped():
                self._ring_again(round_id)

    def _ask(self, ring: Ring) -> None:
        gateway = self._gateway(ring.round)
        if gateway is None or gateway.form.status is None:
            return
        try:
            state, word = gateway.ask_status(ring.reference, seconds=ASK_SECONDS)
        except (TryLater, Never):
            # It is asked again; when the machine's time is over, people ring.
            return
        hear(ring, state, word, gateway.form)

    def _ring_again(self, round_id: int) -> None:
        round_ = Round.objects.select_related("delivery__edition__message", "delivery__destination").get(pk=round_id)
        gateway = self._gateway(round_)
        if gateway is None:
            return
        edition, address = round_.delivery.edition.frozen(), round_.delivery.destination.as_address()
        try:
            self.channel.order(round_, gateway, self.channel.prepare(edition, address), edition, address)
        except (TryLater, Never):
            # Once more at the next look, as long as the machine has time.
            return

    def _gateway(self, round_: Round) -> CallGateway | None:
        return self.channel.gateway_for(round_.delivery.destination.address)


def hear(ring: Ring, state: RingState, word: str, form: CallForm) -> Ring | None:
    """Take the provider's word, asked for or called back, by the form's rule for busy lines."""
    again_at = None
    if form.retry_by is Retry.US and ring.tries <= form.retry_times:
        again_at = now() + timedelta(seconds=form.retry_pause_seconds)
    return note_ring(ring.pk, state, says=word, again_at=again_at, at=now())
