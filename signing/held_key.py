"""A partner's own private key, on the partner's side: made, kept in a file, opened, used to ask.

It never leaves that side. A file is PEM (PKCS#8, with a password or without), or PKCS#12 with its
certificate (RFC 7292); either way its mode is 0600, whoever wrote it.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import (
    load_pkcs12,
    serialize_key_and_certificates,
)
from cryptography.x509.oid import NameOID

from signing.certificates import chain_of
from signing.errors import KeyUnusable
from signing.partner_key import PrivateKey, demand_strong

_CERTIFICATE: Final = b"-----BEGIN CERTIFICATE-----"
_RSA_BITS: Final = 3072


class Kind(StrEnum):
    """The keys that can be made here."""

    P256 = "p256"
    P384 = "p384"
    RSA = "rsa"
    ED25519 = "ed25519"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldKey:
    """A private key, and its certificate with those above where the file holds them."""

    key: PrivateKey = field(repr=False)
    certificate: x509.Certificate | None = None
    others: tuple[x509.Certificate, ...] = ()


def new_key(kind: Kind) -> PrivateKey:
    """Make a key that the gateway takes."""
    if kind is Kind.RSA:
        return rsa.generate_private_key(65_537, _RSA_BITS)
    if kind is Kind.ED25519:
        return ed25519.Ed25519PrivateKey.generate()
    return ec.generate_private_key(ec.SECP384R1() if kind is Kind.P384 else ec.SECP256R1())


def pem_of(key: PrivateKey, *, password: str = "") -> bytes:
    """Write `key` as PKCS#8 in PEM; encrypted where there is a password."""
    encryption = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


def pkcs12_of(key: PrivateKey, certificates: bytes, *, password: str) -> bytes:
    """Write `key` with its certificate and those above, in PEM, as PKCS#12 under `password`."""
    certificate, *others = x509.load_pem_x509_certificates(certificates)
    encryption = BestAvailableEncryption(password.encode())
    return serialize_key_and_certificates(b"siseri", key, certificate, others, encryption)


def request_of(key: PrivateKey) -> bytes:
    """Ask for a certificate of `key` (PKCS#10, RFC 2986); DER. The gateway gives the name."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "siseri")])
    if isinstance(key, ed25519.Ed25519PrivateKey):
        raise KeyUnusable("a certificate's key is on P-256, P-384, or RSA")
    request = x509.CertificateSigningRequestBuilder(subject_name=name).sign(key, SHA256())
    return request.public_bytes(Encoding.DER)


def read_held_key(key_file: bytes, *, certificates: bytes = b"", password: str = "") -> HeldKey:
    """Open a key: PKCS#12 or PEM; `certificates` in PEM are those of a key that stands alone.

    Raises:
        KeyUnusable: the password does not open it, its key is of a kind that is not taken, or the
            certificates are not its own with their chain.
    """
    secret = password.encode() or None
    try:
        if b"-----BEGIN " in key_file:
            key: object = load_pem_private_key(key_file, secret)
            chain = certificates or (key_file if _CERTIFICATE in key_file else b"")
            found = x509.load_pem_x509_certificates(chain) if chain else []
        else:
            content = load_pkcs12(key_file, secret)
            key = content.key
            ends = [content.cert, *content.additional_certs] if content.cert else []
            found = [one.certificate for one in ends]
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyUnusable("no key in PEM or PKCS#12 that this password opens") from error
    if not isinstance(key, PrivateKey):
        raise KeyUnusable("the file holds no key of a kind that is taken")
    demand_strong(key.public_key())
    if not found:
        return HeldKey(key=key)
    certificate, *others = found
    if certificate.public_key() != key.public_key():
        raise KeyUnusable("the first certificate is of another key")
    return HeldKey(key=key, certificate=certificate, others=chain_of(certificate, others))


def certificates_pem(ders: "list[bytes]") -> bytes:
    """Write certificates in DER as PEM, in their order."""
    read = [x509.load_der_x509_certificate(der) for der in ders]
    return b"".join(one.public_bytes(Encoding.PEM) for one in read)
