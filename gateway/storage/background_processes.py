"""The signs of life of processes that do background work."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import BigInteger, Column, Connection, Engine, String, Table, delete, select, update
from sqlalchemy import insert as insert_row

from gateway.storage.engine import reading
from gateway.storage.tables import metadata
from gateway.storage.writer import Writer

background_processes = Table(
    "background_processes",
    metadata,
    Column("process_id", String, primary_key=True),
    Column("beats", BigInteger, nullable=False),
)
_p: Final = background_processes.c


class SqlProcessBeats:
    """Implements `ports.background.ProcessBeats`."""

    def __init__(self, *, engine: Engine, writer: Writer) -> None:
        """`engine` from `open_engine`, migrated; `writer` the one writer of that database."""
        self._engine = reading(engine)
        self._writer = writer

    def beat(self, process_id: str) -> None:
        """See ports.background.ProcessBeats."""

        def count(connection: Connection) -> None:
            mine = _p.process_id == process_id
            more = update(background_processes).where(mine).values(beats=_p.beats + 1)
            if not connection.execute(more).rowcount:
                first = insert_row(background_processes)
                connection.execute(first.values(process_id=process_id, beats=1))

        self._writer.run(count)

    def beats(self) -> Mapping[str, int]:
        """See ports.background.ProcessBeats."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(_p.process_id, _p.beats)).all()
        return {row.process_id: row.beats for row in rows}

    def forget(self, process_id: str) -> None:
        """See ports.background.ProcessBeats."""
        gone = delete(background_processes).where(_p.process_id == process_id)
        self._writer.run(lambda connection: connection.execute(gone))
