"""The enrolled senders on SQL. Of a token only its SHA-256 is kept."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, bindparam, insert, select, update

from gateway.identifiers import Siret
from gateway.model.audit import GATEWAY, Act, Actor, Deed
from gateway.model.directory import Partner
from gateway.model.partners import Mandate, StandingMandate
from gateway.ports import Clock
from gateway.storage import mandates, successions
from gateway.storage.audit_trail import enter
from gateway.storage.engine import reading, wait_for_turn
from gateway.storage.partner_rows import columns_of, opens_until, partner_of_row, rights_of
from gateway.storage.partner_tables import (
    partner_successions,
    partner_tokens,
    partners,
)
from gateway.storage.tables import Instant
from gateway.storage.writer import Writer

TOKEN_BYTES: Final = 32
"""256 random bits: too many to guess, so that a plain digest hides them."""
_TURN: Final = "siseri partners"

_HOLDER: Final = (
    select(partner_tokens.c.digest, partners)
    .join_from(partner_tokens, partners)
    .where(
        partner_tokens.c.digest == bindparam("of_token"),
        partner_tokens.c.revoked_at.is_(None),
        partner_tokens.c.expires_at.is_(None)
        | (partner_tokens.c.expires_at > bindparam("now", type_=Instant)),
        partners.c.disabled_at.is_(None),
    )
)
_BY_ID: Final = select(partners).where(partners.c.id == bindparam("of_id"))


class SqlPartnerRegister:
    """Implements `ports.PartnerRegister`, and enrols. Every change is durable on return."""

    def __init__(
        self, *, engine: Engine, writer: Writer, clock: Clock, by: Actor = GATEWAY
    ) -> None:
        """`engine` from `open_engine`, migrated; `by`: who decides what is changed here."""
        self._engine = reading(engine)
        self._writer = writer
        self._clock = clock
        self._by = by

    def holder_of(self, token: str) -> Partner | None:
        """The partner who holds this token, unless it is revoked or the partner disabled.

        The look-up goes by the digest: how long it takes tells nothing of a token.
        """
        digest, now = _digest(token), self._clock.now()
        with self._engine.connect() as connection:
            row = connection.execute(_HOLDER, {"of_token": digest, "now": now}).first()
        if row is None or not hmac.compare_digest(row.digest, digest):
            return None
        return partner_of_row(row)

    def partner(self, partner_id: str) -> Partner | None:
        """See ports.PartnerRegister."""
        with self._engine.connect() as connection:
            row = connection.execute(_BY_ID, {"of_id": partner_id}).first()
        return None if row is None or row.disabled_at is not None else partner_of_row(row)

    def mandators_of(self, partner_id: str, day: date) -> tuple[Partner, ...]:
        """See ports.PartnerRegister."""
        with self._engine.connect() as connection:
            rows = connection.execute(mandates.mandators_of(partner_id, day)).all()
        return tuple(partner_of_row(row) for row in rows)

    def mandates_of(self, partner_id: str, day: date) -> tuple[StandingMandate, ...]:
        """See ports.PartnerRegister."""
        with self._engine.connect() as connection:
            rows = connection.execute(mandates.held_by(partner_id, day)).all()
        return tuple(
            StandingMandate(sender=Siret(row.siret), start=row.start, end=row.end) for row in rows
        )

    def enrol(self, partner: Partner, *, token: str = "", days: int | None = None) -> None:
        """Enrol `partner`; its first token, if it is given one, opens for `days`.

        Raises:
            ValueError: that id is taken.
        """
        now = self._clock.now()

        def enrol(connection: Connection) -> None:
            wait_for_turn(connection, _TURN)
            taken = select(partners.c.id).where(partners.c.id == partner.id)
            if connection.execute(taken).first() is not None:
                raise ValueError("a partner of that id is enrolled already")
            connection.execute(insert(partners).values(**columns_of(partner)))
            if token:
                connection.execute(_token_row(token, partner.id, now, days))
            details = rights_of(partner) | (opens_until(now, days) if token else {})
            self._enter(connection, Act.PARTNER_ADDED, partner.id, now, **details)

        self._writer.run(enrol)

    def add(self, partner: Partner, *, days: int | None = None) -> str:
        """Enrol `partner` with a token, which cannot be shown again; see `enrol`."""
        token = _new_token()
        self.enrol(partner, token=token, days=days)
        return token

    def renew_token(self, partner_id: str, *, days: int | None = None) -> str:
        """A new token for `days`; the earlier ones are revoked in the same transaction.

        Raises:
            LookupError: no such partner.
        """
        token = _new_token()
        now = self._clock.now()

        def renew(connection: Connection) -> None:
            wait_for_turn(connection, _TURN)
            known = select(partners.c.id).where(partners.c.id == partner_id)
            if connection.execute(known).first() is None:
                raise LookupError("no such partner")
            connection.execute(
                update(partner_tokens)
                .where(
                    partner_tokens.c.partner_id == partner_id,
                    partner_tokens.c.revoked_at.is_(None),
                )
                .values(revoked_at=now)
            )
            connection.execute(_token_row(token, partner_id, now, days))
            self._enter(connection, Act.TOKEN_RENEWED, partner_id, now, **opens_until(now, days))

        self._writer.run(renew)
        return token

    def disable(self, partner_id: str) -> None:
        """From now on no token of this partner opens anything. Once disabled, the date stays.

        Raises:
            LookupError: no such partner.
        """
        now = self._clock.now()

        def end(connection: Connection) -> None:
            wait_for_turn(connection, _TURN)
            known = select(partners.c.disabled_at).where(partners.c.id == partner_id)
            row = connection.execute(known).first()
            if row is None:
                raise LookupError("no such partner")
            if row.disabled_at is None:
                disabled = update(partners).where(partners.c.id == partner_id)
                connection.execute(disabled.values(disabled_at=now))
                self._enter(connection, Act.PARTNER_DISABLED, partner_id, now)

        self._writer.run(end)

    def demand_signatures(self, partner_id: str, *, is_demanded: bool) -> None:
        """Whether what is sent in this partner's name must be signed; `LookupError` without it."""
        demand = update(partners).where(partners.c.id == partner_id)
        values = demand.values(demands_signature=is_demanded)
        act = Act.SIGNATURES_DEMANDED if is_demanded else Act.SIGNATURES_NOT_DEMANDED
        now = self._clock.now()

        def decide(connection: Connection) -> None:
            if connection.execute(values).rowcount != 1:
                raise LookupError("no such partner")
            self._enter(connection, act, partner_id, now)

        self._writer.run(decide)

    def succeed(self, partner_id: str, predecessor: Siret) -> None:
        """From now on this partner may correct and cancel what `predecessor` has sent.

        And what those that `predecessor` succeeds have sent. Once decided, the date stays.

        Raises:
            LookupError: no such partner, or nobody was ever enrolled with that SIRET.
            ValueError: it would be its own successor, directly or through another.
        """
        now = self._clock.now()

        def decide(connection: Connection) -> None:
            wait_for_turn(connection, _TURN)
            heir, siret = partner_id, str(predecessor)
            if successions.record(connection, partner_id=heir, predecessor=siret, now=now):
                act = Act.SUCCESSION_DECIDED
                self._enter(connection, act, heir, now, predecessor=siret)

        self._writer.run(decide)

    def end_succession(self, partner_id: str, predecessor: Siret) -> None:
        """Take back what `succeed` decided; corrections made meanwhile stay.

        Raises:
            LookupError: the partner does not succeed that sender.
        """
        now = self._clock.now()

        def end(connection: Connection) -> None:
            wait_for_turn(connection, _TURN)
            heir, siret = partner_id, str(predecessor)
            successions.end(connection, partner_id=heir, predecessor=siret, now=now)
            self._enter(connection, Act.SUCCESSION_ENDED, heir, now, predecessor=siret)

        self._writer.run(end)

    def mandate(self, mandate: Mandate) -> None:
        """Let its agent transmit in its mandator's name, in place of what stood between the two.

        Raises:
            LookupError: either is no partner.
            ValueError: the two are one, or it ends before it begins.
        """
        now = self._clock.now()

        def decide(connection: Connection) -> None:
            wait_for_turn(connection, _TURN)
            mandates.record(connection, mandate, now)
            details = {"mandator": mandate.mandator, "from": mandate.start.isoformat()}
            if mandate.end is not None:
                details["to"] = mandate.end.isoformat()
            self._enter(connection, Act.MANDATE_DECIDED, mandate.agent, now, **details)

        self._writer.run(decide)

    def end_mandate(self, agent: str, mandator: str) -> None:
        """Take it back; what was transmitted meanwhile stays.

        Raises:
            LookupError: none stands.
        """
        now = self._clock.now()

        def end(connection: Connection) -> None:
            wait_for_turn(connection, _TURN)
            mandates.end(connection, agent, mandator, now)
            self._enter(connection, Act.MANDATE_ENDED, agent, now, mandator=mandator)

        self._writer.run(end)

    def mandates(self) -> Sequence[Mandate]:
        """Every mandate that stands, whatever its days."""
        with self._engine.connect() as connection:
            return mandates.read(connection.execute(mandates.standing()).all())

    def predecessors(self) -> dict[str, tuple[Siret, ...]]:
        """Whom each partner succeeds directly, by its id; those that succeed nobody are absent."""
        s = partner_successions.c
        query = (
            select(s.partner_id, s.predecessor)
            .where(s.ended_at.is_(None))
            .order_by(s.partner_id, s.predecessor)
        )
        found: dict[str, tuple[Siret, ...]] = {}
        with self._engine.connect() as connection:
            for partner_id, predecessor in connection.execute(query):
                found[partner_id] = (*found.get(partner_id, ()), Siret(predecessor))
        return found

    def enrolled(self) -> Sequence[Partner]:
        """Every partner, disabled or not, by id."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(partners).order_by(partners.c.id)).all()
        return [partner_of_row(row) for row in rows]

    def _enter(
        self, connection: Connection, act: Act, partner: str, at: datetime, **details: str
    ) -> None:
        enter(connection, Deed(act=act, by=self._by, at=at, partner=partner, details=details))


def _new_token() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _token_row(token: str, partner_id: str, now: datetime, days: int | None) -> Any:
    return insert(partner_tokens).values(
        digest=_digest(token),
        partner_id=partner_id,
        issued_at=now,
        expires_at=None if days is None else now + timedelta(days=days),
    )
