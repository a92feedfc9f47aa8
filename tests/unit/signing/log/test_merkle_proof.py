"""Proofs are verified as RFC 9162 writes it: none that was altered in any part passes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signing.log.merkle_proof import verifies_consistency, verifies_inclusion
from signing.log.tree import (
    EMPTY_ROOT,
    MAX_SIZE,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_at,
)
from tests.unit.signing.log.merkle import LEAVES, ROOTS, StoredInMemory, entries

LARGEST = 600
ENTRIES = entries(LARGEST)
STORED = StoredInMemory(ENTRIES)
SOME_HASH = bytes.fromhex("abacaba000000000000000000000000000000000000000000060061e00123456")


def _inclusion(index, size):
    return {
        "proof": inclusion_proof(index, size, STORED),
        "leaf": STORED.held[0, index],
        "index": index,
        "size": size,
        "root": root_at(size, STORED),
    }


def _consistency(old_size, size):
    return {
        "proof": consistency_proof(old_size, size, STORED),
        "old_size": old_size,
        "old_root": root_at(old_size, STORED),
        "size": size,
        "root": root_at(size, STORED),
    }


def _flipped(value, bit):
    octets = bytearray(value)
    octets[bit // 8] ^= 1 << bit % 8
    return bytes(octets)


def _altered_hashes(proof, *, around):
    """Every way of the published probes to alter the list of hashes, each one different."""
    yield "an empty hash after", (*proof, b"")
    yield "an empty hash before", (b"", *proof)
    for value in (*around, SOME_HASH, EMPTY_ROOT):
        yield "a hash after", (*proof, value)
        yield "a hash before", (value, *proof)
    for at in range(len(proof)):
        yield f"hash {at} left out", (*proof[:at], *proof[at + 1 :])
        yield f"hash {at} twice", (*proof[: at + 1], *proof[at:])
        yield f"a hash put at {at}", (*proof[:at], SOME_HASH, *proof[at:])
        yield f"hash {at} cut", (*proof[:at], proof[at][:-1], *proof[at + 1 :])
        yield f"hash {at} longer", (*proof[:at], proof[at] + b"\0", *proof[at + 1 :])
        for bit in (0, 4, 131, 255):
            yield f"hash {at} bit {bit}", (*proof[:at], _flipped(proof[at], bit), *proof[at + 1 :])
        for other in range(at):
            swapped = list(proof)
            swapped[at], swapped[other] = proof[other], proof[at]
            yield f"hashes {at} and {other} swapped", tuple(swapped)
    if proof:
        yield "no hash", ()


def _altered(case, *, numbers, roots):
    for description, proof in _altered_hashes(case["proof"], around=[case[one] for one in roots]):
        yield description, case | {"proof": proof}
    for name in roots:
        value = case[name]
        for other in (SOME_HASH, EMPTY_ROOT, b"", value[:-1], value + b"\0", _flipped(value, 77)):
            yield f"another {name}", case | {name: other}
    for name, alternatives in numbers.items():
        for number in alternatives:
            yield f"{name} {number}", case | {name: number}


def _accepted_wrongly(verify, case, altered):
    for description, probe in altered:
        if probe != case and verify(**probe):
            yield description


def _inclusion_probes(case):
    index, size = case["index"], case["size"]
    beyond = {-1, size, size + 1, 2**63, 2**64 + index}
    indices = {index - 1, index + 1, index ^ 2, index + size} | beyond
    return _altered(case, numbers={"index": indices}, roots=["leaf", "root"])


def _consistency_probes(case):
    old_size, size = case["old_size"], case["size"]
    numbers = {"old_size": {-1, old_size - 1, old_size + 1, old_size ^ 2, size + 1, 2**64}}
    return _altered(case, numbers=numbers, roots=["old_root", "root"])


@given(st.integers(1, LARGEST), st.data())
def test_an_inclusion_proof_verifies_for_its_own_leaf_and_place(size, data):
    index = data.draw(st.integers(0, size - 1))
    case = _inclusion(index, size)
    assert verifies_inclusion(**case)
    assert not list(_accepted_wrongly(verifies_inclusion, case, _inclusion_probes(case)))


@given(st.integers(1, LARGEST), st.data())
def test_a_consistency_proof_verifies_for_its_own_two_trees(size, data):
    old_size = data.draw(st.integers(1, size))
    case = _consistency(old_size, size)
    assert verifies_consistency(**case)
    assert not list(_accepted_wrongly(verifies_consistency, case, _consistency_probes(case)))


def test_every_proof_of_a_small_tree_verifies_for_no_other_place_size_or_root():
    """The path alone does not tell the size: what refuses a false one is a root of that size."""
    roots = [root_at(size, STORED) for size in range(18)]
    for size in range(1, 18):
        for index in range(size):
            case = _inclusion(index, size)
            accepted = {
                (other_index, other_size)
                for other_size in range(18)
                for other_index in range(18)
                if verifies_inclusion(
                    **case | {"index": other_index, "size": other_size, "root": roots[other_size]}
                )
            }
            assert accepted == {(index, size)}


def test_every_pair_of_small_trees_is_consistent_with_its_own_proof_alone():
    roots = [root_at(size, STORED) for size in range(18)]
    proofs = {
        (old, new): consistency_proof(old, new, STORED) for new in range(18) for old in range(new)
    }
    for (old, new), proof in proofs.items():
        accepted = {
            (old_size, size)
            for old_size in range(1, 18)
            for size in range(old_size + 1, 18)
            if verifies_consistency(
                proof,
                old_size=old_size,
                old_root=roots[old_size],
                size=size,
                root=roots[size],
            )
        }
        assert accepted == ({(old, new)} if old else set())


def test_a_log_that_rewrote_one_old_leaf_is_consistent_by_no_proof_that_it_can_make():
    for size in range(2, 24):
        for rewritten in range(size - 1):
            forged_entries = [*ENTRIES[:size]]
            forged_entries[rewritten] = b"rewritten"
            forged = StoredInMemory(forged_entries)
            for old_size in range(rewritten + 1, size + 1):
                old_root = root_at(old_size, STORED)
                for source in (forged, STORED):
                    assert not verifies_consistency(
                        consistency_proof(old_size, size, source),
                        old_size=old_size,
                        old_root=old_root,
                        size=size,
                        root=root_at(size, forged),
                    )


@pytest.mark.parametrize(("index", "size"), [(0, 8), (5, 8), (2, 3), (1, 5), (0, 1)])
def test_the_certificate_transparency_vectors_verify_and_their_probes_do_not(index, size):
    case = {
        "proof": inclusion_proof(index, size, StoredInMemory(LEAVES)),
        "leaf": leaf_hash(LEAVES[index]),
        "index": index,
        "size": size,
        "root": ROOTS[size - 1],
    }
    assert verifies_inclusion(**case)
    wrong_heights = [("size doubled", case | {"size": 2 * size})]
    wrong_heights += [("size halved", case | {"size": size // 2})]
    probes = [*_inclusion_probes(case), *wrong_heights]
    assert not list(_accepted_wrongly(verifies_inclusion, case, probes))


@pytest.mark.parametrize(("old_size", "size"), [(1, 1), (1, 8), (6, 8), (2, 5), (6, 7), (8, 8)])
def test_the_certificate_transparency_trees_are_consistent_and_their_probes_are_not(old_size, size):
    case = {
        "proof": consistency_proof(old_size, size, StoredInMemory(LEAVES)),
        "old_size": old_size,
        "old_root": ROOTS[old_size - 1],
        "size": size,
        "root": ROOTS[size - 1],
    }
    assert verifies_consistency(**case)
    wrong = [
        ("size doubled", case | {"size": 2 * size}),
        ("size halved", case | {"size": size // 2}),
    ]
    swapped = case | {"old_root": case["root"], "root": case["old_root"]}
    probes = [*_consistency_probes(case), *wrong, ("roots swapped", swapped)]
    assert not list(_accepted_wrongly(verifies_consistency, case, probes))


@pytest.mark.parametrize(
    ("old_size", "old_root", "size", "root", "proof", "holds"),
    [
        (0, EMPTY_ROOT, 0, EMPTY_ROOT, (), True),
        (0, EMPTY_ROOT, 1, ROOTS[0], (), True),
        (1, ROOTS[0], 1, ROOTS[0], (), True),
        (0, ROOTS[0], 0, ROOTS[0], (), False),
        (0, ROOTS[0], 1, ROOTS[0], (), False),
        (0, EMPTY_ROOT, 0, ROOTS[0], (), False),
        (0, EMPTY_ROOT, 1, ROOTS[0], (EMPTY_ROOT,), False),
        (1, ROOTS[0], 1, ROOTS[0], (EMPTY_ROOT,), False),
        (1, ROOTS[0], 1, ROOTS[1], (), False),
        (1, ROOTS[0], 0, EMPTY_ROOT, (), False),
        (2, ROOTS[1], 1, ROOTS[0], (), False),
        (1, ROOTS[0], 2, ROOTS[1], (), False),
        (-1, EMPTY_ROOT, 1, ROOTS[0], (), False),
    ],
)
def test_trees_that_are_empty_or_equal_take_no_hash(
    *, old_size, old_root, size, root, proof, holds
):
    found = verifies_consistency(proof, old_size=old_size, old_root=old_root, size=size, root=root)
    assert found is holds


@given(
    st.integers(-3, 2**70),
    st.integers(-3, 2**70),
    st.lists(st.binary(min_size=30, max_size=33), max_size=70),
)
def test_hostile_numbers_and_hashes_verify_nothing_and_raise_nothing(one, other, proof):
    assert not verifies_inclusion(proof, leaf=ROOTS[0], index=one, size=other, root=EMPTY_ROOT)
    assert not verifies_consistency(
        proof, old_size=one, old_root=ROOTS[0], size=other, root=ROOTS[1]
    ) or (one, other, proof) == (1, 2, [leaf_hash(LEAVES[1])])


def test_a_size_beyond_63_bits_is_refused_even_where_its_path_is_right():
    leaf = leaf_hash(b"")
    path, root = [], leaf
    for _ in range(63):
        path.append(SOME_HASH)
        root = node_hash(root, SOME_HASH)
    assert verifies_inclusion(path, leaf=leaf, index=0, size=MAX_SIZE, root=root)
    assert not verifies_inclusion(path, leaf=leaf, index=0, size=MAX_SIZE + 1, root=root)
    assert not verifies_consistency(path, old_size=1, old_root=leaf, size=MAX_SIZE + 1, root=root)


def test_a_hash_too_many_is_refused_even_where_the_root_was_made_for_it():
    """A log may sign any root: a tree of one leaf with a sibling would hide what is beside it."""
    leaf = leaf_hash(b"")
    made = node_hash(SOME_HASH, leaf)
    assert not verifies_inclusion((SOME_HASH,), leaf=leaf, index=0, size=1, root=made)
    case = _consistency(3, 4)
    made = {name: node_hash(SOME_HASH, case[name]) for name in ("old_root", "root")}
    assert not verifies_consistency(**case | made | {"proof": (*case["proof"], SOME_HASH)})


def test_hashes_cut_elsewhere_are_refused_though_they_join_to_the_same_bytes():
    leaf, sibling = leaf_hash(b""), SOME_HASH
    root = node_hash(leaf, sibling)
    assert verifies_inclusion((sibling,), leaf=leaf, index=0, size=2, root=root)
    moved = leaf + sibling[:1]
    assert node_hash(moved, sibling[1:]) == root
    assert not verifies_inclusion((sibling[1:],), leaf=moved, index=0, size=2, root=root)
    assert not verifies_consistency((sibling[1:],), old_size=1, old_root=moved, size=2, root=root)
