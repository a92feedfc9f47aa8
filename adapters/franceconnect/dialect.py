"""How FranceConnect+ is asked, and what it says is read (its documentation for service providers).

1. The list of parameters is closed: any other ends on a page of theirs, without a way back. PKCE
   is not on it; the nonce protects the code instead (RFC 9700 §2.1.1).
2. `acr_values` names one level. What is asked as eidas2 may come back as eidas3; eidas3 never comes
   out of a single sign-on: it is what a fresh proof is.
3. Only what the provider of identity says carries the level; `rnipp_…` serves reconciliation alone.
4. There is no NIR, and no claim of social security, in anything it says.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from adapters.oidc.dialect import UnusableIdentity, name_of, needed_name, text
from gateway.model.federation import (
    Assurance,
    Authentication,
    BirthDay,
    Person,
    Pivot,
    Provider,
    SignInFailure,
    SignInWish,
    Strength,
)

_LEVELS: Final[Mapping[str, tuple[Assurance, Strength]]] = {
    "eidas2": (Assurance.SUBSTANTIAL, Strength.STRONG_MFA),
    "eidas3": (Assurance.HIGH, Strength.HARDWARE_MFA),
}
_SEXES: Final[Mapping[str, str | None]] = {"male": "M", "female": "F", "unspecified": None}
_BIRTHDATE: Final = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_MUNICIPALITY: Final = re.compile(r"(?:2[AB]|\d\d)\d{3}", re.ASCII)
_COUNTRY: Final = re.compile(r"99\d{3}", re.ASCII)
_EUROPEAN: Final = "eidas"
"""In `amr` of those who came by the bridge between States (regulation (EU) 910/2014, art. 6)."""
_OURS: Final = frozenset(
    {
        "invalid_acr",
        "invalid_idp_hint",
        "invalid_request",
        "invalid_scope",
        "unauthorized_client",
        "unsupported_response_type",
    }
)
_AWAY: Final = frozenset({"server_error", "temporarily_unavailable"})
_RNIPP: Final = "rnipp_"
_MONTHS: Final = 12
_DAYS: Final = 31


class FranceConnect:
    """Implements adapters.oidc.dialect.Dialect."""

    provider = Provider.FRANCECONNECT
    uses_pkce = False

    def __init__(self, *, asks_amr: bool, asks_rnipp: bool) -> None:
        """Whether this client is allowed to ask for `amr`, and for what the RNIPP says."""
        self._asks_amr = asks_amr
        rnipp = " rnipp_identite_pivot" if asks_rnipp else ""
        self.scope = f"openid identite_pivot preferred_username email{rnipp}"

    def asked(self, wish: SignInWish) -> Mapping[str, str]:
        """See Dialect."""
        is_high = wish.is_fresh or wish.least_assurance > Assurance.SUBSTANTIAL
        asked = {"acr_values": "eidas3" if is_high else "eidas2"}
        if self._asks_amr:
            asked["claims"] = json.dumps({"id_token": {"amr": {"essential": True}}})
        return asked

    def failure(self, error: str, _description: str) -> SignInFailure:
        """See Dialect. What it does not name is a plain failure."""
        if error in _OURS:
            return SignInFailure.MISCONFIGURED
        return SignInFailure.PROVIDER_AWAY if error in _AWAY else SignInFailure.CANCELLED

    def authentication(
        self, acr: str | None, amr: tuple[str, ...], *, at: datetime
    ) -> Authentication | None:
        """See Dialect."""
        if acr is None or acr not in _LEVELS:
            return None
        assurance, strength = _LEVELS[acr]
        return Authentication(acr=acr, assurance=assurance, strength=strength, amr=amr, at=at)

    def reaches(self, proven: Authentication, wish: SignInWish) -> bool:
        """See Dialect."""
        least = Assurance.HIGH if wish.is_fresh else wish.least_assurance
        return proven.assurance >= max(least, Assurance.SUBSTANTIAL)

    def identity(self, claims: Mapping[str, Any], proven: Authentication) -> Person:
        """See Dialect."""
        is_european = _EUROPEAN in proven.amr
        pivot = _pivot(claims, prefix="")
        if pivot.birth is None or (
            pivot.sex is None and "gender" not in claims and not is_european
        ):
            raise UnusableIdentity("identite_pivot")
        return Person(
            pivot=pivot,
            used_name=name_of(claims, "preferred_username"),
            email=text(claims, "email"),
            rnipp=_rnipp(claims),
            is_european=is_european,
        )


def _rnipp(claims: Mapping[str, Any]) -> Pivot | None:
    """What the national register says, whole; said in part or in no known form, it says nothing.

    It mends spellings alone: nobody is kept out for the want of it.
    """
    try:
        pivot = _pivot(claims, prefix=_RNIPP)
    except UnusableIdentity:
        return None
    is_whole = pivot.birth is not None and pivot.birthcountry is not None
    return pivot if is_whole and claims.get(f"{_RNIPP}gender") else None


def _pivot(claims: Mapping[str, Any], *, prefix: str) -> Pivot:
    place = text(claims, f"{prefix}birthplace")
    country = text(claims, f"{prefix}birthcountry")
    is_code = place is not None and _MUNICIPALITY.fullmatch(place) is not None
    gender = text(claims, f"{prefix}gender") or "unspecified"
    if gender not in _SEXES:
        raise UnusableIdentity(f"{prefix}gender")
    return Pivot(
        birth_name=needed_name(claims, f"{prefix}family_name"),
        given_names=_given_names(claims, prefix),
        birth=_birth(text(claims, f"{prefix}birthdate"), step=f"{prefix}birthdate"),
        sex=_SEXES[gender],
        birthplace=place if is_code else None,
        birthplace_text=None if is_code else place,
        birthcountry=country if country is not None and _COUNTRY.fullmatch(country) else None,
    )


def _given_names(claims: Mapping[str, Any], prefix: str) -> tuple[str, ...]:
    """One by one where the RNIPP gives them so; else as blanks part them."""
    listed = claims.get(f"{prefix}given_name_array")
    if isinstance(listed, list) and listed and all(isinstance(name, str) for name in listed):
        return tuple(needed_name({"given_name": name}, "given_name") for name in listed)
    return tuple(needed_name(claims, f"{prefix}given_name").split())


def _birth(stated: str | None, *, step: str) -> BirthDay | None:
    """A date of birth with `00`, or nothing, for what is unknown."""
    if stated is None:
        return None
    read = _BIRTHDATE.fullmatch(stated)
    if read is None:
        raise UnusableIdentity(step)
    year, month, day = (int(part or 0) for part in read.groups())
    if year == 0 or month > _MONTHS or day > _DAYS or (day and not month):
        raise UnusableIdentity(step)
    return BirthDay(year=year, month=month or None, day=day or None)
