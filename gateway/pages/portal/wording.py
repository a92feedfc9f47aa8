"""The fixed words of the portal's pages, once in French and once in English."""

from collections.abc import Mapping
from typing import Final

import msgspec


class PortalWording(msgspec.Struct, frozen=True, kw_only=True):
    """In the order of the pages."""

    consent: str
    signed_in_with: str
    not_you: str
    consent_how: str
    hands_over: Mapping[str, str]
    """By scope."""
    never: str
    agree: str
    refuse: str
    sign_out: str
    sign_out_how: str
    stay: str


FRENCH: Final = PortalWording(
    consent="Transmettre vos informations ?",
    signed_in_with="Identification avec",
    not_you="Ce n'est pas vous ?",
    consent_how="Ce service demande à vous reconnaître :",
    hands_over={
        "openid": "un identifiant qui ne vaut que pour lui, et le niveau de votre identification",
        "siseri": "vos rôles au registre et les établissements concernés",
        "siseri_worker": "votre identifiant interne au registre, si vous êtes un travailleur suivi",
        "profile": "vos prénoms et votre nom d'usage, si vous êtes un professionnel",
    },
    never="Votre numéro de sécurité sociale et vos doses ne sont jamais transmis par cette voie."
    " Votre accord vaut pour cette connexion.",
    agree="Accepter et continuer",
    refuse="Refuser",
    sign_out="Se déconnecter du registre ?",
    sign_out_how="Un service vous invite à fermer votre connexion à ce registre, puis au service"
    " d'identification.",
    stay="Rester connecté",
)
ENGLISH: Final = PortalWording(
    consent="Pass your information on?",
    signed_in_with="Signed in with",
    not_you="Not you?",
    consent_how="This service asks to recognise you:",
    hands_over={
        "openid": "an identifier that is of use to it alone, and the level of your identification",
        "siseri": "your roles in the register and the establishments they are for",
        "siseri_worker": "the register's own identifier of you, if you are a monitored worker",
        "profile": "your given names and name in use, if you are a professional",
    },
    never="Your social security number and your doses are never passed on by this way. You agree"
    " for this sign-in.",
    agree="Agree and continue",
    refuse="Refuse",
    sign_out="Sign out of the register?",
    sign_out_how="A service invites you to end your sign-in to this register, then at the identity"
    " service.",
    stay="Stay signed in",
)


def wording(language: str) -> PortalWording:
    """The texts of `fr` or `en`."""
    return ENGLISH if language == "en" else FRENCH
