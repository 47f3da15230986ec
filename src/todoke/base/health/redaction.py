"""Taking out of a log line what must not stand in a log: whose life it is, and what opens a door.

The first rule is that nobody writes such things; this is the second one, for texts that we did not write ourselves
(errors of libraries, of the database, of other servers). It takes out too much rather than too little. Names of people
cannot be known by their look.
"""

import re
from collections.abc import Callable

from todoke.base.codes.my_number import without_my_numbers

OUT = "‹…›"

# The database repeats whole rows under this heading (PostgreSQL: error message fields, DETAIL).
_ROWS = re.compile(r"DETAIL:.*?(?=\n\s*\n|\nHINT:|\nCONTEXT:|\nTraceback|\Z)", re.DOTALL)
_NO_SIGN = r"[^\s<>()\[\]{}\"'`,;:=/\\|@?「」（）、。]"
_MAIL = re.compile(rf"{_NO_SIGN}+@{_NO_SIGN}*[^\s\W]")
_QUERY = re.compile(r"(?<=[^\s?])\?[^\s\"'<>?「」（）]+")
# A part of a path that looks like a token: sixteen letters and more, digits or capitals among them.
_IN_A_PATH = re.compile(r"(?<=/)[A-Za-z0-9_~.:=%-]{16,}")
_FREE = re.compile(r"(?<![A-Za-z0-9_=-])[A-Za-z0-9_=-]{32,}")
_TELEPHONE = re.compile(r"(?<!\d)(?:0\d{1,4}-\d{1,4}-\d{3,4}|0\d{9,10}|\+81[\d-]{9,13})(?!\d)")
_AUTHORITY = re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{6,}")


def redacted(text: str) -> str:
    """The text without My Numbers, mail addresses, telephone numbers, query strings, tokens, rows of the database."""
    text = without_my_numbers(text, OUT)
    text = _ROWS.sub(f"DETAIL: {OUT}", text)
    text = _AUTHORITY.sub(rf"\1 {OUT}", text)
    text = _MAIL.sub(OUT, text)
    text = _QUERY.sub(f"?{OUT}", text)
    text = _IN_A_PATH.sub(_unless(lambda part: part.endswith(".py") or part.islower()), text)
    text = _FREE.sub(_unless(lambda part: part.isdigit() or not any(letter.isdigit() for letter in part)), text)
    return _TELEPHONE.sub(OUT, text)


def _unless(harmless: Callable[[str], bool]) -> Callable[[re.Match[str]], str]:
    def replaced(found: re.Match[str]) -> str:
        return found[0] if harmless(found[0]) else OUT

    return replaced
