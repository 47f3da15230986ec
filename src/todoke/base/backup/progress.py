"""How far it has come, on the console: often on a terminal, now and then in a log."""

import time
from typing import TextIO

TERMINAL_SECONDS = 0.5
LOG_SECONDS = 15.0


class Progress:
    """Called with a part's name and its bytes (of files: their number) so far; writes a line when it is time to."""

    def __init__(self, console: TextIO) -> None:
        self._console = console
        self._on_terminal = console.isatty()
        self._every = TERMINAL_SECONDS if self._on_terminal else LOG_SECONDS
        self._next_at = time.monotonic() + self._every

    def __call__(self, part: str, so_far: int) -> None:
        now = time.monotonic()
        if now < self._next_at:
            return
        self._next_at = now + self._every
        line = f"文書 {so_far:,} 件" if part.startswith("files") else f"データベース {so_far / 1e6:,.0f} MB"
        self._console.write(f"\r{line}" if self._on_terminal else f"{line}\n")
        self._console.flush()
