"""What a display board says: fifty full-width characters, the mark of a drill and the level first. Pure.

Source of the fifty: municipal systems with one entry for many outlets cut a board's text there; makers differ.
"""

import unicodedata

from todoke.shared.messaging.channels.clusters import characters, clusters, longest_start
from todoke.shared.messaging.channels.phrases import area_name, phrases_in
from todoke.shared.messaging.channels.wording import Fitted, highest_level, level_holds, one_line
from todoke.shared.messaging.levels import LEVELS
from todoke.shared.messaging.types import EditionKind, FrozenEdition, Never, Register

# A board counts cells: two half-width letters stand where one full-width one does.
CELLS_MAX = 100


def cells(text: str) -> int:
    """How many half-width cells a text takes."""
    return sum(2 if unicodedata.east_asian_width(cluster[0]) in "WFA" else 1 for cluster in clusters(text))


def board_text(edition: FrozenEdition, language: str) -> Fitted:
    """What was written for boards, or level, areas and action; always with the marks, never over the limit.

    Raises Never when marks and level alone do not fit.
    """
    marks = edition.marks(language)
    written = one_line(edition.content.wording(language).said_in(Register.BOARD))
    if written and edition.kind is not EditionKind.CANCEL:
        return _cut(marks, written)
    words = highest_level(edition, language).replace("　", " ")
    if not words:
        return _cut(marks, one_line(edition.content.wording(language).title))
    if edition.kind is EditionKind.CANCEL:
        words = phrases_in(language).cancelled.format(words)
    first = marks + words
    if cells(first) > CELLS_MAX:
        raise Never(f"「{first}」だけで、掲示板の50文字を超えます。題名か種別を短くしてください。")
    return _with_areas(edition, language, first)


def _with_areas(edition: FrozenEdition, language: str, first: str) -> Fitted:
    """All areas with the action; then fewer areas; then no action: whichever is the first to fit."""
    phrases = phrases_in(language)
    names = [area_name(area, language) for area in edition.content.areas]
    official = LEVELS.get(edition.content.level or 0) if level_holds(edition) else None
    act = official.in_language(language).act if official else ""
    for last in (act, "") if act else ("",):
        for shown in range(len(names), 0, -1) if names else (0,):
            rest = len(names) - shown
            listed = phrases.comma.join([*names[:shown], *([phrases.other_areas.format(rest)] if rest else [])])
            text = " ".join(part for part in (first, listed, last) if part)
            if cells(text) <= CELLS_MAX:
                left = [f"{rest}地域の名前"] if rest else []
                left += ["とるべき行動"] if act and not last else []
                return Fitted(text, "、".join(left))
    return Fitted(first, "地域の名前ととるべき行動")


def _cut(marks: str, text: str) -> Fitted:
    whole = marks + text
    if cells(whole) <= CELLS_MAX:
        return Fitted(whole)
    # “…” is one cell or two, as the board's type has it; two are kept.
    kept = longest_start(whole, CELLS_MAX - 2, cells)
    return Fitted(kept + "…", f"文の後ろ{characters(whole) - characters(kept)}文字")
