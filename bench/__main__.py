"""Runs the measurements and prints one JSON object a line: `make bench`, or `make bench ARGS="audit light_page"`.

Each module of this folder has `measure()`, which yields objects with name, value, unit, goal, holds, where there is one
a peer, and runs (min, median, max). The end is 1 when a goal is not held.
"""

import importlib
import json
import os
import pkgutil
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent


def main(wanted: list[str]) -> int:
    """Measure what is named, or everything; how many goals are not held decides the end."""
    # Measurements never touch the city that runs here.
    os.environ.setdefault("TODOKE_VAR", str(Path(tempfile.gettempdir()) / f"todoke-bench-{os.getuid()}"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "todoke.project.settings")
    import django

    django.setup()
    from django.conf import settings

    known = sorted(module.name for module in pkgutil.iter_modules([str(HERE)]) if not module.name.startswith("_"))
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        sys.exit(f"no such measurement: {', '.join(unknown)} (known: {', '.join(known)})")

    server = settings.EMBEDDED_SERVER
    started = server is not None and not server.is_running()
    if started:
        server.start()
    try:
        return 1 if sum([_run(name) for name in wanted or known]) else 0
    finally:
        if started:
            server.stop()


def _run(name: str) -> int:
    missed = 0
    for line in importlib.import_module(f"bench.{name}").measure():
        print(json.dumps(line, ensure_ascii=False), flush=True)
        missed += line.get("holds") is False
    return missed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
