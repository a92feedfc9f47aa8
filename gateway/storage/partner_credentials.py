"""The partners' credentials on SQL: public halves only, each enrolled once and never deleted."""

import hashlib
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    Connection,
    Engine,
    Row,
    bindparam,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from gateway.model.audit import GATEWAY, Act, Actor, ActorKind, Deed
from gateway.model.partner_notices import NoticeKind, PartnerNotice
from gateway.model.partners import Credential, CredentialKind
from gateway.ports import Clock
from gateway.storage.audit_trail import enter
from gateway.storage.engine import reading, wait_for_turn
from gateway.storage.partner_notices import insert_notices
from gateway.storage.partner_tables import partner_credentials, spent_assertions
from gateway.storage.writer import Writer

SLOTS: Final = 2
"""Live credentials of a kind at once: the one in use, and the one that takes over."""
USE_NOTED_EVERY: Final = timedelta(hours=1)
_TURN: Final = "siseri partners"
_c = partner_credentials.c
_BY_THUMBPRINT: Final = select(partner_credentials).where(_c.thumbprint == bindparam("thumbprint"))

_CERTIFICATES: Final = (
    select(_c.thumbprint).where(_c.kind == CredentialKind.CERTIFICATE.value).order_by(_c.thumbprint)
)


class SqlCredentials:
    """Implements `ports.Credentials`. Every change is durable on return."""

    def __init__(
        self, *, engine: Engine, writer: Writer, clock: Clock, by: Actor = GATEWAY
    ) -> None:
        """`engine` from `open_engine`, migrated; `by`: who decides what is changed here."""
        self._engine = reading(engine)
        self._writer = writer
        self._clock = clock
        self._by = by

    def credential(self, thumbprint: str) -> Credential | None:
        """See ports.Credentials."""
        with self._engine.connect() as connection:
            row = connection.execute(_BY_THUMBPRINT, {"thumbprint": thumbprint}).first()
        return None if row is None else _credential(row)

    def credentials_of(self, partner_id: str) -> Sequence[Credential]:
        """See ports.Credentials."""
        own = select(partner_credentials).where(_c.partner_id == partner_id)
        with self._engine.connect() as connection:
            rows = connection.execute(own.order_by(_c.enrolled_at, _c.id)).all()
        return [_credential(row) for row in rows]

    def certificates(self) -> Sequence[str]:
        """See ports.Credentials."""
        with self._engine.connect() as connection:
            return connection.execute(_CERTIFICATES).scalars().all()

    def every(self) -> Sequence[Credential]:
        """Every credential ever enrolled, in order of enrolment."""
        query = select(partner_credentials).order_by(_c.enrolled_at, _c.id)
        with self._engine.connect() as connection:
            return [_credential(row) for row in connection.execute(query)]

    def note_use(self, credential: Credential, at: datetime) -> None:
        """See ports.Credentials."""
        last = credential.last_used_at
        if last is not None and at < last + USE_NOTED_EVERY:
            return
        used = update(partner_credentials).where(_c.id == credential.id).values(last_used_at=at)
        self._writer.run(lambda connection: connection.execute(used))

    def revoke(self, partner_id: str, thumbprint: str, at: datetime) -> None:
        """See ports.Credentials."""
        told = PartnerNotice.of(
            NoticeKind.CREDENTIAL_REVOKED, partner_id, at=at, subject=thumbprint
        )

        def end(connection: Connection) -> None:
            wait_for_turn(connection, _TURN)
            own = (_c.partner_id == partner_id) & (_c.thumbprint == thumbprint)
            row = connection.execute(select(_c.revoked_at).where(own)).first()
            if row is None:
                raise LookupError("no such credential")
            if row.revoked_at is None:
                revoked = update(partner_credentials).where(own).values(revoked_at=at)
                connection.execute(revoked)
                insert_notices(connection, (told,))
                self._enter(connection, Act.CREDENTIAL_REVOKED, partner_id, thumbprint, at)

        self._writer.run(end)

    def allow_rsa_pkcs1_v15(self, partner_id: str, thumbprint: str, *, is_allowed: bool) -> None:
        """Grant that certificate the deviation for an old WS-Security stack, or take it back.

        Raises:
            LookupError: the partner has no such certificate.
        """
        own = (
            (_c.partner_id == partner_id)
            & (_c.thumbprint == thumbprint)
            & (_c.kind == CredentialKind.CERTIFICATE.value)
        )

        def grant(connection: Connection) -> None:
            changed = update(partner_credentials).where(own)
            done = connection.execute(changed.values(allows_rsa_pkcs1_v15=is_allowed))
            if done.rowcount != 1:
                raise LookupError("no such certificate")
            act = Act.PKCS1_ALLOWED if is_allowed else Act.PKCS1_WITHDRAWN
            self._enter(connection, act, partner_id, thumbprint, self._clock.now())

        self._writer.run(grant)

    def _enter(
        self, connection: Connection, act: Act, partner_id: str, thumbprint: str, at: datetime
    ) -> None:
        """Whoever revokes within the gateway's own process is the partner, by its own request."""
        by = Actor(ActorKind.PARTNER, partner_id) if self._by == GATEWAY else self._by
        details = {"thumbprint": thumbprint}
        enter(connection, Deed(act=act, by=by, at=at, partner=partner_id, details=details))


class SqlSpentAssertions:
    """Implements `ports.SpentAssertions`."""

    def __init__(self, *, writer: Writer) -> None:
        """`writer` the one writer of that database."""
        self._writer = writer

    def spend(self, issuer: str, jti: str, *, until: datetime, now: datetime) -> bool:
        """See ports.SpentAssertions. What could not be taken any more is forgotten on the way."""
        digest = hashlib.sha256(f"{len(issuer)}:{issuer}{jti}".encode()).digest()

        def take(connection: Connection) -> bool:
            connection.execute(delete(spent_assertions).where(spent_assertions.c.until < now))
            try:
                with connection.begin_nested():
                    connection.execute(insert(spent_assertions).values(digest=digest, until=until))
            except IntegrityError:
                return False
            return True

        return self._writer.run(take)


def enrolled(credential: Credential, *, by: Actor) -> Deed:
    """What is entered of an enrolment."""
    return Deed(
        act=Act.CREDENTIAL_ENROLLED,
        by=by,
        at=credential.enrolled_at,
        partner=credential.partner_id,
        details={"kind": credential.kind.value, "thumbprint": credential.thumbprint},
    )


def new_credential_id() -> str:
    """An id that says nothing."""
    return str(uuid.uuid4())


def _credential(row: Row[Any]) -> Credential:
    return Credential(
        id=row.id,
        partner_id=row.partner_id,
        kind=CredentialKind(row.kind),
        thumbprint=row.thumbprint,
        public=bytes(row.public),
        not_before=row.not_before,
        not_after=row.not_after,
        enrolled_at=row.enrolled_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
        allows_rsa_pkcs1_v15=row.allows_rsa_pkcs1_v15,
    )
