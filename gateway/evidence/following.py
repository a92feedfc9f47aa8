"""Following a log by what it shows to all (C2SP tlog-tiles): its proof of consistency is ours.

Nobody has to ask the log for anything. Where its own tiles give the root that it signed now, and
not the one that it signed before, it rewrote its past: both notes prove it. Where it shows less
than it signed before, nothing is cosigned, and both notes are kept with the time of that.
"""

from typing import Protocol

from gateway.errors import LogUnavailable
from gateway.evidence.cosigning import CosigningWitness
from gateway.model.witnessing import Looked, Sight
from signing.log.checkpoint import SignedCheckpoint, parse_checkpoint, signed_by
from signing.log.merkle_proof import verifies_consistency
from signing.log.tiles import FULL_WIDTH, Tile, TiledHashes
from signing.log.tree import HASH_BYTES, consistency_proof, root_at
from signing.log.witness import AddCheckpoint, KnownLog, Refused
from signing.log.witness_folder import Finding


class ReadLog(Protocol):
    """What a log shows."""

    def read(self, path: str) -> bytes:
        """The resource at that path under the log's prefix; within seconds.

        Raises:
            LogUnavailable: it is not there, or nobody answers.
        """
        ...


class Follower:
    """Looks at one log, and cosigns what continues what it saw."""

    def __init__(self, *, shown: ReadLog, witness: CosigningWitness, known: KnownLog) -> None:
        """`known` names the log and its keys."""
        self._shown = shown
        self._witness = witness
        self._known = known

    def look(self) -> Looked:
        """One look.

        Raises:
            LogUnavailable: it shows nothing that is signed by its keys and holds together.
            OSError: what was seen could not be kept; nothing was cosigned.
        """
        signed = self._checkpoint()
        size = signed.checkpoint.size
        known = self._witness.known(self._known.origin) or self._known
        if size < known.tree.size:
            self._witness.accuse(signed, Finding.SHRUNK)
            return Looked(sight=Sight.SHRUNK, size=size)
        proof = self._proof(known.tree.size, signed)
        request = AddCheckpoint(old_size=known.tree.size, proof=proof, signed=signed)
        outcome = self._witness.cosigned(request)
        if isinstance(outcome, Refused):
            if not outcome.is_evidence:  # else both notes are kept already
                self._witness.accuse(signed)
            return Looked(sight=Sight.REWRITTEN, size=size)
        note = signed.note.with_signatures(outcome).octets
        return Looked(sight=Sight.CONSISTENT, size=size, note=note)

    def _checkpoint(self) -> SignedCheckpoint:
        octets = self._shown.read("checkpoint")
        try:
            signed = parse_checkpoint(octets)
            signed_by(signed, origin=self._known.origin, keys=self._known.keys)
        except ValueError as error:
            raise LogUnavailable(f"no checkpoint of this log: {error}") from None
        return signed

    def _proof(self, old_size: int, signed: SignedCheckpoint) -> tuple[bytes, ...]:
        """The proof that the tiles give, which are those of the signed root at every level.

        A mirror may spoil the lower tiles alone: what they say of the past is the log's word only
        where they lead to the root that it signed. Of two checkpoints of one size none is needed,
        and a liar would show no tiles: two roots are two pasts.
        """
        checkpoint = signed.checkpoint
        if checkpoint.size == old_size:
            return ()
        hashes = TiledHashes(size=checkpoint.size, read_tile=self._tile)
        try:
            proof = consistency_proof(old_size, checkpoint.size, hashes)
            is_whole = root_at(checkpoint.size, hashes) == checkpoint.root and verifies_consistency(
                proof,
                old_size=old_size,
                old_root=root_at(old_size, hashes),
                size=checkpoint.size,
                root=checkpoint.root,
            )
        except ValueError as error:
            raise LogUnavailable(f"its tiles are malformed: {error}") from None
        if not is_whole:
            raise LogUnavailable("its tiles are not those of its checkpoint")
        return proof

    def _tile(self, tile: Tile) -> bytes:
        """A tile; a partial one may be gone where the full one is there (tlog-tiles)."""
        try:
            return self._shown.read(tile.path)
        except LogUnavailable:
            if tile.width == FULL_WIDTH:
                raise
            full = Tile(level=tile.level, index=tile.index)
            return self._shown.read(full.path)[: tile.width * HASH_BYTES]
