"""What a person is told of an acknowledgement: the same facts, laid out to be read."""

import msgspec

from gateway.model.acknowledgement import Acknowledgement, Disposition, LineEntry


class GivenReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """One of the receipts given under a transmission's id."""

    id: str
    canonical_sha256: str
    disposition: Disposition
    decided_at: str


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """An acknowledgement to be shown, which proves nothing by itself."""

    acknowledgement: Acknowledgement
    """Its `id` is empty where nothing was signed."""
    canonical_sha256: str | None
    """Digest of what was signed; None for the report of a check."""
    lines: tuple[LineEntry, ...] = ()
    """Lines not plainly accepted, by index: all that are known, beyond those held inline too."""
    max_rows: int = 1_000
    """How many rows of findings the page shows, of whole lines; the sheet has them all."""
    given: tuple[GivenReceipt, ...] = ()
    """Every receipt given under the same id, oldest first, where that was asked."""
