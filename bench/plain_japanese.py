"""The check for やさしい日本語: how long 1,000 letters take, and what the first text costs in time and memory.

Limit: 100 ms for 1,000 letters, so that a preview that follows the typing does not lag. The first check of a process
loads the dictionary; it is measured in a process of its own.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from statistics import median
from time import perf_counter
from typing import Any

RUNS = 15
CHECK_GOAL_MILLISECONDS = 100.0
NOTICE = (
    "令和8年4月1日(水) 9:00〜17:15に窓口にて申請書をご提出ください。避難所で炊き出しがあります。"
    "余震に注意してください。使用できる水は1人3リットルです。雨が強いときは、川に近づかないで、上の階に行ってください。"
)
TEXT = (NOTICE * 20)[:1000]

# What a fresh process pays: time until the first text is checked, and the memory that is then held.
FIRST = """
import json, time
import django, psutil
django.setup()
from todoke.base.plain_japanese import findings
held = psutil.Process().memory_info().rss
begin = time.perf_counter()
findings("避難所です。")
spent = 1000 * (time.perf_counter() - begin)
print(json.dumps([spent, (psutil.Process().memory_info().rss - held) / 2**20]))
"""


def measure() -> Iterator[dict[str, Any]]:
    """One JSON object a measurement."""
    from todoke.base.plain_japanese import findings, mended, with_readings

    findings(TEXT)
    checks = [_milliseconds(lambda: findings(TEXT)) for _run in range(RUNS)]
    yield _line("plain Japanese: 1,000 letters checked", checks, "ms", CHECK_GOAL_MILLISECONDS)
    readings = [_milliseconds(lambda: with_readings(TEXT)) for _run in range(RUNS)]
    yield _line("plain Japanese: 1,000 letters given their readings", readings, "ms", CHECK_GOAL_MILLISECONDS)
    proposals = [_milliseconds(lambda: mended(TEXT)) for _run in range(RUNS)]
    yield _line("plain Japanese: 1,000 letters with every suggestion taken", proposals, "ms", None)
    firsts = [_first() for _run in range(3)]
    yield _line("plain Japanese: first check of a process", [first[0] for first in firsts], "ms", None)
    yield _line("plain Japanese: memory that the first check adds", [first[1] for first in firsts], "MB", None)


def _milliseconds(act: Any) -> float:
    begin = perf_counter()
    act()
    return (perf_counter() - begin) * 1000


def _first() -> tuple[float, float]:
    answer = subprocess.run([sys.executable, "-c", FIRST], capture_output=True, text=True, check=True, timeout=60)
    milliseconds, megabytes = json.loads(answer.stdout)
    return milliseconds, megabytes


def _line(name: str, runs: list[float], unit: str, goal: float | None) -> dict[str, Any]:
    value = median(runs)
    line: dict[str, Any] = {"name": name, "value": round(value, 2), "unit": unit}
    if goal is not None:
        line |= {"goal": goal, "holds": value <= goal}
    return line | {"runs": {"min": round(min(runs), 2), "median": round(value, 2), "max": round(max(runs), 2)}}
