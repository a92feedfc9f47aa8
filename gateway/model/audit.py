"""The audit trail: what the operator, the partners and the gateway itself decided, and when."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec


class ActorKind(StrEnum):
    """Who can act."""

    OPERATOR = "OPERATOR"
    REGISTER = "REGISTER"
    PARTNER = "PARTNER"
    GATEWAY = "GATEWAY"


class Actor(msgspec.Struct, frozen=True):
    """Who acted."""

    kind: ActorKind
    name: str
    """Of an operator `SISERI_OPERATOR` or the account of the system; of a partner its id; of the
    register the first digits of its token's SHA-256."""


GATEWAY: Final = Actor(ActorKind.GATEWAY, "gateway")
"""The gateway by itself: what is due by the clock, or follows from what partners send."""


class Act(StrEnum):
    """What was done. A name is never given another meaning, nor used again."""

    PARTNER_ADDED = "PARTNER_ADDED"
    PARTNER_DISABLED = "PARTNER_DISABLED"
    TOKEN_RENEWED = "TOKEN_RENEWED"  # noqa: S105 - the name of an act
    CONTACT_ADDED = "CONTACT_ADDED"
    CONTACT_REMOVED = "CONTACT_REMOVED"
    SUCCESSION_DECIDED = "SUCCESSION_DECIDED"
    SUCCESSION_ENDED = "SUCCESSION_ENDED"
    MANDATE_DECIDED = "MANDATE_DECIDED"
    MANDATE_ENDED = "MANDATE_ENDED"
    PARTNER_INVITED = "PARTNER_INVITED"
    CREDENTIAL_ENROLLED = "CREDENTIAL_ENROLLED"
    CREDENTIAL_REVOKED = "CREDENTIAL_REVOKED"
    ENROLMENT_REFUSED = "ENROLMENT_REFUSED"
    SIGNATURES_DEMANDED = "SIGNATURES_DEMANDED"
    SIGNATURES_NOT_DEMANDED = "SIGNATURES_NOT_DEMANDED"
    PKCS1_ALLOWED = "PKCS1_ALLOWED"
    PKCS1_WITHDRAWN = "PKCS1_WITHDRAWN"
    VERIFICATION_SUSPENDED = "VERIFICATION_SUSPENDED"
    VERIFICATION_RELEASED = "VERIFICATION_RELEASED"
    DIRECTORY_WRITTEN = "DIRECTORY_WRITTEN"
    DIRECTORY_IMPORTED = "DIRECTORY_IMPORTED"
    DIRECTORY_CONTACTS_WRITTEN = "DIRECTORY_CONTACTS_WRITTEN"
    DIRECTORY_CONTACTS_IMPORTED = "DIRECTORY_CONTACTS_IMPORTED"
    DIRECTORY_CONTACTS_READ = "DIRECTORY_CONTACTS_READ"
    DIRECTORY_DECISIONS_WRITTEN = "DIRECTORY_DECISIONS_WRITTEN"
    DIRECTORY_DECISIONS_IMPORTED = "DIRECTORY_DECISIONS_IMPORTED"
    REGISTER_TOKEN_GIVEN = "REGISTER_TOKEN_GIVEN"  # noqa: S105 - the name of an act
    REGISTER_TOKEN_WITHDRAWN = "REGISTER_TOKEN_WITHDRAWN"  # noqa: S105 - the name of an act
    CREDENTIALS_RECHECKED = "CREDENTIALS_RECHECKED"
    KEY_FOUND = "KEY_FOUND"
    KEY_MADE = "KEY_MADE"
    KEY_REQUESTED = "KEY_REQUESTED"
    KEY_IMPORTED = "KEY_IMPORTED"
    KEY_COMPROMISED = "KEY_COMPROMISED"
    KEY_TAKEN_INTO_USE = "KEY_TAKEN_INTO_USE"
    KEY_RETIRED = "KEY_RETIRED"
    JUDGING_AGAIN_ORDERED = "JUDGING_AGAIN_ORDERED"
    SIRENE_IMPORTED = "SIRENE_IMPORTED"
    TASK_ORDERED = "TASK_ORDERED"
    PORTAL_ADDED = "PORTAL_ADDED"
    PORTAL_REMOVED = "PORTAL_REMOVED"
    PORTAL_SCOPES_REPLACED = "PORTAL_SCOPES_REPLACED"
    PORTAL_ADDRESSES_REPLACED = "PORTAL_ADDRESSES_REPLACED"
    PORTAL_KEYS_REPLACED = "PORTAL_KEYS_REPLACED"
    IDENTITY_HANDED_OVER = "IDENTITY_HANDED_OVER"
    ACCOUNT_DISABLED = "ACCOUNT_DISABLED"
    ACCOUNT_ENABLED = "ACCOUNT_ENABLED"
    ACCOUNT_RELEASED = "ACCOUNT_RELEASED"
    ACCOUNT_ERASED = "ACCOUNT_ERASED"
    ACCOUNT_UNBARRED = "ACCOUNT_UNBARRED"
    SCHEMA_MIGRATED = "SCHEMA_MIGRATED"


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """One act as it is to be entered. Nothing in it is of a person, and nothing is secret."""

    act: Act
    by: Actor
    at: datetime
    partner: str | None = None
    """Id of the partner whom it concerns."""
    details: Mapping[str, str] = msgspec.field(default_factory=dict)
    """What was decided, by name: identifiers, codes, days and numbers, 128 characters at most."""


class AuditLeaf(msgspec.Struct, frozen=True, kw_only=True):
    """An entry that is committed, and has no place in the evidence log yet."""

    number: int
    sha256: bytes
    """Of the entry, 32 bytes."""


class PlacedAudit(msgspec.Struct, frozen=True, kw_only=True):
    """The place that an entry takes in the evidence log."""

    number: int
    index: int
    """From 0."""
    leaf: bytes
    """What the log shows of it, for ever."""


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as it is kept."""

    number: int
    octets: bytes
    """Its canonical JSON."""
    index: int | None
    """Its place in the evidence log; `None` until it is numbered there."""
