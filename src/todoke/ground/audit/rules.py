"""How an entry is turned into bytes and a link of the chain; the trigger in migration 0002 does the same in SQL."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

# What the hash of entry 1 follows.
GENESIS = bytes(32)
# Names this encoding inside every hash, so that a later one cannot be mistaken for it.
ENCODING = b"todoke-audit-1"


@dataclass(frozen=True)
class Link:
    """What the chain binds of one entry. `microseconds` counts from 1970-01-01T00:00:00Z."""

    number: int
    entry_id: int
    microseconds: int
    what: str
    actor: str
    target_type: str
    target_key: str
    payload_hash: bytes

    def hash_after(self, previous_hash: bytes) -> bytes:
        """The hash of this entry when it follows `previous_hash`."""
        fields = (
            ENCODING,
            previous_hash,
            str(self.number).encode(),
            str(self.entry_id).encode(),
            str(self.microseconds).encode(),
            self.what.encode(),
            self.actor.encode(),
            self.target_type.encode(),
            self.target_key.encode(),
            self.payload_hash,
        )
        # Each field is led by its length: no two different entries give the same bytes.
        return sha256(b"".join(len(field).to_bytes(4, "big") + field for field in fields)).digest()


def payload_text(facts: Mapping[str, Any]) -> str:
    """The payload as it is stored and hashed. Raises TypeError or ValueError for what JSON cannot say."""
    return json.dumps(
        facts, cls=DjangoJSONEncoder, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    )


def payload_hash(salt: bytes, payload: str) -> bytes:
    """The hash that stays when payload and salt are purged; without the salt nobody can guess the payload from it."""
    return sha256(salt + payload.encode()).digest()


def ranges_text(numbers: list[int]) -> str:
    """Numbers in few characters: `[3, 5, 6, 7]` is "3,5-7"."""
    parts: list[list[int]] = []
    for number in sorted(set(numbers)):
        if parts and parts[-1][1] == number - 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in parts)


def numbers_in(text: str) -> set[int]:
    """The numbers that `ranges_text` wrote. Raises ValueError for any other text."""
    numbers: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        numbers.update(range(int(first), int(last or first) + 1))
    return numbers
