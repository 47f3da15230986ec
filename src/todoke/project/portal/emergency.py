"""Does an alert ask for the emergency top page? Read from files, so that a surge of visitors meets no database."""

import json
from pathlib import Path

TOP_PAGE_FROM_LEVEL = 4


def emergency_top_page(public_root: Path) -> Path | None:
    """The light page that stands in for the home while an actual alert of level 4 or more is in force, else None.

    `alerts/state.json` says `{"level": 4, "mode": "actual"}`. Whoever reads it is in the way of every visitor, so a
    file that is absent, half-written or strange means the ordinary home, which shows alerts too, and never an error.
    """
    # Its links hold one folder higher than those of `alerts/index.html`.
    page = public_root / "alerts" / "top.html"
    try:
        state = json.loads((public_root / "alerts" / "state.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(state, dict) or state.get("mode") != "actual":
        return None
    level = state.get("level")
    in_force = isinstance(level, int) and not isinstance(level, bool) and level >= TOP_PAGE_FROM_LEVEL
    return page if in_force and page.is_file() else None
