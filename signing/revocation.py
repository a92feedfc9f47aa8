"""Lists of revoked certificates (RFC 5280 §5): reading those of others, for one certificate.

A list counts when (§6.3.3)

(1) it is of the certificate's issuer, and its signature verifies under that issuer's key, which is
    for signing lists;
(2) it is complete: no delta, and of no narrower scope than its issuer's certificates;
(3) it is fresh: issued by now, at most `max_age` ago, and not past its own next update.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from signing.certificates import key_usage
from signing.errors import CredentialRefused, Unfit


def demand_not_revoked(
    certificate: x509.Certificate,
    *,
    issuer: x509.Certificate,
    lists: Sequence[x509.CertificateRevocationList],
    max_age: timedelta,
    now: datetime,
) -> None:
    """Raise `CredentialRefused` when a list revokes it, or when no list counts."""
    counting = [
        one
        for one in lists
        if _is_of(one, issuer) and _is_complete(one) and _is_fresh(one, max_age=max_age, now=now)
    ]
    if not counting:
        raise CredentialRefused(
            Unfit.REVOCATION_UNKNOWN, "no fresh list of the issuer's revocations is at hand"
        )
    serial = certificate.serial_number
    if any(one.get_revoked_certificate_by_serial_number(serial) is not None for one in counting):
        raise CredentialRefused(Unfit.REVOKED, "a certificate of the path is revoked")


def _is_of(one: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    usage = key_usage(issuer)
    if one.issuer != issuer.subject or (usage is not None and not usage.crl_sign):
        return False
    try:
        return one.is_signature_valid(issuer.public_key())  # type: ignore[arg-type] # or TypeError
    except (TypeError, ValueError, UnsupportedAlgorithm):
        return False


def _is_complete(one: x509.CertificateRevocationList) -> bool:
    try:
        extensions = one.extensions
    except ValueError:
        return False
    known = (x509.CRLNumber, x509.AuthorityKeyIdentifier, x509.IssuingDistributionPoint)
    for extension in extensions:
        if isinstance(extension.value, x509.DeltaCRLIndicator):
            return False
        if extension.critical and not isinstance(extension.value, known):
            return False
        point = extension.value
        if isinstance(point, x509.IssuingDistributionPoint) and (
            point.indirect_crl
            or point.only_some_reasons
            or point.only_contains_attribute_certs
            or point.only_contains_ca_certs
        ):
            return False
    return True


def _is_fresh(one: x509.CertificateRevocationList, *, max_age: timedelta, now: datetime) -> bool:
    is_in_time = one.next_update_utc is None or now <= one.next_update_utc
    return is_in_time and one.last_update_utc <= now <= one.last_update_utc + max_age
