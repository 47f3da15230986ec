"""The one style sheet that pages link: tokens, frame and components, in this order, in one file.

On a bad line a dozen small sheets cost a dozen round trips. `todoke sheets` writes the file, which is kept in the
repository so that nothing has to be built to run; a house test holds it equal to its parts.
"""

import re
from pathlib import Path

_FOLDER = Path(__file__).parent / "static" / "ui"
SITE_SHEET = _FOLDER / "site.css"

_HEAD = "/* Made by `todoke sheets` from tokens.css, frame.css and components/*.css. Change those, not this. */\n"


def joined_sheets(folder: Path = _FOLDER) -> str:
    """The text of the site's sheet, made from its parts."""
    parts = [folder / "tokens.css", folder / "frame.css", *sorted((folder / "components").glob("*.css"))]
    return _HEAD + "".join(_tightened(part.read_text(encoding="utf-8")) for part in parts)


def _tightened(sheet: str) -> str:
    """Without comments, indentation and blank lines; still one rule a line, so that a difference can be read."""
    without_comments = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    return "".join(f"{line.strip()}\n" for line in without_comments.splitlines() if line.strip())
