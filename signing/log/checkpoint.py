"""Checkpoints (C2SP tlog-checkpoint): what a log says of itself, origin, size and root, signed.

    <origin>
    <number of leaves, decimal>
    <root, base64>

Our log writes no extension line: nobody could audit it. Those of others are kept as they are, for
they are part of what is signed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from signing.encoding import from_base64, to_base64
from signing.log.note import Note, NoteSigner, parse_note, sign_note, verified
from signing.log.tree import EMPTY_ROOT, HASH_BYTES, MAX_SIZE
from signing.log.vkey import VerifierKey

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A log at one size."""

    origin: str
    """Names the log; the name of its keys."""
    size: int
    """Number of leaves."""
    root: bytes
    """Root of the tree of these leaves (RFC 6962 §2.1)."""
    extensions: tuple[str, ...] = ()
    """Lines of others, opaque."""

    def __post_init__(self) -> None:
        """Refuse with `ValueError` what no log could state."""
        lines = (self.origin, *self.extensions)
        if not all(lines) or any("\n" in line for line in lines):
            raise ValueError("an origin and extensions are non-empty lines")
        if not 0 <= self.size <= MAX_SIZE or len(self.root) != HASH_BYTES:
            raise ValueError("no size or root of a tree")

    @property
    def text(self) -> str:
        """The text of the note that states it."""
        lines = (self.origin, str(self.size), to_base64(self.root), *self.extensions)
        return "\n".join(lines) + "\n"

    @property
    def is_possible(self) -> bool:
        """Whether a tree of this size may have this root: the empty tree has but one."""
        return self.size > 0 or self.root == EMPTY_ROOT


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedCheckpoint:
    """A checkpoint with the note that carries it, not yet believed."""

    checkpoint: Checkpoint
    note: Note


def parse_decimal(text: str) -> int:
    """Read a count below 2**63 in its one spelling: ASCII digits, no leading zero; `ValueError`."""
    if _DECIMAL.fullmatch(text) is None or int(text) > MAX_SIZE:
        raise ValueError("not a decimal count")
    return int(text)


def parse_hash(text: str) -> bytes:
    """Read a hash of 32 bytes in base64; raise `ValueError` on anything else."""
    value = from_base64(text)
    if len(value) != HASH_BYTES:
        raise ValueError("not a SHA-256 hash")
    return value


def sign_checkpoint(checkpoint: Checkpoint, *signers: NoteSigner) -> SignedCheckpoint:
    """Sign `checkpoint` as its log.

    Each signer's name must be the origin; during a change of keys, the old and the new one sign.
    The caller MUST hold that every checkpoint that it signed before is consistent with this one
    (tlog-checkpoint, "Signatures"). Raises `ValueError` on what our log never states.
    """
    if checkpoint.extensions or not checkpoint.is_possible:
        raise ValueError("our log states its size and root, and nothing else")
    if any(signer.vkey.name != checkpoint.origin for signer in signers):
        raise ValueError("a log's key is named as its origin")
    return SignedCheckpoint(checkpoint=checkpoint, note=sign_note(checkpoint.text, *signers))


def parse_checkpoint(octets: bytes) -> SignedCheckpoint:
    """Read a checkpoint with its signatures; raise `ValueError` on any defect of form."""
    note = parse_note(octets)
    origin, *rest = note.text[:-1].split("\n")
    if len(rest) < 2:  # noqa: PLR2004 (size, root)
        raise ValueError("a checkpoint has an origin, a size and a root")
    checkpoint = Checkpoint(
        origin=origin,
        size=parse_decimal(rest[0]),
        root=parse_hash(rest[1]),
        extensions=tuple(rest[2:]),
    )
    return SignedCheckpoint(checkpoint=checkpoint, note=note)


def signed_by(
    signed: SignedCheckpoint, *, origin: str, keys: Sequence[VerifierKey]
) -> tuple[VerifierKey, ...]:
    """Give those of `keys`, the log's own, that signed; raise `ValueError` when none did.

    The checkpoint must be of `origin`, and possible. A known key's false signature refuses it all.
    """
    if signed.checkpoint.origin != origin:
        raise ValueError("a checkpoint of another log")
    if not signed.checkpoint.is_possible:
        raise ValueError("the root of an empty log is another")
    return verified(signed.note, keys=[key for key in keys if key.name == origin])
