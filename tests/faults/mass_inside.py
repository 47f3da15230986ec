"""What runs in processes of a house whose mass lane is under test: readers, a mailing to all of them, its workers.

python -m tests.faults.mass_inside subscribe COUNT
python -m tests.faults.mass_inside release [--cancel]
python -m tests.faults.mass_inside workers COUNT --bundle N --reply-seconds N
"""

import argparse
import os
import signal
import sys
import threading
import time
from datetime import timedelta

import django

if __name__ == "__main__":
    django.setup()

from django.db import connections

from tests.faults.inside import people
from tests.shared.messaging import ledger
from tests.shared.messaging.masses import AUDIENCE, Everybody
from todoke.base.clock import now
from todoke.base.sealing import seal
from todoke.shared.messaging.actions import release
from todoke.shared.messaging.carriers import MassDispatcher
from todoke.shared.messaging.channels.mail_each import MailEachChannel
from todoke.shared.messaging.channels.relays import Relays
from todoke.shared.messaging.models import Contact, Destination, Edition
from todoke.shared.messaging.queries.contacts import SEALED_AS, lookup_of
from todoke.shared.messaging.registry import audiences, channels, kinds
from todoke.shared.messaging.types import EditionKind

CHANNEL = "messaging.mail-each"


def subscribe(count: int) -> None:
    """So many readers, and the destination that stands for all of them."""
    people()
    ledger.make_destination("everybody", CHANNEL, address=AUDIENCE)
    addresses = [f"reader{number}@example.jp" for number in range(count)]
    Contact.objects.bulk_create(
        (
            Contact(
                channel=CHANNEL,
                lookup=lookup_of(CHANNEL, address),
                address=seal(address.encode(), context=SEALED_AS),
            )
            for address in addresses
        ),
        batch_size=5000,
    )


def release_to_everybody(*, cancels: bool) -> Edition:
    """The first edition, or the cancellation of the latest one."""
    if cancels:
        latest = Edition.objects.select_related("message").order_by("pk").last()
        assert latest is not None
        order = ledger.following(latest, EditionKind.CANCEL)
    else:
        order = ledger.first(people(), Destination.objects.get(key="everybody"))
    return release.release(type(order)(**{**order.__dict__, "expires_at": now() + timedelta(hours=2)}), at=now())


def keep_workers(count: int, bundle: int, reply_seconds: float) -> None:
    """So many workers, each a process that may be killed and is replaced at once. Made by forking one that has
    imported everything, so that a thousand of them cost no more than their work."""
    each = channels[CHANNEL]
    assert isinstance(each, MailEachChannel)
    MailEachChannel.bundle_size = bundle
    alive: set[int] = set()
    while True:
        while len(alive) < count:
            number = os.fork()
            if number == 0:
                each._relays = Relays(each.servers, own_name="city.example.jp", reply_seconds=reply_seconds)
                _work()
            alive.add(number)
        ended, _status = os.waitpid(-1, 0)
        alive.discard(ended)


def _work() -> None:
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    while not stop.is_set():
        # As its lane does with a companion that raises: the database may be away.
        try:
            MassDispatcher().run("emergency", stop)
        except Exception as trouble:
            print(type(trouble).__name__, file=sys.stderr, flush=True)
            connections.close_all()
            time.sleep(0.5)
    os._exit(0)


def main(words: list[str]) -> None:
    """Do one of these."""
    parser = argparse.ArgumentParser()
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("subscribe").add_argument("count", type=int)
    verbs.add_parser("release").add_argument("--cancel", action="store_true")
    workers = verbs.add_parser("workers")
    workers.add_argument("count", type=int)
    workers.add_argument("--bundle", type=int, default=200)
    workers.add_argument("--reply-seconds", type=float, default=20)
    told = parser.parse_args(words)
    kinds.register(ledger.KIND)
    audiences.register(Everybody())
    if told.verb == "subscribe":
        subscribe(told.count)
    elif told.verb == "release":
        print(release_to_everybody(cancels=told.cancel).identifier)
    else:
        keep_workers(told.count, told.bundle, told.reply_seconds)


if __name__ == "__main__":
    main(sys.argv[1:])
