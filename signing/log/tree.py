"""The Merkle tree of RFC 6962 §2 over SHA-256: roots, proofs, and growth leaf by leaf.

A *complete subtree* at (level, index) covers the 2**level leaves from index * 2**level on. Its hash
never changes once its last leaf is there; the tree of any size is made of complete subtrees. So a
log stores those hashes alone, and every root and proof is drawn from a logarithmic number of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple, Protocol

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()
"""The root of the tree without leaves (RFC 6962 §2.1)."""
MAX_SIZE = 2**63 - 1
"""No log counts further, so that a size fits a signed 64-bit integer everywhere."""


class SubtreeHash(NamedTuple):
    """The hash of one complete subtree, ready to be stored."""

    level: int
    """2**level leaves are under it; 0 is a leaf."""
    position: int
    """From 0, from the left, among the subtrees of this level: the index that readers ask for."""
    value: bytes
    """32 bytes."""


class StoredHashes(Protocol):
    """What proofs are drawn from."""

    def subtree_hash(self, level: int, index: int) -> bytes:
        """Give the 32 bytes of the complete subtree at (level, index).

        It is asked only for subtrees whose every leaf is below the size of the tree at hand.
        """


def leaf_hash(entry: bytes) -> bytes:
    """Hash one entry (RFC 6962 §2.1: 0x00 sets leaves apart from nodes)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two siblings into their parent (RFC 6962 §2.1)."""
    return sha256(b"\x01" + left + right).digest()


def root_of_leaves(leaf_hashes: Sequence[bytes]) -> bytes:
    """Give the root of a tree from all its leaf hashes, left to right; in linear time."""
    return Frontier().grown(leaf_hashes).frontier.root


def root_at(size: int, hashes: StoredHashes) -> bytes:
    """Give the root of the first `size` leaves; raise `ValueError` on a size out of bounds."""
    _demand_size(size)
    return _range_hash(hashes, 0, size) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, hashes: StoredHashes) -> tuple[bytes, ...]:
    """Give the audit path of leaf `index` in the first `size` leaves (RFC 6962 §2.1.1).

    From the leaf's sibling up to the root's child. Raises `ValueError` unless 0 <= index < size.
    """
    _demand_size(size)
    if not 0 <= index < size:
        raise ValueError("no such leaf in a tree of this size")
    path = []
    begin, end = 0, size
    while end - begin > 1:
        split = begin + _split(end - begin)
        if index < split:
            path.append(_range_hash(hashes, split, end))
            end = split
        else:
            path.append(_range_hash(hashes, begin, split))
            begin = split
    return tuple(reversed(path))


def consistency_proof(old_size: int, size: int, hashes: StoredHashes) -> tuple[bytes, ...]:
    """Prove that the first `old_size` leaves begin the first `size` (RFC 6962 §2.1.2).

    Empty when `old_size` is 0 or `size`. Raises `ValueError` unless 0 <= old_size <= size.
    """
    _demand_size(size)
    if not 0 <= old_size <= size:
        raise ValueError("a tree never shrinks")
    if old_size == 0:
        return ()
    path = []
    begin, end = 0, size
    while end != old_size:
        split = begin + _split(end - begin)
        if old_size <= split:
            path.append(_range_hash(hashes, split, end))
            end = split
        else:
            path.append(_range_hash(hashes, begin, split))
            begin = split
    if begin:  # the old tree is no complete left part of the new one: its last part starts the path
        path.append(_range_hash(hashes, begin, end))
    return tuple(reversed(path))


@dataclass(frozen=True, slots=True)
class Growth:
    """What new leaves add to a tree."""

    stored: tuple[SubtreeHash, ...]
    """Every subtree that became complete, leaves included; a parent follows its children."""
    frontier: "Frontier"
    """The frontier of the tree with the new leaves."""


@dataclass(frozen=True, slots=True)
class Frontier:
    """A tree's size and the roots of its largest complete subtrees: all that growing it needs."""

    size: int = 0
    """Number of leaves."""
    peaks: tuple[bytes, ...] = ()
    """One hash for each bit of `size`, largest subtree first."""

    def __post_init__(self) -> None:
        """Refuse with `ValueError` peaks that are not those of a tree of this size."""
        _demand_size(self.size)
        if len(self.peaks) != self.size.bit_count():
            raise ValueError("a frontier has one hash for each bit of its size")

    @classmethod
    def at(cls, size: int, hashes: StoredHashes) -> "Frontier":
        """Read the frontier of the first `size` leaves."""
        _demand_size(size)
        parts = _complete_subtrees(0, size)
        return cls(size, tuple(hashes.subtree_hash(level, index) for level, index in parts))

    @property
    def root(self) -> bytes:
        """The root of the tree."""
        return _joined(self.peaks) if self.peaks else EMPTY_ROOT

    def grown(self, leaf_hashes: Iterable[bytes]) -> Growth:
        """Append leaves; give the hashes to store and the new frontier.

        Two hashes for each leaf on average, whatever the size of the tree.
        """
        stored = []
        peaks = list(self.peaks)
        size = self.size
        for leaf in leaf_hashes:
            if len(leaf) != HASH_BYTES:
                raise ValueError("a leaf hash has 32 bytes")
            value, level, index = leaf, 0, size
            stored.append(SubtreeHash(level, index, value))
            while index & 1:
                value = node_hash(peaks.pop(), value)
                level, index = level + 1, index >> 1
                stored.append(SubtreeHash(level, index, value))
            peaks.append(value)
            size += 1
        return Growth(tuple(stored), Frontier(size, tuple(peaks)))


def _demand_size(size: int) -> None:
    if not 0 <= size <= MAX_SIZE:
        raise ValueError("no size of a tree")


def _split(width: int) -> int:
    """Give the largest power of two smaller than `width` (k of RFC 6962 §2.1); width > 1."""
    return 1 << (width - 1).bit_length() - 1


def _complete_subtrees(begin: int, end: int) -> list[tuple[int, int]]:
    """Cut [begin, end) into (level, index), left to right, largest first.

    `begin` must be a multiple of the largest power of two within the width: so are the parts of a
    tree that RFC 6962 splits off.
    """
    parts = []
    while begin < end:
        level = (end - begin).bit_length() - 1
        parts.append((level, begin >> level))
        begin += 1 << level
    return parts


def _range_hash(hashes: StoredHashes, begin: int, end: int) -> bytes:
    parts = _complete_subtrees(begin, end)
    return _joined([hashes.subtree_hash(level, index) for level, index in parts])


def _joined(peaks: Sequence[bytes]) -> bytes:
    """Hash complete subtrees into the root over them: the smaller ones join first."""
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root
