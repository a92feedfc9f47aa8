"""Many rows at once: the way that is fastest on each database."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final, TypeVar

import orjson
from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Connection,
    Dialect,
    LargeBinary,
    Select,
    String,
    Table,
    TypeDecorator,
    any_,
    bindparam,
    func,
    select,
)
from sqlalchemy.sql.elements import KeyedColumnElement

from gateway.storage.engine import is_postgresql

_FEW: Final = 4
"""Up to so many rows are inserted one by one: COPY costs round trips of its own."""
_IDS_A_QUERY: Final = {"sqlite": 5_000, "postgresql": 20_000}
_Item = TypeVar("_Item")


def insert_rows(
    connection: Connection,
    table: Table,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    replace_by: Sequence[str] = (),
) -> None:
    """Insert rows of values as the driver takes them (a date by its ISO text), as fast as it can.

    A row whose values of the columns `replace_by` exist already replaces the others' values; no
    two of `rows` may agree in them.
    """
    values = list(map(tuple, rows))
    if not values:
        return
    is_many = is_postgresql(connection) and len(values) > _FEW
    named = f"{table.name} ({', '.join(columns)})"
    conflict = _conflict(columns, replace_by) if replace_by else ""
    if is_many and not conflict:
        connection.exec_driver_sql(f"COPY {named} FROM STDIN", values)
    elif is_many:
        _insert_arrays(connection, [table.c[name] for name in columns], values, named, conflict)
    else:
        mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
        marks = ", ".join([mark] * len(columns))
        statement = f"INSERT INTO {named} VALUES ({marks}){conflict}"  # noqa: S608 - our own names
        connection.exec_driver_sql(statement, values)


class _JsonArray(TypeDecorator[list[Any]]):
    """A list of texts or integers as one parameter of SQLite."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: list[Any] | None, dialect: Dialect) -> str:
        """To the database."""
        del dialect
        return orjson.dumps(value).decode()


def among(
    connection: Connection, column: KeyedColumnElement[Any], name: str
) -> ColumnElement[bool]:
    """That `column` is one of a list, given under `name` when the statement runs.

    One parameter, so that the statement is the same for any number of values; on SQLite, whose
    JSON holds no bytes, a parameter for each of these.
    """
    return _among(connection.dialect.name, column, name)


def _among(database: str, column: KeyedColumnElement[Any], name: str) -> ColumnElement[bool]:
    if database == "postgresql":
        return column == any_(bindparam(name, type_=ARRAY(column.type)))
    if isinstance(column.type, LargeBinary):
        return column.in_(bindparam(name, expanding=True))
    given = func.json_each(bindparam(name, type_=_JsonArray)).table_valued("value")
    return column.in_(select(given.c.value))


class Among:
    """A query for the rows whose columns are among lists, given by name when it runs.

    It is built once for each database: that takes several times as long as running it.
    """

    def __init__(self, query: Select[Any], **lists: KeyedColumnElement[Any]) -> None:
        """`lists`: the column that each name's list is of."""
        self._built = {
            database: query.where(
                *(_among(database, column, name) for name, column in lists.items())
            )
            for database in _IDS_A_QUERY
        }

    def on(self, connection: Connection) -> Select[Any]:
        """The query for that connection's database."""
        return self._built[connection.dialect.name]


def lists_of(items: Iterable[_Item], connection: Connection) -> Iterator[list[_Item]]:
    """The items in lists for `among`."""
    return chunked(items, _IDS_A_QUERY[connection.dialect.name])


def chunked(items: Iterable[_Item], size: int) -> Iterator[list[_Item]]:
    """The items in lists of at most `size`."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def _conflict(columns: Sequence[str], replace_by: Sequence[str]) -> str:
    others = ", ".join(f"{c} = excluded.{c}" for c in columns if c not in replace_by)
    return f" ON CONFLICT ({', '.join(replace_by)}) DO UPDATE SET {others}"


def _insert_arrays(
    connection: Connection,
    columns: Sequence[Column[Any]],
    values: Sequence[Sequence[object]],
    named: str,
    conflict: str,
) -> None:
    """One statement over an array for each column."""
    types = (column.type.compile(connection.dialect) for column in columns)
    arrays = ", ".join(f"%s::{kind}[]" for kind in types)
    given = tuple(list(column) for column in zip(*values, strict=True))
    statement = f"INSERT INTO {named} SELECT * FROM unnest({arrays}){conflict}"  # noqa: S608 - ours
    connection.exec_driver_sql(statement, given)
