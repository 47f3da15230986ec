"""The tray: what the machine at the other end has printed."""

from pathlib import Path
from typing import Any

from todoke.base.disk import write_atomically
from todoke.shared.messaging.simulators.arrivals import Arrival, Postbox

KEPT_MAX = 2_000


class Tray:
    """Sheets that arrived, newest first; the PDFs lie beside the list. The oldest beyond two thousand are dropped."""

    def __init__(self, root: Path) -> None:
        self.sheets = root / "sheets"
        self.box = Postbox(root / "arrivals", kept_max=KEPT_MAX)

    def put(self, number: str, pdf: bytes, *, key: str, pages: int, is_half: bool) -> Arrival:
        """A sheet falls into the tray; half of one as well, as paper does."""
        content: dict[str, Any] = {"number": number, "pages": pages, "half": is_half}
        arrival = self.box.put(key, pdf, mode="", title=number, content=content)
        write_atomically(self._path(arrival.number), pdf, mode=0o600)
        self._path(arrival.number - KEPT_MAX).unlink(missing_ok=True)
        return arrival

    def arrivals(self) -> list[Arrival]:
        """Oldest first."""
        return self.box.newest(limit=KEPT_MAX)[::-1]

    def pdf(self, number: int) -> bytes | None:
        """The sheet with this number, to the byte as it was received."""
        try:
            return self._path(number).read_bytes()
        except OSError:
            return None

    def _path(self, number: int) -> Path:
        return self.sheets / f"{number:08}.pdf"
