"""The killing side of kills.py: alerts that live their life while web and workers are killed at random points of it."""

import json
import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from datetime import timedelta

import django
import psutil
from django.conf import settings

django.setup()

from django.db import Error as DatabaseTrouble  # noqa: E402 - after the setup, as everything below
from django.db import connections  # noqa: E402

from bench import _alert_inside as life  # noqa: E402
from todoke.base.clock import now  # noqa: E402
from todoke.civic.emergency.actions import deciding, drafts  # noqa: E402
from todoke.shared.messaging.models import Attempt, Delivery, Edition, FollowUp  # noqa: E402
from todoke.shared.messaging.queries import editions_in_force  # noqa: E402
from todoke.shared.messaging.simulators.arrivals import Postbox  # noqa: E402
from todoke.shared.messaging.types import EditionKind, Mode  # noqa: E402

KILLS = 200
# What one worker has in the hands of the mail channel at once.
IN_FLIGHT_MAX = 4
SETTLE_SECONDS = 60
MOVING = ["planned", "leased", "handed_over"]
TARGETS = ("worker --lane emergency", "cli web")


def main(house: int) -> None:
    """Run lives until the kills are done; then say what was lost, repeated or left lying."""
    killer = Killer(house, random.Random(200))
    killer.start()
    lives = 0
    rests = []
    while killer.is_alive():
        killer.may_kill.set()
        one_life(5000 + lives)
        killer.may_kill.clear()
        lives += 1
        rests.append(settled_within(SETTLE_SECONDS))
    life.alert(4999)
    rests.append(settled_within(SETTLE_SECONDS))
    for line in verdict(lives, killer.killed, rests):
        print(json.dumps(line, ensure_ascii=False), flush=True)


class Killer(threading.Thread):
    """Kills a random worker or web process of the house, again and again."""

    def __init__(self, house: int, chance: random.Random) -> None:
        super().__init__(daemon=True)
        self.house = psutil.Process(house)
        self.chance = chance
        self.killed = 0
        # Set while an alert lives, cleared while it comes to rest: so each rest is that after the last kill.
        self.may_kill = threading.Event()

    def run(self) -> None:
        """Two hundred times, at points nobody chose."""
        while self.killed < KILLS:
            # Sometimes in the midst of a start, mostly in the midst of work: a worker needs three seconds to be there.
            time.sleep(self.chance.choice((self.chance.uniform(0, 1), self.chance.uniform(2, 8))))
            self.may_kill.wait()
            victims = [child for child in self.house.children(recursive=True) if self._is_target(child)]
            if victims:
                os.kill(self.chance.choice(victims).pid, signal.SIGKILL)
                self.killed += 1

    def _is_target(self, child: psutil.Process) -> bool:
        try:
            words = " ".join(child.cmdline())
            parents = " ".join(child.parent().cmdline()) if child.parent() else ""
        except psutil.Error:
            return False
        return any(target in words or target in parents for target in TARGETS)


def one_life(number: int) -> None:
    """First edition, correction, cancellation, with pauses in which anything may have happened."""
    chance = random.Random(number)
    edition = life.alert(number)
    time.sleep(chance.uniform(0, 3))
    edition = follow(edition, EditionKind.CORRECTION)
    time.sleep(chance.uniform(0, 3))
    follow(edition, EditionKind.CANCEL)


def follow(edition: Edition, kind: EditionKind) -> Edition:
    """The next edition of this kind, with both people."""
    writer, approver = life.officer("hamada"), life.officer("shiomi")
    draft = drafts.follow_edition(
        str(edition.message.key), edition_kind=kind, viewer=writer, at=now(), note="計測のため"
    )
    draft = deciding.submit(draft.pk, revision=draft.revision, viewer=writer, at=now())
    return deciding.approve(draft.pk, revision=draft.revision, viewer=approver, at=now())


def settled_within(seconds: float) -> float | None:
    """How many seconds it took until everything was at rest by itself; None when it was not in this time."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        try:
            if not Delivery.objects.filter(state__in=MOVING).exists():
                return time.monotonic() - began
        except DatabaseTrouble:
            connections.close_all()
        time.sleep(0.1)
    return None


def verdict(lives: int, killed: int, rests: list[float | None]):
    """What must hold, as measurements."""
    facts = {"kills": killed, "alerts": lives, "attempts": Attempt.objects.count()}
    lying = Delivery.objects.filter(state__in=MOVING).count()
    worked = Delivery.objects.filter(handed_over_at__isnull=False).count()
    yield {
        "name": "deliveries that left while processes were being killed",
        "value": worked,
        "unit": "count",
        "goal": 10 * lives,
        "holds": worked >= 10 * lives,
    }
    lost = Delivery.objects.filter(state__in=["unknown", "failed", "expired"]).count()
    yield _none("deliveries still on their way at the end", lying, **facts)
    yield _none("deliveries lost, failed or unknown", lost + FollowUp.objects.filter(closed_at=None).count(), **facts)
    unsettled = rests.count(None)
    longest = max((rest for rest in rests if rest is not None), default=0.0)
    yield {
        "name": "everything at rest after the last kill of an alert's life, longest",
        "value": round(longest, 1),
        "unit": "s",
        "goal": SETTLE_SECONDS,
        "holds": not unsettled,
        "count": len(rests),
    }
    for route in ("line", "webhook"):
        # The service marks a repeat by its key and does not take it: what counts is a key taken more than once.
        taken = Counter(arrival.key for arrival in arrivals(route) if not arrival.duplicate)
        stopped = sum(arrival.duplicate for arrival in arrivals(route))
        yield _none(f"taken twice by the {route} service", sum(n > 1 for n in taken.values()), repeats_stopped=stopped)
    mails = arrivals("mail")
    # A relay takes what it is given: the same Message-ID lets the reader's mail system show it once.
    yield {
        "name": "mails given to the relay again, with the same Message-ID",
        "value": sum(mail.duplicate for mail in mails),
        "unit": "mails",
        "goal": killed * IN_FLIGHT_MAX,
        "holds": sum(mail.duplicate for mail in mails) <= killed * IN_FLIGHT_MAX,
        "arrivals": len(mails),
    }
    time.sleep(12)
    shown = life.page("/alerts/")
    wrong = [
        edition
        for edition in editions_in_force(Mode.ACTUAL, now() + timedelta(seconds=1))
        if edition.content.wording("ja").title not in shown
    ]
    yield _none("alerts in force that the public page does not show", len(wrong))


def arrivals(route: str) -> list:
    """What this simulated service has got."""
    return Postbox(settings.SIMULATOR_ROOT / route).newest(limit=10_000)


def _none(name: str, count: int, **more):
    return {"name": name, "value": count, "unit": "count", "goal": 0, "holds": count == 0, **more}


if __name__ == "__main__":
    main(int(sys.argv[1]))
