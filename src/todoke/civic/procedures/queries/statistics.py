"""What the tally tells: filings by month, by the way they came, how they ended and how long that took."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, Sum

from todoke.civic.procedures.models import ProcedureVersion, Tally
from todoke.civic.procedures.rules import COUNT
from todoke.ground.people.rules import Viewer
from todoke.shared.paperwork.models import Channel


@dataclass(frozen=True)
class Line:
    """One month of one procedure, or of all together."""

    month: date | None
    filed: int
    online: int
    ended: int
    open_days: int
    brought: int
    left_out: int
    fee_yen: int

    @property
    def online_share(self) -> int | None:
        """Percent that came online; None where nothing came."""
        return round(100 * self.online / self.filed) if self.filed else None

    @property
    def days_mean(self) -> str:
        """The mean of the open days that were used, to one place; "" where nothing has ended."""
        return f"{self.open_days / self.ended:.1f}" if self.ended else ""


def procedures_counted(viewer: Viewer) -> list[ProcedureVersion]:
    """The procedures whose numbers this viewer may see: those of the sections in which they hold the right."""
    sections = [section for permission, section in viewer.grants if permission == COUNT]
    found = ProcedureVersion.objects.filter(state=ProcedureVersion.State.PUBLISHED, section__key__in=sections)
    return list(found.select_related("procedure").order_by("procedure__key"))


def by_month(procedures: Collection[int], start: date, end: date) -> list[Line]:
    """The months from `start` to before `end`, oldest first; a month without anything is left out.

    A filing stands in the month in which it was filed, also when it ended later.
    """
    rows = Tally.objects.filter(procedure__in=procedures, month__gte=start, month__lt=end).values("month")
    filed, ended = Q(outcome=""), ~Q(outcome="")
    sums = rows.annotate(
        filed=Sum("filings", filter=filed, default=0),
        online=Sum("filings", filter=filed & Q(channel=Channel.WEB), default=0),
        ended=Sum("filings", filter=ended, default=0),
        days=Sum("open_days", filter=ended, default=0),
        brought=Sum("papers_brought", filter=filed, default=0),
        left_out=Sum("papers_left_out", filter=filed, default=0),
        fee=Sum("fee_yen", filter=filed, default=0),
    )
    return [
        Line(
            row["month"],
            row["filed"],
            row["online"],
            row["ended"],
            row["days"],
            row["brought"],
            row["left_out"],
            row["fee"],
        )
        for row in sums.order_by("month")
    ]


def together(lines: Collection[Line]) -> Line:
    """All lines as one."""
    return Line(
        None,
        sum(line.filed for line in lines),
        sum(line.online for line in lines),
        sum(line.ended for line in lines),
        sum(line.open_days for line in lines),
        sum(line.brought for line in lines),
        sum(line.left_out for line in lines),
        sum(line.fee_yen for line in lines),
    )


def outcomes(procedures: Collection[int], start: date, end: date) -> list[tuple[str, int]]:
    """How many ended in which way; the most frequent first."""
    rows = Tally.objects.filter(procedure__in=procedures, month__gte=start, month__lt=end).exclude(outcome="")
    sums = rows.values("outcome").annotate(number=Sum("filings")).order_by("-number", "outcome")
    return [(row["outcome"], row["number"]) for row in sums]
