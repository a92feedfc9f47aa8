"""What partners are told by mail: which notices there are, and one as it is sent."""

import hashlib
import re
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final, Self

import msgspec

from gateway.model.parts import legal_day

EXPIRY_DAYS: Final = (40, 20, 10, 3, 1)
"""Days ahead of its end at which a credential is announced; the old register wrote once, at 40."""
_ADDRESS: Final = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._%+'-]{0,63}@"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]",
    re.ASCII,
)
_LONGEST: Final = 254


class NotAnAddress(ValueError):
    """It cannot be written to; the message does not repeat it."""


class MailAddress(str):
    """An address that is nothing but one: no name, quote, blank or line break (RFC 5321 §4.1.2)."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """The address in `text`, to the very end.

        Raises:
            NotAnAddress: it is none, or one that no ordinary mailbox has.
        """
        if len(text) > _LONGEST or not _ADDRESS.fullmatch(text):
            raise NotAnAddress("not an address of a mailbox")
        return cls(text)

    def __repr__(self) -> str:
        return "MailAddress(…)"


class NoticeKind(StrEnum):
    """What a partner is told. A name is stored: it never changes meaning."""

    CREDENTIAL_EXPIRES = "CREDENTIAL_EXPIRES"
    """A credential ends on `day`, told `days` ahead."""
    ACCOUNT_IDLE = "ACCOUNT_IDLE"
    """The account, unused for long, is disabled on `day` unless it is used before."""
    ACCOUNT_DISABLED = "ACCOUNT_DISABLED"
    """It was."""
    CREDENTIAL_ENROLLED = "CREDENTIAL_ENROLLED"
    """A credential opens the account since `day`."""
    CREDENTIAL_REVOKED = "CREDENTIAL_REVOKED"
    """A credential opens it no more since `day`."""
    ENROLMENT_REFUSED = "ENROLMENT_REFUSED"
    """A credential that the partner wanted to enrol was refused on `day`."""


class PartnerNotice(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a partner is told, once. Everything that its mail says follows from it."""

    partner_id: str
    kind: NoticeKind
    day: date
    decided_at: datetime
    subject: str = ""
    """Of which credential: its thumbprint; empty where the account is meant."""
    days: int = 0
    """Of `EXPIRY_DAYS`, for a credential that expires."""

    @classmethod
    def of(cls, kind: NoticeKind, partner_id: str, *, at: datetime, subject: str = "") -> Self:
        """What happened to a credential at that moment, told of its legal day."""
        return cls(
            partner_id=partner_id, kind=kind, day=legal_day(at), decided_at=at, subject=subject
        )

    @property
    def id(self) -> str:
        """The same for the same thing told, whoever decides it and when: 32 hexadecimal digits."""
        told = (self.partner_id, self.kind, self.day.isoformat(), self.subject, self.days)
        return hashlib.sha256(repr(tuple(map(str, told))).encode()).hexdigest()[:32]


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """A credential that ends by itself."""

    partner_id: str
    thumbprint: str
    enrolled_at: datetime
    not_after: datetime


class NoticeState(StrEnum):
    """What became of a notice."""

    WAITING = "WAITING"
    SENT = "SENT"
    GIVEN_UP = "GIVEN_UP"
    """No relay took it in all its time, or one refused it for good: somebody must look."""
    MOOT = "MOOT"
    """It was overtaken before it could be sent: by a later notice, or by the facts."""


class DueNotice(msgspec.Struct, frozen=True, kw_only=True):
    """A notice whose turn it is, with what is needed to send it."""

    notice: PartnerNotice
    attempts: int
    """This one included."""
    recipients: tuple[MailAddress, ...]


class MailMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A mail as its relay is to take it; the same notice always makes the same one."""

    id: str
    """Left of the `@` of its Message-ID."""
    written_at: datetime
    recipients: tuple[MailAddress, ...]
    subject: str
    text: str


class Tls(StrEnum):
    """How a connection to a relay is protected."""

    STARTTLS = "starttls"
    IMPLICIT = "implicit"
    NONE = "none"
    """For a relay on this machine alone."""


class Relay(msgspec.Struct, frozen=True, kw_only=True):
    """Who takes the mail, as an installation configures it."""

    host: str
    port: int
    tls: Tls
    sender: MailAddress
    """Where mail comes from."""
    user: str
    password: str
    authorities: Path | None
    """A file of roots in PEM that stand in for the system's."""

    def __repr__(self) -> str:
        return f"Relay({self.host!r}, {self.port})"


class NotSent(Exception):
    """No relay took the mail; `kind` names why without a word of what the relay said."""

    def __init__(self, kind: str, *, is_its_own: bool = False, is_final: bool = False) -> None:
        """`is_its_own` says that this very mail was refused, and another may be taken.

        `is_final`: for good (RFC 5321 §4.2.1, 5yz).
        """
        super().__init__(kind)
        self.kind = kind
        self.is_its_own = is_its_own
        self.is_final = is_final
