"""A house whose mass lane is under test: its relays, its workers, what its ledger says, what arrived."""

import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psutil

from tests.faults.workshop import Workshop
from tests.houses import ROOT, House
from tests.shared.messaging.channels.relay import ScriptedRelay
from todoke.shared.messaging.types import RecipientState as State

NUMBER = re.compile(rb"^Message-ID: (\S+)", re.MULTILINE)


class MassHouse:
    """A house with so many readers, and relays of this process as its relays."""

    def __init__(self, workshop: Workshop, relays: list[ScriptedRelay], readers: int) -> None:
        self.workshop = workshop
        self.relays = relays
        self.readers = readers
        self.cluster = workshop.cluster()
        plain = workshop.house(self.cluster)
        servers = ",".join(f"smtp://127.0.0.1:{relay.port}" for relay in relays)
        self.house = House(
            plain.var, plain.server, plain.name, {"TODOKE_SIMULATORS": "0", "TODOKE_MAIL_SERVER": servers}
        )
        self.do("subscribe", str(readers))

    def do(self, *words: str) -> str:
        """A call of `tests.faults.mass_inside` that ends; what it said."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.faults.mass_inside", *words],
            env=self.house.environment(),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        if done.returncode:
            raise RuntimeError(f"{words}: {done.stderr[-3000:]}")
        return done.stdout.strip()

    @contextmanager
    def workers(self, count: int, *, bundle: int, reply_seconds: float = 20) -> Iterator["Workers"]:
        """So many workers; whoever is killed is replaced."""
        with (self.house.var / "workers.err").open("w") as errors:
            keeper = subprocess.Popen(
                [
                    *(sys.executable, "-m", "tests.faults.mass_inside", "workers", str(count)),
                    *("--bundle", str(bundle), "--reply-seconds", str(reply_seconds)),
                ],
                env=self.house.environment(),
                cwd=ROOT,
                stderr=errors,
            )
        try:
            yield Workers(keeper)
        finally:
            alive = psutil.Process(keeper.pid).children(recursive=True)
            keeper.kill()
            keeper.wait()
            for process in alive:
                process.kill()

    def arrived(self) -> Counter[bytes]:
        """How often each Message-ID was taken by any relay."""
        found: Counter[bytes] = Counter()
        for relay in self.relays:
            for _sender, _recipient, content in list(relay.taken):
                number = NUMBER.search(content)
                assert number is not None
                found[number.group(1)] += 1
        return found

    def states(self) -> Counter[State]:
        """Recipients by state."""
        rows = self.house.ask("SELECT state, count(*) FROM messaging_recipient GROUP BY state")
        return Counter({State(state): number for state, number in rows})

    def allowed_repeats(self) -> int:
        """How many copies the ledger says may have gone twice."""
        return int(self.house.ask("SELECT coalesce(sum(repeats), 0) FROM messaging_bundle")[0][0])

    def has_ended(self) -> bool:
        """Whether every mailing has ended; a database that is away says no."""
        try:
            return bool(
                self.house.ask("SELECT count(*) > 0 AND bool_and(ended_at IS NOT NULL) FROM messaging_mailing")[0][0]
            )
        except Exception:  # the database may be away; that is the experiment
            return False

    def rest(self, seconds: float) -> float:
        """How many seconds it took until every mailing had ended; for ever when not in this time."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            if self.has_ended():
                return round(time.monotonic() - began, 1)
            time.sleep(0.2)
        return 1e9


class Workers:
    """The workers of a mass house; the eldest is let live, as on a second host."""

    def __init__(self, keeper: subprocess.Popen[Any]) -> None:
        self.keeper = psutil.Process(keeper.pid)
        self.spared: int | None = None

    def victims(self) -> list[psutil.Process]:
        """Those that may be killed now."""
        alive = sorted(self.keeper.children(), key=lambda process: process.pid)
        if self.spared is None and alive:
            self.spared = alive[0].pid
        return [process for process in alive if process.pid != self.spared]
