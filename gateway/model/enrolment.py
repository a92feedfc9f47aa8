"""How a partner's key comes into the register: invited once, then by the key before it."""

from datetime import datetime

import msgspec

from gateway.model.directory import Fact, Partner
from gateway.model.partners import Credential

SLOTS = 2
"""Credentials of one partner that may be live at once: the one in use, and the next."""


class Invitation(Fact, frozen=True, kw_only=True):
    """The right to enrol one credential for one partner. The secret itself is kept nowhere."""

    partner: Partner
    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    withdrawn_at: datetime | None = None
    """When a later one took its place."""


class Enrolling(Fact, frozen=True, kw_only=True):
    """A credential that was judged fit, with what the register must know of it beside."""

    credential: Credential
    key_thumbprint: str
    """RFC 7638, of its key: no key serves two partners, whatever certificates it has."""
    authority: str
    """Id of our own authority that issued it, or name of another; empty for a bare key."""
    serial: str | None = None
    """Serial number in hexadecimal of what our own authority issued."""


class RefusedEnrolment(Fact, frozen=True, kw_only=True):
    """An enrolment that was tried with a good invitation or key, and not taken."""

    partner_id: str
    at: datetime
    code: str


class Withdrawn(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate of our own authority that opens nothing any more."""

    serial: str
    """In hexadecimal."""
    at: datetime


class RevocationList(msgspec.Struct, frozen=True, kw_only=True):
    """A signed list of what an authority of ours has revoked."""

    number: int
    issued_at: datetime
    entries: int
    der: bytes
