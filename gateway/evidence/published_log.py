"""The log as anyone may read it (C2SP tlog-tiles): its checkpoint, hash tiles and entry bundles."""

from typing import Final

from gateway.errors import EvidenceDamaged, NotFound
from gateway.evidence.drawing import drawn
from gateway.ports import EvidenceLog
from signing.log.checkpoint import parse_checkpoint
from signing.log.note import parse_signature_lines
from signing.log.tiles import (
    FULL_WIDTH,
    TILE_HEIGHT,
    Tile,
    entry_bundle,
    hash_tile,
    parse_path,
)

MAX_PATH_CHARS: Final = 64
"""No tile's path is longer."""


class PublishedLog:
    """Gives the resources of the log by their paths under its prefix."""

    def __init__(self, *, evidence: EvidenceLog) -> None:
        self._evidence = evidence

    def checkpoint(self) -> bytes:
        """The latest checkpoint, with the cosignatures that it has.

        Raises:
            NotFound: none was signed yet.
        """
        latest = self._evidence.latest()
        if latest is None:
            raise NotFound
        lines = "".join(one.line for one in self._evidence.cosignatures(latest.size))
        if not lines:
            return latest.note
        note = parse_checkpoint(latest.note).note
        return note.with_signatures(*parse_signature_lines(lines)).octets

    def tile(self, path: str) -> bytes:
        """The tile of that path, `tile/…`, which never changes.

        Raises:
            NotFound: it is no tile of the log as it is.
            EvidenceDamaged: a hash or an entry is missing.
        """
        try:
            tile = parse_path(path) if len(path) <= MAX_PATH_CHARS else None
        except ValueError:
            tile = None
        if tile is None or not self._has(tile):
            raise NotFound
        first = tile.index * FULL_WIDTH
        if tile.level is None:
            entries = self._evidence.entries(first, tile.width)
            if len(entries) != tile.width:
                raise EvidenceDamaged("an entry of the log is missing")
            return entry_bundle(entries)
        try:
            return drawn(lambda hashes: hash_tile(tile, hashes), self._evidence.hashes)
        except LookupError as error:
            raise EvidenceDamaged("a hash of the log is missing") from error

    def _has(self, tile: Tile) -> bool:
        """Whether a checkpoint covers all that the tile holds."""
        latest = self._evidence.latest()
        if latest is None:
            return False
        held = latest.size >> TILE_HEIGHT * (tile.level or 0)
        return tile.index * FULL_WIDTH + tile.width <= held
