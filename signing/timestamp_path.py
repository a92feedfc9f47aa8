"""The signature of a time-stamp, and the path of its certificate to a root (RFC 5280 §6.1).

A path is believed whose every authority may issue certificates, was valid at that time, and allows
as many below it (basicConstraints, keyUsage, pathLenConstraint), and whose every certificate has
no constraint on names and no critical extension but those that are honoured here or constrain
nothing. Names are compared as they are written (§4.1.2.6). A root is an authority that issued its
own certificate; it does not stamp itself.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256, sha384, sha512

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
from cryptography.hazmat.primitives.serialization import Encoding

from signing import der
from signing.certificates import is_issued_by
from signing.timestamp_token import Token, WrittenCertificate, read_certificate, stated_digest

_KEY_CERT_SIGN = 0x04
_NAME_CONSTRAINTS = bytes.fromhex("551d1e")
_HONOURED = frozenset(bytes.fromhex(f"551d{end}") for end in ("0f", "11", "13", "20", "25"))
"""keyUsage, subjectAltName, basicConstraints, certificatePolicies, extendedKeyUsage."""
_RSA = bytes.fromhex("2a864886f70d010101")
_HASHES = {
    bytes.fromhex("608648016503040201"): (
        *(sha256, SHA256()),
        {_RSA, bytes.fromhex("2a864886f70d01010b")},
        bytes.fromhex("2a8648ce3d040302"),
    ),
    bytes.fromhex("608648016503040202"): (
        *(sha384, SHA384()),
        {_RSA, bytes.fromhex("2a864886f70d01010c")},
        bytes.fromhex("2a8648ce3d040303"),
    ),
    bytes.fromhex("608648016503040203"): (
        *(sha512, SHA512()),
        {_RSA, bytes.fromhex("2a864886f70d01010d")},
        bytes.fromhex("2a8648ce3d040304"),
    ),
}
"""By the digest of the signer: how it is computed, and how RSA and ECDSA by it are named."""


def is_signed(token: Token, certificate: WrittenCertificate) -> bool:
    """Whether the key of `certificate` signed the attributes, and they the content (RFC 5652 §5.4).

    By RSA (PKCS #1 v1.5) or ECDSA; what is signed otherwise is not judged, as a stranger's.
    """
    if token.digest not in _HASHES:
        return False
    digest_of, algorithm, by_rsa, by_ecdsa = _HASHES[token.digest]
    if stated_digest(token) != digest_of(token.stated).digest():
        return False
    try:
        key = x509.load_der_x509_certificate(certificate.raw).public_key()
        if isinstance(key, rsa.RSAPublicKey) and token.signature_algorithm in by_rsa:
            key.verify(token.signature, token.signed, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey) and token.signature_algorithm == by_ecdsa:
            key.verify(token.signature, token.signed, ec.ECDSA(algorithm))
        else:
            return False
    except (ValueError, UnsupportedAlgorithm, InvalidSignature):
        return False
    return True


def leads(
    certificate: WrittenCertificate,
    *,
    among: Sequence[WrittenCertificate],
    roots: Iterable[x509.Certificate],
    at: datetime,
) -> bool:
    """Whether a path leads from `certificate` through some of `among` to a root, valid `at`.

    Each is looked above once, the nearest first.
    """
    anchors = [root for root in _anchors(roots) if root.raw != certificate.raw]
    if not _is_plain(certificate):
        return False
    found: list[tuple[WrittenCertificate, int]] = [(certificate, 0)]
    for below, count in found:
        seen = {one.raw for one, _ in found}
        for above in anchors:
            if _issued(above, below, count=count, at=at):
                return True
        found += [
            (above, count + (above.issuer != above.subject))
            for above in dict.fromkeys(among)
            if above.raw not in seen and _issued(above, below, count=count, at=at)
        ]
    return False


def _anchors(roots: Iterable[x509.Certificate]) -> list[WrittenCertificate]:
    read = []
    for root in roots:
        try:
            written = read_certificate(der.read(root.public_bytes(Encoding.DER)))
        except (ValueError, IndexError):
            continue  # it leads nowhere
        if written.issuer == written.subject:
            read.append(written)
    return read


def _issued(
    above: WrittenCertificate, below: WrittenCertificate, *, count: int, at: datetime
) -> bool:
    """Whether `above` issued `below`, under which are `count` authorities of other names."""
    may = above.is_authority and (above.usage is None or above.usage & _KEY_CERT_SIGN)
    is_short = above.path_length is None or count <= above.path_length
    is_valid = above.begin <= at <= above.end
    is_named = above.subject == below.issuer
    if not (may and is_short and is_valid and is_named and _is_plain(above)):
        return False
    try:
        upper, lower = (x509.load_der_x509_certificate(one.raw) for one in (above, below))
        return is_issued_by(lower, upper)
    except (ValueError, UnsupportedAlgorithm):
        return False


def _is_plain(certificate: WrittenCertificate) -> bool:
    is_named = _NAME_CONSTRAINTS in certificate.extensions
    return certificate.critical <= _HONOURED and not is_named
