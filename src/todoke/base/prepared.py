"""Questions to the database that are asked at every step of a busy page: their SQL is worked out once and prepared.

What Django does to turn a query into SQL takes it longer than PostgreSQL takes to answer, and PostgreSQL plans a wide
join longer than it runs. A `Prepared` does both once for each thread's connection; `insert` and `update` do it for rows
that are written. They are for the few that every filing needs; all others are asked and written as usual.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections, models, transaction
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.models.expressions import Value
from django.db.models.query import get_related_populators
from django.db.transaction import TransactionManagementError

Row = TypeVar("Row", bound=models.Model)

# As its stubs know it, it takes no connection.
_PreparedCursor: Any = ServerBindingCursor


class Given(Value):
    """The place of a value that is known when the question is asked."""

    def __init__(self, place: int) -> None:
        super().__init__(place)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """The placeholder, and itself for `_WorkedOut` to find."""
        del compiler, connection
        return "%s", (self,)


class Prepared(Generic[Row]):
    """A question about models: `Prepared(lambda key: Filing.objects.filter(key=key))`, asked by `rows` and `first`.

    The function is called once with a `Given` for each of its parameters, which stand where an exact value may stand.
    It takes no `.first()` and no `.get()`: order and limit are the question's own. With select_for_update it is asked
    inside a transaction.
    """

    def __init__(self, ask: Callable[..., models.QuerySet[Row]]) -> None:
        self._ask = ask
        self._here = threading.local()

    def rows(self, *values: object) -> list[Row]:
        """All that is found, with what the question's select_related names."""
        made: _WorkedOut | None = getattr(self._here, "made", None)
        if made is None:
            made = self._here.made = _worked_out(self._ask(*map(Given, range(len(values)))))
        return made.rows(values)

    def first(self, *values: object) -> Row | None:
        """The first that is found, if any."""
        return next(iter(self.rows(*values)), None)


@dataclass(frozen=True)
class _WorkedOut:
    """A question as SQL, and how Django makes objects of its answer (as in its ModelIterable)."""

    sql: str
    told: tuple[Any, ...]
    locks: bool
    compiler: Any
    converters: Any
    model: Any
    columns: slice
    names: list[str]
    related: list[Any]

    def rows(self, values: tuple[object, ...]) -> list[Any]:
        database = _database()
        if self.locks and database.get_autocommit():
            raise TransactionManagementError("select_for_update cannot be used outside of a transaction.")
        told = [values[each.value] if isinstance(each, Given) else each for each in self.told]
        with _asked(database, self.sql, told) as cursor:
            answer = cursor.fetchall()
        if self.converters:
            answer = self.compiler.apply_converters(answer, self.converters)
        found = []
        for line in answer:
            row = self.model.from_db(database.alias, self.names, line[self.columns])
            for each in self.related:
                each.populate(line, row)
            found.append(row)
        return found


def _worked_out(asked: models.QuerySet[Any]) -> _WorkedOut:
    compiler: Any = asked.query.get_compiler(using=asked.db)
    sql, told = compiler.as_sql()
    kept = compiler.klass_info["select_fields"]
    columns = slice(kept[0], kept[-1] + 1)
    return _WorkedOut(
        sql,
        told,
        locks=asked.query.select_for_update,
        compiler=compiler,
        converters=compiler.get_converters([each[0] for each in compiler.select]),
        model=compiler.klass_info["model"],
        columns=columns,
        names=[each[0].target.attname for each in compiler.select[columns]],
        # The stubs are those of Django 6.1, which asks for one more.
        related=get_related_populators(compiler.klass_info, compiler.select, asked.db),  # type: ignore[call-arg]
    )


def insert(row: models.Model) -> None:
    """Write a new row, as `row.save(force_insert=True)` does; what the database gives it, its number above all, is on
    it afterwards. Raises what saving raises.
    """
    # What it points to may have got its number after it was put there.
    row._prepare_related_fields_for_save(operation_name="save")  # type: ignore[attr-defined]
    sql, written, given = _insertion(type(row))
    database = _database()
    values = _values(database, row, written)
    with transaction.mark_for_rollback_on_error(database.alias), _asked(database, sql, values) as cursor:
        for field, value in zip(given, cursor.fetchone() if given else (), strict=True):
            setattr(row, field.attname, value)
    row._state.adding, row._state.db = False, database.alias


def update(row: models.Model, *names: str, told: tuple[str, ...] = ()) -> None:
    """Write these fields of a row, as `row.save(update_fields=names)` does; `told` are those that the database sets.

    Raises DatabaseError where the row is gone.
    """
    sql, written = _change(type(row), names, told)
    database = _database()
    values = [*_values(database, row, written, is_new=False), row.pk]
    with transaction.mark_for_rollback_on_error(database.alias), _asked(database, sql, values) as cursor:
        if cursor.rowcount != 1:
            raise DatabaseError(f"{row._meta.label} {row.pk} is not there any more")
        for name, value in zip(told, cursor.fetchone() if told else (), strict=True):
            setattr(row, name, value)


@cache
def _insertion(model: type[models.Model]) -> tuple[str, list[Any], list[Any]]:
    meta, quoted = model._meta, connection.ops.quote_name
    written: list[Any] = [
        field for field in meta.concrete_fields if field is not meta.auto_field and not field.generated
    ]
    given: list[Any] = [
        field for field in meta.concrete_fields if getattr(field, "db_returning", False) and field not in written
    ]
    columns, places = ", ".join(quoted(each.column) for each in written), ", ".join("%s" for _each in written)
    sql = f"INSERT INTO {quoted(meta.db_table)} ({columns}) VALUES ({places})"  # noqa: S608 - the names are the model's
    if given:
        sql += " RETURNING " + ", ".join(quoted(each.column) for each in given)
    return sql, written, given


@cache
def _change(model: type[models.Model], names: tuple[str, ...], told: tuple[str, ...]) -> tuple[str, list[Any]]:
    meta, quoted = model._meta, connection.ops.quote_name
    written: list[Any] = [meta.get_field(name) for name in names]
    sets = ", ".join(f"{quoted(each.column)} = %s" for each in written)
    table, key = quoted(meta.db_table), quoted(str(meta.pk.column))
    sql = f"UPDATE {table} SET {sets} WHERE {key} = %s"  # noqa: S608 - as above
    if told:
        sql += " RETURNING " + ", ".join(quoted(each) for each in told)
    return sql, written


def _values(database: Any, row: models.Model, fields: list[Any], *, is_new: bool = True) -> list[Any]:
    return [field.get_db_prep_save(field.pre_save(row, is_new), database) for field in fields]


def _database() -> Any:
    """This thread's connection itself: to ask Django's stand-in for it takes longer, for each word."""
    return connections[DEFAULT_DB_ALIAS]


@contextmanager
def _asked(database: Any, sql: str, values: list[Any]) -> Iterator[Any]:
    database.close_if_health_check_failed()
    database.ensure_connection()
    # The usual cursor writes values into the text of the statement; this one leaves them out, and prepares it.
    with database._prepare_cursor(_PreparedCursor(database.connection)) as cursor:
        cursor.execute(sql, values)
        if database.queries_logged:
            # A prepared statement has no text of its own to tell.
            database.queries_log[-1]["sql"] = sql
        yield cursor
