"""The member `proof` of a receipt: that its acknowledgement is in the evidence log.

The proof of an answer, and of every replay of it, is against the first checkpoint that covered its
leaf, with the log's signature alone: the same bytes for ever. Read again at its address, a receipt
has it completed, with the cosignatures of witnesses and the timestamp that came since, under a
checkpoint that is still believed.
"""

from base64 import b64encode
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final
from xml.sax.saxutils import escape

import msgspec

from gateway.errors import EvidenceDamaged
from gateway.evidence.believed import BelievedCheckpoints
from gateway.evidence.drawing import drawn
from gateway.evidence.sequencer import Placed, Sequencer
from gateway.model.evidence import LeafOnRecord, SeenCheckpoint, StoredCheckpoint
from gateway.ports import EvidenceLog
from gateway.wire.canonical import jcs
from gateway.wire.shape import Json
from signing.log.checkpoint import parse_checkpoint
from signing.log.dating import CLOCK_TOLERANCE, MAX_DELAY
from signing.log.note import parse_signature_lines
from signing.log.policy import WitnessPolicy
from signing.log.proof import LogProof
from signing.log.published import PublishedLogKey
from signing.log.tree import inclusion_proof

_LOOKED_THROUGH: Final = 64
"""So many checkpoints are compared for the one that proves most."""
_DATES_WITHIN: Final = MAX_DELAY - CLOCK_TOLERANCE
"""How long after its decision a time-stamp still dates an answer, to any verifier."""


class Inclusion(msgspec.Struct, frozen=True, kw_only=True):
    """The member `proof`."""

    log: str
    """Origin of the log."""
    index: int
    size: int
    """Of the checkpoint that covers the leaf."""
    text: str
    """The proof (C2SP tlog-proof)."""
    timestamp: bytes | None = None
    """The time-stamp token over the checkpoint, DER (RFC 3161)."""

    def json(self) -> bytes:
        """The JCS bytes of the member."""
        form: dict[str, Json] = {
            "log": self.log,
            "index": self.index,
            "size": self.size,
            "inclusion": self.text,
        }
        if self.timestamp is not None:
            form["timestamp"] = b64encode(self.timestamp).decode()
        return jcs(form)

    def xml(self) -> bytes:
        """The element in its exclusive C14N, within the namespace of receipts."""
        members = {
            "log": self.log,
            "index": str(self.index),
            "size": str(self.size),
            "inclusion": self.text,
        }
        if self.timestamp is not None:
            members["timestamp"] = b64encode(self.timestamp).decode()
        inside = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in members.items())
        return f"<proof>{inside}</proof>".encode()


