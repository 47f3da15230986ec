"""A whole running house for a measurement: `todoke up` with the sample city, in a folder and on ports of its own."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

PORT = 18765
SIMULATOR_PORTS = "18125,18180"
LALERT_SIMULATOR_PORT = "18182"
SOCIAL_SIMULATOR_PORT = "18181"
CONTROL_STATION_SIMULATOR_PORT = "18190"
START_SECONDS = 180


def environment(var: Path) -> dict[str, str]:
    """The environment of the house below `var`."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("TODOKE_", "DATABASE_URL"))},
        "TODOKE_VAR": str(var),
        "TODOKE_PORT": str(PORT),
        "TODOKE_SIMULATOR_PORTS": SIMULATOR_PORTS,
        "TODOKE_LALERT_SIMULATOR_PORT": LALERT_SIMULATOR_PORT,
        "TODOKE_SOCIAL_SIMULATOR_PORT": SOCIAL_SIMULATOR_PORT,
        "TODOKE_CONTROL_STATION_SIMULATOR_PORT": CONTROL_STATION_SIMULATOR_PORT,
        "DJANGO_SETTINGS_MODULE": "todoke.project.settings",
    }


@contextmanager
def running_house(var: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Start everything, wait until the site answers, and stop it all at the end."""
    var.mkdir(parents=True, exist_ok=True)
    with (var / "up.log").open("wb") as log:
        house = subprocess.Popen(
            [sys.executable, "-m", "todoke.project.cli", "up"],
            env=environment(var),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_until_it_answers(house)
            yield house
        finally:
            house.send_signal(signal.SIGTERM)
            house.wait(timeout=60)


def _wait_until_it_answers(house: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if house.poll() is not None:
            raise RuntimeError("the house did not start; see up.log")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/alerts/", timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    raise RuntimeError("the house did not answer in time")


def page(path: str) -> str:
    """What somebody outside reads at this address."""
    with urllib.request.urlopen(f"http://127.0.0.1:{PORT}{path}", timeout=10) as answer:
        return answer.read().decode()


def share(values: list[float], percent: float) -> float:
    """The value below which this share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def line(
    name: str, values: list[float], goal: float, *, percent: float, unit: str = "s", **more: Any
) -> dict[str, Any]:
    """One measurement against its goal, at the percentile that the goal speaks of."""
    value = share(values, percent)
    return {
        "name": f"{name}, p{percent:g}",
        "value": round(value, 4),
        "unit": unit,
        "goal": goal,
        "holds": value <= goal,
        "runs": {"min": round(min(values), 4), "median": round(median(values), 4), "max": round(max(values), 4)},
        "count": len(values),
        **more,
    }
