"""What the holder of an account is told by mail. Nothing of the person is in it."""

import hashlib
from datetime import date, datetime
from enum import StrEnum
from typing import Final

import msgspec

from gateway.model.partner_notices import MailAddress

IDLE_DAYS: Final = (30, 7)
"""Days ahead of its end at which an account that nobody uses is announced."""


class AccountNoticeKind(StrEnum):
    """What is told. A name is stored: it never changes meaning."""

    IDLE = "IDLE"
    """The account, unused for long, is disabled on `day` unless its holder signs in before."""
    DISABLED = "DISABLED"
    """It was."""


class AccountNotice(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that the holder is told, once. Everything that its mail says follows from it."""

    account_id: str
    kind: AccountNoticeKind
    day: date
    days: int = 0
    """Of `IDLE_DAYS`, for one that is announced."""
    decided_at: datetime

    @property
    def id(self) -> str:
        """The same for the same thing told, whoever decides it and when: 32 hexadecimal digits."""
        told = (self.account_id, self.kind.value, self.day.isoformat(), str(self.days))
        return hashlib.sha256(repr(told).encode()).hexdigest()[:32]


class Announced(msgspec.Struct, frozen=True, kw_only=True):
    """The end of an account that was announced to its holder."""

    day: date
    is_told: bool
    """A mail of that day was sent, or there is no address: nobody can be told so."""


class DueAccountNotice(msgspec.Struct, frozen=True, kw_only=True):
    """A notice whose turn it is, with what is needed to send it."""

    notice: AccountNotice
    attempts: int
    """This one included."""
    recipients: tuple[MailAddress, ...]
