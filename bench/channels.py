"""One order on every channel of the sample city: when its first attempts leave, when L-Alert has it, what became of it.

Held against the goals A1 and A2 of the product. Everything runs on this machine: database, web server, workers, every
simulator and the measuring process share its cores. `make bench-channels` measures wording and speech beside it.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from bench._house import environment, running_house


def measure() -> Iterator[dict[str, Any]]:
    """Start the house anew, measure inside, hand the lines on."""
    from django.conf import settings

    var = settings.VAR / "channels"
    shutil.rmtree(var, ignore_errors=True)
    with running_house(var):
        inside = subprocess.run(
            [sys.executable, "-m", "bench._channels_inside"],
            env=environment(var),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=900,
        )
    for line in inside.stdout.splitlines():
        if line.startswith("{"):
            yield json.loads(line)
