"""Loading a city from its folder of plain files, all or nothing."""

from pathlib import Path

from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext as _

from todoke.base.tables import Place
from todoke.ground.audit.actions import Person, record
from todoke.ground.places.models import City
from todoke.ground.places.registry import LoadReport, city_parts

# One loading at a time in the whole cluster: two would see half of each other's work.
LOAD_LOCK = 7_301_160


def load_city(folder: Path, *, by: Person | str, check: bool = False) -> LoadReport:
    """Read the folder through every registered city part, and store what it says.

    All in one transaction: when anything is wrong, and when only a check was asked for, nothing is stored. The report
    holds all faults (the first hundred), warnings, notes and counts; it raises nothing for bad files. Loading the same
    files again changes nothing. A loading that changed something goes into the audit record with its counts; `by` is
    the viewer who asked for it, or the name of the command.
    """
    report = LoadReport(folder)
    if not folder.is_dir():
        report.fault(Place(str(folder)), _("フォルダーがありません。city.tomlのあるフォルダーを指定してください。"))
        return report
    _note_unread(folder, report)
    try:
        with transaction.atomic():
            _read_all(folder, report)
            _record(report, by)
            transaction.set_rollback(check or bool(report.faults))
    except DatabaseError:
        # A doubtful row may break a constraint on the way; the faults told so far say why. Without any, it is our bug.
        if not report.faults:
            raise
    return report


def _read_all(folder: Path, report: LoadReport) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOAD_LOCK])
    for part in sorted(city_parts, key=lambda part: (part.order, part.key)):
        part.load(folder, report)


def _record(report: LoadReport, by: Person | str) -> None:
    city = City.objects.first()
    if city is None or not report.changes():
        return
    counts = {what: {outcome.value: number for outcome, number in c.items()} for what, c in report.counts.items()}
    record("places.city-loaded", on=city, by=by, after=counts)


def _note_unread(folder: Path, report: LoadReport) -> None:
    """A misspelt file name is told: otherwise everybody believes that it was read."""
    read = {name.split("/")[0] for part in city_parts for name in part.files}
    for path in sorted(folder.iterdir()):
        if path.name not in read and path.suffix in {".csv", ".toml"}:
            report.warn(Place(path.name), _("どの機能も読まないファイルです。名前を確かめてください。"))
