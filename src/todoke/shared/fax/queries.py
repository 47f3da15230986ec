"""The board: which facility has its sheet, who says so, and whom to ring up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, QuerySet

from todoke.ground.people.rules import Viewer
from todoke.shared.fax.models import Call, Line, Sheet
from todoke.shared.fax.numbers import read_address
from todoke.shared.messaging.models import Delivery, Edition
from todoke.shared.messaging.types import DeliveryState

READ = "fax.read"
CHANNEL = "fax.line"
EDITIONS_SHOWN = 20


@dataclass(frozen=True)
class BoardRow:
    """One facility on the board."""

    delivery: Delivery
    sheet: Sheet | None
    calls: Sequence[Call]
    telephone: str

    @property
    def is_confirmed(self) -> bool:
        """Whether the facility, or staff after asking, have said that somebody has it in hand."""
        return self.delivery.state == DeliveryState.CONFIRMED

    @property
    def is_to_be_asked(self) -> bool:
        """Whether a person has to ring up: it arrived and nobody confirmed it in time, or it did not arrive."""
        if self.is_confirmed:
            return False
        lost = self.delivery.state in (DeliveryState.FAILED, DeliveryState.UNKNOWN, DeliveryState.EXPIRED)
        return lost or bool(self.sheet and self.sheet.chased_at)


@dataclass(frozen=True)
class Board:
    """One edition's facilities, those to be asked first."""

    edition: Edition
    rows: tuple[BoardRow, ...]

    @property
    def confirmed(self) -> int:
        return sum(row.is_confirmed for row in self.rows)

    @property
    def arrived(self) -> int:
        return sum(bool(row.sheet and row.sheet.arrived_at) or row.is_confirmed for row in self.rows)

    @property
    def to_be_asked(self) -> int:
        return sum(row.is_to_be_asked for row in self.rows)


def editions_faxed(viewer: Viewer) -> QuerySet[Edition]:
    """The latest editions that went out by FAX, newest first."""
    if not viewer.may(READ):
        return Edition.objects.none()
    faxed = Delivery.objects.filter(channel=CHANNEL).values("edition")
    return Edition.objects.filter(pk__in=faxed).select_related("message").order_by("-released_at")[:EDITIONS_SHOWN]


def board_of(viewer: Viewer, edition_id: int) -> Board | None:
    """The board of one edition; None where it did not go out by FAX or the viewer may not see it. Four queries."""
    if not viewer.may(READ):
        return None
    deliveries = list(
        Delivery.objects.filter(edition=edition_id, channel=CHANNEL)
        .select_related("destination", "edition__message")
        .order_by("destination__name")
    )
    if not deliveries:
        return None
    sheets = {
        sheet.delivery_id: sheet
        for sheet in Sheet.objects.filter(delivery__in=deliveries).prefetch_related(
            Prefetch("calls", queryset=Call.objects.order_by("id"))
        )
    }
    rows = [_row(delivery, sheets.get(delivery.pk)) for delivery in deliveries]
    rows.sort(key=lambda row: (not row.is_to_be_asked, row.is_confirmed))
    return Board(deliveries[0].edition, tuple(rows))


def _row(delivery: Delivery, sheet: Sheet | None) -> BoardRow:
    try:
        telephone = read_address(delivery.destination.address).telephone
    except ValueError:
        telephone = ""
    return BoardRow(delivery, sheet, list(sheet.calls.all()) if sheet else (), telephone)


def sheet_with_code(code: str) -> Sheet | None:
    """The sheet with this code, with its edition. Public: whoever holds the paper holds the code."""
    if not code:
        return None
    return Sheet.objects.select_related("delivery__edition__message").filter(code=code).first()


def lines_in_use(*, at: datetime, lines: int) -> int:
    """How many lines a call holds at this moment."""
    return Line.objects.filter(number__lte=lines, held_until__gt=at).count()
