"""What a partner offers to enrol, read: a key, a certificate of an authority, a signing request.

Each has a `subject`: what statements of possession call it (`signing.possession`). It is the
thumbprint under which it will be enrolled; that of its key for a request, which has none yet.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from signing.authority import judge_request
from signing.canonical import jcs
from signing.certificates import MAX_CHAIN
from signing.errors import CredentialRefused, Unfit
from signing.partner_certificate import (
    TrustedAuthority,
    certificate_thumbprint,
    demand_enrollable,
    key_of_certificate,
    parse_certificate,
)
from signing.partner_key import PublicKey, parse_public_jwk, public_jwk_of, thumbprint_of


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedKey:
    """A public key of the partner's."""

    key: PublicKey

    @property
    def subject(self) -> str:
        """RFC 7638."""
        return thumbprint_of(self.key)

    @property
    def jwk(self) -> dict[str, str]:
        """Its required members alone."""
        return public_jwk_of(self.key)

    @property
    def public(self) -> bytes:
        """The JWK in JCS form."""
        return jcs(self.jwk)

    @property
    def not_before(self) -> None:
        """A bare key says nothing of its time."""

    @property
    def not_after(self) -> None:
        """A bare key has no end but its revocation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedCertificate:
    """A certificate that an authority gave the partner, and those sent with it."""

    certificate: x509.Certificate
    others: tuple[x509.Certificate, ...] = ()

    @property
    def key(self) -> PublicKey:
        """Its key; `CredentialRefused` unless it is strong."""
        return key_of_certificate(self.certificate)

    @property
    def subject(self) -> str:
        """`x5t#S256`."""
        return certificate_thumbprint(self.public)

    @property
    def public(self) -> bytes:
        """DER."""
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def not_before(self) -> datetime:
        """From when it counts."""
        return self.certificate.not_valid_before_utc

    @property
    def not_after(self) -> datetime:
        """Until when it counts."""
        return self.certificate.not_valid_after_utc

    def demand(
        self, *, authorities: Sequence[TrustedAuthority], siret: str, now: datetime
    ) -> TrustedAuthority:
        """Hold the proof of `signing.partner_certificate`; give the authority."""
        return demand_enrollable(
            self.certificate, self.others, authorities=authorities, siret=siret, now=now
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedRequest:
    """A request that the gateway's own authority certify a key; signed by that key."""

    key: PublicKey

    @property
    def subject(self) -> str:
        """RFC 7638."""
        return thumbprint_of(self.key)


Offered: TypeAlias = OfferedKey | OfferedCertificate | OfferedRequest


def offered_key(jwk: Mapping[str, object]) -> OfferedKey:
    """Read a public JWK; raise `CredentialRefused` on any defect."""
    return OfferedKey(key=parse_public_jwk(jwk))


def offered_certificate(der: bytes, others: Sequence[bytes]) -> OfferedCertificate:
    """Read a certificate and those sent with it; raise `CredentialRefused` on any defect."""
    if len(others) > MAX_CHAIN:
        raise CredentialRefused(Unfit.PATH, "more certificates than a path has")
    return OfferedCertificate(
        certificate=parse_certificate(der), others=tuple(map(parse_certificate, others))
    )


def offered_request(der: bytes) -> OfferedRequest:
    """Read and judge a signing request; raise `CredentialRefused` on any defect."""
    return OfferedRequest(key=judge_request(der))
