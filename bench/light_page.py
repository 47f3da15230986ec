"""The light page: what a visitor has to load, and how long the house takes to write it.

Limits: 14 KB, what a server sends before it has to wait for an answer (ten segments, RFC 6928); 50 ms to render one
page; a second to write and read back every page of twenty alerts, a fifth of the way from approval to page.
"""

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

RUNS = 9
BYTES_GOAL = 14 * 1024
RENDER_GOAL_MILLISECONDS = 50.0
WRITE_GOAL_MILLISECONDS = 1000.0
SENT_AT = datetime(2026, 11, 20, 18, 5, tzinfo=UTC)


def measure() -> Iterator[dict[str, Any]]:
    """One JSON object a measurement, for one alert and for twenty."""
    from django.test.utils import override_settings

    for number in (1, 20):
        with tempfile.TemporaryDirectory() as folder, override_settings(PUBLIC_ROOT=Path(folder)):
            yield from _measured(number, Path(folder))


def _measured(number: int, folder: Path) -> Iterator[dict[str, Any]]:
    from todoke.civic.pages import actions
    from todoke.civic.pages.render import Site, light_pages
    from todoke.civic.pages.rules import shown_at, stories
    from todoke.shared.messaging.published import Published
    from todoke.shared.messaging.types import Mode

    at = SENT_AT + timedelta(minutes=5)
    what = f"light page, {number} alert{'s' if number > 1 else ''}"
    rendering, writing = [], []
    for run in range(RUNS):
        editions = tuple(_edition(one, run) for one in range(number))
        published = Published(recent=editions, city="青葉市")
        shown = shown_at(stories(editions, at), at)
        site = Site(mode=Mode.ACTUAL, city="青葉市", address="https://www.city.example.jp")

        begin = perf_counter()
        light_pages(site, shown, written_at=at)
        rendering.append((perf_counter() - begin) * 1000)

        begin = perf_counter()
        actions.refresh(Mode.ACTUAL, at=at, source=lambda _mode, _at, published=published: published)  # type: ignore[misc]
        writing.append((perf_counter() - begin) * 1000)

    # The four files are the three languages and the one that stands in for the site's top.
    each = [milliseconds / 4 for milliseconds in rendering]
    yield _line(f"{what}: one language rendered", each, "ms", RENDER_GOAL_MILLISECONDS)
    yield _line(f"{what}: every page written anew and read back", writing, "ms", WRITE_GOAL_MILLISECONDS)
    for name in ("index.html", "index.easy.html", "index.en.html"):
        size = (folder / "alerts" / f"{name}.gz").stat().st_size
        yield _line(f"{what}: {name} over the wire", [size], "bytes", BYTES_GOAL)


def _edition(number: int, run: int) -> Any:
    from todoke.shared.messaging.types import AreaMark, Content, EditionKind, FrozenEdition, Mode, Wording

    key = f"{number:08}-{run:04}-4000-8000-000000000000"
    body = f"青葉川の第{number}区間で水位が上がっています。\n\n危険な場所にいる方は、全員避難してください。"
    areas = tuple(
        AreaMark(key=f"a{one}", name=f"第{number}区第{one}町内会", name_en=f"Ward {number} Block {one}", level=4)
        for one in range(12)
    )
    return FrozenEdition(
        identifier=f"todoke.999997.{key}.1",
        message_key=key,
        number=1,
        kind=EditionKind.FIRST,
        mode=Mode.ACTUAL,
        content=Content(
            wordings=(
                Wording("ja", f"第{number}区に避難指示", body, "避難してください。"),
                Wording(
                    "en", f"Evacuation order for ward {number}", "The river may overflow.\n\nEvacuate.", "Evacuate."
                ),
            ),
            areas=areas,
            level=4,
            contact="防災課 000-000-0000",
        ),
        sent_at=SENT_AT,
        expires_at=SENT_AT + timedelta(hours=24),
        sender="todoke@city.example.jp",
        city="青葉市",
    )


def _line(name: str, values: list[float], unit: str, goal: float) -> dict[str, Any]:
    value = median(values)
    return {
        "name": name,
        "value": round(value, 2),
        "unit": unit,
        "goal": goal,
        "holds": value <= goal,
        "runs": {"min": round(min(values), 2), "median": round(value, 2), "max": round(max(values), 2)},
    }
