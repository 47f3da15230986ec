"""Decisions about values in hand: codes that people copy by hand, and which of two devices typed something new."""

import hashlib
import json
import secrets
from collections.abc import Sequence

from todoke.shared.paperwork.types import Raw

# Crockford's base 32: no I, L, O, U, so that nothing is misread and no word comes about.
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MEANT = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V"})
# 60 bits: at ten thousand tries a second one in a million drafts would be hit in some thirty-six years.
RESUME_LETTERS = 12
RECEIPT_LETTERS = 10
GROUP = 4

PIN_LETTERS = range(4, 13)
# After so many wrong second things the door is shut for a while, longer each time.
TRIES = 5
SHUT_MINUTES = 15


def new_code(letters: int) -> str:
    """A code that cannot be guessed."""
    return "".join(secrets.choice(LETTERS) for _each in range(letters))


def in_groups(code: str) -> str:
    """ABCD-EFGH-JKMN: as it is printed and read out."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def read_code(typed: str) -> str:
    """A code as somebody copied it: any width, any letter case, with or without hyphens, O for 0."""
    narrow = "".join(chr(ord(each) - 0xFEE0) if "\uff01" <= each <= "\uff5e" else each for each in typed)
    return "".join(each for each in narrow.upper().translate(_MEANT) if each in LETTERS)


def shut_minutes(failed_tries: int) -> int:
    """How long a draft is shut after so many wrong tries; 0 while it is open."""
    rounds, rest = divmod(failed_tries, TRIES)
    return SHUT_MINUTES * 2 ** min(rounds - 1, 6) if rounds and not rest else 0


def trimmed(raw: Raw) -> dict[str, list[str]]:
    """Without the boxes in which nothing stands: the same answer, however many empty boxes the page had."""
    return {part: list(posted) for part, posted in sorted(raw.items()) if any(posted)}


def mark_of(raw: Raw) -> str:
    """A short mark by which a page knows again what it showed."""
    told = json.dumps(trimmed(raw), ensure_ascii=True, sort_keys=True)
    return hashlib.blake2b(told.encode(), digest_size=6).hexdigest()


def merged(shown: str | None, held: Raw, posted: Raw) -> tuple[Raw, Raw | None]:
    """What holds now, and what another device had typed meanwhile, if both changed the same answer.

    `shown`: the mark of what the page showed when it was fetched; None where the page does not say.
    """
    if trimmed(held) == trimmed(posted) or shown is None or mark_of(held) == shown:
        return posted, None
    if mark_of(posted) == shown:
        return held, None
    return posted, held


def is_good_pin(typed: Sequence[str] | str) -> bool:
    """Four to twelve letters or digits, not all the same, not counted up."""
    text = "".join(typed)
    counted = "01234567890123456789"
    return len(text) in PIN_LETTERS and len(set(text)) > 1 and text not in counted and text not in counted[::-1]
