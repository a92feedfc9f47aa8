"""The values of a state and of its place in the queue, as rows have them."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, Table, bindparam, update

from gateway.model.verification import NotAnswered
from gateway.verification.lifetimes import OWN_PACE, pause_of
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


def postponed_values(
    row: Row[Any], answer: NotAnswered, *, now: datetime, share: float
) -> dict[str, Any]:
    """The place in the queue of what was asked in vain; `share` as for `pause_of`."""
    return {
        "queued_at": row.queued_at or now,
        "next_try_at": now + pause_of(answer, attempts=row.attempts, share=share),
        "attempts": row.attempts + (answer.cause not in OWN_PACE),
        "cause": answer.cause.value,
        "claimed_until": None,
    }


def set_rows(connection: Connection, table: Table, values: Mapping[str, Mapping[str, Any]]) -> None:
    """Change rows by their one key, as many at once as change the same columns."""
    (key,) = table.primary_key.columns
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for of_key, changed in values.items():
        named = {f"to_{name}": value for name, value in changed.items()}
        alike[tuple(changed)].append({"of_key": of_key, **named})
    for names, rows in alike.items():
        stated: dict[str, Any] = {name: bindparam(f"to_{name}") for name in names}
        is_of = key == bindparam("of_key")
        connection.execute(update(table).where(is_of).values(**stated), rows)


def is_fresh(row: Row[Any], now: datetime) -> bool:
    """Whether it need not be asked again."""
    return row.fresh_until is not None and now < row.fresh_until


def is_claimed(row: Row[Any], now: datetime) -> bool:
    """Whether somebody is asking."""
    return row.claimed_until is not None and now < row.claimed_until
