"""Editions as the tests of the public files need them: an invented city, invented places."""

from datetime import UTC, datetime, timedelta
from typing import Any

from todoke.shared.messaging.types import (
    AreaMark,
    CapFacts,
    Content,
    EditionKind,
    FrozenEdition,
    Mode,
    Reference,
    Wording,
)

# 3:05 in the morning in Japan.
SENT_AT = datetime(2026, 11, 20, 18, 5, tzinfo=UTC)
KEY = "3f2a9f6e-5b1c-4c7e-9a51-0d6f6c1f0a11"

EVACUATE = CapFacts(
    category="Safety",
    event="避難指示",
    response_type="Evacuate",
    urgency="Immediate",
    severity="Severe",
    certainty="Likely",
)
ALL_CLEAR = CapFacts(
    category="Safety",
    event="避難指示 解除",
    response_type="AllClear",
    urgency="Past",
    severity="Minor",
    certainty="Observed",
)

RIVERSIDE = AreaMark(
    key="kawagishi",
    name="川岸地区",
    name_en="Kawagishi",
    name_easy="川岸（かわぎし）",
    code="999997",
    level=4,
    notice="避難指示",
    polygon=(((141.0, 38.0), (141.01, 38.0), (141.01, 38.01), (141.0, 38.01), (141.0, 38.0)),),
)
HILLSIDE = AreaMark(key="yamate", name="山手地区", name_en="Yamate", code="999998", level=3, notice="高齢者等避難")

WORDINGS = (
    Wording(
        "ja",
        "川岸地区に避難指示",
        "青葉川があふれるおそれが高まっています。\n\n川岸地区の危険な場所にいる方は、全員避難してください。",
        "川岸地区に避難指示。危険な場所から全員避難してください。",
    ),
    Wording(
        "ja-easy",
        "川岸（かわぎし）の 人（ひと）は 逃（に）げて ください",
        "川（かわ）の 水（みず）が あふれるかも しれません。\n\n高（たか）い ところへ 逃（に）げて ください。",
        "川岸（かわぎし）の 人（ひと）は 逃（に）げて ください。",
    ),
    Wording(
        "en",
        "Evacuation order for Kawagishi",
        "The Aoba river may overflow.\n\nEveryone in a dangerous place in Kawagishi must evacuate.",
        "Evacuate from Kawagishi now.",
    ),
)


def content(**changed: Any) -> Content:
    """An evacuation order for the riverside, in three languages."""
    facts: dict[str, Any] = {
        "wordings": WORDINGS,
        "areas": (RIVERSIDE,),
        "level": 4,
        "cap": EVACUATE,
        "contact": "防災課 000-000-0000",
    }
    return Content(**{**facts, **changed})


def edition(number: int = 1, kind: EditionKind | None = None, **changed: Any) -> FrozenEdition:
    """An edition of that order; later numbers refer to all earlier ones and were sent ten minutes apart."""
    key = changed.get("message_key", KEY)
    prefix = "todoke.999997." + key.replace("-", "")
    facts: dict[str, Any] = {
        "identifier": f"{prefix}.{number}",
        "message_key": key,
        "number": number,
        "kind": kind or (EditionKind.FIRST if number == 1 else EditionKind.UPDATE),
        "mode": Mode.ACTUAL,
        "content": content(),
        "sent_at": SENT_AT + timedelta(minutes=10 * (number - 1)),
        "expires_at": SENT_AT + timedelta(hours=24),
        "sender": "todoke@city.example.jp",
        "city": "青葉市",
        "references": tuple(
            Reference(f"{prefix}.{earlier}", SENT_AT + timedelta(minutes=10 * (earlier - 1)))
            for earlier in range(1, number)
        ),
    }
    return FrozenEdition(**{**facts, **changed})
