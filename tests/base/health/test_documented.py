"""Every number stands on its page, and the page names no other."""

import re
from pathlib import Path

from todoke.base.health.exposition import FAILED
from todoke.base.health.registry import gauges

PAGE = Path(__file__).resolve().parents[3] / "docs" / "running" / "health.md"


def test_every_number_is_documented_and_no_other() -> None:
    page = PAGE.read_text(encoding="utf-8").replace("`_probe_", "`todoke_watch_probe_")

    documented = set(re.findall(r"\btodoke_[a-z_]+[a-z]", page))

    assert documented - {"todoke_start"} == {gauge.metric for gauge in gauges} | {FAILED}
