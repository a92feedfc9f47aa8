"""What a register's states and queue are like: numbers and codes, nothing of a person."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import msgspec

from gateway.verification.outcomes import Register

LATE_AFTER: Final = timedelta(hours=1)
"""How long somebody may wait for an answer before the operator is warned."""


class QueueFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Of one register."""

    register: Register
    waiting: Mapping[str, int]
    """Questions that wait, by the cause why they were not answered; no first verification."""
    waiting_since: datetime | None
    """Since when the oldest of them does."""
    backfill: int
    """Questions of a first verification that wait."""
    answers: Mapping[str, int]
    """Answers of the last hour, by outcome."""
    is_paused: bool
    """Whether the register is not believed now."""


class CallFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Of the calls of this process to one address of a register."""

    upstream: str
    breaker: str
    """`CLOSED`, `OPEN` or `HALF_OPEN`."""
    under_way: int
    left: int | None
    """Calls that may still go in this window, of all processes; None where no rate is known."""
