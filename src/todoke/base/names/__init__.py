"""Names of people as they are written, read, sorted, searched and handed on. Pure: no tables, no settings.

A name belongs to its bearer: it is stored as it was typed (`kept`), shown as it was stored, and never refused. What the
house needs beside it (a reading, a key to sort by, a key to search by, what another system cannot write) is made from
it and can be made again at any time.
"""

from todoke.base.names.characters import (
    CharacterSet,
    as_written,
    graphemes,
    kept,
    length,
    missing_from,
    without_variants,
)
from todoke.base.names.people import PersonName
from todoke.base.names.readings import Hint, hints, reading
from todoke.base.names.search import search_key, sort_key

__all__ = [
    "CharacterSet",
    "Hint",
    "PersonName",
    "as_written",
    "graphemes",
    "hints",
    "kept",
    "length",
    "missing_from",
    "reading",
    "search_key",
    "sort_key",
    "without_variants",
]
