"""What messaging reads from the city folder: `destinations.csv`, the permanent 配信先.

| column | meaning |
| --- | --- |
| key | stands in the ledger for ever: never given to another place |
| channel | the key of a channel, such as messaging.mail |
| name, address | as staff know it; as the channel wants it (a simulator's begins with `simulator:`) |
| reach | public, staff or simulator: whom it can reach at most |
| joins_drills | 1: staff who have agreed to get drills |
| language | ja, ja-easy, en … |
| areas | keys of areas with semicolons between them; empty: the whole city |
| purpose | optional: why it exists, for whoever comes after |

A row that is taken out of the file is switched off, not deleted: the ledger names it. What a person added in an
incident is left alone.
"""

import re
from pathlib import Path

from django.utils.translation import gettext as _

from todoke.base.tables import Row, read_csv
from todoke.ground.places.models import Area
from todoke.ground.places.queries import areas_by_key
from todoke.ground.places.registry import LoadReport, Outcome
from todoke.shared.messaging.channels.routes import trouble_with_reach
from todoke.shared.messaging.models import Destination
from todoke.shared.messaging.phrasebook import LANGUAGES
from todoke.shared.messaging.registry import channels
from todoke.shared.messaging.types import Reach

FILE = "destinations.csv"
COLUMNS = ("key", "channel", "name", "address", "reach", "joins_drills", "language", "areas")
KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class DestinationsPart:
    """The permanent destinations; the file need not be there."""

    key = "messaging.destinations"
    order = 300
    files = (FILE,)

    def load(self, folder: Path, report: LoadReport) -> None:
        """Store what the file says; see the table above."""
        if not (folder / FILE).exists():
            return
        rows = read_csv(folder / FILE, report, columns=COLUMNS, optional=("purpose",))
        named = [_destination_of(row, earlier, report) for row, earlier in _with_earlier_keys(rows)]
        if not report.fault_count:
            _switch_off_all_but({destination.pk for destination in named if destination}, report)


def _with_earlier_keys(rows: list[Row]) -> list[tuple[Row, set[str]]]:
    keys = [row.cells["key"].strip() for row in rows]
    return [(row, set(keys[:number])) for number, row in enumerate(rows)]


def _destination_of(row: Row, earlier: set[str], report: LoadReport) -> Destination | None:
    before = report.fault_count
    key = row.text("key", longest=100)
    if key and not KEY.fullmatch(key):
        row.fault("key", _("キーは半角の小文字、数字、ハイフンで書いてください（例 press-mail）。"))
    if key in earlier:
        row.fault("key", _("「%(key)s」は、もう上の行にあります。別のキーにしてください。") % {"key": key})
    reach = row.one_of("reach", Reach.values)
    values = {
        "channel": row.one_of("channel", [channel.key for channel in channels]),
        "name": row.text("name", longest=200),
        "address": row.text("address", longest=500),
        "reach": reach,
        "joins_drills": row.yes("joins_drills"),
        "language": row.one_of("language", LANGUAGES),
        "purpose": row.text("purpose", blank=True, longest=500),
        "is_active": True,
    }
    if reach == Reach.PUBLIC and values["joins_drills"]:
        row.fault(
            "joins_drills", _("住民や報道に届く配信先には、訓練を送れません。0にして、模擬装置の行を分けてください。")
        )
    channel = channels.find(str(values["channel"]))
    address = str(values["address"])
    if channel and address and reach:
        trouble = channel.trouble_with(address) or trouble_with_reach(channel.key, address, Reach(reach))
        if trouble:
            row.fault("address", trouble)
    areas = _areas_of(row)
    # The database would refuse it too, but without saying where it stands.
    if report.fault_count > before:
        return None
    destination = report.store(Destination, key={"key": key}, values=values)
    if {area.pk for area in destination.areas.all()} != {area.pk for area in areas}:
        destination.areas.set(areas)
        report.count(_("配信先の地域"), Outcome.CHANGED)
    return destination


def _areas_of(row: Row) -> list[Area]:
    keys = row.words("areas")
    known = areas_by_key(keys)
    for key in keys:
        if key not in known:
            row.fault("areas", _("「%(key)s」という地域はありません。areas.csvのキーを書いてください。") % {"key": key})
    return list(known.values())


def _switch_off_all_but(named: set[int], report: LoadReport) -> None:
    for destination in Destination.objects.filter(is_active=True, added_by=None).exclude(pk__in=named):
        report.store(Destination, key={"key": destination.key}, values={"is_active": False})
