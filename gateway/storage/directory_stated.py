"""What a file states beside its workers, compared with what is known: what differs is written."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Table, select

from gateway.storage.bulk import among, insert_rows, lists_of
from gateway.storage.directory_tables import directory_establishments

_Values = tuple[Any, ...]


class Stated:
    """Rows of one table about some workers: which are known, which are to be written."""

    def __init__(
        self, connection: Connection, table: Table, key: Sequence[str], ids: Sequence[str]
    ) -> None:
        self._table = table
        self._key = key
        self._others = tuple(c.name for c in table.c if c.name not in key)
        self.known: dict[_Values, _Values] = {}
        self._pending: dict[_Values, _Values] = {}
        columns = [table.c[name] for name in (*key, *self._others)]
        query = select(*columns).where(among(connection, table.c.worker_id, "ids"))
        for chunk in lists_of(ids, connection):
            for row in connection.execute(query, {"ids": chunk}):
                self.known[tuple(row[: len(key)])] = tuple(row[len(key) :])

    def state(self, key: _Values, values: _Values, *, seen_in: str) -> bool:
        """State a row; whether that changed anything but where it was last seen."""
        known = self.known.get(key)
        stated = (*values, seen_in)
        if known != stated:
            self.known[key] = self._pending[key] = stated
        return known is None or known[:-1] != values

    def write(self, connection: Connection) -> None:
        """Write what was stated anew."""
        insert_rows(
            connection,
            self._table,
            (*self._key, *self._others),
            (tuple(map(_plain, (*key, *values))) for key, values in self._pending.items()),
            replace_by=self._key,
        )


class Establishments:
    """Which establishments are of the nuclear domain."""

    def __init__(self, connection: Connection, sirets: Iterable[str]) -> None:
        e = directory_establishments.c
        self._known: dict[str, bool] = {}
        self._pending: dict[str, bool] = {}
        query = select(e.siret, e.is_nuclear).where(among(connection, e.siret, "sirets"))
        for chunk in lists_of(sorted(set(sirets)), connection):
            rows = connection.execute(query, {"sirets": chunk})
            self._known.update((row.siret, row.is_nuclear) for row in rows)

    def state(self, siret: str, *, is_nuclear: bool) -> bool:
        """State one; whether that changed anything."""
        if self._known.get(siret) is is_nuclear:
            return False
        self._known[siret] = self._pending[siret] = is_nuclear
        return True

    def write(self, connection: Connection) -> None:
        """Write what was stated anew."""
        insert_rows(
            connection,
            directory_establishments,
            ("siret", "is_nuclear"),
            self._pending.items(),
            replace_by=("siret",),
        )


def _plain(value: Any) -> Any:
    """A value as the driver takes it."""
    return value.isoformat() if hasattr(value, "isoformat") else value
