"""How many workers unknown to the directory a partner has named within a day, and what follows."""

from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    ForeignKey,
    Index,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from gateway.model.audit import GATEWAY, Act, Actor, Deed
from gateway.model.partners import Couples
from gateway.model.verdict import Verdict
from gateway.ports import Clock, Sealer
from gateway.storage.audit_trail import enter
from gateway.storage.engine import reading, wait_for_turn
from gateway.storage.partner_tables import partners
from gateway.storage.tables import BlindIndex, Instant, lines, metadata, transmissions
from gateway.storage.writer import Writer

WINDOW: Final = timedelta(days=1)
DEFAULT_BUDGET: Final = 50
"""Unknown couples a day; beside them, the share below of what the register took that day."""
SHARE: Final = 50
"""One in so many: 2 % of the couples that are known."""
_PURPOSE: Final = "verification-failure"
_TURN: Final = "siseri failures of {}"
log = structlog.get_logger(__name__)

verification_failures = Table(
    "verification_failures",
    metadata,
    Column("partner_id", ForeignKey("partners.id"), primary_key=True),
    Column("couple", BlindIndex, primary_key=True),
    Column("at", Instant, nullable=False),
    Index("ix_verification_failures_at", "at"),
    sqlite_with_rowid=False,
)
"""Blind index of each couple that a partner named and the directory did not know, for a day."""

_f, _p, _t = verification_failures.c, partners.c, transmissions.c
_STATE: Final = select(_p.failure_budget, _p.suspended_until).where(_p.id == bindparam("of_id"))


class SqlFailureBudget:
    """Implements `ports.FailureBudget`."""

    def __init__(
        self,
        *,
        engine: Engine,
        writer: Writer,
        sealer: Sealer,
        clock: Clock,
        by: Actor = GATEWAY,
    ) -> None:
        """`engine` from `open_engine`, migrated; `by`: who releases."""
        self._clock = clock
        self._by = by
        self._engine = reading(engine)
        self._writer = writer
        self._sealer = sealer

    def is_suspended(self, partner_id: str, *, at: datetime) -> bool:
        """See ports.FailureBudget."""
        with self._engine.connect() as connection:
            state = connection.execute(_STATE, {"of_id": partner_id}).first()
        return state is None or state.failure_budget == 0 or _stands(state.suspended_until, at)

    def allows(self, partner_id: str, found: Couples, *, at: datetime, is_new: bool = True) -> bool:
        """See ports.FailureBudget."""
        if self.is_suspended(partner_id, at=at):
            return False
        if not found.unknown:
            return True
        couples = self._indexes(found)

        def count(connection: Connection) -> bool:
            wait_for_turn(connection, _TURN.format(partner_id))
            spending = Spending(partner_id, couples, found.known, at=at, is_new=is_new)
            return spending.spend(connection)

        is_allowed = self._writer.run(count)
        if is_new and not is_allowed:
            log.warning("verification.suspended", partner=partner_id)
        return is_allowed

    def _indexes(self, found: Couples) -> set[bytes]:
        """By the index key of now: over a rotation, a couple may count twice in its day."""
        version = self._sealer.index_version
        return {
            self._sealer.blind_index(_PURPOSE, f"{nir.reveal()}|{siret}", version=version)
            for nir, siret in found.unknown
        }

    def release(self, partner_id: str, *, budget: int | None = None) -> None:
        """Let that partner be told again, its count begun anew; by another budget, if given.

        Raises:
            LookupError: no such partner.
        """

        def free(connection: Connection) -> None:
            wait_for_turn(connection, _TURN.format(partner_id))
            freed: dict[str, int | None] = {"suspended_until": None}
            if budget is not None:
                freed["failure_budget"] = budget
            if not connection.execute(
                update(partners).where(_p.id == partner_id).values(**freed)
            ).rowcount:
                raise LookupError("no such partner")
            connection.execute(delete(verification_failures).where(_f.partner_id == partner_id))
            deed = Deed(
                act=Act.VERIFICATION_RELEASED,
                by=self._by,
                at=self._clock.now(),
                partner=partner_id,
                details={} if budget is None else {"budget": str(budget)},
            )
            enter(connection, deed)

        self._writer.run(free)

    def suspended(self, at: datetime) -> dict[str, datetime | None]:
        """The partners who are told nothing at that moment, and until when, if that is known."""
        query = select(_p.id, _p.failure_budget, _p.suspended_until).order_by(_p.id)
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return {
            row.id: row.suspended_until if _stands(row.suspended_until, at) else None
            for row in rows
            if row.failure_budget == 0 or _stands(row.suspended_until, at)
        }


def _stands(suspended_until: datetime | None, at: datetime) -> bool:
    """Whether that suspension is in force then."""
    return suspended_until is not None and at < suspended_until


class Spending:
    """The unknown couples of one message, against what its submitter has left of its budget."""

    def __init__(
        self, partner_id: str, couples: set[bytes], known: int, *, at: datetime, is_new: bool
    ) -> None:
        self._partner_id = partner_id
        self._couples = couples
        self._known = known
        self._at = at
        self._is_new = is_new

    def spend(self, connection: Connection) -> bool:
        """Count them; whether the budget bears all that are counted. Within the partner's turn."""
        connection.execute(delete(verification_failures).where(_f.at <= self._at - WINDOW))
        state = connection.execute(_STATE, {"of_id": self._partner_id}).one()
        if _stands(state.suspended_until, self._at):
            return False
        own = select(_f.couple).where(_f.partner_id == self._partner_id)
        counted = set(connection.scalars(own))
        budget = DEFAULT_BUDGET if state.failure_budget is None else state.failure_budget
        is_borne = self._bears(connection, len(counted | self._couples), budget)
        new = sorted(self._couples - counted)
        if new and (is_borne or self._is_new):
            connection.execute(
                insert(verification_failures),
                [{"partner_id": self._partner_id, "couple": one, "at": self._at} for one in new],
            )
        if self._is_new and not is_borne:
            suspended = update(partners).where(_p.id == self._partner_id)
            connection.execute(suspended.values(suspended_until=self._at + WINDOW))
            deed = Deed(
                act=Act.VERIFICATION_SUSPENDED, by=GATEWAY, at=self._at, partner=self._partner_id
            )
            enter(connection, deed)
        return is_borne

    def _bears(self, connection: Connection, count: int, budget: int) -> bool:
        if count <= budget + self._known // SHARE:
            return True
        return count <= budget + (self._known + self._taken(connection)) // SHARE

    def _taken(self, connection: Connection) -> int:
        """Lines that the register took from that partner within the window."""
        taken = (Verdict.ACCEPTED.value, Verdict.ACCEPTED_WITH_WARNINGS.value)
        query = (
            select(func.count())
            .select_from(lines)
            .join(transmissions, lines.c.transmission == _t.number)
            .where(
                _t.submitter_id == self._partner_id,
                _t.received_at > self._at - WINDOW,
                lines.c.verdict.in_(taken),
            )
        )
        return int(connection.execute(query).scalar_one())
