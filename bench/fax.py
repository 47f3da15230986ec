"""FAX to 300 facilities on eight lines, one call in five busy; and the time of a print pack.

The lines are simulated: 18 s to be greeted, 22 s for a page, 8 s to hear that a line is busy, all of it fifteen times
faster than life, and told in seconds of life. What is real: the sheets, HylaFAX's protocol over sockets, the ladder of
pauses. The ledger is not in it: each of eight threads takes the sheet that is due longest, as its dispatcher does.

Goals: 95 % arrived within 30 minutes; no line without work for more than 5 s while a sheet waits; a pack within 60 s.
"""

import heapq
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

FACILITIES = 300
LINES = 8
BUSY_PERCENT = 20
SPEED = 15.0
ARRIVED_GOAL_MINUTES = 30.0
IDLE_GOAL_SECONDS = 5.0
PACK_GOAL_SECONDS = 60.0
SITE = "https://www.city.example.jp"
SENT_AT = datetime(2026, 11, 20, 18, 5, tzinfo=UTC)


def measure() -> Iterator[dict[str, Any]]:
    """One JSON object a measurement."""
    yield _pack()
    with tempfile.TemporaryDirectory() as folder:
        yield from _faxes(Path(folder))


def _pack() -> dict[str, Any]:
    from todoke.shared.paper.pack import lay_out, sheets_of
    from todoke.shared.paper.papers import Place

    took = []
    for _run in range(3):
        with tempfile.TemporaryDirectory() as folder:
            began = time.perf_counter()
            places = [Place(f"掲示板 {number}", "玄関") for number in range(60)]
            lay_out(sheets_of(_edition(), places, site=SITE), Path(folder))
            took.append(time.perf_counter() - began)
    # The first one also opens the fonts.
    return _line("print pack, three languages, 60 places", took[0], "s", PACK_GOAL_SECONDS, runs=took)


def _faxes(folder: Path) -> Iterator[dict[str, Any]]:
    from todoke.shared.fax.hylafax import HylaFax
    from todoke.shared.fax.simulator.faults import FaultOrder, FaxFault
    from todoke.shared.fax.simulator.server import FaxSimulator

    with FaxSimulator(folder, modems=LINES, speed=SPEED) as fax:
        fax.faults.order(FaultOrder(FaxFault.BUSY, share=BUSY_PERCENT))
        began = time.perf_counter()
        sheets = [_sheet(number) for number in range(FACILITIES)]
        yield {
            "name": "FAX sheets made",
            "value": round(FACILITIES / (time.perf_counter() - began)),
            "unit": "sheets/s",
        }
        campaign = _Campaign(HylaFax("127.0.0.1", fax.port, poll_seconds=1 / SPEED), sheets)
        campaign.run()
        arrivals = fax.tray.arrivals()
    minutes = [seconds / 60 for seconds in sorted(campaign.arrived)]
    most = minutes[int(len(minutes) * 0.95) - 1] if len(minutes) == FACILITIES else float("inf")
    name = f"FAX, {FACILITIES} facilities, {LINES} lines, {BUSY_PERCENT} % busy"
    yield _line(f"{name}: 95 % arrived", most, "min", ARRIVED_GOAL_MINUTES)
    yield _line(f"{name}: longest idle line while a sheet waited", campaign.longest_idle, "s", IDLE_GOAL_SECONDS)
    yield _line(f"{name}: sheets twice", sum(arrival.duplicate for arrival in arrivals), "sheets", 0)
    yield {"name": f"{name}: all arrived", "value": round(minutes[-1], 1), "unit": "min", "calls": campaign.calls}


class _Campaign:
    """Eight threads and the sheets that are due, in seconds of life."""

    def __init__(self, way: Any, sheets: list[bytes]) -> None:
        self.way = way
        self.sheets = sheets
        self.arrived: list[float] = []
        self.calls = 0
        self.longest_idle = 0.0
        self._began = 0.0
        self._due: list[tuple[float, int, int]] = [(0.0, number, 0) for number in range(FACILITIES)]
        self._lock = threading.Lock()

    def run(self) -> None:
        self._began = time.monotonic()
        threads = [threading.Thread(target=self._work) for _line in range(LINES)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _now(self) -> float:
        return (time.monotonic() - self._began) * SPEED

    def _work(self) -> None:
        free_since = 0.0
        while True:
            with self._lock:
                if len(self.arrived) == FACILITIES:
                    return
                at = self._now()
                found = heapq.heappop(self._due) if self._due and self._due[0][0] <= at else None
                if found:
                    self.longest_idle = max(self.longest_idle, at - max(free_since, found[0]))
                    self.calls += 1
            if found is None:
                time.sleep(0.002)
                continue
            self._call(found[1], found[2])
            free_since = self._now()

    def _call(self, number: int, tries: int) -> None:
        from todoke.shared.fax.gateways import Order
        from todoke.shared.fax.rules import Ending, pause_after

        digits = f"022{number:07}"
        report = self.way.dial(Order(digits, self.sheets[number], f"key {number}", _edition(), ""), seconds=60)
        with self._lock:
            if report.ending is Ending.ARRIVED:
                self.arrived.append(self._now())
            else:
                heapq.heappush(self._due, (self._now() + pause_after(report.ending, tries + 1), number, tries + 1))


def _sheet(number: int) -> bytes:
    from todoke.shared.paper.papers import Reply, fax_sheet

    reply = Reply(f"{SITE}/fax/K7QM2XPD9HWT/", "www.city.example.jp/fax/", "K7QM-2XPD-9HWT")
    return fax_sheet(_edition(), site=SITE, to=f"施設 {number}", reply=reply)


def _edition() -> Any:
    from todoke.shared.messaging.types import AreaMark, Content, EditionKind, FrozenEdition, Mode, Wording

    wordings = tuple(
        Wording(
            language, "澄瀬川の洪水", "川の水が増えています。\n今すぐ避難してください。\n" * 5, "避難してください。"
        )
        for language in ("ja", "ja-easy", "en")
    )
    areas = tuple(AreaMark(f"area-{number}", f"第{number}地区", level=4, notice="避難指示") for number in range(12))
    return FrozenEdition(
        identifier="todoke.999997.bench.1",
        message_key="3f2a9f6e-5b1c-4c7e-9a51-0d6f6c1f0a11",
        number=1,
        kind=EditionKind.FIRST,
        mode=Mode.ACTUAL,
        content=Content(wordings, areas, level=4, contact="危機管理課 000-0000-0000"),
        sent_at=SENT_AT,
        expires_at=SENT_AT + timedelta(hours=12),
        sender="bosai@city.example.jp",
        city="青葉市",
    )


def _line(name: str, value: float, unit: str, goal: float, runs: list[float] | None = None) -> dict[str, Any]:
    told: dict[str, Any] = {"name": name, "value": round(value, 2), "unit": unit, "goal": goal, "holds": value <= goal}
    if runs:
        told["runs"] = {"min": round(min(runs), 2), "max": round(max(runs), 2)}
    return told
