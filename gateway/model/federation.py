"""Who signed in, as an identity provider said it: normalised, and never with a NIR.

ProConnect speaks of professionals, FranceConnect+ of persons (its `identite_pivot`). What a
provider says is authentication; rights come from the register's directory.
"""

from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Final

import msgspec

from gateway.identifiers import Siret
from gateway.model.directory import Fact

CLOCK_SKEW: Final = timedelta(seconds=30)
"""So far a provider's clock may be from ours: its tokens are believed that much longer."""


class Provider(StrEnum):
    """Whose sign-in it is. A name is stored: it never changes meaning."""

    PROCONNECT = "PROCONNECT"
    FRANCECONNECT = "FRANCECONNECT"


class Assurance(IntEnum):
    """Level of assurance of an identity (regulation (EU) 910/2014, art. 8), in order."""

    NONE = 0
    LOW = 1
    SUBSTANTIAL = 2
    HIGH = 3


class Strength(IntEnum):
    """How the person proved to be the holder, in order."""

    SINGLE = 0
    WEAK_MFA = 1
    """A code by mail or text."""
    STRONG_MFA = 2
    """An application, a notification, a passkey."""
    HARDWARE_MFA = 3


class Authentication(Fact, frozen=True, kw_only=True):
    """What was proven, by the provider's `acr` and `amr`."""

    acr: str
    assurance: Assurance
    strength: Strength
    is_role_certified: bool = False
    """ProConnect's certification-dirigeant: matched with the officers of the legal unit."""
    amr: tuple[str, ...] = ()
    at: datetime
    """By our clock, when the answer was taken: `auth_time` proves no fresh sign-in."""


class Professional(Fact, frozen=True, kw_only=True, tag="professional"):
    """A person at work, as ProConnect says."""

    given_name: str
    usual_name: str
    email: str
    """As said, in lower case where it is of ASCII alone."""
    uid: str
    """At the provider that ProConnect relied on."""
    siret: Siret | None
    """Declared, moderated or certified according to the assurance: never a right by itself."""
    idp_id: str | None = None
    organization_label: str | None = None


class BirthDay(Fact, frozen=True, kw_only=True):
    """A date of birth that may be presumed: month and day unknown, or the day alone."""

    year: int
    month: int | None = None
    day: int | None = None

    def __str__(self) -> str:
        """`YYYY-MM-DD`, `00` for what is unknown."""
        return f"{self.year:04d}-{self.month or 0:02d}-{self.day or 0:02d}"


FRANCE: Final = "99100"
"""France in the code of countries of birth (INSEE, COG)."""


class Pivot(Fact, frozen=True, kw_only=True):
    """The civil status of a person: the six fields of the identity pivot."""

    birth_name: str
    given_names: tuple[str, ...]
    """As split at blanks; one given name may itself hold a blank: matching tries both."""
    birth: BirthDay | None
    sex: str | None
    """`M`, `F`, or None where unspecified."""
    birthplace: str | None = None
    """INSEE code of the municipality; None of those born abroad."""
    birthplace_text: str | None = None
    """Free text, for some of those born abroad."""
    birthcountry: str | None = None
    """INSEE code of the country."""


class Person(Fact, frozen=True, kw_only=True, tag="person"):
    """A person in their own name, as FranceConnect+ says."""

    pivot: Pivot
    """From the provider of identity: it alone carries the level of assurance."""
    used_name: str | None = None
    email: str | None = None
    rnipp: Pivot | None = None
    """From the national register, for reconciliation only."""
    is_european: bool = False
    """By the eIDAS bridge: names in use, no codes; never matched by itself."""


class SignOutHandle(Fact, frozen=True, kw_only=True):
    """What ends the session at the provider."""

    id_token_hint: str
    """The signed identity token; where it was encrypted, the inner one."""


class SignedIn(Fact, frozen=True, kw_only=True):
    """One accepted sign-in."""

    provider: Provider
    issuer: str
    subject: str
    authentication: Authentication
    identity: Professional | Person
    id_token_sha256: str
    expires_at: datetime
    """Of the identity token; its digest is remembered as spent `CLOCK_SKEW` longer."""
    sign_out: SignOutHandle


class SignInWish(Fact, frozen=True, kw_only=True):
    """What is asked of a provider."""

    least_assurance: Assurance = Assurance.LOW
    needs_mfa: bool = True
    """For ProConnect; FranceConnect+ has it from SUBSTANTIAL on."""
    needs_certified_role: bool = False
    is_fresh: bool = False
    """The person is to prove themselves again, now."""
    login_hint: str | None = None
    """E-mail address, ProConnect only."""


class Attempt(Fact, frozen=True, kw_only=True):
    """One way to a provider and back: kept on our side, taken once, for ten minutes."""

    id: str
    """What the browser holds, in a `__Host-` cookie: 256 random bits."""
    provider: Provider
    state: str
    nonce: str
    code_verifier: str | None
    """None where the provider refuses PKCE."""
    redirect_uri: str
    wish: SignInWish
    begun_at: datetime
    return_to: str
    """A path of ours, out of a closed list, with the id of what waits there."""


class Departure(msgspec.Struct, frozen=True, kw_only=True):
    """Where to send the browser, and what to keep until it comes back."""

    url: str
    attempt: Attempt


class Callback(Fact, frozen=True, kw_only=True):
    """What the browser brought back: untrusted, each member at most once, bounded."""

    state: str | None
    code: str | None = None
    issuer: str | None = None
    error: str | None = None
    error_description: str | None = None


class SignInFailure(StrEnum):
    """Families of failure: each has a page that says what to do, and tells no more."""

    CANCELLED = "CANCELLED"
    """The person went back, or the provider could not identify them."""
    NOT_OURS = "NOT_OURS"
    """No attempt of this browser answers to it: too late, already used, or forged."""
    TOO_WEAK = "TOO_WEAK"
    """The level that was asked for was not reached."""
    PROVIDER_AWAY = "PROVIDER_AWAY"
    """Slow, down, or its clock is wrong: later."""
    NOT_BELIEVED = "NOT_BELIEVED"
    """An answer that fails its proof: refused, and logged with the failing step."""
    UNUSABLE = "UNUSABLE"
    """An identity that lacks what is needed."""
    MISCONFIGURED = "MISCONFIGURED"
    """The provider refuses us."""
