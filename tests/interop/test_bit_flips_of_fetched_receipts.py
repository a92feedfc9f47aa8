"""Of 1,000 random bit flips over receipts fetched from the doors, none changes what is proved."""

import random

import pytest

from gateway.wire.v1.acknowledgement import AcknowledgementContract
from signing.errors import SignatureInvalid
from signing.keys import parse_published
from signing.verify import verify_json, verify_xml

FLIPS = 500
SEED = {"json": 20261120, "xml": 20261121}


@pytest.fixture(scope="module")
def verify(fetched):
    trust = parse_published(fetched.published)
    canonical_form = AcknowledgementContract().canonical_of
    by_form = {
        "json": lambda octets: verify_json(octets, trust=trust),
        "xml": lambda octets: verify_xml(octets, trust=trust, canonical_form=canonical_form),
    }

    def proved(form, octets):
        """What the receipt proves, or None where it is refused."""
        try:
            proof = by_form[form](octets)
        except SignatureInvalid:
            return None
        return proof.acknowledgement, proof.kid, proof.certificate

    return proved


@pytest.mark.parametrize("form", ["json", "xml"])
def test_a_flipped_bit_is_refused_or_proves_the_same(fetched, verify, form):
    receipt = getattr(fetched, form)
    same = verify(form, receipt)
    assert same is not None, "the receipt as fetched does not verify"
    chance = random.Random(SEED[form])
    refused = 0
    for _ in range(FLIPS):
        bit = chance.randrange(8 * len(receipt))
        flipped = bytearray(receipt)
        flipped[bit // 8] ^= 1 << bit % 8
        verdict = verify(form, bytes(flipped))
        assert verdict in (None, same), f"another proof with a flip in byte {bit // 8}"
        refused += verdict is None
    assert refused == FLIPS, "no byte of a receipt without an inclusion proof is unsigned"
