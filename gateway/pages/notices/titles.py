"""What a notice is called by law, and what its codes and verdicts mean, in French and English.

« Rapport d'exécution »: arrêté du 23 juin 2023 (SISERI), art. 11 II. « Récépissé de transmission »:
arrêté du 26 juin 2019. « Accusé d'enregistrement » and « notification de rejet » are the register's
own words for what comes before and for a refusal.
"""

from typing import Final, TypeAlias

import msgspec

from gateway.model.acknowledgement import Acknowledgement, Disposition, Stage
from gateway.model.verdict import Action, Actor, Level, Step, Verdict

Said: TypeAlias = tuple[str, str]
"""The same in French and in English."""


class Title(msgspec.Struct, frozen=True):
    """What a notice is called, and what happened in a sentence."""

    name: Said
    what: Said
    source: str = ""
    """Where the law has the name, in French as the law is."""


_ARTICLE: Final = "Arrêté du 23 juin 2023 (SISERI), art. 11 II"


def _report(what: Said) -> Title:
    return Title(("Rapport d'exécution", "Execution report"), what, _ARTICLE)


def _rejection(what: Said) -> Title:
    return Title(("Notification de rejet", "Notice of rejection"), what, _ARTICLE)


_BY_DISPOSITION: Final = {
    Disposition.RECEIVED: Title(
        ("Accusé d'enregistrement", "Acknowledgement of registration"),
        (
            (
                "Récépissé de transmission : l'envoi est enregistré et sera jugé. Les verdicts"
                " suivront dans un rapport d'exécution."
            ),
            (
                "Receipt of transmission: the transmission is registered and will be judged. The"
                " verdicts will follow in an execution report."
            ),
        ),
    ),
    Disposition.ACCEPTED: _report(
        ("Tous les résultats sont acceptés.", "All results are accepted.")
    ),
    Disposition.ACCEPTED_WITH_RESERVATIONS: _report(
        (
            "Tous les résultats sont acceptés, avec des réserves à examiner.",
            "All results are accepted, with reservations to be looked at.",
        ),
    ),
    Disposition.PARTLY_ACCEPTED: _report(
        (
            "Une partie des résultats est acceptée ; les autres sont refusés ou en attente.",
            "Some of the results are accepted; the others are refused or held.",
        ),
    ),
    Disposition.HELD: _report(
        (
            "Aucun résultat n'est encore accepté : au moins un attend un fait extérieur à l'envoi.",
            "No result is accepted yet: at least one waits for a fact outside the transmission.",
        ),
    ),
    Disposition.REJECTED: _rejection(
        ("Tous les résultats sont refusés.", "All results are refused.")
    ),
    Disposition.INADMISSIBLE: _rejection(
        (
            (
                "L'envoi est irrecevable : aucune ligne n'a été jugée, aucun résultat n'est"
                " enregistré."
            ),
            "The transmission is inadmissible: no line was judged, no result is recorded.",
        ),
    ),
    Disposition.CONFLICT: Title(
        ("Notification de conflit", "Notice of conflict"),
        (
            (
                "Un autre contenu a déjà été jugé sous cet identifiant : ses verdicts demeurent, et"
                " le présent envoi n'y change rien."
            ),
            (
                "Other content was already judged under this id: its verdicts stand, and the"
                " present transmission changes nothing."
            ),
        ),
    ),
}
_INTEGRATION: Final = ("Avis d'intégration au registre", "Notice of integration into the register")
_CHECK: Final = Title(
    ("Contrôle préalable", "Preliminary check"),
    (
        "Voici ce que vaudrait cet envoi. Rien n'est enregistré, rien n'est signé.",
        "This is what the transmission would get. Nothing is recorded, nothing is signed.",
    ),
)


def title_of(acknowledgement: Acknowledgement) -> Title:
    """What the notice of a signed acknowledgement is called."""
    told = _BY_DISPOSITION[acknowledgement.disposition]
    if acknowledgement.stage is Stage.INTEGRATION:
        return Title(_INTEGRATION, told.what)
    return told


