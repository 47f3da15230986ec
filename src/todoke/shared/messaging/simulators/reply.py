"""What a simulated service answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Reply:
    """An HTTP answer."""

    status: int
    told: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)
