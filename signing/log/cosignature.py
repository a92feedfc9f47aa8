"""Witness cosignatures (C2SP tlog-cosignature, Ed25519): who saw a checkpoint, and when.

    value = timestamp (big-endian uint64, seconds since 1970) || Ed25519 signature of
        cosignature/v1
        time <timestamp, decimal>
        <the text of the checkpoint>

It says: as of that time, this is the largest tree that the witness saw of this log, and it never
saw one that is inconsistent with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from signing.log.checkpoint import SignedCheckpoint
from signing.log.note import NoteSignature, NoteSigner
from signing.log.vkey import SIGNATURE_BYTES, SignatureType, VerifierKey

_TIMESTAMP_BYTES = 8
_MAX_TIMESTAMP_S = int(datetime(9999, 12, 31, tzinfo=UTC).timestamp())
"""The specification allows 2**63 - 1; no clock will show it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosignature:
    """A cosignature that verified."""

    witness: VerifierKey
    at: datetime
    """When the witness signed, by its own clock; to the second, UTC."""


def cosign(signed: SignedCheckpoint, signer: NoteSigner, *, at: datetime) -> NoteSignature:
    """Cosign a checkpoint at the aware instant `at`, cut to the second.

    The witness MUST have decided so by `signing.log.witness.decide`. Raises `ValueError` when the
    signer's type is not 0x04 or the instant has no zone or lies outside 1970 to 9999.
    """
    key = signer.vkey
    if key.type is not SignatureType.COSIGNATURE:
        raise ValueError("a key of this type cosigns nothing")
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    timestamp_s = int(at.timestamp())
    if not 0 <= timestamp_s <= _MAX_TIMESTAMP_S:
        raise ValueError("no instant of a cosignature")
    signature = signer.sign(_message(timestamp_s, signed))
    value = timestamp_s.to_bytes(_TIMESTAMP_BYTES, "big") + signature
    return NoteSignature(name=key.name, key_id=key.key_id, value=value)


def cosignatures(
    signed: SignedCheckpoint, *, witnesses: Sequence[VerifierKey]
) -> tuple[Cosignature, ...]:
    """Give the cosignatures of `witnesses`, in the order of their lines.

    Others are passed over. Raises `ValueError` when a known witness's line does not verify, or when
    one cosigns twice.
    """
    known = {
        (key.name, key.key_id): key for key in witnesses if key.type is SignatureType.COSIGNATURE
    }
    found: dict[VerifierKey, Cosignature] = {}
    for line in signed.note.signatures:
        witness = known.get((line.name, line.key_id))
        if witness is None:
            continue
        if witness in found:
            raise ValueError("a known witness cosigns twice")
        at = _verified_at(witness, line.value, signed)
        found[witness] = Cosignature(witness=witness, at=at)
    return tuple(found.values())


def _verified_at(witness: VerifierKey, value: bytes, signed: SignedCheckpoint) -> datetime:
    timestamp_s = int.from_bytes(value[:_TIMESTAMP_BYTES], "big")
    if len(value) != _TIMESTAMP_BYTES + SIGNATURE_BYTES or timestamp_s > _MAX_TIMESTAMP_S:
        raise ValueError("not a timestamped signature")
    if not witness.verifies(value[_TIMESTAMP_BYTES:], _message(timestamp_s, signed)):
        raise ValueError("the cosignature of a known witness does not verify")
    return datetime.fromtimestamp(timestamp_s, tz=UTC)


def _message(timestamp_s: int, signed: SignedCheckpoint) -> bytes:
    return f"cosignature/v1\ntime {timestamp_s}\n{signed.note.text}".encode()
