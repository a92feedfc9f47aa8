"""Authorities that an installation trusts for partners' certificates, read from its files."""

from collections.abc import Sequence
from datetime import timedelta

from cryptography import x509

from signing.certificates import is_authority
from signing.errors import KeyUnusable
from signing.organisation import Reading
from signing.partner_certificate import TrustedAuthority


def trusted_authority(
    *,
    name: str,
    anchors: Sequence[bytes],
    intermediates: Sequence[bytes],
    reading: Reading,
    usages: frozenset[str],
    policies: frozenset[str],
    revocations: Sequence[bytes] | None,
    max_age: timedelta,
) -> TrustedAuthority:
    """Read one authority's certificates in PEM and its lists in PEM or DER.

    Raises:
        KeyUnusable: a file is not what it should be, or holds a certificate of no authority.
    """
    roots, between = _certificates(anchors), _certificates(intermediates)
    if not roots:
        raise KeyUnusable("an authority has no anchor")
    if not all(map(is_authority, (*roots, *between))):
        raise KeyUnusable("a certificate of an authority's files is of no authority")
    return TrustedAuthority(
        name=name,
        anchors=roots,
        intermediates=between,
        reading=reading,
        usages=usages,
        policies=policies,
        revocations=None if revocations is None else tuple(map(_list, revocations)),
        max_age=max_age,
    )


def _certificates(files: Sequence[bytes]) -> tuple[x509.Certificate, ...]:
    try:
        return tuple(one for file in files for one in x509.load_pem_x509_certificates(file))
    except ValueError as error:
        raise KeyUnusable("a file of an authority holds no certificates in PEM") from error


def _list(octets: bytes) -> x509.CertificateRevocationList:
    try:
        if octets.startswith(b"-----BEGIN"):
            return x509.load_pem_x509_crl(octets)
        return x509.load_der_x509_crl(octets)
    except ValueError as error:
        raise KeyUnusable("a file is no list of revocations in PEM or DER") from error
