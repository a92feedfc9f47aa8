"""Which questions are asked sooner than their turn, once a register is lost, or is itself again.

Each is one statement over the queue of those whom somebody waits for; a first verification of the
directory keeps its pace. What is due at once is asked in batches, within the register's rate.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Table, and_, exists, select, update

from gateway.model.verification import Cause
from gateway.storage.verification_sanity import minute_of
from gateway.storage.verified_tables import verification_counts
from gateway.verification.lifetimes import OWN_PACE
from gateway.verification.outcomes import CONTRADICTIONS, Register

SILENT_FOR: Final = timedelta(minutes=5)
"""A register that found nobody in order for so long is back once it does. A question that is never
answered is brought forward with the others: so often at most."""
_OF_THE_REGISTER: Final = (
    Cause.OUTAGE,
    Cause.TIMEOUT,
    Cause.UNREADABLE,
    Cause.BREAKER_OPEN,
    Cause.MISCONFIGURED,
)
"""Why a question waits that a register in working order may answer. A quota is still to be kept."""
_c: Final = verification_counts.c


def was_silent(connection: Connection, register: Register, *, now: datetime) -> bool:
    """Whether it has lately found nobody in order; to be asked before its answers are counted."""
    in_order = _c.outcome.not_in(sorted(CONTRADICTIONS[register]))
    lately = exists().where(
        _c.register == register.value, _c.minute >= minute_of(now - SILENT_FOR), in_order
    )
    return not connection.scalar(select(lately))


def bring_forward(
    connection: Connection, table: Table, *, now: datetime, was_paused: bool = False
) -> None:
    """It answers again: ask now what waits for that, and what was doubted of a paused register."""
    causes = (*_OF_THE_REGISTER, Cause.PAUSED) if was_paused else _OF_THE_REGISTER
    c = table.c
    waits = and_(c.is_backfill == 0, c.next_try_at > now)
    sooner = update(table).where(waits, c.cause.in_([cause.value for cause in causes]))
    connection.execute(sooner.values(next_try_at=now))


def take_back(
    connection: Connection, table: Table, register: Register, *, since: datetime, now: datetime
) -> None:
    """Believe no more what it has said against anybody since then, and have it asked again."""
    c = table.c
    doubtful = and_(c.outcome.in_(sorted(CONTRADICTIONS[register])), c.checked_at > since)
    over = {"fresh_until": now, "stale_until": now}
    again = {
        "queued_at": now,
        "is_backfill": 0,
        "next_try_at": now + OWN_PACE[Cause.PAUSED],
        "attempts": 0,
        "cause": Cause.PAUSED.value,
        "claimed_until": None,
    }
    connection.execute(update(table).where(doubtful).values(**over))
    connection.execute(update(table).where(doubtful, c.next_try_at.is_(None)).values(**again))
