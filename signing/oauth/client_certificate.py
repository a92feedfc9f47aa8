"""The X.509 certificate of a partner's connections (RFC 8705, RFC 9440): what is demanded of it.

(1) one DER certificate of version 3, within its size;
(2) a key that a partner may enrol (`signing.partner_key`), signed for by SHA-256 or better;
(3) for TLS clients: extendedKeyUsage names clientAuth (RFC 5280 §4.2.1.12), keyUsage where it
    stands has digitalSignature, and it is no authority;
(4) in its time.

That it is the partner's, and not revoked, is for the register to say: it is pinned by its SHA-256.
"""

from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, SignatureAlgorithmOID

from signing.certificates import is_authority, key_usage
from signing.errors import CredentialRefused, Unfit
from signing.partner_certificate import (
    certificate_thumbprint,
    key_of_certificate,
    parse_certificate,
)

MAX_DER_BYTES: Final = 6144
"""What the shipped proxy can hand over; certificates of authorities take some 2,000."""
_SIGNED_BY: Final = frozenset(
    {
        SignatureAlgorithmOID.ECDSA_WITH_SHA256,
        SignatureAlgorithmOID.ECDSA_WITH_SHA384,
        SignatureAlgorithmOID.ECDSA_WITH_SHA512,
        SignatureAlgorithmOID.ED25519,
        SignatureAlgorithmOID.RSASSA_PSS,
        SignatureAlgorithmOID.RSA_WITH_SHA256,
        SignatureAlgorithmOID.RSA_WITH_SHA384,
        SignatureAlgorithmOID.RSA_WITH_SHA512,
    }
)


def client_thumbprint(der: bytes, *, now: datetime) -> str:
    """Hold the four points of this module; give `x5t#S256` of the certificate (RFC 8705 §3.1).

    Raises `CredentialRefused` with the first point that fails.
    """
    # (1) one certificate
    if len(der) > MAX_DER_BYTES:
        raise CredentialRefused(Unfit.CERTIFICATE, "a certificate that is too long")
    certificate = parse_certificate(der)
    try:
        is_for_clients = _is_for_clients(certificate)
        is_of_version_3 = certificate.version is x509.Version.v3
    except ValueError:
        raise CredentialRefused(Unfit.CERTIFICATE, "not the extensions of X.509") from None
    if not is_of_version_3:
        raise CredentialRefused(Unfit.CERTIFICATE, "not a certificate of version 3")
    # (2) strength
    key_of_certificate(certificate)
    if certificate.signature_algorithm_oid not in _SIGNED_BY:
        raise CredentialRefused(Unfit.KEY, "signed for by a hash weaker than SHA-256")
    # (3) use
    if not is_for_clients:
        raise CredentialRefused(Unfit.USE, "not of a TLS client")
    # (4) time
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise CredentialRefused(Unfit.TIME, "the certificate is not valid now")
    return certificate_thumbprint(der)


def _is_for_clients(certificate: x509.Certificate) -> bool:
    try:
        purposes = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return False
    usage = key_usage(certificate)
    signs = usage is None or usage.digital_signature
    return signs and ExtendedKeyUsageOID.CLIENT_AUTH in purposes and not is_authority(certificate)
