"""Questions to the database that are asked at every step of a busy page: their SQL is worked out once and prepared.

What Django does to turn a query into SQL takes it longer than PostgreSQL takes to answer, and PostgreSQL plans a wide
join longer than it runs. A `Prepared` does both once for each thread's connection. It is for the few questions that a
filing asks every time; all others are written as usual.
"""

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.db import models
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.postgresql.compiler import SQLCompiler
from django.db.models.expressions import Value
from django.db.models.query import ModelIterable
from django.db.transaction import TransactionManagementError

Row = TypeVar("Row", bound=models.Model)


class Given(Value):
    """The place of a value that is known when the question is asked."""

    def __init__(self, place: int) -> None:
        super().__init__(place)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """The placeholder, and itself for `_Compiler` to find."""
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
        made: models.QuerySet[Row] | None = getattr(self._here, "made", None)
        if made is None:
            made = self._here.made = self._worked_out(len(values))
        compiler: _Compiler = made.query.get_compiler(using=made.db)
        compiler.values = values
        return list(ModelIterable(made))

    def first(self, *values: object) -> Row | None:
        """The first that is found, if any."""
        return next(iter(self.rows(*values)), None)

    def _worked_out(self, count: int) -> models.QuerySet[Row]:
        made = self._ask(*(Given(place) for place in range(count)))
        compiler = _Compiler(made.query, made.query.get_compiler(using=made.db).connection, made.db)
        compiler.known = compiler.as_sql()
        made.query.get_compiler = lambda *_arguments, **_named: compiler  # type: ignore[method-assign]
        return made


# As its stubs know it, it takes no connection.
_PreparedCursor: Any = ServerBindingCursor


class _Compiler(SQLCompiler):
    known: tuple[str, tuple[Any, ...]]
    values: tuple[object, ...] = ()

    def execute_sql(self, *_arguments: Any, **_named: Any) -> Any:
        sql, known = self.known
        told = [self.values[each.value] if isinstance(each, Given) else each for each in known]
        database: Any = self.connection
        database.ensure_connection()
        if self.query.select_for_update and database.get_autocommit():
            raise TransactionManagementError("select_for_update cannot be used outside of a transaction.")
        # The usual cursor writes values into the text of the statement; this one leaves them out, and prepares it.
        with database._prepare_cursor(_PreparedCursor(database.connection)) as cursor:
            cursor.execute(sql, told)
            if database.queries_logged:
                # A prepared statement has no text of its own to tell.
                database.queries_log[-1]["sql"] = sql
            return [cursor.fetchall()]
