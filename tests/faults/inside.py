"""What runs in processes of a house under test: releasing, and a worker with two channels that lead to the sink.

python -m tests.faults.inside release COUNT [--at ISO] [--due ISO] [--hours N]
python -m tests.faults.inside release-for-ever
python -m tests.faults.inside worker [--clock SECONDS] [--file-bytes N] [--lines N]
"""

import argparse
import logging
import os
import resource
import socket
import sys
import threading
import time
from datetime import UTC, datetime, timedelta

import django

if __name__ == "__main__":
    django.setup()

from tests.faults.inside_names import KEYED, KEYLESS
from tests.shared.messaging import ledger
from todoke.base.clock import now
from todoke.ground.people.models import Account
from todoke.ground.places.models import City
from todoke.shared.messaging.actions import release
from todoke.shared.messaging.models import Delivery, Destination, Edition
from todoke.shared.messaging.registry import channels, kinds
from todoke.shared.messaging.types import Receipt, TryLater


class SinkChannel(ledger.ObedientChannel):
    """A channel that leads to the sink. What is not answered may have left."""

    def send(self, parcel, edition, address, *, key):
        logging.getLogger("todoke.tests").info("sending", extra={"channel": self.key})
        sent = False
        port = os.environ.get("FAULTS_OUTSIDE" if self.key == KEYED else "", os.environ["FAULTS_SINK"])
        try:
            with socket.create_connection(("127.0.0.1", int(port)), timeout=3) as line:
                line.sendall(f"{self.key} {key} {os.environ.get('FAULTS_WORKER', 'w')}\n".encode())
                sent = True
                if line.recv(16) != b"taken\n":
                    raise TryLater("no answer", may_have_left=True)
        except OSError as error:
            raise TryLater(type(error).__name__, may_have_left=sent) from error
        return Receipt()


def settle_in() -> None:
    """Register what the experiment needs beside what the house brings."""
    channels.register(SinkChannel(KEYED, timeout_seconds=4))
    channels.register(SinkChannel(KEYLESS, timeout_seconds=4, idempotency_key=None))
    kinds.register(ledger.KIND)


def people():
    """The city and its two officers, made once."""
    if not City.objects.exists():
        ledger.make_city()
        return ledger.make_officers()
    return Account.objects.get(login_name="sato"), Account.objects.get(login_name="suzuki")


def destinations(count: int) -> list[Destination]:
    """Half of them on a channel with a key, half without; made once."""
    have = set(Destination.objects.values_list("key", flat=True))
    Destination.objects.bulk_create(
        Destination(key=f"place-{n}", channel=(KEYED, KEYLESS)[n % 2], name=f"place-{n}", address=f"place-{n}")
        for n in range(count)
        if f"place-{n}" not in have
    )
    return list(Destination.objects.filter(key__in=[f"place-{n}" for n in range(count)]))


def release_one(count: int, *, at: datetime, lives: timedelta, due: datetime | None = None) -> Edition:
    """One alert to so many destinations."""
    order = ledger.first(people(), *destinations(count))
    edition = release.release(type(order)(**{**order.__dict__, "expires_at": at + lives}), at=at)
    if due is not None:
        Delivery.objects.filter(edition=edition).update(due_at=due)
    return edition


def release_for_ever() -> None:
    """An alert to two destinations ten times a second; each acknowledged one is printed. Lives through an outage."""
    from django.db import Error, connections

    while True:
        try:
            edition = release_one(2, at=now(), lives=timedelta(hours=1))
        except Error:
            connections.close_all()
            time.sleep(0.1)
        else:
            print(edition.identifier, flush=True)
            time.sleep(0.1)


def work(clock_seconds: float, file_bytes: int, lines: int) -> None:
    """The worker of the house, with a host clock that is wrong, a disk that is full, a long log, if told so."""
    from django.core.management import call_command

    if file_bytes:
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    if clock_seconds:
        import time_machine

        time_machine.travel(datetime.now(UTC) + timedelta(seconds=clock_seconds), tick=True).start()
    if lines:
        threading.Thread(target=talk, args=(lines,), daemon=True).start()
    call_command("worker", "--lane", "emergency")


def talk(lines: int) -> None:
    """So many lines a second into the log."""
    while True:
        time.sleep(0.1)
        for _ in range(lines // 10):
            logging.getLogger("todoke.tests").warning("something_happened", extra={"what": "x" * 200})


def main(words: list[str]) -> None:
    """Do one of these."""
    parser = argparse.ArgumentParser()
    verbs = parser.add_subparsers(dest="verb", required=True)
    once = verbs.add_parser("release")
    once.add_argument("count", type=int)
    once.add_argument("--at", type=datetime.fromisoformat)
    once.add_argument("--due", type=datetime.fromisoformat)
    once.add_argument("--hours", type=float, default=1)
    verbs.add_parser("release-for-ever")
    worker = verbs.add_parser("worker")
    worker.add_argument("--clock", type=float, default=0)
    worker.add_argument("--file-bytes", type=int, default=0)
    worker.add_argument("--lines", type=int, default=0)
    told = parser.parse_args(words)
    settle_in()
    if told.verb == "release":
        edition = release_one(told.count, at=told.at or now(), lives=timedelta(hours=told.hours), due=told.due)
        print(edition.identifier)
    elif told.verb == "release-for-ever":
        release_for_ever()
    else:
        work(told.clock, told.file_bytes, told.lines)


if __name__ == "__main__":
    main(sys.argv[1:])
