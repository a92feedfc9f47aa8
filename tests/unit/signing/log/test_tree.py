"""The tree is that of RFC 6962 §2: vectors of Certificate Transparency, and its own definitions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signing.log.tree import (
    EMPTY_ROOT,
    MAX_SIZE,
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_at,
    root_of_leaves,
)
from tests.unit.signing.log import merkle
from tests.unit.signing.log.merkle import LEAVES, ROOTS, StoredInMemory, entries

LARGEST = 600
ENTRIES = entries(LARGEST)
STORED = StoredInMemory(ENTRIES)
INCLUSION = {
    (0, 8): (
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ),
    (5, 8): (
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (2, 3): ("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",),
    (1, 5): (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ),
    (0, 1): (),
}
CONSISTENCY = {
    (1, 1): (),
    (1, 8): (
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ),
    (6, 8): (
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (2, 5): (
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ),
    (6, 7): (
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
}


def _hex(proof):
    return tuple(value.hex() for value in proof)


def test_the_empty_tree_has_the_root_of_rfc_6962():
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert Frontier().root.hex() == root_at(0, STORED).hex() == EMPTY_ROOT.hex() == empty


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_the_certificate_transparency_test_tree(size):
    stored = StoredInMemory(LEAVES)
    assert root_at(size, stored) == ROOTS[size - 1]
    assert root_of_leaves([leaf_hash(leaf) for leaf in LEAVES[:size]]) == ROOTS[size - 1]
    assert Frontier.at(size, stored).root == ROOTS[size - 1]


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_inclusion_proofs_are_those_of_the_certificate_transparency_test_tree(index, size):
    assert _hex(inclusion_proof(index, size, StoredInMemory(LEAVES))) == INCLUSION[index, size]


@pytest.mark.parametrize(("old_size", "size"), CONSISTENCY)
def test_consistency_proofs_are_those_of_the_certificate_transparency_test_tree(old_size, size):
    proof = consistency_proof(old_size, size, StoredInMemory(LEAVES))
    assert _hex(proof) == CONSISTENCY[old_size, size]


@given(st.integers(1, LARGEST), st.data())
def test_roots_and_proofs_are_the_definitions_of_rfc_6962_section_2_1(size, data):
    old_size = data.draw(st.integers(0, size))
    index = data.draw(st.integers(0, size - 1))
    grown = ENTRIES[:size]
    assert root_at(size, STORED) == merkle.mth(grown)
    assert inclusion_proof(index, size, STORED) == tuple(merkle.path(index, grown))
    proof = tuple(merkle.proof(old_size, grown)) if old_size else ()
    assert consistency_proof(old_size, size, STORED) == proof


@given(st.lists(st.integers(0, 40), max_size=12))
def test_a_tree_grown_in_batches_of_any_size_stores_what_one_batch_stores(batches):
    stored = StoredInMemory()
    size = 0
    for batch in batches:
        stored.append(ENTRIES[size : size + batch])
        size += batch
        assert stored.frontier.root == merkle.mth(ENTRIES[:size])
        assert stored.frontier == Frontier.at(size, stored)
    assert stored.held == StoredInMemory(ENTRIES[:size]).held


def test_a_tree_of_n_leaves_stores_each_complete_subtree_once():
    for size in range(40):
        held = StoredInMemory(ENTRIES[:size]).held
        expected = {
            (level, position)
            for level in range(7)
            for position in range(size)
            if (position + 1) << level <= size
        }
        assert held.keys() == expected
        for (level, position), value in held.items():
            first = position << level
            assert value == merkle.mth(ENTRIES[first : first + (1 << level)])


class _Anything:
    """Fake of a log too large to build: every subtree has some hash; counts what is asked."""

    def __init__(self):
        self.reads = 0

    def subtree_hash(self, level, index):
        self.reads += 1
        return leaf_hash(b"%d/%d" % (level, index))


@pytest.mark.parametrize("size", [10**7, 2**40 - 1, 2**40, MAX_SIZE])
def test_a_proof_reads_a_logarithmic_number_of_stored_hashes(size):
    bits = size.bit_length()
    for at in {0, 1, size // 3, size // 2, size - 2, size - 1}:
        reader = _Anything()
        assert len(inclusion_proof(at, size, reader)) <= bits
        assert reader.reads <= 2 * bits
        reader = _Anything()
        assert len(consistency_proof(at, size, reader)) <= bits + 1
        assert reader.reads <= 2 * bits


@pytest.mark.parametrize(
    "ask",
    [
        lambda: inclusion_proof(5, 5, STORED),
        lambda: inclusion_proof(-1, 5, STORED),
        lambda: inclusion_proof(0, 0, STORED),
        lambda: inclusion_proof(0, MAX_SIZE + 1, STORED),
        lambda: consistency_proof(6, 5, STORED),
        lambda: consistency_proof(-1, 5, STORED),
        lambda: root_at(-1, STORED),
        lambda: Frontier(3, (EMPTY_ROOT,)),
        lambda: Frontier(-1, ()),
        lambda: Frontier().grown([b"short"]),
    ],
)
def test_sizes_and_hashes_that_no_tree_has_are_refused(ask):
    with pytest.raises(ValueError, match=r"tree|leaf|frontier"):
        ask()
