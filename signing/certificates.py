"""Certificates of acknowledgement keys: made by ourselves, or an authority's with its chain.

What is demanded of a certificate that an authority gave (RFC 5280):

(1) its key is on P-256, and is the key that will sign;
(2) it may sign: digitalSignature or nonRepudiation (§4.2.1.3), and it is no authority (§4.2.1.9);
(3) the chain is one path: each certificate issued by the next, each of these an authority (§6.1);
(4) all of them are in their time.
"""

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from signing.encoding import instant_text
from signing.errors import KeyUnusable

MAX_CHAIN = 8
"""Longest chain that is kept: real ones have one to three."""


def distinguished_name(*, common_name: str, organisation: str) -> x509.Name:
    """Name the issuer of acknowledgements, as receivers will read it."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def self_signed(
    key: ec.EllipticCurvePrivateKey, *, subject: x509.Name, begin: datetime, end: datetime
) -> x509.Certificate:
    """Certify `key` for signatures that bind their issuer, and for nothing else (RFC 5280 §4.2)."""
    name_of_key = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return (
        x509.CertificateBuilder(subject_name=subject, issuer_name=subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(), critical=True)
        .add_extension(name_of_key, critical=False)
        .sign(key, SHA256())
    )


def request(
    key: ec.EllipticCurvePrivateKey, *, subject: x509.Name
) -> x509.CertificateSigningRequest:
    """Ask an authority to certify `key` (PKCS#10, RFC 2986), for the same use."""
    return (
        x509.CertificateSigningRequestBuilder(subject_name=subject)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(), critical=True)
        .sign(key, SHA256())
    )


def chain_of(
    certificate: x509.Certificate, others: Sequence[x509.Certificate]
) -> tuple[x509.Certificate, ...]:
    """Put `others`, in any order, in the order of their path: issuer first, its issuer, and so on.

    Raises `KeyUnusable` when one of them is not on the path of `certificate`.
    """
    remaining = [other for other in others if other != certificate]
    path: list[x509.Certificate] = []
    below = certificate
    while below.issuer != below.subject:
        above = next((one for one in remaining if is_issued_by(below, one)), None)
        if above is None:
            break
        remaining.remove(above)
        path.append(above)
        below = above
    if remaining or len(path) > MAX_CHAIN:
        raise KeyUnusable("a certificate of the chain is on no path of the key's certificate")
    return tuple(path)


def is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether the names match and the signature of `issuer` verifies."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def is_authority(certificate: x509.Certificate) -> bool:
    """Whether it may issue certificates: basicConstraints and, where stated, keyCertSign."""
    try:
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    usage = key_usage(certificate)
    return constraints.ca and (usage is None or usage.key_cert_sign)


def key_usage(certificate: x509.Certificate) -> x509.KeyUsage | None:
    """What its key may be used for, where it says so."""
    try:
        return certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return None


def demand_fit(
    certificate: x509.Certificate,
    chain: Sequence[x509.Certificate],
    *,
    public_key: ec.EllipticCurvePublicKey,
    now: datetime,
) -> None:
    """Hold the four points of this module, or raise `KeyUnusable` with the one that fails."""
    # (1) the key that will sign
    if certificate.public_key() != public_key:
        raise KeyUnusable("the certificate is of another key")
    # (2) it may sign
    usage = key_usage(certificate)
    if usage is None or not (usage.digital_signature or usage.content_commitment):
        raise KeyUnusable("the certificate is not for signatures (keyUsage)")
    if is_authority(certificate):
        raise KeyUnusable("the certificate is of an authority, not of a signer")
    # (3) one path
    below = certificate
    for above in chain:
        if not is_issued_by(below, above):
            raise KeyUnusable("a certificate of the chain did not issue the one before it")
        if not is_authority(above):
            raise KeyUnusable("a certificate of the chain is not of an authority")
        below = above
    # (4) in their time
    for one in (certificate, *chain):
        if not one.not_valid_before_utc <= now <= one.not_valid_after_utc:
            raise KeyUnusable(f"a certificate is not valid at {instant_text(now)}")


def _usage() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
