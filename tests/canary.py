"""A canary: a word that stands nowhere else, put where personal data lies, and looked for everywhere after the purge.

For every room with records in custody: put the word into each field and file, purge, and expect no sighting anywhere.
"""

import secrets
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

Ask = Callable[[str], list[tuple[Any, ...]]]


def new_word() -> str:
    """Letters that nothing else in the house is made of."""
    return f"canary{secrets.token_hex(12)}"


def in_tables(ask: Ask, word: str) -> list[str]:
    """Every table of the database in which the word stands: in clear, in JSON, or as the bytes of a binary column."""
    tables = [
        name
        for (name,) in ask(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'm')"
        )
    ]
    assert len(tables) > 50, "the scan sees the house"
    found = []
    for name in sorted(tables):
        # A row as text: bytes are written in hexadecimal digits.
        question = f"SELECT count(*) FROM \"{name}\" AS each WHERE each::text LIKE '%{word}%'"
        in_hex = f"{question} OR each::text LIKE '%{word.encode().hex()}%'"
        if ask(in_hex)[0][0]:
            found.append(name)
    return found


def in_files(folders: Iterable[Path], word: str) -> list[str]:
    """Every file below these folders in which the word stands."""
    return [
        str(path)
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file() and (word.encode() in path.read_bytes() or word in path.name)
    ]
