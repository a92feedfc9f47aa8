"""A certificate that an authority gave a partner: whether it may be enrolled as its credential.

What is demanded (RFC 5280; security register T8):

(1) its key is strong enough (`signing.partner_key`);
(2) it is valid now (§4.1.2.5);
(3) one path leads to an anchor that is configured, each issuer being an authority (§6.1), by the
    library's own path validation;
(4) it is for its holder: no authority (§4.2.1.9), keyUsage digitalSignature (§4.2.1.3), the
    extended key usage that its authority is configured for (§4.2.1.12), one of its policies where
    any is configured (§4.2.1.4);
(5) nothing on the path is revoked, by a list of its issuer that is fresh (§6.3): where lists are
    configured and none is at hand, it is refused, never let pass;
(6) it names the partner's organisation, where its authority writes it (`signing.organisation`).

Enrolled, it is pinned: a later certificate of the same name opens nothing until it is enrolled too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from signing.certificates import MAX_CHAIN, is_authority, is_issued_by, key_usage
from signing.encoding import to_base64url
from signing.errors import CredentialRefused, Unfit
from signing.organisation import Reading, demand_organisation
from signing.partner_key import PublicKey, demand_certifiable
from signing.revocation import demand_not_revoked

CLIENT_AUTH: Final = ExtendedKeyUsageOID.CLIENT_AUTH.dotted_string
MAX_DER_BYTES: Final = 16 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedAuthority:
    """An authority whose certificates partners may enrol, and how it writes them."""

    name: str
    anchors: tuple[x509.Certificate, ...]
    intermediates: tuple[x509.Certificate, ...] = ()
    """Added to those that a partner sends."""
    reading: Reading
    usages: frozenset[str] = frozenset({CLIENT_AUTH})
    """Extended key usages of which a certificate states one; empty: it need not state any."""
    policies: frozenset[str] = frozenset()
    """Certificate policies of which it states one; empty: any."""
    revocations: tuple[x509.CertificateRevocationList, ...] | None = None
    """The lists at hand; None where the authority publishes none."""
    max_age: timedelta = timedelta(days=1)
    """Of a list, whatever longer time it gives itself."""


def parse_certificate(der: bytes) -> x509.Certificate:
    """Read one certificate; raise `CredentialRefused` unless `der` is exactly that."""
    try:
        certificate = x509.load_der_x509_certificate(der) if len(der) <= MAX_DER_BYTES else None
    except ValueError:
        certificate = None
    if certificate is None or certificate.public_bytes(Encoding.DER) != der:
        raise CredentialRefused(Unfit.CERTIFICATE, "not a certificate in DER, or too long")
    return certificate


def certificate_thumbprint(der: bytes) -> str:
    """Name a certificate by its content: `x5t#S256` (RFC 7515 §4.1.8)."""
    return to_base64url(sha256(der).digest())


def key_of_certificate(certificate: x509.Certificate) -> PublicKey:
    """Give its key if it is strong; raise `CredentialRefused` if not."""
    try:
        return demand_certifiable(certificate.public_key())
    except (ValueError, UnsupportedAlgorithm):
        raise CredentialRefused(Unfit.KEY, "the certificate's key is of no known kind") from None


def demand_enrollable(
    certificate: x509.Certificate,
    others: Sequence[x509.Certificate],
    *,
    authorities: Sequence[TrustedAuthority],
    siret: str,
    now: datetime,
) -> TrustedAuthority:
    """Hold the six points of this module for the partner of `siret`; give the authority.

    `others` are the certificates that the partner sent with it, in any order.
    Raises `CredentialRefused` with the first point that fails.
    """
    # (1) its key
    key_of_certificate(certificate)
    # (2) its time
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise CredentialRefused(Unfit.TIME, "the certificate is not valid now")
    # (3) its path
    authority, path = _path(certificate, others, authorities, now=now)
    # (4) its use
    _demand_use(certificate, authority)
    # (5) revocation
    if authority.revocations is not None:
        for below, issuer in pairwise(path):
            demand_not_revoked(
                below,
                issuer=issuer,
                lists=authority.revocations,
                max_age=authority.max_age,
                now=now,
            )
    # (6) its name
    demand_organisation(certificate.subject, reading=authority.reading, siret=siret)
    return authority


def is_revoked(
    certificate: x509.Certificate, *, authorities: Sequence[TrustedAuthority], now: datetime
) -> bool | None:
    """Tell whether the authority that issued it has revoked it since; None where nothing tells.

    Its issuer is one of the certificates that are configured: nothing else is at hand any more.
    """
    for authority in authorities:
        held = (*authority.intermediates, *authority.anchors)
        issuer = next((one for one in held if is_issued_by(certificate, one)), None)
        if issuer is None or authority.revocations is None:
            continue
        try:
            demand_not_revoked(
                certificate,
                issuer=issuer,
                lists=authority.revocations,
                max_age=authority.max_age,
                now=now,
            )
        except CredentialRefused as refused:
            return True if refused.why is Unfit.REVOKED else None
        return False
    return None


def _path(
    certificate: x509.Certificate,
    others: Sequence[x509.Certificate],
    authorities: Sequence[TrustedAuthority],
    *,
    now: datetime,
) -> tuple[TrustedAuthority, list[x509.Certificate]]:
    if len(others) > MAX_CHAIN:
        raise CredentialRefused(Unfit.PATH, "more certificates than a path has")
    for authority in authorities:
        verifier = (
            PolicyBuilder()
            .store(Store(list(authority.anchors)))
            .time(now)
            .extension_policies(ca_policy=_ISSUERS, ee_policy=_HOLDERS)
            .build_client_verifier()
        )
        try:
            verified = verifier.verify(certificate, [*others, *authority.intermediates])
        except VerificationError:
            continue
        return authority, verified.chain
    raise CredentialRefused(Unfit.PATH, "no path leads to an authority that is configured here")


def _demand_use(certificate: x509.Certificate, authority: TrustedAuthority) -> None:
    if is_authority(certificate):
        raise CredentialRefused(Unfit.USE, "the certificate is of an authority")
    usage = key_usage(certificate)
    if usage is None or not usage.digital_signature:
        raise CredentialRefused(Unfit.USE, "the certificate's keyUsage is not digitalSignature")
    if authority.usages and not authority.usages & _extended_usages(certificate):
        raise CredentialRefused(Unfit.USE, "the certificate lacks the extended key usage expected")
    if authority.policies and not authority.policies & _policies(certificate):
        raise CredentialRefused(Unfit.USE, "the certificate states none of the policies expected")


def _extended_usages(certificate: x509.Certificate) -> set[str]:
    try:
        stated = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return set()
    return {oid.dotted_string for oid in stated}


def _policies(certificate: x509.Certificate) -> set[str]:
    try:
        stated = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value
    except x509.ExtensionNotFound:
        return set()
    return {policy.policy_identifier.dotted_string for policy in stated}


_ISSUERS: Final = ExtensionPolicy.webpki_defaults_ca()
_HOLDERS: Final = (
    ExtensionPolicy.webpki_defaults_ee()
    .may_be_present(x509.SubjectAlternativeName, Criticality.AGNOSTIC, None)
    .may_be_present(x509.ExtendedKeyUsage, Criticality.AGNOSTIC, None)
)
"""An organisation has no host name: its name is the subject. Its use is point (4), not the path."""
