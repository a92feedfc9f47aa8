"""Time-stamps on the checkpoints of the evidence log (RFC 3161)."""

from datetime import datetime

import msgspec


class Unstamped(msgspec.Struct, frozen=True, kw_only=True):
    """The newest checkpoint, where no stamp covers it yet."""

    size: int
    """Leaves under it: a stamp on it covers every earlier one."""
    text: bytes
    """The text of its note, without signatures: what is stamped."""
    since: datetime
    """When the oldest checkpoint that no stamp covers was signed."""


class Stamp(msgspec.Struct, frozen=True, kw_only=True):
    """An authority's word that a text existed, of which every step of the proof held."""

    token: bytes
    """The TimeStampToken, DER."""
    gen_time: datetime
    """From when on, by the authority's clock."""
    authority: str
    """Subject of its certificate (RFC 4514)."""


class CheckpointStamp(msgspec.Struct, frozen=True, kw_only=True):
    """A stamp as it is kept."""

    size: int
    """Of the checkpoint that it is on."""
    text: bytes
    stamp: Stamp
