"""How this gateway is registered at ProConnect and FranceConnect+: what an installation decides."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from gateway.model.federation import Provider


class Addresses(StrEnum):
    """Where the addresses of a provider come from, if not from a file."""

    DISCOVERED = "discovered"
    """It publishes them (OpenID Connect Discovery 1.0)."""
    STANDARD = "standard"
    """Those that both French providers have under their issuer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """What a registration at either holds."""

    issuer: str
    former_issuers: tuple[str, ...]
    """By which it named itself before, the latest first: what is kept of a subject still holds."""
    client_id: str
    client_secret: str = field(repr=False)
    addresses: Addresses | Path
    authorities: Path | None
    """Who certifies its server, where these are not public ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProConnectPlan(Relation):
    """For employers and professionals."""

    signed_with: str
    """`ES256` or `RS256`."""
    userinfo_is_signed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FranceConnectPlan(Relation):
    """For workers."""

    keys: Path
    """Folder of the keys that it encrypts for."""
    encrypted_with: str
    """`ECDH-ES` or `RSA-OAEP-256`: of the key that is made next."""
    asks_amr: bool
    asks_rnipp: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FederationPlan:
    """Both, and the hand-over; None where nobody signs in by it."""

    portal_keys: Path
    """Folder of the keys by which identities are handed over to portals."""
    erased_months: int = 36
    """How long after an account was disabled it is erased."""
    proconnect: ProConnectPlan | None = None
    franceconnect: FranceConnectPlan | None = None

    @property
    def is_open(self) -> bool:
        """Whether anybody may sign in."""
        return self.proconnect is not None or self.franceconnect is not None

    @property
    def former_issuers(self) -> Mapping[Provider, tuple[str, ...]]:
        """Of each provider by which somebody signs in."""
        by = {Provider.PROCONNECT: self.proconnect, Provider.FRANCECONNECT: self.franceconnect}
        return {name: plan.former_issuers for name, plan in by.items() if plan is not None}
