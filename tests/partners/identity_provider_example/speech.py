"""What the provider says by itself, and how it lies."""

from dataclasses import dataclass, field
from typing import Any

ABSENT = object()
"""In place of a value: the member is left out."""


@dataclass(frozen=True)
class Truth:
    """What the provider says where it does not lie."""

    signed_with: str = "ES256"
    encrypted_by: str | None = None
    """`ECDH-ES` or `RSA-OAEP-256`."""
    userinfo_is_signed: bool = True
    acr: str = "eidas2"
    amr: tuple[str, ...] = ("pwd", "mfa")
    person: dict[str, Any] = field(
        default_factory=lambda: {
            "given_name": "Marie Anne",
            "usual_name": "Dupont",
            "email": "Marie.Dupont@exemple.test",
            "uid": "m-dupont",
            "siret": "55208131766522",
        }
    )


@dataclass(frozen=True)
class Lie:
    """One departure from the truth; every member is one place where a provider can lie."""

    callback: dict[str, Any] = field(default_factory=dict)
    """Parameters brought back by the browser."""
    discovery: dict[str, Any] = field(default_factory=dict)
    token: dict[str, Any] = field(default_factory=dict)
    """Members of the token response."""
    token_status: int = 200
    id_token: dict[str, Any] = field(default_factory=dict)
    """Claims."""
    header: dict[str, Any] = field(default_factory=dict)
    """Of the signed token."""
    outer: dict[str, Any] = field(default_factory=dict)
    """Of the encrypted token."""
    userinfo: dict[str, Any] = field(default_factory=dict)
    signs_with: str | None = None
    """Another algorithm, by a key of that kind that is published too; `none` signs nothing."""
    key: str = "own"
    """`own`; `unpublished`; `broken`: the signature is of something else."""
    encrypts: str | None = None
    """`nothing`; `foreign`: for a key that is not ours; an `enc` of its own name."""
    kid: Any = None
    """Of the header instead of the key's own; `ABSENT` leaves it out."""
    userinfo_form: str | None = None
    """`plain` or `signed`, where the other was registered."""
    late_s: float = 0.0
    """How much its clock is wrong."""
    away: frozenset[str] = frozenset()
    """Endpoints that answer 503: `discovery`, `jwks`, `token`, `userinfo`."""
    garbage: frozenset[str] = frozenset()
    """Endpoints that answer an HTML page with 200."""
