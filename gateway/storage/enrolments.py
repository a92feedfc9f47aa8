"""Invitations, what they opened, and what was refused, on SQL. Of an invitation its SHA-256 alone.

All that decides is read and written in one transaction that holds the partners' turn: of any number
of requests under one invitation, in any number of processes, one enrols. The partner's notice is in
the same transaction: no crash leaves the one without the other.
"""

import hmac
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import Connection, Engine, insert, or_, select, update

from gateway.errors import EnrolledAlready, InvitationOver, NotAuthenticated, SlotsTaken
from gateway.model.audit import GATEWAY, Act, Actor, ActorKind, Deed
from gateway.model.enrolment import SLOTS, Enrolling, Invitation, RefusedEnrolment
from gateway.model.partner_notices import NoticeKind, PartnerNotice
from gateway.storage.audit_trail import enter
from gateway.storage.engine import reading, wait_for_turn
from gateway.storage.partner_credentials import enrolled
from gateway.storage.partner_notices import insert_notices
from gateway.storage.partner_rows import partner_of_row
from gateway.storage.partner_tables import (
    enrolment_refusals,
    partner_credentials,
    partner_invitations,
    partners,
)
from gateway.storage.writer import Writer

_TURN: Final = "siseri partners"
_c, _i, _r = partner_credentials.c, partner_invitations.c, enrolment_refusals.c


class SqlEnrolments:
    """Implements `ports.Enrolments`. Every change is durable on return."""

    def __init__(self, *, engine: Engine, writer: Writer, by: Actor = GATEWAY) -> None:
        """`engine` from `open_engine`, migrated; `by`: who invites."""
        self._engine = reading(engine)
        self._writer = writer
        self._by = by

    def invite(
        self, partner_id: str, *, digest: bytes, issued_at: datetime, expires_at: datetime
    ) -> None:
        """See ports.Enrolments."""

        def invite(connection: Connection) -> None:
            live = select(partners.c.id).where(
                partners.c.id == partner_id, partners.c.disabled_at.is_(None)
            )
            if connection.execute(live).first() is None:
                raise LookupError("no such partner")
            connection.execute(
                update(partner_invitations)
                .where(_i.partner_id == partner_id, _i.used_at.is_(None), _i.withdrawn_at.is_(None))
                .values(withdrawn_at=issued_at)
            )
            connection.execute(
                insert(partner_invitations).values(
                    digest=digest,
                    partner_id=partner_id,
                    issued_at=issued_at,
                    expires_at=expires_at,
                )
            )
            invited = Deed(
                act=Act.PARTNER_INVITED,
                by=self._by,
                at=issued_at,
                partner=partner_id,
                details={"until": expires_at.isoformat()},
            )
            enter(connection, invited)

        self._in_turn(invite)

    def invitation(self, digest: bytes) -> Invitation | None:
        """See ports.Enrolments."""
        query = (
            select(partner_invitations, partners)
            .join_from(partner_invitations, partners)
            .where(_i.digest == digest, partners.c.disabled_at.is_(None))
        )
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        if row is None or not hmac.compare_digest(row.digest, digest):
            return None
        return Invitation(
            partner=partner_of_row(row),
            issued_at=row.issued_at,
            expires_at=row.expires_at,
            used_at=row.used_at,
            withdrawn_at=row.withdrawn_at,
        )

    def enrol_invited(self, enrolling: Enrolling, *, digest: bytes) -> None:
        """See ports.Enrolments."""
        at = enrolling.credential.enrolled_at
        using = (
            update(partner_invitations)
            .where(
                _i.digest == digest,
                _i.partner_id == enrolling.credential.partner_id,
                _i.used_at.is_(None),
                _i.withdrawn_at.is_(None),
                _i.expires_at > at,
            )
            .values(used_at=at)
        )

        def enrol(connection: Connection) -> None:
            if connection.execute(using).rowcount != 1:
                raise InvitationOver
            _insert(connection, enrolling)

        self._in_turn(enrol)

    def enrol_beside(self, enrolling: Enrolling, *, live: str) -> None:
        """See ports.Enrolments."""
        credential = enrolling.credential
        standing = select(_c.id).where(
            _c.thumbprint == live,
            _c.partner_id == credential.partner_id,
            *_live_at(credential.enrolled_at),
        )

        def enrol(connection: Connection) -> None:
            if connection.execute(standing).first() is None:
                raise NotAuthenticated
            _insert(connection, enrolling)

        self._in_turn(enrol)

    def note_refusal(self, refused: RefusedEnrolment) -> None:
        """See ports.Enrolments."""
        row = insert(enrolment_refusals).values(
            id=str(uuid4()), partner_id=refused.partner_id, at=refused.at, code=refused.code
        )
        # of one day: told once, however many there were
        told = PartnerNotice.of(NoticeKind.ENROLMENT_REFUSED, refused.partner_id, at=refused.at)
        deed = Deed(
            act=Act.ENROLMENT_REFUSED,
            by=Actor(ActorKind.PARTNER, refused.partner_id),
            at=refused.at,
            partner=refused.partner_id,
            details={"code": refused.code},
        )

        def note(connection: Connection) -> None:
            connection.execute(row)
            insert_notices(connection, (told,))
            enter(connection, deed)

        self._writer.run(note)

    def refusals(self, partner_id: str, *, since: datetime) -> Sequence[RefusedEnrolment]:
        """See ports.Enrolments."""
        query = (
            select(_r.partner_id, _r.at, _r.code)
            .where(_r.partner_id == partner_id, _r.at >= since)
            .order_by(_r.at, _r.id)
        )
        with self._engine.connect() as connection:
            return [
                RefusedEnrolment(partner_id=row.partner_id, at=row.at, code=row.code)
                for row in connection.execute(query)
            ]

    def invited(self) -> dict[str, datetime]:
        """Until when an invitation of each partner waits to be used, by id."""
        query = select(_i.partner_id, _i.expires_at).where(
            _i.used_at.is_(None), _i.withdrawn_at.is_(None)
        )
        with self._engine.connect() as connection:
            return {row.partner_id: row.expires_at for row in connection.execute(query)}

    def issued_here(self) -> frozenset[str]:
        """Thumbprints of what authorities of our own issued."""
        query = select(_c.thumbprint).where(_c.serial.is_not(None))
        with self._engine.connect() as connection:
            return frozenset(connection.execute(query).scalars())

    def _in_turn(self, work: Callable[[Connection], None]) -> None:
        def run(connection: Connection) -> None:
            wait_for_turn(connection, _TURN)
            work(connection)

        self._writer.run(run)


