"""What other rooms plug into places: parts of the city folder, and layers of knowledge about areas."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Model, ProtectedError, RestrictedError
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from todoke.base.registry import Registry
from todoke.base.tables import Faults, Place

Row = TypeVar("Row", bound=Model)


class Outcome(StrEnum):
    """What loading one row came to."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    DELETED = "deleted"
    LEFT = "left"  # no longer in the files, but somebody still refers to it


class LoadReport(Faults):
    """What one loading of a city folder found: faults, warnings and notes (see Faults), and counts per kind of row."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.counts: dict[str, Counter[Outcome]] = {}

    def count(self, what: str, outcome: Outcome, number: int = 1) -> None:
        """Add to the count of `what`, a word the reader of the report knows, such as 地域."""
        self.counts.setdefault(what, Counter())[outcome] += number

    def store(self, model: type[Row], *, key: Mapping[str, Any], values: Mapping[str, Any]) -> Row:
        """The row with this key, holding these values: made, changed where it differs, or left alone; counted.

        A row that is the same already is not written, so that loading twice changes nothing.
        """
        what = str(model._meta.verbose_name)
        row = model._default_manager.filter(**key).first()
        if row is None:
            self.count(what, Outcome.CREATED)
            return model._default_manager.create(**key, **values)
        differing = [name for name, value in values.items() if getattr(row, name) != value]
        for name in differing:
            setattr(row, name, values[name])
        if differing:
            row.save(update_fields=differing)
        self.count(what, Outcome.CHANGED if differing else Outcome.UNCHANGED)
        return row

    def store_many(self, model: type[Row], key: str, rows: Mapping[str, Mapping[str, Any]]) -> dict[str, Row]:
        """As `store`, for many rows by the value of their column `key`: one question, one statement for new rows."""
        what = str(model._meta.verbose_name)
        stored: dict[str, Row] = {
            getattr(row, key): row for row in model._default_manager.filter(**{f"{key}__in": list(rows)})
        }
        for value, row in stored.items():
            differing = [name for name, wanted in rows[value].items() if getattr(row, name) != wanted]
            for name in differing:
                setattr(row, name, rows[value][name])
            if differing:
                row.save(update_fields=differing)
            self.count(what, Outcome.CHANGED if differing else Outcome.UNCHANGED)
        new = [model(**{key: value, **values}) for value, values in rows.items() if value not in stored]
        for row in model._default_manager.bulk_create(new):
            stored[getattr(row, key)] = row
        if new:
            self.count(what, Outcome.CREATED, len(new))
        return stored

    def drop_missing(self, gone: Iterable[Model], tell: Callable[[Model], Place]) -> None:
        """Delete rows that the files no longer name; one that somebody refers to is left, with a warning at `tell`."""
        for row in gone:
            what = str(row._meta.verbose_name)
            try:
                # A savepoint: a refusal by the database must not spoil the whole transaction.
                with transaction.atomic():
                    row.delete()
            except (ProtectedError, RestrictedError, IntegrityError):
                self.count(what, Outcome.LEFT)
                self.warn(
                    tell(row),
                    _("%(what)s「%(name)s」はファイルにありませんが、使われているため残しました。")
                    % {"what": what, "name": row},
                )
            else:
                self.count(what, Outcome.DELETED)

    def gone(self, file: str) -> Callable[[Model], Place]:
        """For `drop_missing`: every warning stands at this file."""
        return lambda row: Place(file, what=str(getattr(row, "key", row)))

    def changes(self) -> int:
        """How many rows were made, changed or deleted."""
        written = (Outcome.CREATED, Outcome.CHANGED, Outcome.DELETED)
        return sum(counter[outcome] for counter in self.counts.values() for outcome in written)


class CityPart(Protocol):
    """What one room reads from the city folder.

    `order` says when: places 100, people 200, messaging 300, emergency 400; parts may rely on the rows of earlier ones.
    `files` are the names it reads, relative to the folder; none of them is required to exist unless `load` says so.

    `load` reads its files with `todoke.base.tables`, tells every fault to the report with its line and column, and
    stores rows with `report.store`. It runs inside one transaction with all other parts, which is undone when any of
    them found a fault; so it may store a doubtful row and go on, to find further faults. It must not send, enqueue or
    announce anything. Loading the same files twice must change nothing.

    Imagine a library: `library.branches`, order 500, reads `branches.csv`, asks `queries.areas_by_key` for each
    branch's area, and stores a `Branch` per row.
    """

    @property
    def key(self) -> str: ...

    @property
    def order(self) -> int: ...

    @property
    def files(self) -> tuple[str, ...]: ...

    def load(self, folder: Path, report: LoadReport) -> None: ...


class Layer(Protocol):
    """What one room knows about areas, for maps and lists: “what is in this area?”.

    `name` is a text for the screen. `features` gives GeoJSON features (properties `key`, `name`, `kind`, and what the
    room wants to show) for the areas with these keys and everything below them; numbers and names of places only,
    never of people.
    """

    @property
    def key(self) -> str: ...

    @property
    def name(self) -> str | Promise: ...

    def features(self, area_keys: Iterable[str]) -> list[dict[str, Any]]: ...


city_parts: Registry[CityPart] = Registry("places.city_parts")
layers: Registry[Layer] = Registry("places.layers")
