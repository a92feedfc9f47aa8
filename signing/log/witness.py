"""What a witness decides about a new checkpoint (C2SP tlog-witness, `add-checkpoint`).

    old <size, decimal>
    <base64 of a hash>                 the consistency proof, at most 63 lines

    <the checkpoint>

A witness remembers one tree for each log: the largest that it cosigned. `decide` is pure: whoever
calls it MUST store the tree that it gives before the cosignature leaves, in one step with the
comparison of sizes, or two requests at once could take the log back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from signing.encoding import to_base64
from signing.log.checkpoint import (
    SignedCheckpoint,
    parse_checkpoint,
    parse_decimal,
    parse_hash,
)
from signing.log.merkle_proof import MAX_PROOF_HASHES, verifies_consistency
from signing.log.note import MAX_NOTE_BYTES, verified
from signing.log.tree import EMPTY_ROOT
from signing.log.vkey import VerifierKey

MAX_REQUEST_BYTES = MAX_NOTE_BYTES + 16 * 1024
_OLD = "old "


class Refusal(IntEnum):
    """Why a witness cosigns nothing, as the HTTP status that the specification gives it."""

    MALFORMED = 400
    """Not a request; or the old size exceeds the checkpoint's."""
    UNSIGNED = 403
    """No key that the witness trusts for this log signed, or one did falsely."""
    UNKNOWN_LOG = 404
    CONFLICT = 409
    """The old size is not the witness's, which it answers; or one size has two roots."""
    INCONSISTENT = 422
    """The proof does not verify: a bad request, or a log that rewrote its past."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessedTree:
    """The largest tree of a log that a witness cosigned; by default none."""

    size: int = 0
    root: bytes = EMPTY_ROOT


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownLog:
    """What a witness knows of one log."""

    origin: str
    keys: tuple[VerifierKey, ...]
    """The log's keys that it trusts, of type 0x01."""
    tree: WitnessedTree = WitnessedTree()


@dataclass(frozen=True, slots=True, kw_only=True)
class AddCheckpoint:
    """A request to cosign, not yet believed."""

    old_size: int
    """Size of the tree that the log believes the witness to have cosigned last."""
    proof: tuple[bytes, ...]
    """That the old tree begins the new one (RFC 6962 §2.1.2)."""
    signed: SignedCheckpoint

    @property
    def octets(self) -> bytes:
        """The body of the request."""
        lines = [f"{_OLD}{self.old_size}", *(to_base64(value) for value in self.proof)]
        return ("\n".join(lines) + "\n\n").encode("ascii") + self.signed.note.octets


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosign:
    """The checkpoint continues what the witness saw: store `tree`, then cosign."""

    tree: WitnessedTree


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Nothing is cosigned, nothing is stored."""

    refusal: Refusal
    reason: str
    known_size: int | None = None
    """With a conflict, the size of the last cosigned checkpoint: the body of the answer."""
    is_evidence: bool = False
    """The log signed two roots for one size: keep the request, it proves that the log lied.

    A consistency proof that does not verify is no such evidence, for anyone could have sent it.
    """


def parse_add_checkpoint(octets: bytes) -> AddCheckpoint:
    """Read a request; raise `ValueError` on any defect of form (`Refusal.MALFORMED`)."""
    if len(octets) > MAX_REQUEST_BYTES:
        raise ValueError("longer than any request")
    head, mark, note = octets.partition(b"\n\n")
    if not mark:
        raise ValueError("a request has an empty line before its checkpoint")
    try:
        old, *lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise ValueError("the head of a request is ASCII") from error
    if not old.startswith(_OLD):
        raise ValueError("a request states an old size")
    if len(lines) > MAX_PROOF_HASHES:
        raise ValueError("no consistency proof is that long")
    return AddCheckpoint(
        old_size=parse_decimal(old.removeprefix(_OLD)),
        proof=tuple(parse_hash(line) for line in lines),
        signed=parse_checkpoint(note),
    )


def decide(request: AddCheckpoint, *, logs: Sequence[KnownLog]) -> Cosign | Refused:
    """Decide whether a checkpoint continues the largest tree that was cosigned for its log."""
    checkpoint = request.signed.checkpoint
    # (1) a log that the witness knows
    log = next((known for known in logs if known.origin == checkpoint.origin), None)
    if log is None:
        return Refused(refusal=Refusal.UNKNOWN_LOG, reason="the log is not known here")
    # (2) signed by that log; (3), (4) from where the witness is; (5), (6), (7) forward only
    refused = _unsigned(request, log) or _out_of_step(request, log) or _inconsistent(request, log)
    return refused or Cosign(tree=WitnessedTree(size=checkpoint.size, root=checkpoint.root))


def _unsigned(request: AddCheckpoint, log: KnownLog) -> Refused | None:
    # (2) a key of the log signed, none falsely
    keys = [key for key in log.keys if key.name == log.origin]
    try:
        verified(request.signed.note, keys=keys)
    except ValueError as error:
        return Refused(refusal=Refusal.UNSIGNED, reason=str(error))
    return None


def _out_of_step(request: AddCheckpoint, log: KnownLog) -> Refused | None:
    # (3) a log never shrinks
    if request.old_size > request.signed.checkpoint.size:
        return Refused(refusal=Refusal.MALFORMED, reason="the old size exceeds the checkpoint's")
    # (4) the old tree is the one cosigned last
    if request.old_size != log.tree.size:
        reason = "the old size is not that of the last cosigned checkpoint"
        return Refused(refusal=Refusal.CONFLICT, reason=reason, known_size=log.tree.size)
    return None


def _inconsistent(request: AddCheckpoint, log: KnownLog) -> Refused | None:
    checkpoint, seen = request.signed.checkpoint, log.tree
    # (5) a tree that can be
    if not checkpoint.is_possible:
        return Refused(refusal=Refusal.INCONSISTENT, reason="the root of an empty log is another")
    # (6) one size, one root
    if checkpoint.size == seen.size and checkpoint.root != seen.root:
        return Refused(
            refusal=Refusal.CONFLICT,
            reason="another root for the size already seen",
            known_size=seen.size,
            is_evidence=True,
        )
    # (7) the old tree begins the new one
    consistent = verifies_consistency(
        request.proof,
        old_size=seen.size,
        old_root=seen.root,
        size=checkpoint.size,
        root=checkpoint.root,
    )
    if not consistent:
        return Refused(refusal=Refusal.INCONSISTENT, reason="the consistency proof does not verify")
    return None
