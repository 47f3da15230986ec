"""The mass lane beside its peers: 100,000 mails of one's own, a million subscribers resolved, lanes, cancelling.

`make bench-messaging` installs the peers (locks/bench.txt) and runs this. Every row goes into the same local sink, one
after the other on the same machine; what is not installed says so. BENCH_SCALE=0.01 makes everything smaller, to see
that it works; figures of such a run mean nothing.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.messaging.sink import running_sink

ROOT = Path(__file__).parents[2]
SCALE = float(os.environ.get("BENCH_SCALE", "1"))
MAILS = max(200, int(100_000 * SCALE))
PEERS = ("smtp_source", "plain_smtplib", "post_office", "celery_redis")
PER_PEER_SECONDS = 1800

TIMES_POST_OFFICE = 8.0
SHARE_OF_LIMIT = 0.5
MEMORY_MB = 300


def measure() -> Iterator[dict[str, Any]]:
    """Todoke first, then each peer, then what they are to each other."""
    from django.conf import settings

    folder = settings.VAR / "messaging"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    speeds: dict[str, float] = {}
    with running_sink() as sink:
        yield {"name": "the sink", "value": sink.name, "unit": "programme"}
        for line in _lines("bench.messaging.inside", folder / "todoke", sink.port):
            if line["name"] == "todoke: mails with full ledger":
                speeds["todoke"] = line["value"]
            yield line
        for peer in PEERS:
            for line in _lines(f"bench.messaging.peers.{peer}", folder / peer, sink.port):
                if line["unit"] == "mails/s":
                    speeds[peer] = line["value"]
                yield line
    yield from _ratios(speeds)


def _lines(module: str, folder: Path, port: int) -> Iterator[dict[str, Any]]:
    """What a measurement in a process of its own says, a line each."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "errors.log").open("w") as errors:
        running = subprocess.run(
            [sys.executable, "-m", module, str(port), str(MAILS), str(folder)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")])},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            check=False,
            timeout=PER_PEER_SECONDS,
        )
    yield from (json.loads(line) for line in running.stdout.splitlines() if line.startswith("{"))
    if running.returncode:
        last = (folder / "errors.log").read_text().strip().splitlines()[-1:]
        yield {"name": module, "value": "broke off", "unit": "", "holds": False, "says": " ".join(last)}


def _ratios(speeds: dict[str, float]) -> Iterator[dict[str, Any]]:
    goals = {
        "post_office": TIMES_POST_OFFICE,
        "smtp_source": SHARE_OF_LIMIT,
        "plain_smtplib": None,
        "celery_redis": None,
    }
    for peer, goal in goals.items():
        if "todoke" in speeds and peer in speeds:
            ratio = round(speeds["todoke"] / speeds[peer], 2)
            told = {} if goal is None else {"goal": goal, "holds": ratio >= goal}
            yield {"name": f"todoke beside {peer}", "value": ratio, "unit": "times", **told}
