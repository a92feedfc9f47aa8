"""The values of a state and of its place in the queue, as rows have them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Row

from gateway.verification.outcomes import Register
from gateway.verification.states import Answered

UNKNOWN: Final[Mapping[str, Any]] = dict.fromkeys(
    ("answer", "outcome", "source", "checked_at", "fresh_until", "stale_until")
)
"""The values of a state that there is not."""
OUT_OF_QUEUE: Final[Mapping[str, Any]] = {
    **dict.fromkeys(("queued_at", "next_try_at", "cause", "claimed_until")),
    "attempts": 0,
    "is_backfill": 0,
}


def turn_of(register: Register) -> str:
    """Whose turn it is to change what is kept of a register."""
    return f"siseri verification {register}"


def values_of(one: Answered[Any, Any], now: datetime) -> dict[str, Any]:
    """A state that was checked now."""
    return {
        "answer": msgspec.json.encode(one.answer, enc_hook=str).decode(),
        "outcome": one.outcome,
        "source": one.source.value,
        "checked_at": now,
        "fresh_until": one.lifetime.fresh_until,
        "stale_until": one.lifetime.stale_until,
    }


def is_fresh(row: Row[Any], now: datetime) -> bool:
    """Whether it need not be asked again."""
    return row.fresh_until is not None and now < row.fresh_until


def is_claimed(row: Row[Any], now: datetime) -> bool:
    """Whether somebody is asking."""
    return row.claimed_until is not None and now < row.claimed_until
