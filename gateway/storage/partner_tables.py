"""Tables of the enrolled partners."""

from typing import Final

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    false,
)

from gateway.storage.tables import Instant, metadata

NO_SENDER: Final = "-"

partners = Table(
    "partners",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("siret", String, nullable=False),
    Column("type", String, nullable=False),
    Column("flows", String, nullable=False),
    Column("accreditation", String),
    Column("accredited_from", Date),
    Column("accredited_to", Date),
    Column("suspended_from", Date),
    Column("disabled_at", Instant),
    Column("failure_budget", Integer),
    Column("demands_signature", Boolean, nullable=False, server_default=false()),
    Column("suspended_until", Instant),
)
"""`type` is `NO_SENDER` for who is no sender itself and speaks for others."""

partner_tokens = Table(
    "partner_tokens",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("partner_id", ForeignKey("partners.id"), nullable=False, index=True),
    Column("issued_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("revoked_at", Instant),
)
"""SHA-256 of a token of 256 random bits; the token itself is kept nowhere.

Those of before tokens had an end have none but their revocation.
"""

partner_successions = Table(
    "partner_successions",
    metadata,
    Column("partner_id", ForeignKey("partners.id"), primary_key=True),
    Column("predecessor", String, primary_key=True),
    Column("decided_at", Instant, primary_key=True),
    Column("ended_at", Instant),
    sqlite_with_rowid=False,
)
"""The sender, by its SIRET, whose lines this partner may correct as its own, from when to when."""

partner_mandates = Table(
    "partner_mandates",
    metadata,
    Column("agent", ForeignKey("partners.id"), primary_key=True),
    Column("mandator", ForeignKey("partners.id"), primary_key=True),
    Column("decided_at", Instant, primary_key=True),
    Column("start", Date, nullable=False),
    Column("end", Date),
    Column("ended_at", Instant),
    sqlite_with_rowid=False,
)
"""Who may transmit in whose name, on which days; taken back where `ended_at` is set."""

partner_credentials = Table(
    "partner_credentials",
    metadata,
    Column("id", String, primary_key=True),
    Column("partner_id", ForeignKey("partners.id"), nullable=False),
    Column("kind", String, nullable=False),
    Column("thumbprint", String, nullable=False),
    Column("public", LargeBinary, nullable=False),
    Column("not_before", Instant, nullable=False),
    Column("not_after", Instant),
    Column("enrolled_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("last_used_at", Instant),
    Column("allows_rsa_pkcs1_v15", Boolean, nullable=False),
    Column("key_thumbprint", String),
    Column("authority", String),
    Column("serial", String),
    UniqueConstraint("thumbprint", name="uq_partner_credentials_thumbprint"),
    Index("ix_partner_credentials_partner_id", "partner_id"),
    Index("ix_partner_credentials_key_thumbprint", "key_thumbprint"),
    Index("ix_partner_credentials_authority", "authority"),
)
"""Public halves of the partners' keys; a key is enrolled once, for ever, by one partner.

`key_thumbprint` names the key itself (RFC 7638), whatever certificate it has; `authority` who
certified it, `serial` the number of a certificate that our own authority issued.
"""

partner_invitations = Table(
    "partner_invitations",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("partner_id", ForeignKey("partners.id"), nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("withdrawn_at", Instant),
    Index("ix_partner_invitations_partner_id", "partner_id"),
)
"""SHA-256 of an invitation of 256 random bits, which opens enrolment once."""

spent_assertions = Table(
    "spent_assertions",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("until", Instant, nullable=False, index=True),
)
"""SHA-256 over issuer and `jti` of an assertion, kept until it could not be taken any more."""

enrolment_refusals = Table(
    "enrolment_refusals",
    metadata,
    Column("id", String, primary_key=True),
    Column("partner_id", ForeignKey("partners.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("code", String, nullable=False),
    Index("ix_enrolment_refusals_partner_id_at", "partner_id", "at"),
)
"""Credentials that were offered with a good invitation or key, and not taken."""

revocation_lists = Table(
    "revocation_lists",
    metadata,
    Column("authority", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("issued_at", Instant, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("der", LargeBinary, nullable=False),
)
"""The lists that authorities of our own signed, each as it was published."""
