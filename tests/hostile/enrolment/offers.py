"""Hostile offers under a good invitation: what they cost must be little, what they get is nothing.

Each is a body; whoever sends it holds an invitation, so that nothing is refused unread.
"""

import base64
import json
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from signing.encoding import to_base64url
from signing.held_key import Kind, new_key
from tests.enrolling import base64_of, of_certificate, of_key
from tests.partner_pki import Pki, der
from tests.running import NOW

NO_OFFER, NO_KEY, UNPROVEN = "K014", "K001", "K002"
NO_CERTIFICATE, NO_PATH, NO_REQUEST = "K003", "K004", "K010"
ROOM = 60_000
"""Octets that a body may hold, but for what stands around them."""


class Hostile(NamedTuple):
    """A body, and the code that answers it."""

    name: str
    body: bytes
    code: str


def _jwk(proof="e30.e30.AA", **members):
    return json.dumps({"jwk": members, "proof": proof}).encode()


def _rsa(n, e=65_537):
    octets = [number.to_bytes((number.bit_length() + 7) // 8) for number in (n, e)]
    return {"kty": "RSA", "n": to_base64url(octets[0]), "e": to_base64url(octets[1])}


def _ec(x, y="AA"):
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def _nested(levels):
    """DER of sequences within one another."""
    made = b""
    for _ in range(levels):
        size = len(made)
        head = bytes([size]) if size < 128 else b"\x83" + size.to_bytes(3)
        made = b"\x30" + head + made
    return made


def keys():
    """Offers of a key."""
    big, odd = (1 << 16_383) | 1, (1 << 3_071) | 1
    yield Hostile("rsa-of-16384-bits", _jwk(**_rsa(big)), NO_KEY)
    yield Hostile("rsa-of-300000-bits", _jwk(**_rsa((1 << 300_000) | 1)), NO_KEY)
    yield Hostile("rsa-with-an-exponent-as-long-as-it", _jwk(**_rsa(odd, odd - 2)), NO_KEY)
    yield Hostile(
        "rsa-with-an-exponent-of-100000-bits", _jwk(**_rsa(odd, (1 << 100_000) | 1)), NO_KEY
    )
    yield Hostile("rsa-with-exponent-1", _jwk(**_rsa(odd, 1)), NO_KEY)
    yield Hostile("rsa-even", _jwk(**_rsa(1 << 3_071)), NO_KEY)
    yield Hostile(
        "ec-off-its-curve", _jwk(**_ec(to_base64url(b"\1" * 32), to_base64url(b"\2" * 32))), NO_KEY
    )
    yield Hostile("ec-of-45000-octets", _jwk(**_ec(to_base64url(b"\1" * (ROOM * 3 // 4)))), NO_KEY)
    yield Hostile(
        "ed25519-of-small-order", _jwk(kty="OKP", crv="Ed25519", x=to_base64url(bytes(32))), NO_KEY
    )
    yield Hostile("symmetric", _jwk(kty="oct", k="A" * 43), NO_KEY)
    yield Hostile("4000-members", _jwk(**{f"m{n}": "" for n in range(4_000)}), NO_OFFER)
    key = new_key(Kind.P256)
    sound = of_key(key, invitation="other", now=NOW)
    yield Hostile("proof-of-55000-characters", _form(sound, proof="A" * 55_000), UNPROVEN)
    header = to_base64url(b'{"alg":' * 4_000)
    yield Hostile("proof-with-a-deep-header", _form(sound, proof=f"{header}.e30.AA"), UNPROVEN)
    yield Hostile("proof-for-another-invitation", _form(sound), UNPROVEN)
    yield Hostile("proof-of-40000-dots", _form(sound, proof="." * 40_000), UNPROVEN)


def bodies():
    """What is no offer."""
    yield Hostile("deep-lists", b"[" * ROOM, NO_OFFER)
    yield Hostile("deep-objects", b'{"jwk":' * (ROOM // 7), NO_OFFER)
    yield Hostile("a-long-number", b'{"request":' + b"9" * ROOM + b"}", NO_OFFER)
    yield Hostile("a-member-many-times", b'{"jwk":1,' * (ROOM // 9) + b'"proof":1}', NO_OFFER)
    yield Hostile("empty", b"", NO_OFFER)


def certificates():
    """Offers of a certificate, or of what is none."""
    pki, key = Pki(), new_key(Kind.P256)
    sound = of_certificate(key, pki.issue(key.public_key()), invitation="other", now=NOW)
    for name, octets in (
        ("nested-der", _nested(4_000)),
        ("der-that-claims-4-gb", b"\x30\x84\xff\xff\xff\xff" + b"\0" * 100),
        ("zeros", bytes(45_000)),
    ):
        yield Hostile(name, _form(sound, certificate=base64_of(octets)), NO_CERTIFICATE)
        yield Hostile(
            f"request-of-{name}", json.dumps({"request": base64_of(octets)}).encode(), NO_REQUEST
        )
    yield Hostile("chain-of-6000", _form(sound, chain=["AAAA"] * 6_000), NO_PATH)
    yield Hostile(
        "chain-of-40-authorities", _form(sound, chain=[base64_of(der(pki.authority))] * 40), NO_PATH
    )
    many = [x509.DNSName(f"{number}.example") for number in range(1_500)]
    named = pki.issue(key.public_key(), more=((x509.SubjectAlternativeName(many), False),))
    yield Hostile("1500-names", _form(sound, certificate=base64_of(der(named))), NO_CERTIFICATE)
    policies = [
        x509.PolicyInformation(x509.ObjectIdentifier(f"1.2.250.1.{number}"), None)
        for number in range(2_000)
    ]
    ruled = pki.issue(key.public_key(), more=((x509.CertificatePolicies(policies), False),))
    yield Hostile("2000-policies", _form(sound, certificate=base64_of(der(ruled))), NO_CERTIFICATE)
    yield Hostile("request-for-1500-names", _request(key, many), NO_REQUEST)
    yield Hostile("request-for-an-authority", _request(key, [], is_authority=True), NO_REQUEST)


def _request(key, names, *, is_authority=False):
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "siseri")])
    asked = x509.CertificateSigningRequestBuilder(subject_name=name)
    if names:
        asked = asked.add_extension(x509.SubjectAlternativeName(names), critical=False)
    if is_authority:
        rights = x509.BasicConstraints(ca=True, path_length=None)
        asked = asked.add_extension(rights, critical=True)
    made = asked.sign(key, SHA256())
    return json.dumps({"request": base64.b64encode(der(made)).decode()}).encode()


def _form(sound, **changes):
    return json.dumps({**sound, **changes}).encode()


def every():
    """All of them."""
    return [*keys(), *bodies(), *certificates()]
