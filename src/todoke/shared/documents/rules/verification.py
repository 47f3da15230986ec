"""What the verification page says of a document."""

import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Standing(StrEnum):
    """How a document stands today."""

    VALID = "valid"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"


@dataclass(frozen=True)
class Life:
    """What is known of a document's life: its state, and until when it holds."""

    state: str
    expires_on: date | None


def standing_on(life: Life, day: date) -> Standing:
    """Withdrawn and replaced go before expired: a holder must hear that first. The last day still counts."""
    if life.state != "valid":
        return Standing(life.state)
    if life.expires_on is not None and day > life.expires_on:
        return Standing.EXPIRED
    return Standing.VALID


def folded_secret(text: str) -> str:
    """A word from the paper as it is compared: blanks and width do not matter, letters do."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()
