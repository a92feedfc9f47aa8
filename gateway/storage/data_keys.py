"""Data keys by generation, wrapped in a table of the database: what is sealed names its own.

What is new is sealed by the newest. A key is made within the transaction that needs it first.
"""

from sqlalchemy import Connection, Table, insert, select

from gateway.ports import DataKey, Sealer


class DataKeys:
    """The data keys of one table. They are unwrapped once each, by their wrapped form.

    So a key whose row was undone is never used.
    """

    def __init__(self, table: Table, *, sealer: Sealer) -> None:
        """`table` of `generation` and `wrapped_key`; `sealer` wraps and unwraps."""
        self._table = table
        self._all = select(table.c.generation, table.c.wrapped_key)
        self._sealer = sealer
        self._unwrapped: dict[bytes, DataKey] = {}

    def by_generation(self, connection: Connection) -> dict[int, DataKey]:
        """Every key."""
        rows = connection.execute(self._all).all()
        return {generation: self._key(wrapped) for generation, wrapped in rows}

    def make_first(self, connection: Connection) -> None:
        """Make the key of generation 1 unless there is a key; within a turn."""
        if not self.by_generation(connection):
            _, wrapped = self._sealer.new_data_key()
            connection.execute(insert(self._table), {"generation": 1, "wrapped_key": wrapped})

    def _key(self, wrapped: bytes) -> DataKey:
        key = self._unwrapped.get(wrapped)
        if key is None:
            key = self._unwrapped[wrapped] = self._sealer.unwrap(wrapped)
        return key
