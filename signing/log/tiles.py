"""Tiles of a log (C2SP tlog-tiles): their paths, their bytes, and which of them a size has.

A hash tile of level L holds up to 256 hashes of complete subtrees of 256**L leaves; an entry bundle
holds up to 256 entries. A tile is partial while it has fewer than 256, and its path says how many.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from signing.log.tree import HASH_BYTES, MAX_SIZE, StoredHashes, node_hash

TILE_HEIGHT = 8
"""A tile spans this many levels of the tree."""
FULL_WIDTH = 1 << TILE_HEIGHT
MAX_ENTRY_BYTES = 2**16 - 1
"""The length prefix of an entry in a bundle has 16 bits."""
_MAX_LEVEL = 63
_LENGTH_BYTES = 2
_PATH = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)/(?P<index>(?:x[0-9]{3}/){0,6}[0-9]{3})"
    r"(?:\.p/(?P<width>[1-9][0-9]{0,2}))?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """Names one hash tile, or one entry bundle."""

    level: int | None
    """0 to 63 for hashes; `None` for the entries themselves."""
    index: int
    """From 0, from the left, within the level."""
    width: int = FULL_WIDTH
    """Hashes or entries held: 256, or 1 to 255 in a partial tile."""

    def __post_init__(self) -> None:
        """Refuse with `ValueError` a tile that no log has."""
        if not (0 <= (self.level or 0) <= _MAX_LEVEL and 1 <= self.width <= FULL_WIDTH):
            raise ValueError("no such level or width of a tile")
        first = self.index << TILE_HEIGHT * ((self.level or 0) + 1)
        if self.index < 0 or first > MAX_SIZE:
            raise ValueError("no log reaches this tile")

    @property
    def path(self) -> str:
        """The path under the log's prefix: `tile/<L>/<N>[.p/<W>]`, `tile/entries/<N>[.p/<W>]`."""
        level = "entries" if self.level is None else self.level
        partial = "" if self.width == FULL_WIDTH else f".p/{self.width}"
        return f"tile/{level}/{index_text(self.index)}{partial}"


def index_text(index: int) -> str:
    """Write a tile's index in path elements of three digits: 1234067 is `x001/x234/067`."""
    index, last = divmod(index, 1000)
    text = f"{last:03d}"
    while index:
        index, group = divmod(index, 1000)
        text = f"x{group:03d}/{text}"
    return text


def parse_path(path: str) -> Tile:
    """Read a tile's path; raise `ValueError` on any but the one spelling that `Tile.path` gives."""
    match = _PATH.fullmatch(path)
    if match is None:
        raise ValueError("not the path of a tile")
    level, width = match["level"], match["width"]
    tile = Tile(
        level=None if level == "entries" else int(level),
        index=int(match["index"].replace("x", "").replace("/", "")),
        width=FULL_WIDTH if width is None else int(width),
    )
    if tile.path != path:
        raise ValueError("not the one spelling of a tile's path")
    return tile


def tiles_at(size: int) -> Iterator[Tile]:
    """Name every tile of a log of `size` entries: hash tiles from level 0 up, then bundles."""
    return new_tiles(0, size)


def new_tiles(old_size: int, size: int) -> Iterator[Tile]:
    """Name the tiles that a log of `size` entries has and one of `old_size` had not.

    A partial tile that grew is a new tile. Raises `ValueError` when the log would shrink.
    """
    if not 0 <= old_size <= size <= MAX_SIZE:
        raise ValueError("a log never shrinks")
    level = 0
    old_hashes, hashes = old_size, size
    while hashes:
        yield from _grown(level, old_hashes, hashes)
        level += 1
        old_hashes, hashes = old_hashes >> TILE_HEIGHT, hashes >> TILE_HEIGHT
    yield from _grown(None, old_size, size)


def _grown(level: int | None, old: int, new: int) -> Iterator[Tile]:
    for index in range(old // FULL_WIDTH, -(-new // FULL_WIDTH)):
        width = min(FULL_WIDTH, new - index * FULL_WIDTH)
        if width > old - index * FULL_WIDTH:
            yield Tile(level=level, index=index, width=width)


def hash_tile(tile: Tile, hashes: StoredHashes) -> bytes:
    """Write the bytes of a hash tile: its hashes, left to right."""
    if tile.level is None:
        raise ValueError("a bundle holds entries, not hashes")
    level, first = TILE_HEIGHT * tile.level, tile.index * FULL_WIDTH
    return b"".join(hashes.subtree_hash(level, first + at) for at in range(tile.width))


def parse_hash_tile(octets: bytes, tile: Tile) -> tuple[bytes, ...]:
    """Cut a hash tile into its hashes; raise `ValueError` when it is not `tile.width` of them."""
    if len(octets) != tile.width * HASH_BYTES:
        raise ValueError("not the length of this tile")
    return tuple(octets[at : at + HASH_BYTES] for at in range(0, len(octets), HASH_BYTES))


def entry_bundle(entries: Sequence[bytes]) -> bytes:
    """Write entries, each after its length as a big-endian uint16; `ValueError` if too long."""
    if any(len(entry) > MAX_ENTRY_BYTES for entry in entries):
        raise ValueError("an entry is longer than 65,535 bytes")
    return b"".join(len(entry).to_bytes(_LENGTH_BYTES, "big") + entry for entry in entries)


def parse_entry_bundle(octets: bytes, tile: Tile) -> tuple[bytes, ...]:
    """Cut a bundle into its entries; raise `ValueError` unless it is exactly `tile.width`."""
    entries = []
    at = 0
    while at < len(octets):
        begin = at + _LENGTH_BYTES
        end = begin + int.from_bytes(octets[at:begin], "big")
        if end > len(octets):
            raise ValueError("an entry is cut off")
        entries.append(octets[begin:end])
        at = end
    if len(entries) != tile.width:
        raise ValueError("not the number of entries of this bundle")
    return tuple(entries)


class TiledHashes:
    """The stored hashes of a log that keeps nothing but tiles: `StoredHashes` over them.

    A hash between two levels of tiles is computed from the tile below, at most 255 hashes.
    """

    __slots__ = ("_read_tile", "_size", "_tiles")

    def __init__(self, *, size: int, read_tile: Callable[[Tile], bytes]) -> None:
        """`read_tile` gives the bytes of a hash tile of a log of `size` entries; once for each."""
        self._size = size
        self._read_tile = read_tile
        self._tiles: dict[Tile, tuple[bytes, ...]] = {}

    def subtree_hash(self, level: int, index: int) -> bytes:
        """Give the hash of a complete subtree; `ValueError` when the log is smaller than that."""
        if index < 0 or (index + 1) << level > self._size:
            raise ValueError("the log has no such complete subtree")
        tile_level, height = divmod(level, TILE_HEIGHT)
        first = index << height
        tile_index, at = divmod(first, FULL_WIDTH)
        hashes = list(self._hashes(tile_level, tile_index)[at : at + (1 << height)])
        while len(hashes) > 1:
            pairs = zip(hashes[::2], hashes[1::2], strict=True)
            hashes = [node_hash(left, right) for left, right in pairs]
        return hashes[0]

    def _hashes(self, level: int, index: int) -> tuple[bytes, ...]:
        held = (self._size >> TILE_HEIGHT * level) - index * FULL_WIDTH
        tile = Tile(level=level, index=index, width=min(FULL_WIDTH, held))
        if tile not in self._tiles:
            self._tiles[tile] = parse_hash_tile(self._read_tile(tile), tile)
        return self._tiles[tile]
