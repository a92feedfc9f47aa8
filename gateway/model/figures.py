"""Figures of an installation for those who watch over it; none is of a partner or a person."""

from datetime import datetime

import msgspec


class RecordFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What is on record, counted."""

    held_lines: int
    log_size: int
    """Leaves that the last checkpoint of the evidence log covers."""
    leaves_waiting: int
    """Leaves that have no place in it yet."""
    checkpoint_at: datetime | None
    """When that checkpoint was signed; None before the first."""


class KeyExpiry(msgspec.Struct, frozen=True, kw_only=True):
    """Until when a key may sign."""

    kind: str
    """`acknowledgement` or `log`."""
    key: str
    """Its public name: kid, or key id in hexadecimal."""
    at: datetime
