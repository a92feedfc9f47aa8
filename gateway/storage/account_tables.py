"""Tables of accounts, of who signs in to them, and of what waits on the way."""

from typing import Final

from sqlalchemy import (
    Column,
    Date,
    ForeignKey,
    Function,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    func,
)

from gateway.storage.tables import BlindIndex, Instant, WrappedKey, metadata

account_keys = Table(
    "account_keys",
    metadata,
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("wrapped_key", WrappedKey, nullable=False),
)
"""Data keys that seal what is kept of those who sign in, by generation."""

accounts = Table(
    "accounts",
    metadata,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("worker_id", ForeignKey("directory_workers.worker_id"), unique=True),
    Column("begun_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False, index=True),
    Column("disabled_at", Instant),
    Column("key_generation", ForeignKey("account_keys.generation"), nullable=False),
    Column("sealed_email", LargeBinary),
    Column("disabled_for", String),
    Column("erased_at", Instant),
)
"""A user under a pseudonymous id; a worker has one. `sealed_email`: where it is written to.

What is erased and still here was disabled by the operator: it keeps closed what it closed."""

account_links = Table(
    "account_links",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), index=True),
    Column("provider", String, nullable=False),
    Column("basis", String, nullable=False),
    Column("acr", String, nullable=False),
    Column("linked_at", Instant, nullable=False),
    Column("key_generation", ForeignKey("account_keys.generation"), nullable=False),
    Column("sealed_pivot", LargeBinary),
)
"""SHA-256 of issuer and subject, and the account that they open. `sealed_pivot`: the digest of the
civil status that was compared. Of basis RELEASED it opens nothing: civil status alone is barred,
also once the account is erased, which is then None."""

account_bars = Table(
    "account_bars",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("worker_id", ForeignKey("directory_workers.worker_id"), primary_key=True, index=True),
    Column("provider", String, nullable=False),
    Column("linked_at", Instant, nullable=False),
    Column("barred_at", Instant, nullable=False),
    Column("lifted_at", Instant),
)
"""SHA-256 of issuer and subject, and the worker whom the operator took it away from. It outlives
the link and the account: lifted by the operator alone. What is lifted stays as such: a former
issuer's bar does not come back over it, and civil status alone links that identity no more."""

account_emails = Table(
    "account_emails",
    metadata,
    Column("email_index", BlindIndex, primary_key=True),
    Column("version", Integer, nullable=False, index=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("key_generation", ForeignKey("account_keys.generation"), nullable=False),
    Column("sealed_email", LargeBinary, nullable=False),
)
"""The addresses that are a professional account's, and nobody else's until they are released."""

account_notices = Table(
    "account_notices",
    metadata,
    Column("id", String, primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("day", Date, nullable=False),
    Column("days", Integer, nullable=False),
    Column("decided_at", Instant, nullable=False),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", Instant, nullable=False),
    Column("fault", String),
    Column("settled_at", Instant),
    Index("ix_account_notices_state", "state", "next_attempt_at"),
)
"""What holders of accounts are told by mail; to which address, the account says when it is sent."""

sign_in_sessions = Table(
    "sign_in_sessions",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("mark", String, nullable=False),
    Column("provider", String, nullable=False),
    Column("begun_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False, index=True),
    Column("ends_at", Instant, nullable=False, index=True),
    Column("key_generation", ForeignKey("account_keys.generation"), nullable=False),
    Column("sealed_session", LargeBinary, nullable=False),
)
"""SHA-256 of the id in the browser's cookie; what the provider said, and its token, sealed."""

waiting_identities = Table(
    "waiting_identities",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("since", Instant, nullable=False, index=True),
    Column("key_generation", ForeignKey("account_keys.generation"), nullable=False),
    Column("sealed_identity", LargeBinary, nullable=False),
)
"""A proven person who is to type a number, for ten minutes."""

number_tries = Table(
    "number_tries",
    metadata,
    Column("id", String, primary_key=True),
    Column("digest", LargeBinary, nullable=False, index=True),
    Column("at", Instant, nullable=False, index=True),
)
"""That an identity, by the SHA-256 of issuer and subject, typed a number, until one is right.

What counts on under another issuer is copied: its `id` is that of the number, a dot and a name."""
TRY_BYTES: Final = 16
_TRY_CHARS: Final = 22
"""Of so many bytes in base64url."""


def try_of(column: Column[str]) -> Function[str]:
    """The id of the number that was typed, of a row or of its copy."""
    return func.substr(column, 1, _TRY_CHARS)
