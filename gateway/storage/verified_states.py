"""What outside registers said, and the queue of what they are to be asked, on SQL.

Whoever writes has the turn of the register: claims never cross, on either database.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from random import SystemRandom
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import (
    Connection,
    Engine,
    Row,
    Table,
    and_,
    bindparam,
    insert,
    or_,
    select,
    update,
)

from gateway.model.verification import Cause, NotAnswered, Source, Urgency
from gateway.storage.bulk import Among, lists_of
from gateway.storage.engine import reading, wait_for_turn
from gateway.storage.held_tables import Changing, next_change
from gateway.storage.verification_recall import bring_forward, take_back, was_silent
from gateway.storage.verification_sanity import is_believed
from gateway.storage.verified_rows import (
    OUT_OF_QUEUE,
    UNKNOWN,
    is_claimed,
    is_fresh,
    postponed_values,
    set_rows,
    turn_of,
    values_of,
)
from gateway.storage.writer import Writer
from gateway.verification.lifetimes import Lifetime
from gateway.verification.outcomes import CONTRADICTIONS, Register
from gateway.verification.sanity import Sanity
from gateway.verification.states import Answered, AnswerT, Kept, SubjectT

_Result = TypeVar("_Result")
_drawn: Final = SystemRandom().random
TURN_WITHIN_S: Final = 1.0
"""Who is waited for waits no longer for the turn of a register: a sender has 1.5 s in all."""


class SqlStates(Generic[SubjectT, AnswerT]):
    """Implements `verification.states.States`, but for what a subject is: see its two kinds."""

    def __init__(
        self,
        *,
        engine: Engine,
        writer: Writer,
        sanity: Sanity,
        register: Register,
        table: Table,
        drawn: Callable[[], float] = _drawn,
    ) -> None:
        """`engine` from `open_engine`, migrated; `writer` the one writer of that database."""
        self._engine = reading(engine)
        self._writer = writer
        self._sanity = sanity
        self._register = register
        self._table = table
        self._drawn = drawn
        (self._key,) = table.primary_key.columns
        self._rows = Among(select(table), keys=self._key)
        self._of_key = self._key == bindparam("of_key")

    # what a subject is

    def _answer(self, row: Row[Any]) -> AnswerT:
        """The answer in a row."""
        raise NotImplementedError

    def _asked_by(
        self, connection: Connection, subjects: Mapping[str, SubjectT]
    ) -> dict[str, Callable[[Row[Any]], bool]]:
        """Of each, whether a row is of that subject."""
        raise NotImplementedError

    def _named(
        self, connection: Connection, subjects: Mapping[str, SubjectT]
    ) -> dict[str, dict[str, Any]]:
        """Of each, the values that name the subject in a row."""
        raise NotImplementedError

    def _subjects(self, connection: Connection, rows: Sequence[Row[Any]]) -> dict[str, SubjectT]:
        """What rows of the queue are to be asked now."""
        raise NotImplementedError

    def _unchanged(self, connection: Connection, rows: Sequence[Row[Any]]) -> dict[str, SubjectT]:
        """What these rows were asked, as far as it is what would be asked now."""
        raise NotImplementedError

    # the contract

    def read(self, subjects: Mapping[str, SubjectT]) -> Mapping[str, Kept[AnswerT]]:
        """See verification.states.States."""
        with self._engine.connect() as connection:
            is_of = self._asked_by(connection, subjects)
            rows = self._found(connection, subjects)
        return {key: self._kept(row) for key, row in rows.items() if is_of[key](row)}

    def claim(
        self, subjects: Mapping[str, SubjectT], *, now: datetime, until: datetime
    ) -> frozenset[str]:
        """See verification.states.States."""
        enter = partial(self._enter, subjects=subjects, now=now, until=until)
        return self._run(enter, Urgency.INTERACTIVE)

    def queue(
        self,
        subjects: Mapping[str, SubjectT],
        *,
        now: datetime,
        urgency: Urgency = Urgency.BACKGROUND,
    ) -> None:
        """See verification.states.States."""
        self._run(partial(self._enter, subjects=subjects, now=now), urgency)

    def claim_due(self, *, now: datetime, until: datetime, limit: int) -> Mapping[str, SubjectT]:
        """See verification.states.States."""
        c = self._table.c
        is_free = or_(c.claimed_until.is_(None), c.claimed_until <= now)
        due = (
            select(self._table)
            .where(and_(c.is_backfill.in_((0, 1)), c.next_try_at <= now, is_free))
            .order_by(c.is_backfill, c.next_try_at, self._key)
            .limit(limit)
        )
        with self._engine.connect() as connection:
            if connection.execute(due.limit(1)).first() is None:
                return {}  # most of the time: nothing is written

        def claim(connection: Connection) -> dict[str, SubjectT]:
            rows = connection.execute(due).all()
            subjects = self._subjects(connection, rows)
            claimed = [{"of_key": row[0], "until": until} for row in rows]
            if claimed:
                taken = update(self._table).where(self._of_key)
                connection.execute(taken.values(claimed_until=bindparam("until")), claimed)
            return subjects

        return self._run(claim)

    def record(
        self,
        answered: Mapping[str, Answered[SubjectT, AnswerT]],
        *,
        now: datetime,
        doubted: Collection[str] = (),
        urgency: Urgency = Urgency.BACKGROUND,
    ) -> frozenset[str]:
        """See verification.states.States."""
        record = partial(self._record, answered=answered, now=now, doubted=doubted)
        return self._run(record, urgency)

    def postpone(
        self,
        waiting: Mapping[str, NotAnswered],
        *,
        now: datetime,
        urgency: Urgency = Urgency.BACKGROUND,
    ) -> None:
        """See verification.states.States."""
        self._run(partial(self._postpone, waiting=waiting, now=now), urgency)

    # within a transaction

    def _enter(
        self,
        connection: Connection,
        *,
        subjects: Mapping[str, SubjectT],
        now: datetime,
        until: datetime | None = None,
        is_backfill: bool = False,
    ) -> frozenset[str]:
        """Have them in the queue; where `until` is given, claimed: those that were not there."""
        is_of = self._asked_by(connection, subjects)
        named = self._named(connection, subjects)
        rows = self._found(connection, subjects)
        entered = {
            "queued_at": now,
            "is_backfill": int(is_backfill),
            "next_try_at": now,
            "attempts": 0,
            "cause": Cause.NOT_ASKED.value,
            "claimed_until": until,
        }
        new, changed = [], {}
        for key in subjects:
            row = rows.get(key)
            if row is None:
                new.append({self._key.name: key, **named[key], **UNKNOWN, **entered})
            elif not is_of[key](row):
                changed[key] = {**named[key], **UNKNOWN, **entered}
            elif is_fresh(row, now) or (until is not None and is_claimed(row, now)):
                continue
            elif row.next_try_at is None:
                changed[key] = entered
            elif not is_backfill:
                claimed_until = row.claimed_until if until is None else until
                changed[key] = {"is_backfill": 0, "claimed_until": claimed_until}
        if new:
            connection.execute(insert(self._table), new)
        self._set(connection, changed)
        return frozenset({*changed, *(row[self._key.name] for row in new)})

    def _record(
        self,
        connection: Connection,
        *,
        answered: Mapping[str, Answered[SubjectT, AnswerT]],
        now: datetime,
        doubted: Collection[str],
    ) -> frozenset[str]:
        is_back = was_silent(connection, self._register, now=now)
        outcomes = Counter(one.outcome for one in answered.values())
        is_sane, was_sane = is_believed(
            connection, self._register, outcomes, sanity=self._sanity, now=now
        )
        against = CONTRADICTIONS[self._register]
        if was_sane and not is_sane:
            since = now - self._sanity.window
            take_back(connection, self._table, self._register, since=since, now=now)
        believed = {
            key: one
            for key, one in answered.items()
            if key not in doubted and (is_sane or one.outcome not in against)
        }
        is_of = self._asked_by(connection, {key: one.subject for key, one in believed.items()})
        rows = self._found(connection, believed)
        kept: dict[str, dict[str, Any]] = {
            key: {**values_of(one, now), **OUT_OF_QUEUE}
            for key, one in believed.items()
            if key in rows and is_of[key](rows[key])  # else it is asked another by now
        }
        if kept:
            change = {"change": next_change(connection, Changing(self._register))}
            self._set(connection, {key: values | change for key, values in kept.items()})
        waiting = dict.fromkeys(answered.keys() - believed.keys(), NotAnswered(cause=Cause.PAUSED))
        self._postpone(connection, waiting=waiting, now=now)
        if is_back and is_sane and not against.issuperset(outcomes):
            bring_forward(connection, self._table, now=now)
        return frozenset(believed)

    def _postpone(
        self, connection: Connection, *, waiting: Mapping[str, NotAnswered], now: datetime
    ) -> None:
        postponed = {}
        share = self._drawn()  # one for all: what was asked together is asked together again
        for key, row in self._found(connection, waiting).items():
            postponed[key] = postponed_values(row, waiting[key], now=now, share=share)
        self._set(connection, postponed)

    def _set(self, connection: Connection, values: Mapping[str, Mapping[str, Any]]) -> None:
        set_rows(connection, self._table, values)

    def _found(self, connection: Connection, keys: Mapping[str, object]) -> dict[str, Row[Any]]:
        return {
            row[0]: row
            for asked in lists_of(sorted(keys), connection)
            for row in connection.execute(self._rows.on(connection), {"keys": asked})
        }

    def _run(
        self,
        work: Callable[[Connection], _Result],
        urgency: Urgency = Urgency.BACKGROUND,
    ) -> _Result:
        """Write, within the register's turn; who is waited for gives up soon."""
        within_s = TURN_WITHIN_S if urgency is Urgency.INTERACTIVE else None

        def within_turn(connection: Connection) -> _Result:
            wait_for_turn(connection, turn_of(self._register), within_s=within_s)
            return work(connection)

        return self._writer.run(within_turn)

    def _kept(self, row: Row[Any]) -> Kept[AnswerT]:
        cause = None if row.cause is None else Cause(row.cause)
        if row.outcome is None:
            return Kept(cause=cause)
        return Kept(
            answer=self._answer(row),
            source=Source(row.source),
            checked_at=row.checked_at,
            lifetime=Lifetime(fresh_until=row.fresh_until, stale_until=row.stale_until),
            cause=cause,
        )
