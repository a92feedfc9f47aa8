"""Tables of what partners are told, where, and of when they last came."""

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, String, Table

from gateway.storage.tables import Instant, metadata

partner_contacts = Table(
    "partner_contacts",
    metadata,
    Column("partner_id", ForeignKey("partners.id"), primary_key=True),
    Column("address", String, primary_key=True),
    sqlite_with_rowid=False,
)
"""Where a partner wants to be written to: mailboxes of functions, not of persons."""

partner_notices = Table(
    "partner_notices",
    metadata,
    Column("id", String, primary_key=True),
    Column("partner_id", ForeignKey("partners.id"), nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("day", Date, nullable=False),
    Column("decided_at", Instant, nullable=False),
    Column("subject", String, nullable=False),
    Column("days", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", Instant, nullable=False),
    Column("fault", String),
    Column("settled_at", Instant),
    Index("ix_partner_notices_state", "state", "next_attempt_at"),
)
"""The outbox: a notice by its id, which follows from what it tells, so that it is there once."""

partner_uses = Table(
    "partner_uses",
    metadata,
    Column("partner_id", ForeignKey("partners.id"), primary_key=True),
    Column("last_on", Date, nullable=False),
    sqlite_with_rowid=False,
)
