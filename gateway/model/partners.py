"""Who submits: a partner, by which credential it proved itself, and for whom it may speak."""

import base64
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias

import msgspec

from gateway.identifiers import Nir, Siret
from gateway.model.directory import Fact, Partner
from gateway.model.scopes import EVERY_SCOPE, Scope
from gateway.model.transmission import SenderStatement


class CredentialKind(StrEnum):
    """What an enrolled credential is."""

    JWK = "JWK"
    """A public key (RFC 7517): the partner signs assertions and messages with its private half."""
    CERTIFICATE = "CERTIFICATE"
    """An X.509 certificate: of the partner's connections, or of its messages' signatures."""


class Credential(Fact, frozen=True, kw_only=True):
    """The public half of a key that a partner enrolled. The gateway never holds the other half."""

    id: str
    partner_id: str
    kind: CredentialKind
    thumbprint: str
    """SHA-256 in base64url: RFC 7638 for a key, of the DER for a certificate (`x5t#S256`)."""
    public: bytes
    """The public JWK in JCS form, or the certificate in DER."""
    not_before: datetime
    not_after: datetime | None = None
    """When it ends by itself; a bare key has no end but its revocation."""
    enrolled_at: datetime
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None
    """To the hour: written rarely."""
    allows_rsa_pkcs1_v15: bool = False
    """A documented deviation for an old WS-Security stack (ASVS 5.0, appendix C disallows it)."""

    def opens_at(self, at: datetime) -> bool:
        """Whether it proves anything at that moment."""
        if at < self.not_before or (self.not_after is not None and self.not_after <= at):
            return False
        return self.revoked_at is None or at < self.revoked_at


class Proof(StrEnum):
    """How a request was proven to be the partner's: the contract's `CredentialKind`."""

    ACCESS_TOKEN = "ACCESS_TOKEN"  # noqa: S105 - a kind, not a secret
    CERTIFICATE = "CERTIFICATE"
    MESSAGE_SIGNATURE = "MESSAGE_SIGNATURE"


class Proven(Fact, frozen=True, kw_only=True):
    """By what a request was proven; stated in the receipt."""

    by: Proof
    thumbprint: str | None = None
    """Of the credential behind it, as `Credential.thumbprint`; None for a token without a key."""
    expires_at: datetime | None = None
    """When that credential ends by itself."""

    @property
    def sha256(self) -> str | None:
        """The thumbprint in hexadecimal, as receipts state digests."""
        if self.thumbprint is None:
            return None
        padded = self.thumbprint + "=" * (-len(self.thumbprint) % 4)
        return base64.urlsafe_b64decode(padded).hex()


class Submitter(msgspec.Struct, frozen=True, kw_only=True):
    """Who submits: authenticated, and the senders it may speak for today."""

    partner: Partner
    proven: Proven
    mandators: tuple[Partner, ...] = ()
    """Senders whose mandate it holds: the customers of a LIMS vendor, the bodies of a group."""
    scopes: frozenset[Scope] = EVERY_SCOPE
    """What its access token opens; every other proof opens all."""

    @property
    def senders(self) -> tuple[Partner, ...]:
        """Those in whose name it may transmit, itself first if it is a sender."""
        own = () if self.partner.type is None else (self.partner,)
        return (*own, *self.mandators)

    def enrolled(self, stated: SenderStatement) -> Partner | None:
        """The one of `senders` that a header states, if there is one."""
        named = (stated.siret, stated.type)
        return next((one for one in self.senders if (one.siret, one.type) == named), None)

    def may_read(self, sender_siret: str) -> bool:
        """Whether what stands under that sender's SIRET is its to read."""
        return any(str(one.siret) == sender_siret for one in (self.partner, *self.mandators))


class RequestFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a request shows of its origin, before its body is read. Its `repr` shows nothing."""

    method: str
    path: str
    """As it stood on the request line, still percent-encoded."""
    query: str
    headers: tuple[tuple[str, str], ...]
    """Names in lower case, in order of arrival."""
    peer: str
    """Address of the other end of the connection; empty where it has none."""

    def __repr__(self) -> str:
        return "RequestFacts(…)"

    def values(self, name: str) -> tuple[str, ...]:
        """Every value of that header, in order."""
        return tuple(value for known, value in self.headers if known == name)


Couple: TypeAlias = tuple[Nir, Siret]
"""A worker at an establishment, as a sender names them."""


class Couples(Fact, frozen=True, kw_only=True):
    """The couples of one message, by what the directory says of them for its sender."""

    unknown: frozenset[Couple]
    known: int
    """How many of the others."""


class Mandate(Fact, frozen=True, kw_only=True):
    """The right of a partner to transmit in another's name, given by that other."""

    agent: str
    """Id of the partner who may speak."""
    mandator: str
    """Id of the sender spoken for."""
    start: date
    end: date | None = None
    """Last day, inclusive."""


class StandingMandate(Fact, frozen=True, kw_only=True):
    """A mandate as its agent is told of it."""

    sender: Siret
    """Of the mandator."""
    start: date
    end: date | None = None
    """Last day, inclusive; None: until it is taken back."""
