"""`kill -9` of web and workers at 200 random points: nothing lost, nothing twice, at rest within 60 s."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from bench._house import environment, running_house


def measure() -> Iterator[dict[str, Any]]:
    """Start the house anew, kill inside, hand the verdict on."""
    from django.conf import settings

    var = settings.VAR / "kills"
    shutil.rmtree(var, ignore_errors=True)
    with running_house(var) as house:
        inside = subprocess.run(
            [sys.executable, "-m", "bench._kills_inside", str(house.pid)],
            env=environment(var),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=3600,
        )
    for line in inside.stdout.splitlines():
        if line.startswith("{"):
            yield json.loads(line)
