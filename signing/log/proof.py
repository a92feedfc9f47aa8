"""The text of a proof that an entry is in a log (C2SP tlog-proof, version 1).

    c2sp.org/tlog-proof@v1
    extra <base64>                     here: the salt of the entry (`signing.log.entry`)
    index <decimal>
    <base64 of a hash>                 from the leaf's sibling up to the root's child

    <the checkpoint, with its signatures and cosignatures, to the end>

A proof is saved as `<name>.tlog-proof`. It has one spelling; whether it proves anything is for
`signing.log.verify` to tell.
"""

from dataclasses import dataclass, replace

from signing.encoding import from_base64, to_base64
from signing.log.checkpoint import SignedCheckpoint, parse_checkpoint, parse_decimal, parse_hash
from signing.log.merkle_proof import MAX_PROOF_HASHES
from signing.log.note import MAX_NOTE_BYTES, NoteSignature

MEDIA_TYPE = "text/plain; charset=utf-8"
MAX_EXTRA_BYTES = 4096
"""Ours is a salt of 32 bytes."""
MAX_PROOF_BYTES = MAX_NOTE_BYTES + 16 * 1024
_HEADER = "c2sp.org/tlog-proof@v1"
_EXTRA = "extra "
_INDEX = "index "


@dataclass(frozen=True, slots=True, kw_only=True)
class LogProof:
    """A proof as it travels, not yet believed."""

    index: int
    """Zero-based place of the entry in the log."""
    path: tuple[bytes, ...]
    """The inclusion proof (RFC 6962 §2.1.1)."""
    signed: SignedCheckpoint
    """The checkpoint whose tree holds the entry."""
    extra: bytes | None = None
    """Opaque, authenticated by nothing but what is made of it."""

    def __post_init__(self) -> None:
        """Refuse with `ValueError` what the text cannot hold."""
        if self.extra is not None and not 0 < len(self.extra) <= MAX_EXTRA_BYTES:
            raise ValueError("extra data is absent or has 1 to 4,096 bytes")
        if len(self.path) > MAX_PROOF_HASHES:
            raise ValueError("no inclusion proof is that long")

    @property
    def octets(self) -> bytes:
        """The bytes of the proof."""
        lines = [_HEADER]
        if self.extra is not None:
            lines.append(f"{_EXTRA}{to_base64(self.extra)}")
        lines.append(f"{_INDEX}{self.index}")
        lines += [to_base64(value) for value in self.path]
        return ("\n".join(lines) + "\n\n").encode("ascii") + self.signed.note.octets

    def with_signatures(self, *more: NoteSignature) -> "LogProof":
        """Add cosignatures that came later; nothing else changes."""
        note = self.signed.note.with_signatures(*more)
        return replace(self, signed=replace(self.signed, note=note))


def parse_proof(octets: bytes) -> LogProof:
    """Read a proof; raise `ValueError` on any but its one spelling."""
    if len(octets) > MAX_PROOF_BYTES:
        raise ValueError("longer than any proof")
    head, mark, note = octets.partition(b"\n\n")
    if not mark:
        raise ValueError("a proof has an empty line before its checkpoint")
    try:
        header, *lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise ValueError("the head of a proof is ASCII") from error
    if header != _HEADER:
        raise ValueError("not a proof of version 1")
    extra = from_base64(lines.pop(0).removeprefix(_EXTRA)) if _starts(lines, _EXTRA) else None
    if not _starts(lines, _INDEX):
        raise ValueError("a proof states the index of its entry")
    index = parse_decimal(lines.pop(0).removeprefix(_INDEX))
    path = tuple(parse_hash(line) for line in lines)
    return LogProof(index=index, path=path, signed=parse_checkpoint(note), extra=extra)


def _starts(lines: list[str], with_word: str) -> bool:
    return bool(lines) and lines[0].startswith(with_word)
