"""Levels of authentication that a portal may ask for: those of the providers, unchanged (`acr`).

Never is a level told that the provider did not state. What is asked for is a set (OpenID Connect
Core §5.5.1.1); `acr_values` alone (§3.1.2.1) is reached by a stronger level too.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import msgspec

from gateway.model.accounts import Session
from gateway.model.federation import (
    Assurance,
    Authentication,
    Provider,
    SignInWish,
    Strength,
)
from gateway.model.portal import PortalRequest

CERTIFIED_ROLE: Final = "https://proconnect.gouv.fr/assurance/certification-dirigeant"
LOGIN: Final = "login"
SELECT_ACCOUNT: Final = "select_account"


class Level(msgspec.Struct, frozen=True, order=True):
    """What a level proves at least."""

    is_role_certified: bool
    assurance: Assurance
    strength: Strength

    def is_reached_by(self, proven: "Authentication | Level") -> bool:
        """Whether that much, or more, was proven."""
        return (
            proven.assurance >= self.assurance
            and proven.strength >= self.strength
            and (proven.is_role_certified or not self.is_role_certified)
        )


LEVELS: Final[Mapping[str, Level]] = {
    "eidas0": Level(False, Assurance.NONE, Strength.SINGLE),  # noqa: FBT003 - a row of a table
    "eidas0-mfa": Level(False, Assurance.NONE, Strength.WEAK_MFA),  # noqa: FBT003 - likewise
    "eidas1": Level(False, Assurance.LOW, Strength.SINGLE),  # noqa: FBT003 - likewise
    "eidas1-mfa": Level(False, Assurance.LOW, Strength.WEAK_MFA),  # noqa: FBT003 - likewise
    "eidas2": Level(False, Assurance.SUBSTANTIAL, Strength.STRONG_MFA),  # noqa: FBT003 - likewise
    "eidas3": Level(False, Assurance.HIGH, Strength.HARDWARE_MFA),  # noqa: FBT003 - likewise
    CERTIFIED_ROLE: Level(True, Assurance.LOW, Strength.SINGLE),  # noqa: FBT003 - likewise
}
"""By `acr`, as ProConnect and FranceConnect+ name them."""


def is_reached(request: PortalRequest, proven: Authentication) -> bool:
    """Whether the level is one that was asked for."""
    if not request.acr_values or proven.acr in request.acr_values:
        return True
    return not request.is_acr_essential and any(
        LEVELS[acr].is_reached_by(proven) for acr in request.acr_values
    )


def is_recent(request: PortalRequest, session: Session, *, now: datetime) -> bool:
    """Whether the person proved themselves as lately as was asked for (`prompt`, `max_age`).

    By our clock, at which the provider's answer was taken. Where a fresh proof was due, a level at
    which the provider would have let its own session stand does not pass for one.
    """
    proven, age = session.authentication, request.max_age_s
    is_since = proven.at > request.begun_at
    is_young = age is not None and now - proven.at <= timedelta(seconds=age)
    if {LOGIN, SELECT_ACCOUNT} & {*request.prompts} and not is_since:
        return False
    if age is not None and not (is_young or is_since):
        return False
    return not is_fresh_asked(request) or _is_of_a_new_round(session)


def is_fresh_asked(request: PortalRequest) -> bool:
    """Whether the person is to have proven themselves, and not a session at the provider."""
    return LOGIN in request.prompts or request.max_age_s is not None


def can_be_met(request: PortalRequest) -> bool:
    """Whether any level reaches what was asked for: a fresh proof has none of the weak ones.

    Known before anybody signs in; to be told late would cost the person a sign-in for nothing.
    """
    if not request.acr_values or not is_fresh_asked(request):
        return True
    fresh = {acr: one for acr, one in LEVELS.items() if one.assurance >= Assurance.SUBSTANTIAL}
    if request.is_acr_essential:
        return not fresh.keys().isdisjoint(request.acr_values)
    return any(
        LEVELS[acr].is_reached_by(one) for acr in request.acr_values for one in fresh.values()
    )


def wish_of(request: PortalRequest) -> SignInWish:
    """What to ask of a provider so that it will do."""
    is_fresh = is_fresh_asked(request)
    if not request.acr_values:
        return SignInWish(is_fresh=is_fresh)
    least = min(LEVELS[acr] for acr in request.acr_values)
    return SignInWish(
        least_assurance=least.assurance,
        needs_mfa=least.strength > Strength.SINGLE,
        needs_certified_role=least.is_role_certified,
        is_fresh=is_fresh,
    )


def _is_of_a_new_round(session: Session) -> bool:
    """As `SignInWish.is_fresh` is asked of each: identity.md §1.2 and §2.2."""
    is_worker = session.provider is Provider.FRANCECONNECT
    least = Assurance.HIGH if is_worker else Assurance.SUBSTANTIAL
    return session.authentication.assurance >= least
