"""The queue's only job here: say that there is something in the ledger."""

from procrastinate.contrib.django import app

from todoke.shared.messaging import waking


@app.task(name="messaging.dispatch")
def dispatch() -> None:
    """Wake the dispatchers of this process."""
    waking.wake()
