"""What portals ask and are given, on SQL: requests, codes, access tokens, ways back from a logout.

What a browser or a portal holds is kept as a digest. What is once is taken by one statement: of two
who bring the same, one finds nothing.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import ColumnElement, Connection, Engine, delete, insert, select, update

from gateway.model.portal import HandOver, KeptCode, PortalRequest
from gateway.ports import Clock
from gateway.storage.engine import reading
from gateway.storage.hand_overs import enter_hand_over
from gateway.storage.portal_tables import (
    portal_accesses,
    portal_codes,
    portal_requests,
    portal_returns,
)
from gateway.storage.under_way import make_room
from gateway.storage.writer import Writer

LIFETIME: Final = timedelta(minutes=10)
"""Of a request, and of a way back: as long as the way to a provider of identity."""
REMEMBERED: Final = timedelta(hours=1)
"""How long a code is known after its end: longer than what it gave opens anything."""
_r: Final = portal_requests.c
_c: Final = portal_codes.c
_a: Final = portal_accesses.c
_b: Final = portal_returns.c


class SqlPortalRequests:
    """Implements `ports.portals.PortalRequests`."""

    def __init__(self, *, engine: Engine, writer: Writer, clock: Clock) -> None:
        """`engine` from `open_engine`, migrated; `writer` the one writer of that database."""
        self._engine = reading(engine)
        self._writer = writer
        self._clock = clock

    def keep(self, request: PortalRequest) -> None:
        """See the port. What nobody came back for goes with the next one that begins."""
        row = {"digest": _digest(request.id), "request": _told(request)}

        def write(connection: Connection) -> None:
            make_room(connection, _r.begun_at, before=self._clock.now() - LIFETIME)
            connection.execute(insert(portal_requests), row | {"begun_at": request.begun_at})

        self._writer.run(write)

    def renew(self, request: PortalRequest) -> bool:
        """See the port. One statement: what was taken at the same time is not brought back."""
        own = update(portal_requests).where(*self._live(request.id))
        renewed = own.values(request=_told(request))
        return bool(self._writer.run(lambda connection: connection.execute(renewed).rowcount))

    def find(self, request_id: str) -> PortalRequest | None:
        """See the port."""
        with self._engine.connect() as connection:
            own = select(_r.request).where(*self._live(request_id))
            found = connection.execute(own).scalar()
        return _request(found, request_id)

    def take(self, request_id: str) -> PortalRequest | None:
        """See the port. What there is not, is not written for: strangers cost a reading."""
        if self.find(request_id) is None:
            return None
        gone = delete(portal_requests).where(*self._live(request_id)).returning(_r.request)
        taken: str | None = self._writer.run(lambda connection: connection.execute(gone).scalar())
        return _request(taken, request_id)

    def _live(self, request_id: str) -> tuple[ColumnElement[bool], ...]:
        return (_r.digest == _digest(request_id), _r.begun_at >= self._clock.now() - LIFETIME)


class SqlPortalGrants:
    """Implements `ports.portals.PortalGrants`."""

    def __init__(self, *, engine: Engine, writer: Writer, clock: Clock) -> None:
        """`engine` from `open_engine`, migrated; `writer` the one writer of that database."""
        self._engine = reading(engine)
        self._writer = writer
        self._clock = clock

    def keep_code(self, code_sha256: bytes, code: KeptCode) -> None:
        """See the port. What nobody needs to know any more goes with the next one."""
        row = {
            "digest": code_sha256,
            "portal_id": code.portal_id,
            "sealed_grant": code.sealed,
            "until": code.until,
            "is_spent": False,
        }

        def write(connection: Connection) -> None:
            now = self._clock.now()
            connection.execute(delete(portal_codes).where(_c.until < now - REMEMBERED))
            connection.execute(delete(portal_accesses).where(_a.until < now))
            connection.execute(insert(portal_codes), row)

        self._writer.run(write)

    def code(self, code_sha256: bytes) -> KeptCode | None:
        """See the port."""
        with self._engine.connect() as connection:
            own = select(portal_codes).where(_c.digest == code_sha256)
            row = connection.execute(own).first()
        if row is None:
            return None
        return KeptCode(
            portal_id=row.portal_id,
            sealed=bytes(row.sealed_grant),
            until=row.until,
            is_spent=row.is_spent,
        )

    def exchange(
        self,
        code_sha256: bytes,
        *,
        access_sha256: bytes,
        sealed: bytes,
        until: datetime,
        handed: HandOver,
    ) -> bool:
        """See the port. Whoever comes second waits for the first, then ends what it was given."""
        live = (_c.digest == code_sha256, _c.is_spent.is_(False), _c.until >= self._clock.now())
        spent = update(portal_codes).where(*live).values(is_spent=True, sealed_grant=b"")

        def write(connection: Connection) -> bool:
            portal_id = connection.execute(spent.returning(_c.portal_id)).scalar()
            if portal_id is None:
                _end(connection, code_sha256)
                return False
            row = {
                "digest": access_sha256,
                "code_digest": code_sha256,
                "portal_id": portal_id,
                "sealed_grant": sealed,
                "until": until,
            }
            connection.execute(insert(portal_accesses), row)
            enter_hand_over(connection, handed, portal_id=portal_id, at=self._clock.now())
            return True

        return self._writer.run(write)

    def revoke(self, code_sha256: bytes) -> None:
        """See the port."""
        self._writer.run(lambda connection: _end(connection, code_sha256))

    def access(self, access_sha256: bytes) -> tuple[str, bytes] | None:
        """See the port."""
        live = (_a.digest == access_sha256, _a.until >= self._clock.now())
        with self._engine.connect() as connection:
            row = connection.execute(select(portal_accesses).where(*live)).first()
        return None if row is None else (row.portal_id, bytes(row.sealed_grant))


class SqlPortalReturns:
    """Implements `ports.portals.PortalReturns`."""

    def __init__(self, *, engine: Engine, writer: Writer, clock: Clock) -> None:
        """`engine` from `open_engine`, migrated; `writer` the one writer of that database."""
        self._engine = reading(engine)
        self._writer = writer
        self._clock = clock

    def keep(self, state: str, address: str) -> None:
        """See the port."""
        row = {"digest": _digest(state), "address": address, "begun_at": self._clock.now()}

        def write(connection: Connection) -> None:
            over = _b.begun_at < self._clock.now() - LIFETIME
            connection.execute(delete(portal_returns).where(over))
            connection.execute(insert(portal_returns), row)

        self._writer.run(write)

    def take(self, state: str) -> str | None:
        """See the port. What there is not, is not written for: strangers cost a reading."""
        own = (_b.digest == _digest(state), _b.begun_at >= self._clock.now() - LIFETIME)
        with self._engine.connect() as connection:
            if connection.execute(select(_b.address).where(*own)).first() is None:
                return None
        gone = delete(portal_returns).where(*own).returning(_b.address)
        return self._writer.run(lambda connection: connection.execute(gone).scalar())


def _end(connection: Connection, code_sha256: bytes) -> None:
    own = update(portal_codes).where(_c.digest == code_sha256)
    connection.execute(own.values(is_spent=True, sealed_grant=b""))
    connection.execute(delete(portal_accesses).where(_a.code_digest == code_sha256))


def _told(request: PortalRequest) -> str:
    return msgspec.json.encode(msgspec.structs.replace(request, id="")).decode()


def _request(told: str | None, request_id: str) -> PortalRequest | None:
    if told is None:
        return None
    return msgspec.structs.replace(msgspec.json.decode(told, type=PortalRequest), id=request_id)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
