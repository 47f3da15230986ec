"""Where experiments are set up: a mould of a cluster with all tables, houses on copies of it, and their processes."""

import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.faults.cluster import Cluster
from tests.faults.sink import Sink
from tests.houses import ROOT, House

DATABASE = "todoke"


class Workshop:
    """Makes clusters, houses and processes, and takes all of them away with `close`."""

    def __init__(self) -> None:
        # The account that runs PostgreSQL for root must be able to pass.
        self.folder = Path(tempfile.mkdtemp(prefix="todoke-faults-"))
        self.folder.chmod(0o755)
        self._mould: Cluster | None = None
        self._clusters: list[Cluster] = []
        self._processes: list[subprocess.Popen[Any]] = []
        self._sinks: list[Sink] = []
        self._numbers = iter(range(1, 1_000_000))

    def cluster(self, **options: str) -> Cluster:
        """A running cluster with the tables of the house and nothing in them."""
        made = Cluster(self._next("cluster"), options=options)
        made.copy_from(self._made_mould())
        self._clusters.append(made)
        made.start()
        return made

    def replica_of(self, primary: Cluster, *, name: str, **options: str) -> Cluster:
        """A running streaming replica."""
        made = Cluster(self._next("replica"), options=options)
        made.follow(primary, name=name)
        self._clusters.append(made)
        made.start()
        return made

    def house(
        self, *clusters: Cluster, sink: Sink | None = None, outside: Sink | None = None, var: Path | None = None
    ) -> House:
        """A house whose database lies on these clusters: on the one of them that takes writes.

        Its two channels lead to `sink`; with `outside`, the one with a key leads there.
        """
        server = {
            "host": ",".join("127.0.0.1" for _ in clusters),
            "port": ",".join(str(cluster.port) for cluster in clusters),
            "user": "todoke",
        }
        if len(clusters) > 1:
            server["target_session_attrs"] = "read-write"
        folder = var or self._next("var")
        folder.mkdir(parents=True, exist_ok=True)
        sinks = {"FAULTS_SINK": sink, "FAULTS_OUTSIDE": outside}
        return House(folder, server, DATABASE, {name: str(one.port) for name, one in sinks.items() if one})

    def sink(self, *, pause_seconds: float = 0.01) -> Sink:
        """A service on the other side."""
        made = Sink(pause_seconds=pause_seconds)
        self._sinks.append(made)
        return made

    def begin(self, house: House, *words: str, name: str = "w", unread: bool = False) -> subprocess.Popen[str]:
        """A process of `tests.faults.inside` that runs on; its output lies in the house's folder under its name.

        With `unread`, what it says on standard error goes into a pipe from which nobody takes it.
        """
        with (house.var / f"{name}.out").open("w") as out, (house.var / f"{name}.err").open("w") as errors:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.inside", *words],
                env={**house.environment(), "FAULTS_WORKER": name},
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.PIPE if unread else errors,
                text=True,
            )
        self._processes.append(process)
        return process

    def do(self, house: House, *words: str) -> str:
        """A call of `tests.faults.inside` that ends; what it said."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.faults.inside", *words],
            env=house.environment(),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        if done.returncode:
            raise RuntimeError(f"{words}: {done.stderr[-3000:]}")
        return done.stdout.strip()

    def end(self, process: subprocess.Popen[Any], number: int = signal.SIGKILL) -> None:
        """End a process that `begin` started."""
        with suppress(ProcessLookupError):
            process.send_signal(number)
        process.wait(timeout=20)
        if process.stderr:
            process.stderr.close()

    def close(self) -> None:
        """Take everything away."""
        for process in self._processes:
            if process.poll() is None:
                self.end(process)
        for sink in self._sinks:
            sink.close()
        for cluster in self._clusters:
            cluster.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _made_mould(self) -> Cluster:
        if self._mould is None:
            mould = Cluster(self._next("mould"))
            mould.make()
            mould.start()
            try:
                mould.ask(f"CREATE DATABASE {DATABASE}")
                self.house(mould).run("migrate", "--no-input", "--verbosity=0")
            finally:
                mould.stop()
            self._mould = mould
        return self._mould

    def _next(self, name: str) -> Path:
        return self.folder / f"{name}-{next(self._numbers)}"


@contextmanager
def workshop() -> Iterator[Workshop]:
    """A workshop for a while."""
    made = Workshop()
    try:
        yield made
    finally:
        made.close()


def states(house: House) -> dict[str, int]:
    """Deliveries by state."""
    return dict(house.ask("SELECT state, count(*) FROM messaging_delivery GROUP BY state"))


def at_rest(house: House, seconds: float, *, expected: int) -> float | None:
    """How many seconds it took until all expected deliveries had ended by themselves; None when not in this time."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        try:
            found = states(house)
        except Exception:  # the database may be away; that is the experiment
            found = {}
        moving = sum(found.get(state, 0) for state in ("planned", "leased", "handed_over"))
        if sum(found.values()) >= expected and not moving:
            return time.monotonic() - began
        time.sleep(0.1)
    return None


def seconds(measured: float | None) -> float:
    """For a figure: what never happened took for ever."""
    return 1e9 if measured is None else round(measured, 1)
