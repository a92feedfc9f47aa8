"""What the evidence log keeps and gives: leaves, hashes of subtrees, checkpoints, cosignatures."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

import msgspec

from gateway.model.audit import AuditLeaf, PlacedAudit

Subtree: TypeAlias = tuple[int, int]
"""A complete subtree: its level (2**level leaves) and its position from the left, from 0."""
ReadHashes: TypeAlias = Callable[[Iterable[Subtree]], Mapping[Subtree, bytes]]
"""Gives the stored hashes of complete subtrees, 32 bytes each; raises `LookupError` without one."""


class StoredCheckpoint(msgspec.Struct, frozen=True, kw_only=True):
    """The log at one size, as it was signed."""

    size: int
    """Number of leaves."""
    root: bytes
    """Root of their tree (RFC 6962 §2.1), 32 bytes."""
    note: bytes
    """The signed note, with the log's signatures alone (C2SP tlog-checkpoint)."""
    signed_at: datetime


class WaitingLeaf(msgspec.Struct, frozen=True, kw_only=True):
    """An acknowledgement that is committed, and has no place in the log yet."""

    cursor: int
    acknowledgement_id: str
    canonical_sha256: str
    """Hexadecimal."""


class NumberedLeaf(msgspec.Struct, frozen=True, kw_only=True):
    """The place that an acknowledgement takes in the log."""

    cursor: int
    acknowledgement_id: str
    index: int
    """From 0."""
    salt: bytes
    entry: bytes
    """What the log shows of it, for ever."""


class LogTip(msgspec.Struct, frozen=True, kw_only=True):
    """What the next checkpoint continues from, read in the transaction that will write it."""

    checkpoint: StoredCheckpoint | None
    """The latest; `None` before the first."""
    waiting: Sequence[WaitingLeaf]
    """Committed leaves without index, by cursor; as many as one checkpoint takes."""
    read_hashes: ReadHashes
    audit: Sequence[AuditLeaf] = ()
    """Committed entries of the audit trail without a place, oldest first."""


class Extension(msgspec.Struct, frozen=True, kw_only=True):
    """What one checkpoint adds."""

    checkpoint: StoredCheckpoint
    leaves: Sequence[NumberedLeaf]
    """Every leaf that waited, in order."""
    hashes: Sequence[tuple[int, int, bytes]]
    """Level, position and hash of every subtree that became complete."""
    audit: Sequence[PlacedAudit] = ()
    """Every entry of the audit trail that waited; they follow the leaves."""


class LeafOnRecord(msgspec.Struct, frozen=True, kw_only=True):
    """An acknowledgement's leaf as it is kept."""

    decided_at: datetime
    """Of the acknowledgement."""
    index: int | None
    """`None` until it is numbered."""
    salt: bytes | None
    """`None` until it is numbered, and once it is erased: what the entry says is then nobody's."""


class Commitment(msgspec.Struct, frozen=True, kw_only=True):
    """An acknowledgement on record, and what its entry was made with."""

    index: int
    canonical_sha256: str | None
    """Hexadecimal; `None` where the record has not the acknowledgement any more."""
    salt: bytes | None
    """`None` once it is erased."""


class KeptCosignature(msgspec.Struct, frozen=True, kw_only=True):
    """A witness's verified line under a checkpoint."""

    witness: str
    """The witness's key, as verifiers are configured with it (C2SP signed-note)."""
    line: str
    """As it stands under the note, with its newline."""
    at: datetime
    """When the witness signed, by its clock."""


class SeenCheckpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A checkpoint, and who had cosigned it by some time."""

    size: int
    witnesses: frozenset[str]
    """Named as in `KeptCosignature`; empty where a stamp alone dates it."""


class KeptTimestamp(msgspec.Struct, frozen=True, kw_only=True):
    """A proved time-stamp over a checkpoint."""

    token: bytes
    """The TimeStampToken (RFC 3161), DER."""
    at: datetime
    """The time that it states."""
