"""Tables of the enrolled partners."""

from sqlalchemy import Column, Date, ForeignKey, LargeBinary, String, Table

from gateway.storage.tables import Instant, metadata

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
)

partner_tokens = Table(
    "partner_tokens",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("partner_id", ForeignKey("partners.id"), nullable=False, index=True),
    Column("issued_at", Instant, nullable=False),
    Column("revoked_at", Instant),
)
"""SHA-256 of a token of 256 random bits; the token itself is kept nowhere."""

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
