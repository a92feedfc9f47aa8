"""Tables of what outside registers said, and of what they are still to be asked."""

from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table

from gateway.storage.tables import BlindIndex, Instant, metadata


def _state() -> tuple[Column[Any], ...]:
    """An answer with its lifetime; its place in the queue, where it is due at `next_try_at`.

    `change`: the number of the last one of that register by which an answer was kept.
    """
    return (
        Column("answer", String),
        Column("outcome", String),
        Column("source", String),
        Column("checked_at", Instant),
        Column("fresh_until", Instant),
        Column("stale_until", Instant),
        Column("queued_at", Instant),
        Column("is_backfill", Integer, nullable=False),
        Column("next_try_at", Instant),
        Column("attempts", Integer, nullable=False),
        Column("cause", String),
        Column("claimed_until", Instant),
        Column("change", BigInteger, nullable=False, server_default="0"),
    )


verified_establishments = Table(
    "verified_establishments",
    metadata,
    Column("siret", String, primary_key=True),
    *_state(),
    Index("ix_verified_establishments_queue", "is_backfill", "next_try_at"),
    Index("ix_verified_establishments_outcome", "outcome"),
    sqlite_with_rowid=False,
)
"""What Sirene said of an establishment."""

verified_identities = Table(
    "verified_identities",
    metadata,
    Column("worker_id", ForeignKey("directory_workers.worker_id"), primary_key=True),
    Column("digest", BlindIndex, nullable=False),
    Column("digest_version", Integer, nullable=False),
    *_state(),
    Index("ix_verified_identities_queue", "is_backfill", "next_try_at"),
    Index("ix_verified_identities_outcome", "outcome"),
    sqlite_with_rowid=False,
)
"""What Ameli said of a worker, for the traits of that digest alone; no trait stands here."""

verification_counts = Table(
    "verification_counts",
    metadata,
    Column("register", String, primary_key=True),
    Column("minute", Instant, primary_key=True),
    Column("outcome", String, primary_key=True),
    Column("count", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""How many answers of each kind a register gave in a minute, for a day."""

verification_pauses = Table(
    "verification_pauses",
    metadata,
    Column("register", String, primary_key=True),
    Column("since", Instant),
    Column("counted_from", Instant),
    Column("trusted_until", Instant),
    sqlite_with_rowid=False,
)
"""Whether a register is believed: see `verification.sanity.Pause`."""
