"""What SMS does by the clock: asks providers what became of messages, and tells the ledger."""

import threading
from datetime import timedelta

from django.db import connections

from todoke.base.clock import now
from todoke.shared.messaging.types import Never, TryLater
from todoke.shared.sms.actions import receipts
from todoke.shared.sms.channel import SmsChannel
from todoke.shared.sms.gateway import Arrival

TICK_SECONDS = 3.0
ASKED_AT_ONCE = 20
ASK_SECONDS = 3.0


class Clockwork:
    """A companion of the emergency lane; any number of them may run, on any number of hosts."""

    key = "sms.clockwork"
    lanes = frozenset({"emergency"})

    def __init__(self, channel: SmsChannel) -> None:
        self.channel = channel

    def run(self, lane: str, stop: threading.Event) -> None:
        """Look every three seconds, until told to stop."""
        del lane
        while not stop.is_set():
            self.tick(stop)
            connections.close_all()
            stop.wait(TICK_SECONDS)

    def tick(self, stop: threading.Event | None = None) -> None:
        """One look."""
        self._ask(stop or threading.Event())
        receipts.tell_the_ledger(at=now())
        form = (self.channel.gateway or self.channel.simulator).form
        if form.tells_arrivals:
            receipts.chase(at=now(), after=timedelta(minutes=form.chase_minutes))

    def _ask(self, stop: threading.Event) -> None:
        if not any(gateway and gateway.form.status for gateway in (self.channel.gateway, self.channel.simulator)):
            return
        for text in receipts.take_to_ask(at=now(), limit=ASKED_AT_ONCE):
            gateway = self.channel.gateway_for(text.delivery.destination.address)
            if stop.is_set():
                return
            if gateway is None or gateway.form.status is None:
                continue
            try:
                told = gateway.ask_status(text.reference, seconds=ASK_SECONDS)
            except (TryLater, Never):
                # It is asked again; a provider that stays silent is chased by its minutes.
                continue
            receipts.note(text.pk, Arrival(told.state), says=told.word, at=now())
