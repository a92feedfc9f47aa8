"""Which checkpoint proves a receipt where a key of the log was lost.

What a key signed that is marked compromised is believed where others had seen it before. Where
nobody had, the log proves the same leaf still: by a checkpoint that the key after it signed.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from gateway.model.evidence import StoredCheckpoint
from gateway.ports import EvidenceLog
from signing.log.checkpoint import parse_checkpoint, signed_by
from signing.log.published import PublishedLogKey


class BelievedCheckpoints:
    """Over the log, and its keys as they are published."""

    def __init__(
        self, *, evidence: EvidenceLog, keys: Callable[[], Sequence[PublishedLogKey]]
    ) -> None:
        """`keys`: oldest first, as of now; none where they cannot be read, so that none is lost."""
        self._evidence = evidence
        self._keys = keys

    def instead_of(
        self, checkpoint: StoredCheckpoint, *, index: int, dated_by: datetime
    ) -> StoredCheckpoint:
        """That checkpoint over the leaf of `index` if it is believed, else the first that is.

        `dated_by`: until when what others saw dates the leaf. Itself too where no other is there.
        """
        keys = self._keys()
        lost = [number for number, key in enumerate(keys) if key.compromised_at is not None]
        if not lost or self._is_believed(checkpoint, keys, dated_by=dated_by):
            return checkpoint
        later = keys[lost[-1] + 1 :]
        if not later:
            return checkpoint
        since = later[0].valid_from
        return self._evidence.checkpoint_over(index, since=since) or checkpoint

    def _is_believed(
        self, checkpoint: StoredCheckpoint, keys: Sequence[PublishedLogKey], *, dated_by: datetime
    ) -> bool:
        named = {key.vkey: key for key in keys}
        signed = parse_checkpoint(checkpoint.note)
        signers = signed_by(signed, origin=signed.checkpoint.origin, keys=tuple(named))
        seen_at = self._seen_at(checkpoint.size, dated_by=dated_by)
        return any(named[one].is_believed_at(seen_at) for one in signers)

    def _seen_at(self, size: int, *, dated_by: datetime) -> datetime | None:
        """By when others had seen it who date the leaf: an authority, or every witness of it.

        Whom of the witnesses a verifier counts is its own affair.
        """
        witnessed = [one.at for one in self._evidence.cosignatures(size) if one.at <= dated_by]
        stamp = self._evidence.timestamp(size)
        times = [max(witnessed)] if witnessed else []
        times += [stamp.at] if stamp is not None and stamp.at <= dated_by else []
        return min(times, default=None)
