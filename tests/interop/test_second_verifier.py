"""Two verifiers that share no code say the same of every vector, and of receipts that nobody chose.

`docs/verifier/verify.mjs` is what laboratories take; the vectors are what its successors must pass.
"""

import json

import pytest

from tests.vectors.evidence.files import ROOT, files, vectors
from tests.vectors.evidence.judging import Case, by_ours, by_the_second
from tests.vectors.evidence.page import PAGE, page

INDEX = json.loads((ROOT / "index.json").read_bytes())["vectors"]


def _case(entry):
    policy = entry.get("policy")
    return Case(
        receipt=(ROOT / entry["receipt"]).read_bytes(),
        trust=(ROOT / entry["trust"]).read_bytes(),
        policy=None if policy is None else (ROOT / policy).read_bytes(),
    )


@pytest.fixture(scope="module")
def by_node(node):
    """What the second verifier says of each vector, by name."""
    judged = by_the_second([_case(entry) for entry in INDEX], node=node)
    return {entry["name"]: one for entry, one in zip(INDEX, judged, strict=True)}


@pytest.mark.parametrize("entry", INDEX, ids=[entry["name"] for entry in INDEX])
def test_both_verifiers_say_of_a_vector_what_it_states(entry, by_node):
    ours, second = by_ours(_case(entry)), by_node[entry["name"]]
    assert ours.outcome == entry["expected"], ours.reason
    assert second.outcome == entry["expected"], second.reason
    assert ours.acknowledgement == second.acknowledgement


def test_every_step_has_a_vector_that_fails_at_it():
    failing = {vector.failing_step for vector in vectors()} - {None}
    assert failing == set(range(1, 20))


def test_vectors_and_page_are_what_make_vectors_writes():
    made = files()
    kept = {
        str(path.relative_to(ROOT)): path.read_bytes() for path in ROOT.rglob("*") if path.is_file()
    }
    assert kept == made, "run `make vectors`"
    assert sum(map(len, made.values())) < 400_000
    written = PAGE.read_text("utf-8")
    assert page(written) == written, "run `make vectors`"
