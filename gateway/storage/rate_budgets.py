"""What may still be asked of an outside register, counted in the database for every process.

A call takes the slot that was taken longest ago, once that is a window old: there are as many
slots as calls in a window, so no window, wherever it begins, holds more. Processes take turns; the
time is the database's, the one clock that they share.

1. The register counts arrivals. What is sent within SENT_WITHIN_S of being taken, and on its way
   for at most ON_ITS_WAY_S, arrives so late at most: a window is longer than its period by that.
2. A clock that is set back leaves slots taken in the future: they count as taken now.
3. One that leaps forward would free slots too early: a process that had taken before sees it by its
   own steady clock, and moves what was taken along. Either way calls come later, never sooner.
"""

import time
from collections.abc import Callable
from typing import Final, TypeVar

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    ForeignKey,
    Integer,
    String,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    text,
    update,
)

from gateway.model.verification import Urgency
from gateway.ports.rates import SENT_WITHIN_S
from gateway.storage.engine import is_postgresql, reading, wait_for_turn
from gateway.storage.tables import metadata
from gateway.storage.writer import Writer

_Result = TypeVar("_Result")
ON_ITS_WAY_S: Final = 1.0
_LEAP_MS: Final = 1_000
"""Two clocks part by less between two calls, unless one of them is set."""
_LONGEST_BLOCK_MS: Final = 3_600_000
_TURN: Final = "siseri rate {}"
_NOW_SQLITE: Final = text("SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)")
_NOW_POSTGRESQL: Final = text("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)")

rate_budgets = Table(
    "rate_budgets",
    metadata,
    Column("name", String, primary_key=True),
    Column("blocked_until_ms", BigInteger, nullable=False),
)
"""A register that is asked within a rate; until when it asked to be left alone."""

rate_calls = Table(
    "rate_calls",
    metadata,
    Column("name", ForeignKey("rate_budgets.name"), primary_key=True),
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("taken_at_ms", BigInteger, nullable=False),
)
"""As many rows as calls may go in one window; when each was last taken, since 1970."""

_b, _c = rate_budgets.c, rate_calls.c
_TAKE: Final = (
    update(rate_calls)
    .where(_c.name == bindparam("of_name"), _c.slot == bindparam("of_slot"))
    .values(taken_at_ms=bindparam("at_ms"))
)


def database_now_ms(connection: Connection) -> int:
    """Milliseconds since 1970 by the clock of the database."""
    now = connection.scalar(_NOW_POSTGRESQL if is_postgresql(connection) else _NOW_SQLITE)
    return int(now or 0)


