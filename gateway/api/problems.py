"""The one table from what stops us to what a caller is told: RFC 9457 here, SOAP faults beside.

Unknown errors answer 500 with no detail. No text here ever holds a value of the request.
"""

from typing import Final

import msgspec

from gateway.api.enrolment_texts import ENROLMENT_REFUSALS
from gateway.api.said import Said
from gateway.errors import GatewayError, NotAcceptable, Refusal
from gateway.rules.catalogue import CATALOGUE
from gateway.wire.canonical import jcs

INTERNAL: Final = "B000"
METHOD: Final = "B011"
REFUSALS: Final[dict[str, Said]] = {
    "A001": Said(
        401,
        "Justificatif absent ou inconnu : présentez un jeton d'accès, le certificat ou la"
        " signature d'une clé enrôlée.",
        "No credential, or an unknown one: present an access token, or the certificate or"
        " signature of an enrolled key.",
    ),
    "A002": Said(
        403,
        "Ce justificatif n'ouvre pas cette ressource.",
        "This credential does not open this resource.",
    ),
    "A003": Said(404, "Introuvable.", "Not found."),
    "B000": Said(
        500,
        "Erreur interne : réessayez avec le même identifiant, puis contactez le gestionnaire.",
        "Internal error: try again with the same id, then contact the register's manager.",
    ),
    "B001": Said(
        400,
        "Un paramètre ou un en-tête est illisible : voyez la documentation de l'opération.",
        "A parameter or a header cannot be read: see the operation's documentation.",
    ),
    "B002": Said(
        400,
        "En-tête Host absent, répété ou inconnu : adressez-vous au nom publié.",
        "Host header missing, repeated or unknown: address the published name.",
    ),
    "B003": Said(
        408,
        "Corps trop lent : 60 secondes au plus, 1 Kio par seconde au moins.",
        "Body too slow: at most 60 seconds, at least 1 KiB a second.",
    ),
    "B004": Said(
        409,
        "La même transmission est en cours d'examen : redemandez dans un instant.",
        "The same transmission is being judged: ask again in a moment.",
    ),
    "B005": Said(
        406,
        "Aucune représentation demandée n'existe ici : demandez l'une de celles qui existent.",
        "None of the representations asked for exists here: ask for one of those that do.",
    ),
    "B006": Said(
        415,
        "Type de média, jeu de caractères ou codage absent ou non lu : envoyez"
        " application/json, application/xml ou text/xml en UTF-8, sans compression (pour un"
        " jeton : application/x-www-form-urlencoded).",
        "Media type, charset or content coding missing or not read: send application/json,"
        " application/xml or text/xml in UTF-8, uncompressed (for a token:"
        " application/x-www-form-urlencoded).",
    ),
    "B007": Said(
        429,
        "Trop de demandes : attendez le délai indiqué.",
        "Too many requests: wait for the time stated.",
    ),
    "B008": Said(
        503,
        "Service momentanément indisponible : réessayez avec le même identifiant.",
        "Unavailable for the moment: try again with the same id.",
    ),
    "B011": Said(405, "Méthode sans objet ici.", "No such method here."),
    "B012": Said(
        503,
        "L'horodatage des preuves est en retard, aucun accusé n'est donné : réessayez plus tard"
        " avec le même identifiant.",
        "The time-stamping of evidence is late and no receipt is given: try again later with the"
        " same id.",
    ),
    "B013": Said(
        503,
        "Réponse enregistrée, preuve en attente : redemandez avec le même identifiant.",
        "Answer recorded, proof pending: ask again with the same id.",
    ),
    "B014": Said(
        503,
        "Journal de preuve à réparer, ce qui est enregistré le reste : contactez le gestionnaire.",
        "Evidence log to be repaired; what was recorded stays so: contact the register's manager.",
    ),
    **ENROLMENT_REFUSALS,
    "S001": Said(
        400,
        "Enveloppe SOAP illisible, ou Body et SOAPAction en désaccord : suivez le WSDL.",
        "SOAP envelope unreadable, or Body and SOAPAction disagree: follow the WSDL.",
    ),
    "S002": Said(
        400,
        "L'opération SOAP n'a pas la forme du WSDL.",
        "The SOAP operation does not have the shape of the WSDL.",
    ),
    "T002": Said(
        413,
        "Trop volumineux : 5 Mio, 5 000 lignes et les lignes en attente de 100 autres envois au "
        "plus ; scindez l'envoi.",
        "Too large: at most 5 MiB, 5,000 lines and the held lines of 100 other "
        "transmissions; split it.",
    ),
    "T003": Said(
        400,
        "DOCTYPE, commentaire, CDATA ou instruction de traitement : retirez-les.",
        "DOCTYPE, comment, CDATA or processing instruction: remove it.",
    ),
    "T004": Said(400, "Le message n'est pas en UTF-8.", "The message is not in UTF-8."),
    "T005": Said(
        400,
        "Plus de balises, de noms ou de profondeur que les limites publiées.",
        "More tags, names or depth than the published limits.",
    ),
    "W001": Said(
        401,
        "En-tête WS-Security hors du profil publié : voyez le code SOAP et docs/soap-security.",
        "WS-Security header outside the published profile: see the SOAP code and"
        " docs/soap-security.",
    ),
    "W002": Said(
        401,
        "Message modifié après sa signature : signez en dernier, sans remise en forme ensuite.",
        "Message changed after it was signed: sign last, and reformat nothing afterwards.",
    ),
    "W003": Said(
        401,
        "Message périmé ou futur : réglez l'horloge et signez à nouveau le même envoi, pour cinq"
        " minutes au plus.",
        "Message stale or of the future: set the clock and sign the same transmission again, for"
        " five minutes at most.",
    ),
    "W004": Said(
        400,
        "WS-Addressing en désaccord : réponse anonyme, action du Body et adresse publiée seules.",
        "WS-Addressing disagrees: anonymous answer, the Body's action and the published address"
        " only.",
    ),
}
"""By stable code. Families S, T and W here are of an envelope that is unreadable or not proven."""


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """A refusal ready to be rendered."""

    code: str
    status: int
    fr: str
    en: str
    retry_after_s: int | None = None
    available: tuple[str, ...] = ()
    """The media types that exist, where none of them was asked for (RFC 9110 §15.5.7)."""

    def title(self, language: str) -> str:
        """The same for every occurrence of the code (RFC 9457 §3.1.3)."""
        said = REFUSALS[self.code]
        return said.en if language == "en" else said.fr

    def text(self, language: str) -> str:
        """The text in `fr` or `en`."""
        return self.en if language == "en" else self.fr

    def json(self, language: str) -> bytes:
        """The body of `application/problem+json`."""
        form: dict[str, object] = {
            "type": f"/v1/rules/{self.code}"
            if self.code in CATALOGUE
            else f"/docs/errors#{self.code}",
            "title": self.title(language),
            "status": self.status,
            "code": self.code,
            "detail": self.text(language),
            "text": {"fr": self.fr, "en": self.en},
        }
        if self.retry_after_s is not None:
            form["retryAfterS"] = self.retry_after_s
        if self.available:
            form["available"] = list(self.available)
        return jcs(form)


def problem_of(error: BaseException) -> Problem:
    """What is told of an error; of one that we do not know, nothing."""
    code = error.code if isinstance(error, GatewayError) else INTERNAL
    said = REFUSALS.get(code)
    if said is None:
        code, said = INTERNAL, REFUSALS[INTERNAL]
    available = error.offered if isinstance(error, NotAcceptable) else ()
    named = f" ({', '.join(available)})." if available else "."
    return Problem(
        code=code,
        status=said.status,
        fr=said.fr.removesuffix(".") + named,
        en=said.en.removesuffix(".") + named,
        retry_after_s=error.retry_after_s if isinstance(error, Refusal) else None,
        available=available,
    )


def problem_of_code(code: str) -> Problem:
    """The problem of a stable code."""
    said = REFUSALS[code]
    return Problem(code=code, status=said.status, fr=said.fr, en=said.en)
