"""Wording: one message in ten languages and every register, as the desk renders it while somebody types.

Limit: the goal of the house, one second for all renderings together. Measured for an order of two levels in sixty areas
with long names, which is the hardest that a city has, and for one area. Peer: none known.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter
from typing import Any

RUNS = 9
GOAL_SECONDS = 1.0
SENT_AT = datetime(2026, 11, 20, 18, 5, tzinfo=UTC)


def measure() -> Iterator[dict[str, Any]]:
    """One JSON object for one area and one for sixty."""
    from todoke.shared.messaging.channels.registers import in_register
    from todoke.shared.messaging.phrasebook import LANGUAGES
    from todoke.shared.messaging.types import Never, Register

    for areas in (1, 60):
        edition, times, refused = _order(areas), [], 0
        for _run in range(RUNS):
            begin, refused = perf_counter(), 0
            for language in LANGUAGES:
                for register in Register:
                    try:
                        in_register(edition, language, register)
                    except Never:
                        refused += 1
            times.append(perf_counter() - begin)
        yield {
            "name": f"wording: one message in {len(LANGUAGES)} languages × {len(Register)} registers, {areas} areas",
            "value": round(median(times), 3),
            "unit": "s",
            "goal": GOAL_SECONDS,
            "holds": median(times) <= GOAL_SECONDS,
            "refused": refused,
            "runs": [round(min(times), 3), round(median(times), 3), round(max(times), 3)],
        }


def _order(count: int) -> Any:
    from todoke.shared.messaging.types import AreaMark, Content, EditionKind, FrozenEdition, Mode, Wording

    levels = ((4, "避難指示"), (3, "高齢者等避難"))
    areas = tuple(
        AreaMark(
            key=str(number),
            name=f"高森町大字北森字西の沢{number}番区",
            name_en=f"Takamori Kitamori Nishinosawa {number}",
            level=levels[number % 2][0],
            notice=levels[number % 2][1],
        )
        for number in range(count)
    )
    return FrozenEdition(
        identifier="todoke.999997.bench.1",
        message_key="3f2a9f6e-5b1c-4c7e-9a51-0d6f6c1f0a11",
        number=1,
        kind=EditionKind.FIRST,
        mode=Mode.EXERCISE,
        content=Content(
            wordings=(
                Wording("ja", "警戒レベル4 避難指示", "川の水が増えています。\n\n" * 40, "警戒レベル4 避難指示"),
            ),
            areas=areas,
            level=4,
            facts={"kind": "evacuation", "hazard": "flood"},
            contact="防災課",
        ),
        sent_at=SENT_AT,
        expires_at=SENT_AT + timedelta(hours=24),
        sender="bousai@city.example.jp",
        city="青葉市",
    )
