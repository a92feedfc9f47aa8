"""How many of a register's answers contradict, counted by every process; whether it is believed."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from gateway.storage.verified_tables import verification_counts, verification_pauses
from gateway.verification.outcomes import Register
from gateway.verification.sanity import Pause, Sanity

KEPT: Final = timedelta(days=1)
_c, _p = verification_counts.c, verification_pauses.c
_OF: Final = _p.register == bindparam("of_register")
_PAUSE: Final = select(_p.since, _p.counted_from, _p.trusted_until).where(_OF)


def read_pause(connection: Connection, register: Register) -> Pause:
    """What is kept of its sanity."""
    row = connection.execute(_PAUSE, {"of_register": register.value}).first()
    return Pause() if row is None else Pause(**row._asdict())


def write_pause(connection: Connection, register: Register, pause: Pause) -> None:
    """Within the register's turn."""
    values: dict[str, Any] = msgspec.structs.asdict(pause)
    changed = connection.execute(
        update(verification_pauses).where(_OF).values(**values), {"of_register": register.value}
    )
    if not changed.rowcount:
        connection.execute(insert(verification_pauses).values(register=register.value, **values))


def counts_since(connection: Connection, register: Register, since: datetime) -> dict[str, int]:
    """How many answers of each kind it gave from that moment's minute on."""
    query = (
        select(_c.outcome, func.sum(_c.count))
        .where(_c.register == register.value, _c.minute >= minute_of(since))
        .group_by(_c.outcome)
    )
    return {outcome: int(count) for outcome, count in connection.execute(query)}


def count(
    connection: Connection, register: Register, outcomes: Mapping[str, int], *, now: datetime
) -> None:
    """Add these to the minute; within the register's turn."""
    connection.execute(delete(verification_counts).where(_c.minute < now - KEPT))
    minute = minute_of(now)
    of_minute = (_c.register == register.value) & (_c.minute == minute)
    for outcome, number in sorted(outcomes.items()):
        more = update(verification_counts).where(of_minute, _c.outcome == outcome)
        if not connection.execute(more.values(count=_c.count + number)).rowcount:
            row = {"register": register.value, "minute": minute, "outcome": outcome}
            connection.execute(insert(verification_counts).values(**row, count=number))


def is_believed(
    connection: Connection,
    register: Register,
    outcomes: Counter[str],
    *,
    sanity: Sanity,
    now: datetime,
) -> tuple[bool, bool]:
    """Count these answers; whether what it says against anybody is believed, and if it just was."""
    count(connection, register, outcomes, now=now)
    pause = read_pause(connection, register)
    if sanity.is_paused(pause, now):
        return False, False
    if pause.since is not None:  # nobody could try it: it begins anew
        pause = Pause(counted_from=now)
        write_pause(connection, register, pause)
    if pause.trusted_until is not None and now < pause.trusted_until:
        return True, True
    since = max(now - sanity.window, pause.counted_from or now - sanity.window)
    if not sanity.is_lost(register, counts_since(connection, register, since)):
        return True, True
    write_pause(connection, register, Pause(since=now))
    return False, True


def minute_of(moment: datetime) -> datetime:
    """The minute that it falls in."""
    return moment.replace(second=0, microsecond=0)
