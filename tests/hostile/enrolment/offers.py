"""Hostile offers under a good invitation: what they cost must be little, what they get is nothing.

Each is a sound offer, its twin, spoilt in one thing: under the same invitation the twin is taken.
Whoever sends it holds the invitation, so that nothing is refused unread.
"""

import base64
import json
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from signing.encoding import to_base64url
from signing.held_key import Kind, new_key
from tests import builders
from tests.enrolling import base64_of, of_certificate, of_key, of_request
from tests.partner_pki import Pki, der, subject
from tests.running import NOW

NO_OFFER, NO_KEY, UNPROVEN = "K014", "K001", "K002"
NO_CERTIFICATE, NO_PATH, NO_REQUEST = "K003", "K004", "K010"
ROOM = 60_000
"""Octets that a body may hold, but for what stands around them."""
Form = dict[str, Any]


class Hostile(NamedTuple):
    """A sound offer, what makes it hostile, and the code that answers it then."""

    name: str
    twin: Callable[[str], Form]
    """The sound one, under an invitation."""
    spoilt: Callable[[Form], Form | bytes]
    """The hostile one, of the sound one: another form, or a body that is none."""
    code: str

    def body(self, invitation):
        """The hostile body under that invitation."""
        made = self.spoilt(self.twin(invitation))
        return made if isinstance(made, bytes) else json.dumps(made).encode()


@cache
def _key(kind=Kind.P256):
    """One of a kind: an RSA key takes longer to make than all offers to be refused."""
    return new_key(kind)


def _of(kind=Kind.P256):
    return lambda invitation: of_key(_key(kind), invitation=invitation, now=NOW)


def _with(**members):
    return lambda form: form | members


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
    """Offers of a key that is none, or too much of one; and possessions that are not proven."""
    big, odd = (1 << 16_383) | 1, (1 << 3_071) | 1
    for name, jwk in (
        ("rsa-of-16384-bits", _rsa(big)),
        ("rsa-of-300000-bits", _rsa((1 << 300_000) | 1)),
        ("rsa-with-an-exponent-as-long-as-it", _rsa(odd, odd - 2)),
        ("rsa-with-an-exponent-of-100000-bits", _rsa(odd, (1 << 100_000) | 1)),
        ("rsa-with-exponent-1", _rsa(odd, 1)),
        ("rsa-even", _rsa(1 << 3_071)),
    ):
        yield Hostile(name, _of(Kind.RSA), _with(jwk=jwk), NO_KEY)
    small = {"kty": "OKP", "crv": "Ed25519", "x": to_base64url(bytes(32))}
    yield Hostile("ed25519-of-small-order", _of(Kind.ED25519), _with(jwk=small), NO_KEY)
    for name, jwk in (
        ("ec-off-its-curve", _ec(to_base64url(b"\1" * 32), to_base64url(b"\2" * 32))),
        ("ec-of-45000-octets", _ec(to_base64url(b"\1" * (ROOM * 3 // 4)))),
        ("symmetric", {"kty": "oct", "k": "A" * 43}),
    ):
        yield Hostile(name, _of(), _with(jwk=jwk), NO_KEY)
    members = {f"m{n}": "" for n in range(4_000)}
    yield Hostile("4000-members", _of(), _with(jwk=members), NO_OFFER)
    header = to_base64url(b'{"alg":' * 4_000)
    for name, proof in (
        ("proof-of-55000-characters", "A" * 55_000),
        ("proof-with-a-deep-header", f"{header}.e30.AA"),
        ("proof-of-40000-dots", "." * 40_000),
        ("proof-for-another-invitation", _of()("other")["proof"]),
    ):
        yield Hostile(name, _of(), _with(proof=proof), UNPROVEN)


def bodies():
    """What is no offer."""
    for name, body in (
        ("deep-lists", b"[" * ROOM),
        ("deep-objects", b'{"jwk":' * (ROOM // 7)),
        ("a-long-number", b'{"request":' + b"9" * ROOM + b"}"),
        ("a-member-many-times", b'{"jwk":1,' * (ROOM // 9) + b'"proof":1}'),
        ("empty", b""),
    ):
        yield Hostile(name, _of(), lambda _form, body=body: body, NO_OFFER)


def certificates(pki):
    """Offers of a certificate of `pki`, or of a request, or of what is neither."""
    key, name = _key(), subject(siret=builders.LABORATORY)

    def certified(invitation):
        certificate = pki.issue(key.public_key(), name=name)
        return of_certificate(key, certificate, pki.authority, invitation=invitation, now=NOW)

    def requested(_invitation):
        return of_request(key)

    def issued(extension):
        more = ((extension, False),)
        made = pki.issue(key.public_key(), name=name, more=more)
        return _with(certificate=base64_of(der(made)))

    for kind, octets in (
        ("nested-der", _nested(4_000)),
        ("der-that-claims-4-gb", b"\x30\x84\xff\xff\xff\xff" + b"\0" * 100),
        ("zeros", bytes(45_000)),
    ):
        text = base64_of(octets)
        yield Hostile(kind, certified, _with(certificate=text), NO_CERTIFICATE)
        yield Hostile(f"request-of-{kind}", requested, _with(request=text), NO_REQUEST)
    yield Hostile("chain-of-6000", certified, _with(chain=["AAAA"] * 6_000), NO_PATH)
    authorities = [base64_of(der(pki.authority))] * 40
    yield Hostile("chain-of-40-authorities", certified, _with(chain=authorities), NO_PATH)
    many = [x509.DNSName(f"{number}.example") for number in range(1_500)]
    names = issued(x509.SubjectAlternativeName(many))
    yield Hostile("1500-names", certified, names, NO_CERTIFICATE)
    policies = [
        x509.PolicyInformation(x509.ObjectIdentifier(f"1.2.250.1.{number}"), None)
        for number in range(2_000)
    ]
    ruled = issued(x509.CertificatePolicies(policies))
    yield Hostile("2000-policies", certified, ruled, NO_CERTIFICATE)
    for kind, extension in (
        ("request-for-1500-names", x509.SubjectAlternativeName(many)),
        ("request-for-an-authority", x509.BasicConstraints(ca=True, path_length=None)),
    ):
        yield Hostile(kind, requested, _with(request=_request(key, extension)), NO_REQUEST)


def _request(key, extension):
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "siseri")])
    asked = x509.CertificateSigningRequestBuilder(subject_name=name)
    is_critical = isinstance(extension, x509.BasicConstraints)
    made = asked.add_extension(extension, critical=is_critical).sign(key, SHA256())
    return base64.b64encode(der(made)).decode()


def every(pki=None):
    """All of them; `pki` is an authority that the gateway trusts, where they are to be sent."""
    return [*keys(), *bodies(), *certificates(pki or Pki())]
