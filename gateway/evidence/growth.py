"""The next checkpoint: leaves that wait get their index, the tree grows, the log signs.

Pure but for the salts and the signature; it runs inside the transaction that writes its outcome.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from gateway.errors import EvidenceDamaged
from gateway.evidence.drawing import KnownHashes, known
from gateway.model.audit import AuditLeaf, PlacedAudit
from gateway.model.evidence import (
    Extension,
    LogTip,
    NumberedLeaf,
    StoredCheckpoint,
    WaitingLeaf,
)
from gateway.ports import Clock
from signing.log.checkpoint import Checkpoint, sign_checkpoint
from signing.log.entry import acknowledgement_entry, audit_entry, new_salt
from signing.log.note import NoteSigner
from signing.log.tree import Frontier, leaf_hash

LogSigners = Callable[[datetime], Sequence[NoteSigner]]
"""Who signs the log's checkpoints at an instant; never nobody, all named as the log's origin."""


class Grown(msgspec.Struct, frozen=True):
    """What is to be written, and the hashes that proofs of its leaves need."""

    extension: Extension
    hashes: KnownHashes


class Growth:
    """Makes the next checkpoint of one log."""

    def __init__(self, *, signers: LogSigners, clock: Clock) -> None:
        self._signers = signers
        self._clock = clock

    def of(self, tip: LogTip) -> Grown:
        """What the leaves that wait add to the log.

        Raises:
            EvidenceDamaged: the stored hashes are not those of the latest checkpoint. Nothing is
                signed: a log that states two pasts is none.
            Overloaded: no key of the log may sign now.
        """
        now = self._clock.now()
        size = 0 if tip.checkpoint is None else tip.checkpoint.size
        hashes = _peaks(tip, size)
        frontier = Frontier.at(size, hashes)
        if tip.checkpoint is not None and frontier.root != tip.checkpoint.root:
            raise EvidenceDamaged("the stored hashes are not those of the latest checkpoint")
        leaves = tuple(_numbered(leaf, size + at) for at, leaf in enumerate(tip.waiting))
        audit = tuple(_placed(one, size + len(leaves) + at) for at, one in enumerate(tip.audit))
        entries = (*(leaf.entry for leaf in leaves), *(one.leaf for one in audit))
        growth = frontier.grown(map(leaf_hash, entries))
        hashes.update({(level, at): value for level, at, value in growth.stored})
        signers = self._signers(now)
        checkpoint = Checkpoint(
            origin=signers[0].vkey.name, size=growth.frontier.size, root=growth.frontier.root
        )
        extension = Extension(
            checkpoint=StoredCheckpoint(
                size=checkpoint.size,
                root=checkpoint.root,
                note=sign_checkpoint(checkpoint, *signers).note.octets,
                signed_at=now,
            ),
            leaves=leaves,
            hashes=growth.stored,
            audit=audit,
        )
        return Grown(extension, hashes)


def _peaks(tip: LogTip, size: int) -> KnownHashes:
    """The roots of the largest complete subtrees: with what grows, all that proofs need."""
    try:
        return known(lambda hashes: Frontier.at(size, hashes), tip.read_hashes)
    except LookupError as error:
        raise EvidenceDamaged("a hash of the log is missing") from error


def _numbered(leaf: WaitingLeaf, index: int) -> NumberedLeaf:
    salt = new_salt()
    digest = bytes.fromhex(leaf.canonical_sha256)
    return NumberedLeaf(
        cursor=leaf.cursor,
        acknowledgement_id=leaf.acknowledgement_id,
        index=index,
        salt=salt,
        entry=acknowledgement_entry(canonical_sha256=digest, salt=salt),
    )


def _placed(waiting: AuditLeaf, index: int) -> PlacedAudit:
    return PlacedAudit(
        number=waiting.number, index=index, leaf=audit_entry(entry_sha256=waiting.sha256)
    )
