"""What is said over the loudspeakers, as values."""

import json
from dataclasses import asdict, dataclass
from typing import Self


@dataclass(frozen=True)
class Word:
    """One word of the reading dictionary: as it is written, as it is spoken (katakana), and where its tone falls
    (the mora after which it drops; 0: it does not)."""

    surface: str
    kana: str
    accent: int = 0


@dataclass(frozen=True)
class Script:
    """One broadcast: `before` is said ahead of the siren or chime `pattern`, `lines` after it, so often; `ending` is
    the pattern that closes it. Patterns are keys of `sounds.PATTERNS`, or empty."""

    before: tuple[str, ...]
    pattern: str
    lines: tuple[str, ...]
    times: int = 2
    ending: str = ""

    @property
    def text(self) -> str:
        """What is said, once, one sentence a line."""
        return "\n".join((*self.before, *self.lines))

    def as_bytes(self) -> bytes:
        """Always the same bytes for the same script."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True).encode()

    @classmethod
    def from_bytes(cls, stored: bytes) -> Self:
        """The script from those bytes."""
        told = json.loads(stored)
        return cls(**{**told, "before": tuple(told["before"]), "lines": tuple(told["lines"])})
