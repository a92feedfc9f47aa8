"""What a professional may do: the directory's word, as far as the sign-in is strong enough.

An address opens what the directory gives to whoever has it, where the name agrees too. For those
who act for an employer the establishment that the provider says must be of that employer: it only
ever narrows, for anybody may declare one (ProConnect certifies it from eidas2 on).
"""

import re
from collections.abc import Iterable
from typing import Final

from gateway.identifiers import Siren, Siret
from gateway.model.accounts import EstablishmentContact, Right, Rights, Role, Withheld
from gateway.model.federation import (
    Assurance,
    Authentication,
    Professional,
    SignInWish,
    Strength,
)
from gateway.rules.names import fold

OF_EMPLOYERS: Final = frozenset({Role.LEGAL_REPRESENTATIVE, Role.CES})
"""Who acts for an employer: what the provider says of theirs must agree."""
ENOUGH: Final = {
    Role.WORKER: SignInWish(least_assurance=Assurance.SUBSTANTIAL),
    Role.LEGAL_REPRESENTATIVE: SignInWish(least_assurance=Assurance.SUBSTANTIAL),
    Role.CES: SignInWish(least_assurance=Assurance.LOW, needs_mfa=True),
    Role.CRP: SignInWish(least_assurance=Assurance.SUBSTANTIAL),
    Role.PHYSICIAN: SignInWish(least_assurance=Assurance.SUBSTANTIAL, needs_mfa=True),
}
"""What to ask of a provider for each role: it is enough."""
_LEAST: Final = {
    Role.WORKER: (Assurance.SUBSTANTIAL, Strength.SINGLE),
    Role.LEGAL_REPRESENTATIVE: (Assurance.SUBSTANTIAL, Strength.SINGLE),
    Role.CES: (Assurance.LOW, Strength.WEAK_MFA),
    Role.CRP: (Assurance.SUBSTANTIAL, Strength.SINGLE),
    Role.PHYSICIAN: (Assurance.SUBSTANTIAL, Strength.STRONG_MFA),
}
_BETWEEN_WORDS: Final = re.compile(r"[\s\-]+")


def rights_of_professional(
    professional: Professional,
    authentication: Authentication,
    contacts: Iterable[EstablishmentContact],
    *,
    employer: Siren | None,
) -> Rights:
    """The roles of the contacts that are this professional, given or withheld.

    `employer`: the legal unit for which they may act as an employer's; None: for none.
    """
    found: dict[Role, set[Siret]] = {}
    for stated in contacts:
        role = Role(stated.contact.kind.value)
        is_theirs = role not in OF_EMPLOYERS or stated.employer.siren == employer
        if is_theirs and holds_name(stated.contact.name, professional.usual_name):
            found.setdefault(role, set()).add(stated.employer)
    return Rights(
        given=tuple(
            Right(role=role, establishments=tuple(sorted(found[role], key=str)))
            for role in Role
            if role in found and is_enough(role, authentication)
        ),
        withheld=tuple(
            Withheld(role=role, wish=ENOUGH[role])
            for role in Role
            if role in found and not is_enough(role, authentication)
        ),
    )


def rights_of_worker(worker_id: str, authentication: Authentication) -> Rights:
    """A worker is there for himself (Code du travail R. 4451-67)."""
    if is_enough(Role.WORKER, authentication):
        return Rights(given=(Right(role=Role.WORKER),), worker_id=worker_id)
    return Rights(withheld=(Withheld(role=Role.WORKER, wish=ENOUGH[Role.WORKER]),))


def is_enough(role: Role, proven: Authentication) -> bool:
    """Whether a sign-in is strong enough for a role."""
    if role is Role.LEGAL_REPRESENTATIVE and proven.is_role_certified:
        return True
    assurance, strength = _LEAST[role]
    return proven.assurance >= assurance and proven.strength >= strength


def holds_name(stated: str, usual_name: str) -> bool:
    """Whether the words of a name in the directory hold that name, side by side.

    `LE GUEN Anne` holds `Le Guen` and `Anne`; `MARTINEZ Anne` does not hold `Martin`.
    """
    sought = fold(usual_name)
    words = [fold(word) for word in _BETWEEN_WORDS.split(stated)]
    runs = ("".join(words[first:last]) for last in range(len(words) + 1) for first in range(last))
    return bool(sought) and sought in runs
