"""Of random bit flips over receipts fetched from the doors, and of one in every byte of their
proof, each is refused: no byte of a receipt goes unproved."""

import random

import pytest

from gateway.commands.verify import prove, trusted
from signing.errors import SignatureInvalid

FLIPS = 500
SEED = {"json": 20261120, "xml": 20261121}


@pytest.fixture(scope="module")
def verify(fetched):
    trust = trusted(fetched.published)

    def proved(octets):
        """What the receipt proves, or None where it is refused."""
        try:
            proof = prove(octets, trust)
        except SignatureInvalid:
            return None
        return proof.acknowledgement, proof.kid, proof.certificate

    return proved


def flipped(octets, at, bit):
    changed = bytearray(octets)
    changed[at] ^= 1 << bit
    return bytes(changed)


@pytest.mark.parametrize("form", ["json", "xml"])
def test_a_flipped_bit_is_refused(fetched, verify, form):
    receipt = getattr(fetched, form)
    assert verify(receipt) is not None, "the receipt as fetched does not verify"
    chance = random.Random(SEED[form])
    for _ in range(FLIPS):
        at, bit = divmod(chance.randrange(8 * len(receipt)), 8)
        assert verify(flipped(receipt, at, bit)) is None, f"proved with a flip in byte {at}"


@pytest.mark.parametrize("form", ["json", "xml"])
def test_a_flip_in_any_byte_of_the_inclusion_proof_is_refused(fetched, verify, form):
    receipt = getattr(fetched, form)
    begin = receipt.index({"json": b'"proof":{', "xml": b"<proof>"}[form])
    end = receipt.index({"json": b',"signature":', "xml": b"</receipt>"}[form], begin)
    chance = random.Random(SEED[form])
    for at in range(begin, end):
        assert verify(flipped(receipt, at, chance.randrange(8))) is None, f"byte {at}"
