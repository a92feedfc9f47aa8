"""Room for what strangers begin: what ends in minutes, whether they go on with it or not."""

from datetime import datetime
from typing import Final

from sqlalchemy import Column, Connection, delete, or_, select

MOST: Final = 20_000
"""Rows of a table: 33 begun each second for ten minutes. Beyond, the oldest give way.

A flood so shortens the time of those under way; it neither fills the disk nor keeps anybody out.
"""


def make_room(connection: Connection, begun_at: Column[datetime], *, before: datetime) -> None:
    """Forget what began before then and, for one more row, all but the `MOST - 1` latest."""
    oldest = select(begun_at).order_by(begun_at.desc()).offset(MOST - 1).limit(1)
    over = or_(begun_at < before, begun_at <= oldest.scalar_subquery())
    connection.execute(delete(begun_at.table).where(over))