class SqlRateBudget:
    """Implements `ports.rates.RateBudget`."""

    def __init__(
        self,
        *,
        engine: Engine,
        writer: Writer,
        name: str,
        calls: int,
        period_s: float = 60.0,
        reserve: int = 0,
        now_ms: Callable[[Connection], int] = database_now_ms,
        steady_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """The register takes `calls` in any `period_s`; the last `reserve` are for INTERACTIVE.

        `name` is the register's, the same in every process; `steady_s` never leaps.
        """
        if not 0 <= reserve < calls:
            raise ValueError("a reserve leaves at least one call")
        self._reading = reading(engine)
        self._writer = writer
        self._name = name
        self._calls = calls
        self._reserve = reserve
        self._window_ms = int((period_s + SENT_WITHIN_S + ON_ITS_WAY_S) * 1000)
        self._now_ms = now_ms
        self._steady_s = steady_s
        self._apart_ms: int | None = None
        """How far the database's clock was from the steady one when a call was last taken."""
        self._mine = update(rate_budgets).where(_b.name == name)
        self._my_calls = update(rate_calls).where(_c.name == name)

    def take(self, urgency: Urgency) -> float:
        """See ports.rates.RateBudget."""
        kept = 0 if urgency is Urgency.INTERACTIVE else self._reserve

        def take(connection: Connection, now: int) -> float:
            slots = self._oldest(connection, now, kept + 1)
            free_at = max(slots[kept][0] + self._window_ms, self._blocked_until(connection) or 0)
            if free_at > now:
                return (free_at - now) / 1000
            oldest = {"of_name": self._name, "of_slot": slots[0][1], "at_ms": now}
            connection.execute(_TAKE, oldest)
            return 0.0

        return self._in_turn(take)

    def exhausted(self, retry_after_s: float | None) -> None:
        """See ports.rates.RateBudget."""
        wait_ms = self._window_ms if retry_after_s is None else int(retry_after_s * 1000)

        def block(connection: Connection, now: int) -> None:
            until = now + min(wait_ms, _LONGEST_BLOCK_MS)
            later = self._mine.where(_b.blocked_until_ms < until)
            connection.execute(later.values(blocked_until_ms=until))

        self._in_turn(block)

    def left(self) -> int:
        """How many calls may go at this moment, for who watches the figures."""
        with self._reading.connect() as connection:
            now = self._now_ms(connection)
            blocked_until = self._blocked_until(connection)
            if blocked_until is None:
                return self._calls
            if blocked_until > now:
                return 0
            is_free = _c.taken_at_ms <= now - self._window_ms
            free = select(func.count()).where(_c.name == self._name, is_free)
            return connection.scalar(free) or 0

    def _in_turn(self, work: Callable[[Connection, int], _Result]) -> _Result:
        """What `work` returns; it is given the time, in ms, and the clocks are compared."""

        def within(connection: Connection) -> tuple[_Result, int]:
            # who waits longer for a turn could not send what it gets
            wait_for_turn(connection, _TURN.format(self._name), within_s=SENT_WITHIN_S)
            now = self._now_ms(connection)
            apart = now - int(self._steady_s() * 1000)
            if self._blocked_until(connection) is None:
                first = {"name": self._name, "blocked_until_ms": 0}
                connection.execute(insert(rate_budgets).values(first))
                self._lay_out(connection, list(range(self._calls)), taken_at_ms=0)
            self._correct(connection, now, 0 if self._apart_ms is None else apart - self._apart_ms)
            return work(connection, now), apart

        result, self._apart_ms = self._writer.run(within)
        return result

    def _correct(self, connection: Connection, now: int, leap: int) -> None:
        """(2) and (3): what a clock that was set would free too early, or too late."""
        if leap > _LEAP_MS:
            connection.execute(self._my_calls.values(taken_at_ms=_c.taken_at_ms + leap))
            connection.execute(self._mine.values(blocked_until_ms=_b.blocked_until_ms + leap))
        connection.execute(self._my_calls.where(_c.taken_at_ms > now).values(taken_at_ms=now))
        latest = now + _LONGEST_BLOCK_MS
        endless = self._mine.where(_b.blocked_until_ms > latest)
        connection.execute(endless.values(blocked_until_ms=latest))

    def _oldest(self, connection: Connection, now: int, count: int) -> list[tuple[int, int]]:
        """When each of the slots that were taken first was taken, the oldest first."""
        mine = _c.name == self._name
        if connection.scalar(select(func.count()).where(mine)) != self._calls:
            self._fit(connection, now)
        query = select(_c.taken_at_ms, _c.slot).where(mine).order_by(_c.taken_at_ms, _c.slot)
        found = connection.execute(query.limit(count))
        return [(row.taken_at_ms, row.slot) for row in found]

    def _fit(self, connection: Connection, now: int) -> None:
        """Have as many slots as there are calls now."""
        query = select(_c.taken_at_ms, _c.slot).where(_c.name == self._name)
        found = sorted((row.taken_at_ms, row.slot) for row in connection.execute(query))
        surplus, slots = found[: -self._calls], found[-self._calls :]
        if surplus:  # the rate was lowered: the newest count on
            gone = _c.slot.in_([slot for _, slot in surplus])
            connection.execute(delete(rate_calls).where(_c.name == self._name, gone))
        taken = {slot for _, slot in slots}
        missing = [slot for slot in range(self._calls) if slot not in taken]
        missing = missing[: self._calls - len(slots)]
        self._lay_out(connection, missing, taken_at_ms=now)  # it was raised: not at once

    def _lay_out(self, connection: Connection, slots: list[int], *, taken_at_ms: int) -> None:
        rows = [{"name": self._name, "slot": slot, "taken_at_ms": taken_at_ms} for slot in slots]
        if rows:
            connection.execute(insert(rate_calls), rows)

    def _blocked_until(self, connection: Connection) -> int | None:
        """In ms; None of a budget of which nothing was taken yet."""
        found = select(_b.blocked_until_ms).where(_b.name == self._name)
        return connection.scalar(found)
