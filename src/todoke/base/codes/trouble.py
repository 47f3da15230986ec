"""What is wrong with a code that somebody wrote."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise


@dataclass(frozen=True)
class Trouble:
    """Why a text is not the code it should be: a sentence for the person who wrote it, in the language then active.

    It names the code, says what is wrong and how to mend it; it never repeats the number.
    """

    sentence: Promise | str
    facts: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        facts = {name: str(value) if isinstance(value, Promise) else value for name, value in self.facts.items()}
        return str(self.sentence) % facts
