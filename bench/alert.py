"""One alert through the whole running house: telegram, desk, approval, channels, page, cancellation, a hanging channel.

Held against the goals A1, A3, A4, A8 and C4 of the product. Everything runs on this machine: database, web server,
workers, simulators and the measuring process share its cores.
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

    var = settings.VAR / "alert"
    shutil.rmtree(var, ignore_errors=True)
    with running_house(var):
        inside = subprocess.run(
            [sys.executable, "-m", "bench._alert_inside"],
            env=environment(var),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=900,
        )
    for line in inside.stdout.splitlines():
        if line.startswith("{"):
            yield json.loads(line)
