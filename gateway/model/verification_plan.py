"""Which outside registers are asked, where, and at what pace: what an installation decides."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """When a register is believed no more for a while (`gateway.verification.sanity`)."""

    percent: int
    """Share of contradictions among its answers, from which on it is too many."""
    minimum: int
    """Contradictions below which there is no telling."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateAccess:
    """The private plan of API Sirene: a token by OAuth 2's password grant."""

    token_url: str
    """Empty: INSEE's own."""
    client_id: str
    client_secret: str = field(repr=False)
    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SirenePlan:
    """The register of establishments."""

    url: str
    """Empty: INSEE's own, by the plan."""
    api_key: str = field(repr=False)
    """Of the public plan; empty with the private one."""
    private: PrivateAccess | None
    calls_per_minute: int
    """Calls that it takes in any minute, of all processes together."""
    places: int
    """Calls under way at once, in one process."""
    authorities: Path | None
    """Who certifies its server, where these are not public ones."""
    doubt: Doubt


@dataclass(frozen=True, slots=True, kw_only=True)
class AmeliPlan:
    """The register of identities."""

    url: str
    certificate: Path
    key: Path | None
    authorities: Path | None
    idam: str = field(repr=False)
    emitter: str
    software: str
    version: str
    instance: str
    mode: str
    """`search` or `verification`: which operation is asked first."""
    wsdl: Path | None
    messages: Path | None
    """The official kit, in place of what is reconstructed."""
    calls_per_minute: int
    places: int
    doubt: Doubt


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationPlan:
    """Both; None where it is not asked."""

    sirene: SirenePlan | None = None
    ameli: AmeliPlan | None = None
