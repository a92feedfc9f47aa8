"""Which checkpoints of the evidence log are time-stamped, on SQL."""

from typing import Final

from sqlalchemy import Connection, Engine, func, insert, select

from gateway.model.stamping import CheckpointStamp, Unstamped
from gateway.storage.engine import reading, wait_for_turn
from gateway.storage.log_tables import log_checkpoints, log_cosignatures, log_timestamps
from gateway.storage.writer import Writer

_TURN: Final = "siseri time-stamps"
_c, _s, _t = log_checkpoints.c, log_cosignatures.c, log_timestamps.c
_COVERED: Final = select(func.coalesce(func.max(_t.size), 0))
"""The log of no entry, at size 0, has nothing to date."""


class SqlCheckpointStamps:
    """Implements `evidence.stamping.CheckpointStamps`."""

    def __init__(self, *, engine: Engine, writer: Writer) -> None:
        """`engine` from `open_engine`, migrated; `writer` the one writer of that database."""
        self._engine = reading(engine)
        self._writer = writer

    def unstamped(self) -> Unstamped | None:
        """The checkpoint to stamp, or None where a stamp covers every entry."""
        with self._engine.connect() as connection:
            covered = connection.scalars(_COVERED).one()
            waiting = select(_c.size, _c.note, _c.signed_at).where(_c.size > covered)
            oldest = connection.execute(waiting.order_by(_c.size).limit(1)).first()
            if oldest is None:
                return None
            cosigned = select(func.max(_s.size)).where(_s.size > covered)
            size = connection.scalar(cosigned) or connection.scalar(select(func.max(_c.size)))
            note = connection.scalars(select(_c.note).where(_c.size == size)).one()
        return Unstamped(size=size, text=_text(note), since=oldest.signed_at)

    def keep(self, stamp: CheckpointStamp) -> None:
        """Keep a stamp, durable on return; the first of each authority on a checkpoint stays."""
        row = {
            "size": stamp.size,
            "authority": stamp.stamp.authority,
            "token": stamp.stamp.token,
            "at": stamp.stamp.gen_time,
        }

        def write(connection: Connection) -> None:
            wait_for_turn(connection, _TURN)
            is_this = (_t.size == row["size"]) & (_t.authority == row["authority"])
            if connection.execute(select(_t.size).where(is_this)).first() is None:
                connection.execute(insert(log_timestamps), row)

        self._writer.run(write)


def _text(note: bytes) -> bytes:
    """What a signed note signs: all before its last empty line (C2SP signed-note)."""
    return note[: note.rindex(b"\n\n") + 1]