def title_of_check() -> Title:
    """What the report of a check is called."""
    return _CHECK


DISPOSITIONS: Final[dict[Disposition, Said]] = {
    Disposition.RECEIVED: ("reçu", "received"),
    Disposition.ACCEPTED: ("accepté", "accepted"),
    Disposition.ACCEPTED_WITH_RESERVATIONS: (
        "accepté avec réserves",
        "accepted with reservations",
    ),
    Disposition.PARTLY_ACCEPTED: ("accepté en partie", "partly accepted"),
    Disposition.HELD: ("en attente", "held"),
    Disposition.REJECTED: ("rejeté", "rejected"),
    Disposition.INADMISSIBLE: ("irrecevable", "inadmissible"),
    Disposition.CONFLICT: ("en conflit", "in conflict"),
}
VERDICTS: Final[dict[Verdict, Said]] = {
    Verdict.ACCEPTED: ("acceptée", "accepted"),
    Verdict.ACCEPTED_WITH_WARNINGS: ("acceptée, à examiner", "accepted, to be looked at"),
    Verdict.REJECTED: ("refusée", "refused"),
    Verdict.HELD: ("en attente", "held"),
}
LEVELS: Final[dict[Level, Said]] = {
    Level.FATAL: ("refuse l'envoi", "refuses the transmission"),
    Level.ERROR: ("refuse ou retient la ligne", "refuses or holds the line"),
    Level.WARNING: ("avertissement, ne refuse rien", "warning, refuses nothing"),
    Level.INFO: ("pour information", "for information"),
}
ACTORS: Final[dict[Actor, Said]] = {
    Actor.SENDER: ("L'émetteur de l'envoi", "The sender of the transmission"),
    Actor.EMPLOYER: (
        "L'employeur, ou son correspondant pour SISERI",
        "The employer, or its correspondent for SISERI",
    ),
    Actor.PHYSICIAN: ("Le médecin du travail", "The occupational physician"),
    Actor.REGISTRY: ("Le registre", "The register"),
}
"""In the order in which they are told."""
ACTIONS: Final[dict[Action, tuple[Said, Said]]] = {
    Action.CORRECT: (("corriger et envoyer", "correct and send"), ("corriger", "correct")),
    Action.RESEND: (
        (
            "renvoyer le même contenu sous un nouvel identifiant",
            "send the same content again under a new id",
        ),
        ("attendre un nouvel envoi du même contenu", "wait for the same content sent again"),
    ),
    Action.CONTACT: (
        ("prendre contact, comme le dit le remède", "get in touch, as the remedy says"),
        ("à joindre, pour qu'il agisse", "to be contacted, so that they act"),
    ),
    Action.WAIT: (
        ("attendre", "wait"),
        ("doit agir ; la ligne attend", "must act; the line waits"),
    ),
    Action.NONE: (("rien à faire", "nothing to do"), ("rien à faire", "nothing to do")),
}
"""What the sender is asked, and what anyone else is; in the order in which they are told."""
STEPS: Final[dict[Step, Said]] = {
    Step.PARSE: ("Lecture du message", "Reading the message"),
    Step.VALIDATE: ("Structure", "Structure"),
    Step.CHECK: ("Règles", "Rules"),
    Step.VERIFY: ("Registre et référentiels", "Register and references"),
}
STEP_VERDICTS: Final[dict[str, Said]] = {
    "PASSED": ("franchie", "passed"),
    "PASSED_WITH_WARNINGS": ("franchie, avec avertissements", "passed, with warnings"),
    "FAILED": ("non franchie", "failed"),
    "NOT_RUN": ("non exécutée", "not run"),
}
REFERENCES: Final[dict[str, Said]] = {
    "contract": ("contrat d'interface", "contract"),
    "directory": ("annuaire du registre", "register's directory"),
    "dosimeter-types": ("types de dosimètres", "types of dosimeters"),
    "radionuclides": ("radionucléides", "radionuclides"),
    "organs": ("organes", "organs"),
}
"""A reference that has no name here is told by its own."""
