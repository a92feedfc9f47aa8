"""Verification of inclusion and consistency proofs, as RFC 9162 §2.1.3.2 and §2.1.4.2 write it.

The numbers in comments are the steps of those algorithms. Every hash of a proof must be used and
none may be missing: a proof of another length than that of these sizes is refused.
"""

from collections.abc import Sequence

from signing.log.tree import EMPTY_ROOT, HASH_BYTES, MAX_SIZE, node_hash

MAX_PROOF_HASHES = 63
"""No proof in a tree of at most 2**63 - 1 leaves is longer (tlog-witness, `add-checkpoint`)."""


def verifies_inclusion(
    proof: Sequence[bytes], *, leaf: bytes, index: int, size: int, root: bytes
) -> bool:
    """Tell whether the leaf hash `leaf` stands at `index` of the tree of `size` and `root`.

    RFC 9162 §2.1.3.2. Never raises on hostile numbers or hashes: they verify nothing.
    """
    if not _are_hashes(leaf, root, *proof):
        return False
    # (1) the leaf is in the tree
    if not 0 <= index < size <= MAX_SIZE:
        return False
    # (2) where the leaf is, and where the last one; (3) what is found so far
    position, last = index, size - 1
    found = leaf
    # (4) climb
    for sibling in proof:
        if last == 0:
            return False
        if position & 1 or position == last:
            found = node_hash(sibling, found)
            position, last = _past_lone_nodes(position, last)
        else:
            found = node_hash(found, sibling)
        position, last = position >> 1, last >> 1
    # (5) at the top, and there is the root
    return last == 0 and found == root


def verifies_consistency(
    proof: Sequence[bytes], *, old_size: int, old_root: bytes, size: int, root: bytes
) -> bool:
    """Tell whether the tree of `old_size` and `old_root` begins that of `size` and `root`.

    RFC 9162 §2.1.4.2 for 0 < old_size < size. Equal sizes take no hash and equal roots; the empty
    tree begins every tree, takes no hash, and its root is that of RFC 6962 §2.1.
    """
    if not _are_hashes(old_root, root, *proof) or not 0 <= old_size <= size <= MAX_SIZE:
        return False
    if old_size in (0, size):
        same = old_size < size or old_root == root
        return not proof and same and (old_size > 0 or old_root == EMPTY_ROOT)
    # (1) never empty
    if not proof:
        return False
    # (2) where the old tree is one complete subtree, its root is left out of the proof
    path = list(proof)
    if old_size & (old_size - 1) == 0:
        path.insert(0, old_root)
    # (3) the last leaf of each tree; (4) up to where the old tree's last part is a left one
    position, last = old_size - 1, size - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    # (5), (6) climb to both roots
    old_found = found = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            old_found, found = node_hash(sibling, old_found), node_hash(sibling, found)
            position, last = _past_lone_nodes(position, last)
        else:
            found = node_hash(found, sibling)
        position, last = position >> 1, last >> 1
    # (7) both roots are there, and nothing is left
    return last == 0 and old_found == old_root and found == root


def _past_lone_nodes(position: int, last: int) -> tuple[int, int]:
    """Skip the levels at which the rightmost node has no sibling."""
    while not position & 1 and position:
        position, last = position >> 1, last >> 1
    return position, last


def _are_hashes(*values: bytes) -> bool:
    return all(len(value) == HASH_BYTES for value in values)
