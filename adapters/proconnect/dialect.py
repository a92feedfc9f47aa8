"""How ProConnect is asked, and what it says is read (its documentation for service providers).

1. `acr` and `amr` are absent unless asked for, and a level is a set, not an order: every level that
   is good enough is named, as essential.
2. `prompt=login` proves no fresh sign-in, and `auth_time` is that of the last single sign-on; an
   essential eidas2 or eidas3 always opens a new round at the provider of identity.
3. `certification-dirigeant` is asked for alone, and opens no new round where its session has it.
4. Any other parameter is left out: what is not in the documentation may end on a page of theirs.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from adapters.oidc.dialect import needed, needed_name, text
from gateway.identifiers import InvalidIdentifier, Siret
from gateway.model.contacts import folded_email
from gateway.model.federation import (
    Assurance,
    Authentication,
    Professional,
    Provider,
    SignInFailure,
    SignInWish,
    Strength,
)

CERTIFIED_OFFICER: Final = "https://proconnect.gouv.fr/assurance/certification-dirigeant"
"""Identity by FranceConnect, matched with the officers of the legal unit."""
_LEVELS: Final[Mapping[str, tuple[Assurance, Strength]]] = {
    "eidas0": (Assurance.NONE, Strength.SINGLE),
    "eidas0-mfa": (Assurance.NONE, Strength.WEAK_MFA),
    "eidas1": (Assurance.LOW, Strength.SINGLE),
    "eidas1-mfa": (Assurance.LOW, Strength.WEAK_MFA),
    "eidas2": (Assurance.SUBSTANTIAL, Strength.STRONG_MFA),
    "eidas3": (Assurance.HIGH, Strength.HARDWARE_MFA),
}
_NEW_ROUND: Final = Assurance.SUBSTANTIAL
"""From this level on, asking for it as essential makes the person prove themselves again."""
_UNMET: Final = "requested acrs could not be satisfied"
_OURS: Final = frozenset(
    {
        "invalid_request",
        "invalid_scope",
        "unauthorized_client",
        "unsupported_response_type",
        "idp_hint_not_found",
    }
)
_AWAY: Final = frozenset({"server_error", "temporarily_unavailable"})


class ProConnect:
    """Implements adapters.oidc.dialect.Dialect."""

    provider = Provider.PROCONNECT
    scope = "openid given_name usual_name email uid siret idp_id organization_label"
    uses_pkce = True

    def asked(self, wish: SignInWish) -> Mapping[str, str]:
        """See Dialect; the `claims` parameter of OpenID Connect Core §5.5."""
        if wish.needs_certified_role:
            accepted = [CERTIFIED_OFFICER]
        else:
            accepted = [acr for acr in _LEVELS if _is_enough(*_LEVELS[acr], wish)]
        acr = {"essential": True, "values": accepted}
        asked = {"claims": json.dumps({"id_token": {"amr": None, "acr": acr}})}
        return asked if wish.login_hint is None else asked | {"login_hint": wish.login_hint}

    def failure(self, error: str, description: str) -> SignInFailure:
        """See Dialect. A level that is not met comes as a denial, told apart by its words."""
        if error == "access_denied" and description.lower().startswith(_UNMET):
            return SignInFailure.TOO_WEAK
        if error in _OURS:
            return SignInFailure.MISCONFIGURED
        return SignInFailure.PROVIDER_AWAY if error in _AWAY else SignInFailure.CANCELLED

    def authentication(
        self, acr: str | None, amr: tuple[str, ...], *, at: datetime
    ) -> Authentication | None:
        """See Dialect."""
        if acr == CERTIFIED_OFFICER:
            return Authentication(
                acr=acr,
                assurance=Assurance.LOW,
                strength=Strength.WEAK_MFA if "mfa" in amr else Strength.SINGLE,
                is_role_certified=True,
                amr=amr,
                at=at,
            )
        if acr is None or acr not in _LEVELS:
            return None
        assurance, strength = _LEVELS[acr]
        return Authentication(acr=acr, assurance=assurance, strength=strength, amr=amr, at=at)

    def reaches(self, proven: Authentication, wish: SignInWish) -> bool:
        """See Dialect."""
        if wish.needs_certified_role:  # out of its session too: it proves nothing fresh
            return proven.is_role_certified and not wish.is_fresh
        return _is_enough(proven.assurance, proven.strength, wish)

    def identity(self, claims: Mapping[str, Any], _proven: Authentication) -> Professional:
        """See Dialect. A number that is no SIRET is none: rights never come from it anyway."""
        stated = text(claims, "siret")
        try:
            siret = None if stated is None else Siret.parse(stated)
        except InvalidIdentifier:
            siret = None
        return Professional(
            given_name=needed_name(claims, "given_name"),
            usual_name=needed_name(claims, "usual_name"),
            email=folded_email(needed(claims, "email")),
            uid=needed(claims, "uid"),
            siret=siret,
            idp_id=text(claims, "idp_id"),
            organization_label=text(claims, "organization_label"),
        )


def _is_enough(assurance: Assurance, strength: Strength, wish: SignInWish) -> bool:
    if wish.is_fresh and assurance < _NEW_ROUND:
        return False
    if wish.needs_mfa and strength is Strength.SINGLE:
        return False
    return assurance >= wish.least_assurance
