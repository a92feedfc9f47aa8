"""Time-stamps on the checkpoints of the evidence log (RFC 3161)."""

from datetime import datetime, timedelta
from pathlib import Path

import msgspec


class ConfiguredAuthority(msgspec.Struct, frozen=True, kw_only=True):
    """An authority of time-stamps as the operator names it."""

    name: str
    """How the operator calls it."""
    url: str
    """Where it takes requests (RFC 3161 §3.4)."""
    roots: Path
    """The certificates of its roots, PEM: what it sends is believed by these alone."""
    authorities: Path | None = None
    """Who certifies its TLS server, PEM; the public authorities where none is named."""


class StampingPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Who stamps the checkpoints, how often, and what becomes of answers where nobody does."""

    authorities: tuple[ConfiguredAuthority, ...]
    """In the order of preference; none where nobody stamps, and then nothing is late."""
    former_roots: Path | None
    """The roots of authorities that are asked no more, PEM: their stamps stay believed."""
    every: timedelta
    """How old a checkpoint may become before a stamp is asked for."""
    warn_after: timedelta | None
    """How old a checkpoint without a stamp may become before readiness says so."""
    refuse_after: timedelta | None
    """How old before no new transmission is taken; None takes them whatever the stamps."""


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
