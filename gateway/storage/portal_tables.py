"""Tables of the provider of identity that portals see. Secrets are kept as SHA-256 alone.

What a code or an access token stands for is sealed by that very secret: nobody who reads the
database opens it, and no key of ours does.
"""

from sqlalchemy import Boolean, Column, ForeignKey, LargeBinary, String, Table, Text

from gateway.storage.tables import Instant, metadata

portals = Table(
    "portals",
    metadata,
    Column("id", String, primary_key=True),
    Column("registered", Text, nullable=False),
    Column("added_at", Instant, nullable=False),
    Column("removed_at", Instant),
)
"""A registered client; `registered` is what it registered, in JSON, with its public keys."""

portal_requests = Table(
    "portal_requests",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("request", Text, nullable=False),
    Column("begun_at", Instant, nullable=False, index=True),
)
"""An authorization request under way, without its id. Nothing of a person."""

portal_codes = Table(
    "portal_codes",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("portal_id", String, nullable=False),
    Column("sealed_grant", LargeBinary, nullable=False),
    Column("until", Instant, nullable=False, index=True),
    Column("is_spent", Boolean, nullable=False),
)
"""A code; kept for a while after its end, so that a second use is known as such."""

portal_accesses = Table(
    "portal_accesses",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("code_digest", LargeBinary, nullable=False, index=True),
    Column("portal_id", String, nullable=False),
    Column("sealed_grant", LargeBinary, nullable=False),
    Column("until", Instant, nullable=False, index=True),
)
"""An access token, and the code by which it was given."""

pairwise_subjects = Table(
    "pairwise_subjects",
    metadata,
    Column("account_id", String, primary_key=True),
    Column("sector", String, primary_key=True),
    Column("subject", String, nullable=False, unique=True),
)
"""By which name a sector knows an account, until that is erased; never another's."""

portal_hand_overs = Table(
    "portal_hand_overs",
    metadata,
    Column("number", ForeignKey("audit_entries.number"), primary_key=True, autoincrement=False),
    Column("account_id", String, nullable=False, index=True),
    Column("salt", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False, index=True),
)
"""Of whom an entry of the audit trail tells that an identity was handed over: what opens its
digest, for a year. Nothing else in the trail is ever forgotten."""

portal_returns = Table(
    "portal_returns",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("address", Text, nullable=False),
    Column("begun_at", Instant, nullable=False, index=True),
)
"""Where a browser goes after its provider's logout; SHA-256 of the state it comes back with."""
