"""Parts of the sample city for tests, read from its folder once in a process; later tests get the same rows by COPY.

Reading the organisation, the routes and the letters takes some two thousand statements, and nearly every test of a
procedure stands on them. The rows are taken as the loader left them, so that a test sees what a city sees.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction

from tests.cities import SAMPLE_CITY
from todoke.base.clock import in_japan, now
from todoke.ground.places.models import City
from todoke.ground.places.registry import CityPart, LoadReport


@dataclass(frozen=True)
class _Rows:
    """Rows of one table, as PostgreSQL copies them."""

    table: str
    text: bytes


_TAKEN: dict[tuple[Hashable, date], list[_Rows]] = {}


def load_town(*parts: type[CityPart]) -> None:
    """凪浜市 as these parts of the loader know it, in a database that has no city yet."""
    with transaction.atomic():
        load_once(parts, lambda: _load(parts))


def load_once(name: Hashable, load: Callable[[], None]) -> None:
    """Have the rows that `load` writes. It is called once in a process for each name; later the rows are put back.

    What a loaded day writes differs from day to day (posts are held from today on), so each day is read anew.
    """
    asked = (name, in_japan(now()).date())
    if asked in _TAKEN:
        for rows in _TAKEN[asked]:
            _put_back(rows)
        return
    before = _counts()
    load()
    grown = [table for table, count in _counts().items() if count != before[table]]
    # Rows among a test's own cannot be told from them.
    if not any(before[table] for table in grown):
        _TAKEN[asked] = [_Rows(table, _copied(table)) for table in grown]


def _load(parts: tuple[type[CityPart], ...]) -> None:
    City.objects.create(pk=1, name="凪浜市", code="992011", sample=True)
    report = LoadReport(SAMPLE_CITY)
    for part in parts:
        part().load(SAMPLE_CITY, report)
    assert not report.faults, [str(fault) for fault in report.faults]


def _counts() -> dict[str, int]:
    tables = connection.introspection.django_table_names(only_existing=True)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{table}', count(*) FROM \"{table}\"" for table in tables))
        return dict(cursor.fetchall())


def _copied(table: str) -> bytes:
    with connection.cursor() as cursor, cursor.copy(f'COPY "{table}" TO STDOUT') as out:
        return b"".join(bytes(part) for part in out)


def _put_back(rows: _Rows) -> None:
    with connection.cursor() as cursor, cursor.copy(f'COPY "{rows.table}" FROM STDIN') as into:
        into.write(rows.text)
