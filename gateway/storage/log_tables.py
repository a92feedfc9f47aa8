"""The tables of the evidence log. They hold nothing of a person: salted digests, hashes, notes."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    column,
)

from gateway.storage.tables import Instant, Number, metadata

log_leaves = Table(
    "log_leaves",
    metadata,
    Column("cursor", ForeignKey("acknowledgements.cursor"), primary_key=True, autoincrement=False),
    Column("leaf_index", BigInteger, unique=True),
    Column("salt", LargeBinary),
    Column("entry", LargeBinary),
    Index(
        "ix_log_leaves_waiting",
        "cursor",
        sqlite_where=column("leaf_index").is_(None),
        postgresql_where=column("leaf_index").is_(None),
    ),
)
"""One row an acknowledgement, written with it. The other columns are NULL until the leaf gets its
place; `salt` is NULL again once it is erased, `entry` stays for ever."""

log_hashes = Table(
    "log_hashes",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
)
"""The hashes of complete subtrees, in the order in which they become complete; never changed."""

log_checkpoints = Table(
    "log_checkpoints",
    metadata,
    Column("size", Number, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),
    Column("note", LargeBinary, nullable=False),
    Column("signed_at", Instant, nullable=False),
)
"""Every checkpoint that was ever signed, with the log's signatures alone."""

log_cosignatures = Table(
    "log_cosignatures",
    metadata,
    Column("size", ForeignKey("log_checkpoints.size"), primary_key=True, autoincrement=False),
    Column("witness", String, primary_key=True),
    Column("line", String, nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_log_cosignatures_witness", "witness", "size"),
)
"""What witnesses signed under a checkpoint; `witness` is the witness's key."""

log_timestamps = Table(
    "log_timestamps",
    metadata,
    Column("size", ForeignKey("log_checkpoints.size"), primary_key=True, autoincrement=False),
    Column("authority", String, primary_key=True),
    Column("token", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
)
"""Time-stamp tokens (RFC 3161, DER) over a checkpoint's text, with the time that each states;
`authority` is the subject of the certificate that signed it."""
