"""Which checkpoint proves a receipt where a key of the log was lost.

What a key signed that is marked compromised is believed where others had seen it before. Where
nobody had, the log proves the same leaf still: by a checkpoint that another of its keys signed.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from gateway.model.evidence import StoredCheckpoint
from gateway.ports import EvidenceLog
from signing.log.checkpoint import parse_checkpoint, signed_by
from signing.log.cosignature import cosignatures
from signing.log.policy import WitnessPolicy
from signing.log.published import PublishedLogKey
from signing.log.vkey import VerifierKey


class BelievedCheckpoints:
    """Over the log, its keys as they are published, and whom the operator has it seen by."""

    def __init__(
        self,
        *,
        evidence: EvidenceLog,
        policy: WitnessPolicy,
        keys: Callable[[], Sequence[PublishedLogKey]],
    ) -> None:
        """`keys`: as of now; none where they cannot be read, so that none is lost."""
        self._evidence = evidence
        self._policy = policy
        self._keys = keys
        self._first_sizes: dict[VerifierKey, int] = {}

    def first_of(
        self, sizes: Iterable[int], *, index: int, dated_by: datetime
    ) -> StoredCheckpoint | None:
        """The first of these over the leaf of `index` that is believed, as verifiers judge.

        Else the earliest that is, of all. `dated_by`: until when a time-stamp dates the leaf.
        Where no key is lost, it is the first of them.
        """
        keys = self._keys()
        is_lost = any(key.compromised_at is not None for key in keys)
        for size in sizes:
            checkpoint = self._evidence.checkpoint(size)
            if checkpoint is None:
                continue
            if not is_lost or self._is_believed(checkpoint, keys, dated_by=dated_by):
                return checkpoint
        later = [self._first_by(key, index) for key in keys if key.compromised_at is None]
        believed = [one for one in later if one and self._is_believed(one, keys, dated_by=dated_by)]
        return min(believed, key=lambda one: one.size, default=None)

    def _first_by(self, key: PublishedLogKey, index: int) -> StoredCheckpoint | None:
        """The first checkpoint over the leaf since that key signed one; others may have signed."""
        size = self._first_sizes.get(key.vkey)
        if size is None:
            first = self._evidence.checkpoint_over(0, since=key.valid_from)
            while first is not None and key.vkey not in _signers(first, [key]):
                first = self._evidence.checkpoint_over(first.size)  # of who had not read it yet
            if first is None:
                return None
            size = self._first_sizes[key.vkey] = first.size
        return self._evidence.checkpoint_over(max(index, size - 1))

    def _is_believed(
        self, checkpoint: StoredCheckpoint, keys: Sequence[PublishedLogKey], *, dated_by: datetime
    ) -> bool:
        named = {key.vkey: key for key in keys}
        signers = _signers(checkpoint, keys)
        if any(named[one].compromised_at is None for one in signers):
            return True
        seen_at = self._seen_at(checkpoint, dated_by=dated_by)
        return any(named[one].is_believed_at(seen_at) for one in signers)

    def _seen_at(self, checkpoint: StoredCheckpoint, *, dated_by: datetime) -> datetime | None:
        """When an authority, or enough witnesses, had seen it (`signing.log.verify`)."""
        lines = "".join(one.line for one in self._evidence.cosignatures(checkpoint.size))
        signed = parse_checkpoint(checkpoint.note + lines.encode())
        witnessed = cosignatures(signed, witnesses=self._policy.witnesses)
        stamp = self._evidence.timestamp(checkpoint.size)
        times = [self._policy.met_at(witnessed)]
        times += [stamp.at] if stamp is not None and stamp.at <= dated_by else []
        return min((at for at in times if at is not None), default=None)


def _signers(
    checkpoint: StoredCheckpoint, keys: Sequence[PublishedLogKey]
) -> tuple[VerifierKey, ...]:
    """Which of these keys signed it."""
    signed = parse_checkpoint(checkpoint.note)
    try:
        return tuple(
            signed_by(signed, origin=signed.checkpoint.origin, keys=[key.vkey for key in keys])
        )
    except ValueError:
        return ()
