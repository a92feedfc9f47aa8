"""What logs and witnesses say to each other (C2SP tlog-witness, `add-checkpoint`)."""

from enum import StrEnum

import msgspec


class WitnessAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a witness answers over HTTP."""

    status: int
    media_type: str
    content: bytes


class Cosigned(msgspec.Struct, frozen=True, kw_only=True):
    """A witness says that it cosigned; nothing of it is verified yet."""

    lines: bytes
    """Lines of signatures, as they stand under a note."""


class OutOfStep(msgspec.Struct, frozen=True, kw_only=True):
    """The witness is not where we thought: nothing is cosigned."""

    size: int
    """Of the largest tree of ours that it cosigned."""


class Sight(StrEnum):
    """What whoever follows a log finds of it."""

    CONSISTENT = "consistent"
    """It continues what was seen, and is cosigned."""
    SHRUNK = "shrunk"
    """It shows less than it signed before: an old copy, or leaves were taken out."""
    REWRITTEN = "rewritten"
    """It signed two pasts, proved by both notes."""


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """One look at a log."""

    sight: Sight
    size: int
    """Of the checkpoint that it shows."""
    note: bytes = b""
    """The checkpoint with our cosignature, where it is consistent."""
