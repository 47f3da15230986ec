"""The runner: all scenarios or the named ones, small or at full size; JSON lines, and a table where asked for."""

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "todoke.project.settings")

from tests.faults.scenario import FULL, SMALL, Figure, Scenario, scenarios
from tests.faults.workshop import workshop


def main(words: list[str]) -> int:
    """Run; the end is 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="make faults ARGS=", description=__doc__)
    parser.add_argument("names", nargs="*", help="scenarios by name; none: all of them")
    parser.add_argument("--full", action="store_true", help="at full size: minutes for each")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the table of docs/running/faults.md there")
    told = parser.parse_args(words)
    known = list(scenarios())
    unknown = sorted(set(told.names) - {scenario.name for scenario in known})
    if unknown:
        sys.exit(f"no such scenario: {', '.join(unknown)} (known: {', '.join(one.name for one in known)})")
    size = FULL if told.full else SMALL
    found: list[tuple[Scenario, list[Figure]]] = []
    with workshop() as made:
        for scenario in known:
            if told.names and scenario.name not in told.names:
                continue
            began = time.monotonic()
            figures = scenario.run(made, size)
            figures.append(Figure("the experiment took", round(time.monotonic() - began, 1), "s"))
            for figure in figures:
                print(json.dumps(figure.as_json(scenario.name), ensure_ascii=False), flush=True)
            found.append((scenario, figures))
    if told.markdown:
        told.markdown.write_text("\n".join(as_table(found, full=told.full)) + "\n", encoding="utf-8")
    return 0 if all(figure.holds for _, figures in found for figure in figures) else 1


def as_table(found: Iterable[tuple[Scenario, list[Figure]]], *, full: bool) -> Iterable[str]:
    """The report, in Markdown."""
    yield f"Measured {datetime.now(UTC):%Y-%m-%d}, {'full' if full else 'small'} size: {machine()}."
    for scenario, figures in found:
        yield f"\n### {scenario.title}\n"
        yield "| figure | value | goal | holds |"
        yield "| --- | --- | --- | --- |"
        for figure in figures:
            goal = "" if figure.goal is None else f"{'≥' if figure.at_least else '≤'} {figure.goal:g}"
            mark = ("yes" if figure.holds else "**no**") if goal else ""
            unit = "" if figure.unit == "count" else f" {figure.unit}"
            yield f"| {figure.name} | {figure.value:,g}{unit} | {goal} | {mark} |"


def machine() -> str:
    """What kind of machine this is; nothing that names it."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GB, {platform.system()} {platform.machine()}, PostgreSQL 18"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
