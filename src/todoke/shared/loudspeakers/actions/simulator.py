"""What staff order from the simulated control station, with its trace in the record."""

from pathlib import Path

from todoke.ground.audit.actions import record
from todoke.ground.people.rules import Viewer
from todoke.shared.loudspeakers.station import faults as book
from todoke.shared.loudspeakers.station.faults import Faults


def order_faults(root: Path, faults: Faults, *, by: Viewer) -> None:
    """Have the simulated station be broken like this from the next call on. Raises OSError."""
    before = book.faults_in_force(root)
    book.order_faults(root, faults)
    record(
        "loudspeakers.faults-ordered",
        on=("loudspeakers.station", "simulator"),
        by=by,
        before=before.as_json(),
        after=faults.as_json(),
    )
