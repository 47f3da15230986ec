"""やさしい日本語, checked by rules: what is hard in a text, where, and what could stand there instead.

A pure tool without tables. Doors: `findings`, `mended`, `with_readings`, `note`; for pages `reviewed` (review.py).
Nothing of it is ever applied by itself: a person accepts a suggestion or writes something better.
"""

from todoke.base.plain_japanese.checking import MUST_HOLD, applied, findings, mended, note
from todoke.base.plain_japanese.finding import NAMES, Finding, Rule
from todoke.base.plain_japanese.readings import with_readings
from todoke.base.plain_japanese.review import Review, reviewed, reviewed_wording

__all__ = [
    "MUST_HOLD",
    "NAMES",
    "Finding",
    "Review",
    "Rule",
    "applied",
    "findings",
    "mended",
    "note",
    "reviewed",
    "reviewed_wording",
    "with_readings",
]
