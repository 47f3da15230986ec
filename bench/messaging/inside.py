"""Todoke's own rows: mails with the full ledger, audiences resolved, an emergency behind a bulk send, cancelling.

A house of its own in a folder: embedded database, real workers (`todoke worker`), a real relay, which is the sink.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

PORT, MAILS, FOLDER = sys.argv[1:4]
os.environ.update(
    TODOKE_VAR=FOLDER,
    TODOKE_SIMULATORS="0",
    TODOKE_MAIL_SERVER=f"smtp://127.0.0.1:{PORT}",
    TODOKE_MAIL_FROM="oshirase@city.example.jp",
    TODOKE_ADDRESS="https://www.city.example.jp",
    DJANGO_SETTINGS_MODULE="todoke.project.settings",
)
os.environ.pop("DATABASE_URL", None)

import django  # noqa: E402 - after the environment, as everything below

django.setup()

import psutil  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench._house import share  # noqa: E402
from bench.messaging import MEMORY_MB, SCALE, mail  # noqa: E402
from todoke.base.clock import now  # noqa: E402
from todoke.base.sealing import seal  # noqa: E402
from todoke.ground.people.models import Account  # noqa: E402
from todoke.ground.places.models import Area, City  # noqa: E402
from todoke.shared.messaging.actions import dispatch, mailings  # noqa: E402
from todoke.shared.messaging.actions.release import Order, release  # noqa: E402
from todoke.shared.messaging.models import (  # noqa: E402
    Attempt,
    Bundle,
    Contact,
    Delivery,
    Destination,
    Edition,
    Mailing,
    Recipient,
)
from todoke.shared.messaging.queries.contacts import SEALED_AS, lookup_of  # noqa: E402
from todoke.shared.messaging.registry import MessageKind, channels, kinds  # noqa: E402
from todoke.shared.messaging.types import AreaMark, Content, Copy, EditionKind, RecipientState, WaysOut, Wording  # noqa: E402
from todoke.shared.subscriptions.models import Topic  # noqa: E402

CHANNEL = "messaging.mail-each"
SIZES = [max(100, int(size * SCALE)) for size in (10_000, 100_000, 1_000_000)]
TOPICS = 8
DISTRICTS = 5
EMERGENCIES = 8
COPIES = 2000
RESOLVED_SECONDS = 10
GROWTH = 1.5
PLACES = 20
WAIT_SECONDS = 1200
CONTACTS = (
    "COPY messaging_contact (channel, lookup, address, language, reach, state, reason, generation, soft_bounces,"
    " created_at, changed_at) FROM STDIN (FORMAT binary)"
)
CONTACT_TYPES = ["varchar", "bytea", "bytea", "varchar", "varchar", "varchar", "varchar", "int2", "int2"]


def main() -> None:
    """Print every measurement as a line of JSON."""
    server = settings.EMBEDDED_SERVER
    assert server is not None
    server.start()
    try:
        call_command("migrate", verbosity=0)
        make_city()
        for line in measured():
            print(json.dumps(line, ensure_ascii=False), flush=True)
    finally:
        connection.close()
        server.stop()


def measured() -> Iterator[dict[str, Any]]:
    """Everything, in the order in which the subscribers grow."""
    yield rendering()
    small, per_row_small = resolve(SIZES[0])
    yield small
    middle, _per_row = resolve(SIZES[1])
    yield middle
    subscribe(int(MAILS))
    for measurement in (sending, behind_bulk, cancelling):
        yield from measurement()
    large, per_row_large = resolve(SIZES[2])
    yield {**large, "goal": RESOLVED_SECONDS, "holds": large["value"] <= RESOLVED_SECONDS}
    growth = per_row_large / per_row_small
    yield {
        "name": f"todoke: time for a row at {SIZES[2]:,} beside that at {SIZES[0]:,}",
        "value": round(growth, 2),
        "unit": "times",
        # A straight line but for what the cache of a small table saves.
        "goal": GROWTH,
        "holds": growth <= GROWTH,
    }


def make_city() -> None:
    """A city with five districts, eight topics, two officers, and the places to which things go."""
    for lane in ("bulk", "emergency"):
        kinds.register(MessageKind(f"bench.{lane}", lane, lane, topics=("bench.topic-1",)))
    City.objects.create(pk=1, name="計測市", code="999997", cap_sender="bosai@city.example.jp")
    for number in range(DISTRICTS):
        Area.objects.create(key=f"district-{number}", name=f"地区{number}", kind=Area.Kind.DISTRICT)
    for number in range(1, TOPICS + 1):
        Topic.objects.create(key=f"bench.topic-{number}", name=f"分野{number}", gets="計測用")
    Account.objects.create(login_name="writer", name="起案者")
    Account.objects.create(login_name="approver", name="承認者")
    Destination.objects.create(key="subscribers", channel=CHANNEL, name="登録者", address="subscriptions.subscribers")
    for number in range(PLACES):
        Destination.objects.create(
            key=f"place-{number}", channel="messaging.mail", name=f"機関{number}", address=f"office{number}@example.jp"
        )


def subscribe(number: int) -> None:
    """So many subscribers in all, each of one district, all of them with three topics."""
    have, at = Contact.objects.count(), timezone.now()
    with connection.cursor() as cursor:
        with cursor.copy(CONTACTS) as rows:
            rows.set_types([*CONTACT_TYPES, "timestamptz", "timestamptz"])
            for each in range(have, number):
                address = mail.recipient(each)
                sealed = seal(address.encode(), context=SEALED_AS)
                rows.write_row(
                    (CHANNEL, lookup_of(CHANNEL, address), sealed, "ja", "public", "active", "", 1, 0, at, at)
                )
        cursor.execute(
            """
            INSERT INTO subscriptions_place (contact_id, label, area_id, topics, number, siblings)
            SELECT c.id, 'home', a.id, ARRAY[1, 2 + c.id %% 6, 8]::smallint[], 0, 0
            FROM messaging_contact c JOIN places_area a ON a.key = 'district-' || c.id %% %s
            WHERE c.id > (SELECT coalesce(max(contact_id), 0) FROM subscriptions_place)
            """,
            [DISTRICTS],
        )
        cursor.execute("ANALYZE")


def order(lane: str, *keys: str, **more: Any) -> Order:
    """An edition for these places; of every topic-1 subscriber in every district."""
    return Order(
        **{
            "kind": EditionKind.FIRST,
            "content": Content(
                wordings=(Wording("ja", mail.TITLE, mail.BODY.strip(), mail.TITLE),),
                topics=("bench.topic-1",),
                areas=tuple(AreaMark(f"district-{number}", f"地区{number}") for number in range(DISTRICTS)),
            ),
            "destinations": tuple(Destination.objects.filter(key__in=keys)),
            "expires_at": now() + timedelta(hours=6),
            "author": Account.objects.get(login_name="writer"),
            "approver": Account.objects.get(login_name="approver"),
            "message_kind": f"bench.{lane}",
            **more,
        }
    )


@contextmanager
def workers(*lanes: str) -> Iterator["Memory"]:
    """A worker process for each of these, at work."""
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "todoke.project.cli", "worker", "--lane", lane],
            stdout=subprocess.DEVNULL,
            stderr=(Path(FOLDER) / f"worker-{number}.log").open("w"),
        )
        for number, lane in enumerate(lanes)
    ]
    time.sleep(5)
    memory = Memory([process.pid for process in running])
    memory.start()
    try:
        yield memory
    finally:
        memory.over.set()
        for process in running:
            process.terminate()
        for process in running:
            process.wait(timeout=30)


class Memory(threading.Thread):
    """The most that any of these processes has held, in MB."""

    def __init__(self, pids: list[int]) -> None:
        super().__init__(daemon=True)
        self.processes = [psutil.Process(pid) for pid in pids]
        self.most = 0.0
        self.over = threading.Event()

    def run(self) -> None:
        """Look ten times a second."""
        while not self.over.wait(0.1):
            for process in self.processes:
                self.most = max(self.most, process.memory_info().rss / 2**20)


def wait_for(condition: Callable[[], Any], pause: float = 0.05) -> float:
    """How many seconds it took. Raises TimeoutError."""
    began = time.perf_counter()
    while not condition():
        if time.perf_counter() - began > WAIT_SECONDS:
            raise TimeoutError(f"{condition} never came true")
        time.sleep(pause)
    return time.perf_counter() - began


def mailing_of(edition: Edition) -> Mailing | None:
    """The mailing of an edition to the subscribers, once it has begun."""
    return Mailing.objects.filter(delivery__edition=edition).first()


def has_ended(edition: Edition) -> bool:
    mailing = mailing_of(edition)
    return mailing is not None and mailing.ended_at is not None


def sending() -> Iterator[dict[str, Any]]:
    """From release to the last row of the ledger."""
    number = int(MAILS)
    with workers("bulk") as memory:
        began = time.perf_counter()
        edition = release(order("bulk", "subscribers"), at=now())
        wait_for(lambda: has_ended(edition))
        took = time.perf_counter() - began
    accepted = Recipient.objects.filter(mailing__delivery__edition=edition, state=RecipientState.ACCEPTED).count()
    yield {"name": "todoke: mails with full ledger", "value": round(number / took), "unit": "mails/s", "mails": number}
    yield {
        "name": "todoke: recipients accepted of those planned",
        "value": accepted,
        "unit": "count",
        "goal": number,
        "holds": accepted == number,
    }
    yield {
        "name": "todoke: memory of a worker, most",
        "value": round(memory.most),
        "unit": "MB",
        "goal": MEMORY_MB,
        "holds": memory.most <= MEMORY_MB,
    }


def behind_bulk() -> Iterator[dict[str, Any]]:
    """Approval to first attempt in the emergency lane, each time behind a bulk send that has just begun."""
    waits: list[float] = []
    masses: list[float] = []
    places = [f"place-{number}" for number in range(PLACES)]
    with workers("bulk", "emergency"):
        for _each in range(EMERGENCIES):
            bulk = release(order("bulk", "subscribers"), at=now())
            wait_for(lambda bulk=bulk: first_bundle(bulk), 0.02)
            edition = release(order("emergency", "subscribers", *places), at=now())
            wait_for(lambda edition=edition: attempts_of(edition).count() == PLACES and first_bundle(edition), 0.02)
            assert not has_ended(bulk)
            waits += [(at - edition.released_at).total_seconds() for at in attempts_of(edition)]
            masses.append((first_bundle(edition) - edition.released_at).total_seconds())
            wait_for(lambda bulk=bulk, edition=edition: has_ended(bulk) and has_ended(edition), 0.2)
    for name, values in (("to 20 offices", waits), ("to the first subscribers", masses)):
        p95 = share(values, 95)
        yield {
            "name": f"todoke: emergency behind {MAILS} bulk mails, approval to first attempt {name}, p95",
            "value": round(p95, 3),
            "unit": "s",
            "goal": 3,
            "holds": p95 <= 3,
            "count": len(values),
        }


def attempts_of(edition: Edition):
    return Attempt.objects.filter(delivery__edition=edition, delivery__channel="messaging.mail").values_list(
        "started_at", flat=True
    )


def first_bundle(edition: Edition):
    found = Bundle.objects.filter(mailing__delivery__edition=edition, handed_over_at__isnull=False)
    return found.order_by("handed_over_at").values_list("handed_over_at", flat=True).first()


def follow(edition: Edition, kind: EditionKind) -> Order:
    return order("bulk", kind=kind, message=edition.message, after_number=edition.number, note="計測のため")


def cancelling() -> Iterator[dict[str, Any]]:
    """Cancel when a fifth has left: when does the last copy leave, the first taking back, the last taking back."""
    with workers("bulk"):
        edition = release(order("bulk", "subscribers"), at=now())
        sent = Recipient.objects.filter(mailing__delivery__edition=edition, state=RecipientState.ACCEPTED)
        wait_for(lambda: sent.count() >= int(MAILS) / 5, 0.02)
        cancellation = release(follow(edition, EditionKind.CANCEL), at=now())
        wait_for(lambda: has_ended(cancellation) and has_ended(edition))
    at = cancellation.released_at
    told = set(sent.values_list("contact_id", flat=True))
    taken_back = Recipient.objects.filter(mailing__delivery__edition=cancellation, state=RecipientState.ACCEPTED)
    last_copy = sent.order_by("-settled_at").values_list("settled_at", flat=True)[0]
    last = mailing_of(cancellation)
    assert last is not None
    assert last.ended_at is not None
    first = first_bundle(cancellation)
    wrong = len(told ^ set(taken_back.values_list("contact_id", flat=True)))
    yield _within("todoke: cancelled in mid-send, the last copy left after", (last_copy - at).total_seconds(), 5)
    yield _within("todoke: cancelled in mid-send, the first was told after", (first - at).total_seconds(), 5)
    yield _within("todoke: cancelled in mid-send, the last was told after", (last.ended_at - at).total_seconds(), 60)
    yield {
        "name": "todoke: told without need, or not told",
        "value": wrong,
        "unit": "count",
        "goal": 0,
        "holds": wrong == 0,
        "copies_that_had_left": len(told),
    }


def _within(name: str, value: float, goal: float) -> dict[str, Any]:
    return {"name": name, "value": round(value, 3), "unit": "s", "goal": goal, "holds": value <= goal}


def rendering() -> dict[str, Any]:
    """A copy written anew as a message object, beside one filled into prepared bytes."""
    edition = release(order("bulk", "place-0"), at=now())
    frozen, address = edition.frozen(), Destination.objects.get(key="place-0").as_address()
    plain, each = channels["messaging.mail"], channels[CHANNEL]
    ways_out = WaysOut("https://www.city.example.jp/{token}/", "https://www.city.example.jp/{token}/end")
    paper = each.stationery(frozen, ways_out)
    copies = [Copy(number, mail.recipient(number), "ja", f"{number:032d}") for number in range(COPIES)]
    began = time.perf_counter()
    for _each in range(COPIES):
        plain.prepare(frozen, address)
    anew = time.perf_counter() - began
    began = time.perf_counter()
    for copy in copies:
        each.mail(paper, copy)
    prepared = time.perf_counter() - began
    return {
        "name": "todoke: a copy from prepared bytes",
        "value": round(prepared / COPIES * 1e6, 1),
        "unit": "µs",
        "anew": round(anew / COPIES * 1e6, 1),
        "times": round(anew / prepared, 1),
    }


def resolve(size: int) -> tuple[dict[str, Any], float]:
    """Topics × areas of that many subscribers into recipient rows and bundles; nothing is sent."""
    subscribe(size)
    edition = release(order("bulk", "subscribers"), at=now())
    delivery = Delivery.objects.get(edition=edition)
    (claimed,) = (one for one in dispatch.claim("bulk", CHANNEL, limit=50, at=now()) if one.delivery_id == delivery.pk)
    began = time.perf_counter()
    mailing = mailings.begin(claimed, worker="bench", at=now())
    assert mailing is not None
    job = mailings.job_of(mailing.pk)
    while mailings.plan_step(job, at=now()):
        pass
    took = time.perf_counter() - began
    written = Recipient.objects.filter(mailing=mailing).count()
    release(follow(edition, EditionKind.CANCEL), at=now())
    Bundle.objects.filter(mailing=mailing).update(state="done")
    mailings.end_if_over(mailing.pk, at=now())
    line = {
        "name": f"todoke: {written:,} of {Contact.objects.count():,} subscribers resolved into recipient rows",
        "value": round(took, 2),
        "unit": "s",
    }
    return line, took / written


if __name__ == "__main__":
    main()
