"""From stored hashes to roots, proofs and tiles: what is needed is asked for once, all together."""

from collections.abc import Callable
from typing import Final, TypeVar

from gateway.model.evidence import ReadHashes, Subtree
from signing.log.tree import HASH_BYTES, StoredHashes

_Drawn = TypeVar("_Drawn")
_ANY: Final = bytes(HASH_BYTES)


class _Asked:
    """Notes what is asked for; any hash will do meanwhile."""

    def __init__(self) -> None:
        self.places: list[Subtree] = []

    def subtree_hash(self, level: int, index: int) -> bytes:
        self.places.append((level, index))
        return _ANY


class KnownHashes(dict[Subtree, bytes]):
    """Hashes of complete subtrees in memory; `signing.log.tree.StoredHashes` over them."""

    def subtree_hash(self, level: int, index: int) -> bytes:
        """The hash at that place; `LookupError` when it is not here."""
        return self[level, index]


def known(draw: Callable[[StoredHashes], object], read_hashes: ReadHashes) -> KnownHashes:
    """The hashes that `draw` needs; which ones must not depend on their values.

    Raises:
        LookupError: one of them is not stored.
    """
    asked = _Asked()
    draw(asked)
    return KnownHashes(read_hashes(asked.places))


def drawn(draw: Callable[[StoredHashes], _Drawn], read_hashes: ReadHashes) -> _Drawn:
    """What `draw` makes of stored hashes.

    Raises:
        LookupError: one that it needs is not stored.
    """
    return draw(known(draw, read_hashes))
