"""No single bit of a receipt changes what is proved: each flip is refused, or proves the same.

The same may be proved only where the flip falls into `proof`, which is no part of what is signed.
"""

import random

import pytest

from signing.errors import SignatureInvalid
from signing.verify import verify_json, verify_xml

FLIPS = 1000


def _flips(octets: bytes, seed: int):
    chance = random.Random(seed)
    for _ in range(FLIPS):
        bit = chance.randrange(8 * len(octets))
        flipped = bytearray(octets)
        flipped[bit // 8] ^= 1 << bit % 8
        yield bit // 8, bytes(flipped)


def _verdict(verify, octets: bytes):
    try:
        proof = verify(octets)
    except SignatureInvalid:
        return None
    return proof.acknowledgement, proof.kid, proof.certificate


@pytest.mark.parametrize("form", ["json", "jws"])
def test_every_flip_of_a_json_receipt_is_refused(signed, form):
    for at, flipped in _flips(getattr(signed, form), seed=1):
        verdict = _verdict(lambda octets: verify_json(octets, trust=signed.trust), flipped)
        assert verdict is None, f"accepted with a flip in byte {at}"


def test_every_flip_of_an_xml_receipt_is_refused(signed, canonical_form):
    def verify(octets):
        return verify_xml(octets, trust=signed.trust, canonical_form=canonical_form)

    for at, flipped in _flips(signed.xml, seed=2):
        assert _verdict(verify, flipped) is None, f"accepted with a flip in byte {at}"


def test_a_flip_beside_a_proof_is_refused_and_within_it_proves_the_same(signed, canonical_form):
    def by_json(octets):
        return verify_json(octets, trust=signed.trust)

    def by_xml(octets):
        return verify_xml(octets, trust=signed.trust, canonical_form=canonical_form)

    same = (signed.canonical, signed.signer.kid, signed.signer.certificate)
    for verify, octets, begin, end in (
        (by_json, signed.json_with_proof, b'"proof":', b',"signature":'),
        (by_xml, signed.xml_with_proof, b"<proof>", b"</receipt>"),
    ):
        unsigned = range(octets.index(begin), octets.index(end))
        accepted = 0
        for at, flipped in _flips(octets, seed=3):
            verdict = _verdict(verify, flipped)
            assert verdict in (None, same)
            assert verdict is None or at in unsigned, f"accepted with a flip in byte {at}"
            accepted += verdict is not None
        assert accepted, "no flip fell into the proof: the sample is too small to say anything"


def test_random_bytes_and_cut_receipts_only_ever_raise_signature_invalid(signed, canonical_form):
    chance = random.Random(4)
    for receipt in (signed.json, signed.jws, signed.xml):
        for _ in range(300):
            at, length = chance.randrange(len(receipt)), chance.randrange(40)
            junk = chance.choice([chance.randbytes(length), b"<a>", b"&x;", b'{"', b"", b"]]>"])
            spoilt = receipt[:at] + junk + receipt[at + chance.randrange(40) :]
            if spoilt == receipt:
                continue
            assert _verdict(lambda o: verify_json(o, trust=signed.trust), spoilt) is None
            verdict = _verdict(
                lambda o: verify_xml(o, trust=signed.trust, canonical_form=canonical_form), spoilt
            )
            assert verdict is None
