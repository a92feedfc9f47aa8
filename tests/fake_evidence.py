"""The evidence log in memory, honest to `ports.EvidenceLog`; and answers without any proof."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from gateway.model.evidence import (
    Extension,
    KeptCosignature,
    KeptTimestamp,
    LeafOnRecord,
    LogTip,
    NumberedLeaf,
    SeenCheckpoint,
    StoredCheckpoint,
    Subtree,
    WaitingLeaf,
)
from gateway.model.stamping import CheckpointStamp, Unstamped
from signing.log.checkpoint import parse_checkpoint
from tests.fakes import MemoryTransmissionLog


class MemoryEvidenceLog:
    """Leaves of what a record in memory answered."""

    def __init__(self, log: MemoryTransmissionLog) -> None:
        self._log = log
        self._lock = threading.Lock()
        self._leaves: dict[str, NumberedLeaf] = {}
        self._hashes: dict[Subtree, bytes] = {}
        self._checkpoints: list[StoredCheckpoint] = []
        self._cosignatures: dict[int, dict[str, KeptCosignature]] = {}
        self.stamps: list[CheckpointStamp] = []

    def extend(self, grow: Callable[[LogTip], Extension]) -> Extension | None:
        with self._lock:
            if not self.is_waiting():
                return None
            tip = LogTip(checkpoint=self.latest(), waiting=self._waiting(), read_hashes=self.hashes)
            extension = grow(tip)
            self._leaves.update({leaf.acknowledgement_id: leaf for leaf in extension.leaves})
            self._hashes.update({(level, at): value for level, at, value in extension.hashes})
            self._checkpoints.append(extension.checkpoint)
            return extension

    def follow(
        self, grow: Callable[[LogTip], Extension], told: Callable[[Extension], None]
    ) -> None:
        """Closings run side by side here: nothing comes of it."""

    def unfollow(self) -> None:
        """Nothing followed."""

    def is_waiting(self) -> bool:
        return bool(self._waiting()) or not self._checkpoints

    def leaf(self, acknowledgement_id: str) -> LeafOnRecord | None:
        given = self._log.answered.get(acknowledgement_id)
        if given is None:
            return None
        leaf = self._leaves.get(acknowledgement_id)
        return LeafOnRecord(
            decided_at=given.decided_at, index=leaf and leaf.index, salt=leaf and leaf.salt
        )

    def latest(self) -> StoredCheckpoint | None:
        return self._checkpoints[-1] if self._checkpoints else None

    def checkpoint_over(
        self, index: int, *, since: datetime | None = None
    ) -> StoredCheckpoint | None:
        over = (one for one in self._checkpoints if one.size > index)
        return next((one for one in over if since is None or one.signed_at >= since), None)

    def checkpoints_beyond(self, size: int) -> Sequence[StoredCheckpoint]:
        return [one for one in self._checkpoints if one.size > size]

    def checkpoint(self, size: int) -> StoredCheckpoint | None:
        return next((one for one in self._checkpoints if one.size == size), None)

    def hashes(self, places: Iterable[Subtree]) -> Mapping[Subtree, bytes]:
        return {place: self._hashes[place] for place in places}

    def entries(self, first: int, count: int) -> Sequence[bytes]:
        in_order = sorted(self._leaves.values(), key=lambda leaf: leaf.index)
        return [leaf.entry for leaf in in_order[first : first + count]]

    def cosign(self, size: int, cosignatures: Iterable[KeptCosignature]) -> None:
        kept = self._cosignatures.setdefault(size, {})
        for one in cosignatures:
            kept.setdefault(one.witness, one)

    def cosignatures(self, size: int) -> Sequence[KeptCosignature]:
        kept = self._cosignatures.get(size, {}).values()
        return sorted(kept, key=lambda one: (one.at, one.witness))

    def witnessed(self, witnesses: Iterable[str]) -> Mapping[str, int]:
        asked = set(witnesses)
        in_order = sorted(self._cosignatures.items())
        return {one: size for size, kept in in_order for one in kept if one in asked}

    def cosigned_over(self, index: int, *, by: datetime, within: int) -> Sequence[SeenCheckpoint]:
        sizes = sorted(size for size, kept in self._cosignatures.items() if kept and size > index)
        return [one for one in self._seen(sizes[:within], by=by) if one.witnesses]

    def timestamp(self, size: int) -> KeptTimestamp | None:
        kept = [one for one in self.stamps if one.size == size]
        first = min(kept, key=lambda one: (one.stamp.gen_time, one.stamp.authority), default=None)
        return first and KeptTimestamp(token=first.stamp.token, at=first.stamp.gen_time)

    def stamped_over(self, index: int, *, by: datetime, within: int) -> Sequence[SeenCheckpoint]:
        known = (one for one in self.stamps if one.size > index and one.stamp.gen_time <= by)
        sizes = sorted({one.size for one in known})
        return self._seen(sizes[:within], by=by)

    def _seen(self, sizes: Iterable[int], *, by: datetime) -> Sequence[SeenCheckpoint]:
        kept = {size: (one for one in self.cosignatures(size) if one.at <= by) for size in sizes}
        return [
            SeenCheckpoint(size=size, witnesses=frozenset(one.witness for one in lines))
            for size, lines in kept.items()
        ]

    def _waiting(self) -> list[WaitingLeaf]:
        return [
            WaitingLeaf(
                cursor=cursor,
                acknowledgement_id=given.acknowledgement_id,
                canonical_sha256=given.canonical_sha256,
            )
            for cursor, given in enumerate(self._log.answered.values(), 1)
            if given.acknowledgement_id not in self._leaves
        ]


class MemoryCheckpointStamps:
    """The stamps of an evidence log in memory."""

    def __init__(self, evidence: MemoryEvidenceLog) -> None:
        self._evidence = evidence

    def unstamped(self) -> Unstamped | None:
        covered = max((one.size for one in self._evidence.stamps), default=0)
        waiting = self._evidence.checkpoints_beyond(covered)
        if not waiting:
            return None
        cosigned = [one for one in waiting if self._evidence.cosignatures(one.size)]
        chosen = (cosigned or waiting)[-1]
        text = parse_checkpoint(chosen.note).note.text.encode()
        return Unstamped(size=chosen.size, text=text, since=waiting[0].signed_at)

    def keep(self, stamp: CheckpointStamp) -> None:
        known = {(one.size, one.stamp.authority) for one in self._evidence.stamps}
        if (stamp.size, stamp.stamp.authority) not in known:
            self._evidence.stamps.append(stamp)


class NoProofs:
    """Stands where nobody asks for proofs: receipts without one."""

    def first(self, _acknowledgement_id: str, *, is_new: bool = False) -> None:
        del is_new

    def completed(self, _acknowledgement_id: str) -> None:
        pass
