"""The registered portals, and by which name each sector knows an account, on SQL."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
from sqlalchemy import Connection, Engine, insert, select, update
from sqlalchemy.exc import IntegrityError

from gateway.model.audit import GATEWAY, Act, Actor, Deed
from gateway.model.portal import Portal
from gateway.ports import Clock
from gateway.storage.audit_trail import enter
from gateway.storage.engine import reading
from gateway.storage.portal_tables import pairwise_subjects, portals
from gateway.storage.writer import Writer
from gateway.wire.canonical import jcs

_SUBJECT_BYTES: Final = 24
"""192 random bits: they say nothing of the account, and no two are ever equal."""
_p: Final = portals.c
_s: Final = pairwise_subjects.c
_LIVE: Final = select(_p.registered).where(_p.removed_at.is_(None)).order_by(_p.id)


class SqlPortals:
    """Implements `ports.portals.Portals`."""

    def __init__(
        self, *, engine: Engine, writer: Writer, clock: Clock, by: Actor = GATEWAY
    ) -> None:
        """`engine` from `open_engine`, migrated; `by`: who decides what is changed here."""
        self._engine = reading(engine)
        self._writer = writer
        self._clock = clock
        self._by = by

    def portal(self, portal_id: str) -> Portal | None:
        """See the port."""
        with self._engine.connect() as connection:
            row = connection.execute(_LIVE.where(_p.id == portal_id)).first()
        return None if row is None else _portal(row.registered)

    def every(self) -> Sequence[Portal]:
        """See the port."""
        with self._engine.connect() as connection:
            return [_portal(row.registered) for row in connection.execute(_LIVE)]

    def add(self, portal: Portal) -> None:
        """See the port."""
        now = self._clock.now()
        row = {"id": portal.id, "registered": _registered(portal), "added_at": now}

        def write(connection: Connection) -> None:
            try:
                with connection.begin_nested():
                    connection.execute(insert(portals), row)
            except IntegrityError:
                raise ValueError("that id is, or was, a portal's") from None
            told = {"keys": str(len(portal.keys)), "scopes": " ".join(portal.scopes)}
            self._enter(connection, Act.PORTAL_ADDED, portal.id, **told)

        self._writer.run(write)

    def remove(self, portal_id: str) -> None:
        """See the port. What asks for it by id finds none: its codes and tokens open nothing."""

        def write(connection: Connection) -> None:
            self._change(connection, portal_id, removed_at=self._clock.now())
            self._enter(connection, Act.PORTAL_REMOVED, portal_id)

        self._writer.run(write)

    def replace_keys(self, portal: Portal) -> None:
        """See the port."""
        told = {"keys": len(portal.keys)}
        self._replace(portal.id, Act.PORTAL_KEYS_REPLACED, {"keys": portal.keys}, **told)

    def replace_scopes(self, portal: Portal) -> None:
        """See the port."""
        told = {"scopes": " ".join(portal.scopes)}
        self._replace(portal.id, Act.PORTAL_SCOPES_REPLACED, {"scopes": portal.scopes}, **told)

    def replace_addresses(self, portal: Portal) -> None:
        """See the port. An address may be longer than what is entered: the trail has a digest."""
        stated = {
            "redirect_uris": portal.redirect_uris,
            "post_logout_redirect_uris": portal.post_logout_redirect_uris,
        }
        told: dict[str, int | str] = {
            "redirectUris": len(portal.redirect_uris),
            "postLogoutRedirectUris": len(portal.post_logout_redirect_uris),
            "sha256": sha256_of_addresses(portal),
        }
        self._replace(portal.id, Act.PORTAL_ADDRESSES_REPLACED, stated, **told)

    def _replace(
        self, portal_id: str, act: Act, stated: Mapping[str, object], **told: int | str
    ) -> None:
        def write(connection: Connection) -> None:
            own = _LIVE.where(_p.id == portal_id).with_for_update()
            row = connection.execute(own).first()
            if row is None:
                raise LookupError("no such portal")
            renewed = msgspec.structs.replace(_portal(row.registered), **stated)
            self._change(connection, portal_id, registered=_registered(renewed))
            self._enter(connection, act, portal_id, **told)

        self._writer.run(write)

    def _change(self, connection: Connection, portal_id: str, **values: object) -> None:
        own = update(portals).where(_p.id == portal_id, _p.removed_at.is_(None))
        if connection.execute(own.values(**values)).rowcount != 1:
            raise LookupError("no such portal")

    def _enter(
        self, connection: Connection, act: Act, portal_id: str, **details: int | str
    ) -> None:
        said = {"portal": portal_id, **{name: str(value) for name, value in details.items()}}
        enter(connection, Deed(act=act, by=self._by, at=self._clock.now(), details=said))


class SqlPairwiseSubjects:
    """Implements `ports.portals.PairwiseSubjects`."""

    def __init__(self, *, engine: Engine, writer: Writer) -> None:
        """`engine` from `open_engine`, migrated."""
        self._engine = reading(engine)
        self._writer = writer

    def subject(self, account_id: str, *, sector: str) -> str:
        """See the port. Of two who make the first at once, one finds the other's."""
        own = select(_s.subject).where(_s.account_id == account_id, _s.sector == sector)
        with self._engine.connect() as connection:
            found: str | None = connection.execute(own).scalar()
        if found is not None:
            return found
        made = secrets.token_urlsafe(_SUBJECT_BYTES)
        row = {"account_id": account_id, "sector": sector, "subject": made}

        def write(connection: Connection) -> str:
            try:
                with connection.begin_nested():
                    connection.execute(insert(pairwise_subjects), row)
            except IntegrityError:
                theirs: str = connection.execute(own).scalar_one()
                return theirs
            return made

        return self._writer.run(write)


def sha256_of_addresses(portal: Portal) -> str:
    """Of the canonical JSON of both lists, as a client's metadata names them; in hexadecimal."""
    stated = {
        "redirect_uris": list(portal.redirect_uris),
        "post_logout_redirect_uris": list(portal.post_logout_redirect_uris),
    }
    return hashlib.sha256(jcs(stated)).hexdigest()


def _registered(portal: Portal) -> str:
    return msgspec.json.encode(portal).decode()


def _portal(registered: str) -> Portal:
    return msgspec.json.decode(registered, type=Portal)