class Proofs:
    """Gives the proofs of acknowledgements that are committed."""

    def __init__(
        self,
        *,
        evidence: EvidenceLog,
        sequencer: Sequencer,
        policy: WitnessPolicy,
        begun_at: datetime,
        log_keys: Callable[[], Sequence[PublishedLogKey]],
    ) -> None:
        """`policy` is the operator's: how many witnesses a receipt is completed with.

        `begun_at` is since when the log's first key is valid, as verifiers read it; `log_keys`
        gives all of them as they are published now, oldest first.
        """
        self._believed = BelievedCheckpoints(evidence=evidence, policy=policy, keys=log_keys)
        self._begun_at = begun_at
        self._evidence = evidence
        self._sequencer = sequencer
        self._policy = policy
        self._witnesses = {key.text: key for key in policy.witnesses}

    def first(self, acknowledgement_id: str, *, is_new: bool = False) -> Inclusion | None:
        """The proof against the first checkpoint that covered it; waits for that one.

        `is_new` says that the acknowledgement was committed just now. `None` once its salt is
        erased: then nothing tells any more what the entry said.

        Raises:
            NotYetLogged: it was not covered in time.
            EvidenceDamaged: what is stored of the log does not hold together.
            Overloaded: the log cannot be extended now.
        """
        placed = self._sequencer.place(acknowledgement_id) if is_new else None
        if placed is not None:
            return _of_placed(placed)
        found = self._on_record(acknowledgement_id)
        return None if found is None else self._drawn(*found, self._first_over(found[0]))

    def completed(self, acknowledgement_id: str) -> Inclusion | None:
        """The proof with all that came since, for whoever reads the receipt again.

        Of the checkpoints that others saw in time to date the answer, rather one that the
        operator's quorum cosigned, then one that is time-stamped, then one with any cosignature;
        of equals the earliest, for a later one proves less. Where the key that signed it is not
        believed any more, the first that its successor signed. What came too late changes nothing,
        and a late stamp is left out: what was seen long after its decision counts as dated back.
        Raises as `first`.
        """
        found = self._on_record(acknowledgement_id)
        if found is None:
            return None
        first, dated_by = self._first_over(found[0]), self._dated_by(acknowledgement_id)
        cosigned = self._evidence.cosigned_over(found[0], by=dated_by, within=_LOOKED_THROUGH)
        stamped = self._evidence.stamped_over(found[0], by=dated_by, within=_LOOKED_THROUGH)
        ranked = [self._rank(one, is_stamped=True) for one in stamped]
        ranked += [self._rank(one, is_stamped=False) for one in cosigned]
        sizes = [-place for *_, place in sorted(ranked, reverse=True)]
        checkpoint = self._believed.first_of(
            [*sizes, first.size], index=found[0], dated_by=dated_by
        )
        return self._drawn(*found, checkpoint or first, dated_by=dated_by)

    def _rank(self, seen: SeenCheckpoint, *, is_stamped: bool) -> tuple[bool, bool, bool, int]:
        """The more a checkpoint proves, the higher: its quorum, its stamp, any witness, its age."""
        counted = [self._witnesses[one] for one in seen.witnesses if one in self._witnesses]
        is_seen = bool(seen.witnesses)
        is_met = is_seen and self._policy.is_met_by(counted)  # whoever it is, where none is asked
        return is_met, is_stamped, is_seen, -seen.size

    def _dated_by(self, acknowledgement_id: str) -> datetime:
        """Until when a stamp dates an answer; of one older than the log, since the log is there."""
        decided_at = self._leaf(acknowledgement_id).decided_at
        return max(decided_at, self._begun_at) + _DATES_WITHIN

    def _on_record(self, acknowledgement_id: str) -> tuple[int, bytes] | None:
        """Index and salt."""
        leaf = self._leaf(acknowledgement_id)
        if leaf.index is None:
            placed = self._sequencer.place(acknowledgement_id)
            if placed is not None:
                return placed.leaf.index, placed.leaf.salt
            leaf = self._leaf(acknowledgement_id)
        if leaf.index is None:
            raise EvidenceDamaged("a leaf that waited has no index")
        return None if leaf.salt is None else (leaf.index, leaf.salt)

    def _leaf(self, acknowledgement_id: str) -> LeafOnRecord:
        leaf = self._evidence.leaf(acknowledgement_id)
        if leaf is None:
            raise EvidenceDamaged("an acknowledgement has no leaf")
        return leaf

    def _first_over(self, index: int) -> StoredCheckpoint:
        checkpoint = self._evidence.checkpoint_over(index)
        if checkpoint is None:
            raise EvidenceDamaged("no checkpoint covers a numbered leaf")
        return checkpoint

    def _drawn(
        self,
        index: int,
        salt: bytes,
        checkpoint: StoredCheckpoint,
        *,
        dated_by: datetime | None = None,
    ) -> Inclusion:
        lines, timestamp = "", None
        if dated_by is not None:
            kept = self._evidence.cosignatures(checkpoint.size)
            lines = "".join(one.line for one in kept)
            stamp = self._evidence.timestamp(checkpoint.size)
            timestamp = stamp.token if stamp is not None and stamp.at <= dated_by else None
        try:
            path = drawn(
                lambda hashes: inclusion_proof(index, checkpoint.size, hashes),
                self._evidence.hashes,
            )
        except LookupError as error:
            raise EvidenceDamaged("a hash of the log is missing") from error
        return _inclusion(
            index,
            salt,
            checkpoint,
            path=path,
            lines=lines,
            timestamp=timestamp,
        )


def _of_placed(placed: Placed) -> Inclusion:
    leaf, checkpoint = placed.leaf, placed.checkpoint
    path = inclusion_proof(leaf.index, checkpoint.size, placed.hashes)
    return _inclusion(leaf.index, leaf.salt, checkpoint, path=path)


def _inclusion(
    index: int,
    salt: bytes,
    checkpoint: StoredCheckpoint,
    *,
    path: tuple[bytes, ...],
    lines: str = "",
    timestamp: bytes | None = None,
) -> Inclusion:
    signed = parse_checkpoint(checkpoint.note)
    proof = LogProof(index=index, path=path, signed=signed, extra=salt)
    if lines:
        proof = proof.with_signatures(*parse_signature_lines(lines))
    return Inclusion(
        log=signed.checkpoint.origin,
        index=index,
        size=checkpoint.size,
        text=proof.octets.decode(),
        timestamp=timestamp,
    )
