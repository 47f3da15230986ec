"""What timetable reads from the city folder: closings.csv with `day` (any notation of a date) and `reason`.

Days that are added at the desk are left alone, and so are those that the file no longer names: terms were counted with
them.
"""

from pathlib import Path

from django.utils.translation import gettext as _

from todoke.base.calendar import UnreadableDate, is_usual_closing_day, read_date
from todoke.base.clock import now
from todoke.base.tables import Row, read_csv
from todoke.ground.places.registry import LoadReport, Outcome
from todoke.shared.timetable.models import ClosingDay


class ClosingsPart:
    """The city's own closing days; the file need not be there."""

    key = "timetable.closings"
    order = 350
    files = ("closings.csv",)

    def load(self, folder: Path, report: LoadReport) -> None:
        """Add the days of the file that are not yet known; one known already keeps its reason of the desk."""
        path = folder / "closings.csv"
        if not path.exists():
            return
        for row in read_csv(path, report, columns=("day", "reason")):
            self._load_row(row, report)

    def _load_row(self, row: Row, report: LoadReport) -> None:
        typed, reason = row.text("day"), row.text("reason")
        if not typed or not reason:
            return
        try:
            day = read_date(typed).date
        except UnreadableDate as trouble:
            row.fault("day", str(trouble))
            return
        if day is None:
            row.fault("day", _("日まで書いてください。例：2026-12-28"))
        elif is_usual_closing_day(day):
            row.fault("day", _("この日は、もともと閉庁日です。この行を消してください。"))
        else:
            _closing, is_new = ClosingDay.objects.get_or_create(
                day=day, defaults={"reason": reason[:200], "added_at": now()}
            )
            report.count(str(ClosingDay._meta.verbose_name), Outcome.CREATED if is_new else Outcome.UNCHANGED)
