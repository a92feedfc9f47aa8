"""That the evidence log on record is whole: whoever edited a row of it is found by its operator.

From the first entry to the last, in constant memory:
(1) every place up to the last checkpoint has its entry, and none beyond it has one;
(2) every hash that the entries give is on record, and no other in its place (RFC 6962 §2.1);
(3) so is the root of every checkpoint, which its note states, signed by a key of the log;
(4) every entry of an acknowledgement has it still, and it makes the entry with its salt, unless
    the salt was erased.

What is whole may be less than there was: that the end was cut off, as in a copy of before, that a
checkpoint between two is gone, or that a thief with the log's key wrote all of it anew, a witness
or a checkpoint that was kept elsewhere tells. A receipt itself is proved by `verify`, an entry of
the audit trail by `audit verify`. Lines and measurements are in no digest of the log: what was
acknowledged of them is in the receipts.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Final

import msgspec

from gateway.model.evidence import Commitment, StoredCheckpoint
from gateway.ports import EvidenceLog
from signing.log.checkpoint import parse_checkpoint, signed_by
from signing.log.entry import acknowledgement_entry
from signing.log.published import PublishedLog
from signing.log.tree import Frontier, leaf_hash

_AT_ONCE: Final = 1024


class Whole(msgspec.Struct, frozen=True, kw_only=True):
    """A log of which everything held."""

    entries: int
    checkpoints: int
    erased: int
    """Acknowledgements whose salt is gone: what their entry says is nobody's any more."""


class Defect(StrEnum):
    """What does not hold."""

    ENTRY_MISSING = "ENTRY_MISSING"
    """From that place on."""
    NOT_COVERED = "NOT_COVERED"
    """An entry beyond the last checkpoint."""
    HASH_MISSING = "HASH_MISSING"
    """From that place on."""
    HASH_DIFFERS = "HASH_DIFFERS"
    """The entry, or a hash over it, is another than was logged."""
    ACKNOWLEDGEMENT_GONE = "ACKNOWLEDGEMENT_GONE"
    ACKNOWLEDGEMENT_DIFFERS = "ACKNOWLEDGEMENT_DIFFERS"
    NOT_SIGNED = "NOT_SIGNED"
    """The checkpoint over it, by no key of the log."""
    ROOT_DIFFERS = "ROOT_DIFFERS"
    """Of the checkpoint over it."""


class Damaged(msgspec.Struct, frozen=True, kw_only=True):
    """The first place at which something did not hold."""

    index: int
    """Of an entry."""
    what: Defect


class _Found(Exception):
    """How one place deep inside is told; it never leaves this module."""

    def __init__(self, index: int, what: Defect) -> None:
        super().__init__(what)
        self.damaged = Damaged(index=index, what=what)


class WholeLog:
    """Looks through the whole log, while it grows too."""

    def __init__(
        self,
        *,
        evidence: EvidenceLog,
        commitments: Callable[[int, int], Sequence[Commitment]],
        log: PublishedLog,
    ) -> None:
        """`commitments`: of the acknowledgements among so many entries from an index on."""
        self._evidence = evidence
        self._commitments = commitments
        self._log = log
        self._frontier = Frontier()
        self._erased = 0

    def look(self) -> Whole | Damaged:
        """Hold (1) to (4), or tell the first place that is found at which one of them fails."""
        try:
            return self._held()
        except _Found as found:
            return found.damaged

    def _held(self) -> Whole:
        checkpoints = 0
        while (checkpoint := self._evidence.checkpoint_over(self._frontier.size)) is not None:
            while self._frontier.size < checkpoint.size:
                self._take(min(_AT_ONCE, checkpoint.size - self._frontier.size))
            self._hold_signed(checkpoint)
            checkpoints += 1
        size = self._frontier.size
        # (1) none beyond: unless the log grew since
        if self._evidence.entries(size, 1) and self._evidence.checkpoint_over(size) is None:
            raise _Found(size, Defect.NOT_COVERED)
        return Whole(entries=size, checkpoints=checkpoints, erased=self._erased)

    def _take(self, count: int) -> None:
        first = self._frontier.size
        # (1) every place has its entry
        entries = self._evidence.entries(first, count)
        if len(entries) != count:
            raise _Found(first, Defect.ENTRY_MISSING)
        # (2) every hash
        growth = self._frontier.grown(leaf_hash(entry) for entry in entries)
        made = {(one.level, one.position): one.value for one in growth.stored}
        try:
            kept = self._evidence.hashes(made)
        except LookupError:
            raise _Found(first, Defect.HASH_MISSING) from None
        wrong = [place for place in made if kept[place] != made[place]]
        if wrong:
            level, position = min(wrong)  # of an entry alone its own, before those over it
            first_under = position << level
            raise _Found(first_under, Defect.HASH_DIFFERS)
        # (4) what the acknowledgements say
        for one in self._commitments(first, count):
            self._hold_committed(one, entries[one.index - first])
        self._frontier = growth.frontier

    def _hold_committed(self, one: Commitment, entry: bytes) -> None:
        if one.canonical_sha256 is None:
            raise _Found(one.index, Defect.ACKNOWLEDGEMENT_GONE)
        if one.salt is None:
            self._erased += 1
            return
        try:
            digest = bytes.fromhex(one.canonical_sha256)
            is_own = acknowledgement_entry(canonical_sha256=digest, salt=one.salt) == entry
        except ValueError:
            is_own = False
        if not is_own:
            raise _Found(one.index, Defect.ACKNOWLEDGEMENT_DIFFERS)

    def _hold_signed(self, checkpoint: StoredCheckpoint) -> None:
        # (3) the root, and its note
        last = checkpoint.size - 1
        root = self._frontier.root
        try:
            signed = parse_checkpoint(checkpoint.note)
            keys = [key.vkey for key in self._log.keys]
            signed_by(signed, origin=self._log.origin, keys=keys)
        except ValueError:
            raise _Found(last, Defect.NOT_SIGNED) from None
        stated = (signed.checkpoint.size, signed.checkpoint.root)
        if not stated == (checkpoint.size, checkpoint.root) == (checkpoint.size, root):
            raise _Found(last, Defect.ROOT_DIFFERS)
