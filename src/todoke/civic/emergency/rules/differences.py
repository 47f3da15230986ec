"""How a new text differs from the last one, sentence by sentence."""

import difflib
import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Piece:
    """One sentence and whether it is kept (`same`), new (`added`) or gone (`removed`)."""

    text: str
    change: str


def sentences(text: str) -> list[str]:
    """The sentences of a text: ended by 。, ！ or ？, by a full stop before a space, or by the end of a line."""
    return [part.strip() for part in re.split(r"(?<=[。！？])|(?<=[.!?])\s+|\n+", text) if part.strip()]


def text_difference(before: str, after: str) -> list[Piece]:
    """The sentences of both texts in reading order, with what happened to each."""
    old, new = sentences(before), sentences(after)
    pieces: list[Piece] = []
    for tag, old_from, old_to, new_from, new_to in difflib.SequenceMatcher(
        None, old, new, autojunk=False
    ).get_opcodes():
        if tag == "equal":
            pieces += [Piece(text, "same") for text in new[new_from:new_to]]
            continue
        pieces += [Piece(text, "removed") for text in old[old_from:old_to]]
        pieces += [Piece(text, "added") for text in new[new_from:new_to]]
    return pieces
