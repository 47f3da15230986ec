"""What is wrong with a code that somebody wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the log lines of the web server's own process read my_number.py without Django
    from django.utils.functional import Promise


@dataclass(frozen=True)
class Trouble:
    """Why a text is not the code it should be: a sentence for the person who wrote it, in the language then active.

    It names the code, says what is wrong and how to mend it; it never repeats the number.
    """

    sentence: Promise | str
    facts: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        facts = {name: value if isinstance(value, int) else str(value) for name, value in self.facts.items()}
        return str(self.sentence) % facts
