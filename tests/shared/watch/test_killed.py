"""A worker that is killed in the middle of a probe and of a look: another one does both, half a minute later."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
import time_machine

from tests.database import address_of_the_tests
from tests.shared.messaging.ledger import make_destination
from todoke.base.clock import now
from todoke.shared.watch.actions.probing import note_routes, ways_offered
from todoke.shared.watch.actions.reading_back import plan
from todoke.shared.watch.models import Probe, ReadBack, Route
from todoke.shared.watch.watcher import Round

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]

# Takes what is due, as the watch does, says so, and hangs with it.
WORKER = """
import time
import django
django.setup()
from todoke.base.clock import now
from todoke.shared.watch.actions import probing, reading_back
claims = probing.claim_due(["tests.plain"], limit=5, at=now())
errands = reading_back.claim_due("tests.plain", limit=5, at=now())
print("claimed", len(claims), len(errands), flush=True)
time.sleep(120)
"""


@pytest.fixture
def worker():
    """Another process at the same database."""
    environment = {
        **os.environ,
        "DATABASE_URL": address_of_the_tests(),
        "DJANGO_SETTINGS_MODULE": "todoke.project.settings",
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    started = []

    def start() -> subprocess.Popen[str]:
        process = subprocess.Popen([sys.executable, "-c", WORKER], env=environment, stdout=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def test_what_a_killed_worker_held_is_done_by_another(officers, plain, reader, sent, worker) -> None:
    sent("one", at=now())
    make_destination("two")
    note_routes(ways_offered(now()), at=now())
    plan(at=now())
    held = worker()
    assert held.stdout.readline() == "claimed 1 1\n"

    held.kill()
    held.wait()
    # At once, nobody else touches what it held: it might live.
    early = Round()
    early.make(at=now())
    assert early.wait(5)
    assert (Probe.objects.count(), reader.looked) == (0, [])

    with time_machine.travel(now() + timedelta(seconds=21)):
        late = Round()
        late.make(at=now())
        assert late.wait(5)

    assert Route.objects.get().ok
    assert (Probe.objects.count(), ReadBack.objects.get().state, len(reader.looked)) == (1, "seen", 1)
