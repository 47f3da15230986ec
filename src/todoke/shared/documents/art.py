"""The seals of the fictional city, drawn by us in straight strokes after the manner of 篆書; no seal of anybody's.

Each character is a few strokes in a square of ten by ten. A real city brings the drawing of its own seal.
"""

STROKES: dict[str, tuple[str, ...]] = {
    "凪": ("1,9 1,1 9,1 9,9", "3,3 7,3", "5,3 5,8", "3,8 7,8", "3,5.5 5,5.5"),
    "浜": (
        "1,2 2,3",
        "1,5 2,6",
        "1,9 2.5,7",
        "4,1 8,1",
        "4,1 4,6",
        "4,3.5 8,3.5",
        "7,3.5 7,6",
        "3,6 9,6",
        "4.5,7 3.5,9",
        "7,7 8.5,9",
    ),
    "市": ("5,0.5 5,2", "1,2 9,2", "2,4 2,8", "2,4 8,4 8,8", "5,2 5,9.5"),
    "長": ("3,1 3,6", "3,1 8,1", "3,2.7 8,2.7", "3,4.4 8,4.4", "1,6 9,6", "4,6 4,9 6,8", "6,6.5 9,9.3"),
    "之": ("5,0.5 5,2", "2,2 8,2 2,7.5", "2,7.5 9,9"),
    "印": ("4,1 1,2 1,8", "1,4.5 4,4.5", "1,8 4,8", "5.5,1.5 9,1.5 9,6 7.5,6", "5.5,1.5 5.5,9.5"),
    "職": (
        "1,1 4,1",
        "1.6,1 1.6,7.5",
        "3.4,1 3.4,9",
        "1.6,3 3.4,3",
        "1.6,5 3.4,5",
        "1,7.5 4,7",
        "4.5,2 7,2",
        "4.5,4 9.5,4",
        "5,5.5 5,9",
        "5,5.5 6.8,5.5 6.8,9",
        "5,7.2 6.8,7.2",
        "5,9 6.8,9",
        "8,1 8.5,6 9.5,9",
    ),
    "務": (
        "1,1 4,1 2.5,3",
        "1,4 4.5,4",
        "2.7,4 2.7,9",
        "6,1 5,3",
        "5.5,2 9,2 6,5",
        "6,3 9,5",
        "5.5,6 9,6 8.5,9",
        "7,5 5.5,9",
    ),
    "代": ("3,1 1,4", "2,3 2,9.5", "4,4 9,3.5", "6,1 6.5,6 9,9.3", "8,1 8.8,2"),
    "理": (
        "1,2 4,2",
        "1,5 4,5",
        "1,8.5 4,8",
        "2.5,2 2.5,8.2",
        "5,1.5 9,1.5 9,5 5,5 5,1.5",
        "5,3.2 9,3.2",
        "7,1.5 7,9",
        "5,7 9,7",
        "4.5,9 9.5,9",
    ),
    "者": ("2,2 8,2", "5,0.5 5,4", "1,4 9,4", "8,1 2,6.5", "3,6 7.5,6 7.5,9.3 3,9.3 3,6", "3,7.6 7.5,7.6"),
}
RED = "#b3261e"


def seal_drawing(text: str, *, columns: int, frame: int = 1) -> str:
    """The seal as SVG: its characters in columns from right to left, in a frame of one line or two.

    Raises KeyError for a character that nobody has drawn, ValueError where the columns do not come out even.
    """
    rows, rest = divmod(len(text), columns)
    if rest or not rows:
        raise ValueError(f"{len(text)} characters do not fill {columns} columns")
    side = 100
    inset = 6 + 4 * (frame - 1)
    width, height = (side - 2 * inset) / columns, (side - 2 * inset) / rows
    marks = [_frame(3 + 4 * number, side) for number in range(frame)]
    for place, character in enumerate(text):
        column, row = divmod(place, rows)
        left, top = side - inset - (column + 1) * width, inset + row * height
        marks += [_stroke(stroke, left, top, width / 10, height / 10) for stroke in STROKES[character]]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" width="{side}" height="{side}">'
        f'<g fill="none" stroke="{RED}" stroke-width="3" stroke-linejoin="miter">{"".join(marks)}</g></svg>'
    )


def _frame(inset: int, side: int) -> str:
    size = side - 2 * inset
    return f'<rect x="{inset}" y="{inset}" width="{size}" height="{size}"/>'


def _stroke(points: str, left: float, top: float, across: float, down: float) -> str:
    told = []
    for pair in points.split():
        x, y = (float(each) for each in pair.split(","))
        told.append(f"{left + x * across:.1f},{top + y * down:.1f}")
    return f'<polyline points="{" ".join(told)}"/>'
