"""Which numbers of a table may be shown: none that speaks of fewer than five people, and none that gives one away.

A number from 1 to 4 is hidden. Where the whole is shown, what is hidden could be reckoned from the rest: so more is
hidden until at least two numbers are, and together they stand for at least five people. 0 speaks of nobody and stays.
"""

from collections.abc import Sequence

K = 5

Row = Sequence[int]


def is_small(number: int) -> bool:
    """Whether a number speaks of so few that they could be known."""
    return 0 < number < K


def shown(parts: Row) -> list[bool]:
    """Which parts of a whole that is shown with them may be shown."""
    return [not hidden for hidden in _completed(parts, [is_small(each) for each in parts])]


def shown_of_many(counts: Row, whole: int) -> list[bool]:
    """Which counts may be shown where one person can be in several (複数回答): neither few, nor all but a few."""
    return [not is_small(each) and not is_small(whole - each) for each in counts]


def shown_in_cross(cells: Sequence[Row], rows_shown: Sequence[bool], columns_shown: Sequence[bool]) -> list[list[bool]]:
    """Which cells of a cross table may be shown, whose sums of rows and columns stand beside it where they may.

    A row or column whose sum is hidden is hidden as a whole: its cells would add up to the sum.
    """
    hidden = [
        [is_small(cell) or not rows_shown[i] or not columns_shown[j] for j, cell in enumerate(row)]
        for i, row in enumerate(cells)
    ]
    while True:
        before = sum(map(sum, hidden))
        for i, row in enumerate(cells):
            if rows_shown[i]:
                hidden[i] = _completed(row, hidden[i])
        for j in range(len(columns_shown)):
            if columns_shown[j]:
                column = _completed([row[j] for row in cells], [line[j] for line in hidden])
                for i, each in enumerate(column):
                    hidden[i][j] = each
        if sum(map(sum, hidden)) == before:
            return [[not each for each in line] for line in hidden]


def _completed(parts: Row, hidden: Sequence[bool]) -> list[bool]:
    """As much hidden as it takes that what is hidden cannot be reckoned from the sum."""
    found = list(hidden)
    while any(found) and not _is_covered(parts, found):
        rest = [i for i, is_hidden in enumerate(found) if not is_hidden]
        if not rest:
            break
        # The smallest that speaks of anybody; where there is none, a 0 keeps it company.
        speaking = [i for i in rest if parts[i]] or rest
        found[min(speaking, key=lambda i: parts[i])] = True
    return found


def _is_covered(parts: Row, hidden: Sequence[bool]) -> bool:
    # Zeros that are hidden with their row are known to be possible, and cover nobody.
    pool = [part for part, is_hidden in zip(parts, hidden, strict=True) if is_hidden]
    return len(pool) > 1 and (sum(pool) >= K or not sum(pool))