def _live_at(at: datetime) -> tuple[Any, ...]:
    return (_c.revoked_at.is_(None), or_(_c.not_after.is_(None), _c.not_after > at))


def _insert(connection: Connection, enrolling: Enrolling) -> None:
    """Within a transaction that holds the turn."""
    credential = enrolling.credential
    same_key = (_c.key_thumbprint == enrolling.key_thumbprint) & (
        _c.partner_id != credential.partner_id
    )
    known = select(_c.id).where(or_(_c.thumbprint == credential.thumbprint, same_key))
    if connection.execute(known).first() is not None:
        raise EnrolledAlready
    live = select(_c.id).where(
        _c.partner_id == credential.partner_id,
        _c.kind == credential.kind.value,
        *_live_at(credential.enrolled_at),
    )
    if len(connection.execute(live).all()) >= SLOTS:
        raise SlotsTaken
    connection.execute(
        insert(partner_credentials).values(
            id=credential.id,
            partner_id=credential.partner_id,
            kind=credential.kind.value,
            thumbprint=credential.thumbprint,
            public=credential.public,
            not_before=credential.not_before,
            not_after=credential.not_after,
            enrolled_at=credential.enrolled_at,
            allows_rsa_pkcs1_v15=False,
            key_thumbprint=enrolling.key_thumbprint,
            authority=enrolling.authority,
            serial=enrolling.serial,
        )
    )
    told = PartnerNotice.of(
        NoticeKind.CREDENTIAL_ENROLLED,
        credential.partner_id,
        at=credential.enrolled_at,
        subject=credential.thumbprint,
    )
    insert_notices(connection, (told,))
    enter(connection, enrolled(credential, by=Actor(ActorKind.PARTNER, credential.partner_id)))
