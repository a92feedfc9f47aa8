"""What is told of a credential that is not enrolled."""

from typing import Final

from gateway.api.said import Said

ENROLMENT_REFUSALS: Final[dict[str, Said]] = {
    "K001": Said(
        400,
        "Clé refusée : P-256, P-384, RSA de 3 072 bits au moins ou Ed25519, publique seulement ;"
        " un certificat n'est ni sous Ed25519 ni sous une clé plus faible.",
        "Key refused: P-256, P-384, RSA of at least 3,072 bits or Ed25519, public alone;"
        " a certificate's is neither Ed25519 nor weaker.",
    ),
    "K002": Said(
        400,
        "Rien ne prouve la possession de la clé privée : signez la déclaration avec cette clé,"
        " pour cette passerelle, cette invitation et maintenant.",
        "Nothing proves possession of the private key: sign the statement with that key, for this"
        " gateway, this invitation, and now.",
    ),
    "K003": Said(
        400,
        "Certificat illisible : DER en base64, un par membre.",
        "Certificate unreadable: DER in base64, one a member.",
    ),
    "K004": Said(
        400,
        "Aucun chemin ne mène de ce certificat à une autorité acceptée ici : joignez les"
        " certificats intermédiaires, ou demandez un certificat à la passerelle.",
        "No path leads from this certificate to an authority accepted here: send the certificates"
        " in between, or request one of the gateway.",
    ),
    "K005": Said(
        400,
        "Ce certificat n'est pas valable aujourd'hui : enrôlez celui qui l'est.",
        "This certificate is not valid today: enrol the one that is.",
    ),
    "K006": Said(
        400,
        "Ce certificat, ou l'un de ceux qui le portent, est révoqué : demandez-en un autre à son"
        " autorité.",
        "This certificate, or one above it, is revoked: ask its authority for another.",
    ),
    "K007": Said(
        400,
        "La liste de révocation de l'autorité n'est pas à jour ici : réessayez plus tard, puis"
        " contactez le gestionnaire.",
        "The authority's list of revocations is not up to date here: try again later, then contact"
        " the register's manager.",
    ),
    "K008": Said(
        400,
        "Ce certificat n'est pas fait pour l'authentification d'une organisation : keyUsage,"
        " extendedKeyUsage ou politique.",
        "This certificate is not for the authentication of an organisation: keyUsage,"
        " extendedKeyUsage or policy.",
    ),
    "K009": Said(
        400,
        "Ce certificat ne nomme pas l'organisation du partenaire : son SIREN ou son SIRET doit s'y"
        " trouver.",
        "This certificate does not name the partner's organisation: it must hold its SIREN or"
        " SIRET.",
    ),
    "K010": Said(
        400,
        "Demande de certificat illisible, ou qui demande un nom ou un droit : PKCS#10 en DER, sans"
        " autre extension ; la passerelle donne le nom.",
        "Signing request unreadable, or for a name or a right: PKCS#10 in DER, with no other"
        " extension; the gateway gives the name.",
    ),
    "K011": Said(
        409,
        "Ce justificatif est déjà enrôlé, ou sa clé l'est par un autre : faites une nouvelle clé.",
        "This credential is enrolled already, or its key by another: make a new key.",
    ),
    "K012": Said(
        409,
        "Deux justificatifs de cette sorte sont en vigueur : révoquez-en un.",
        "Two credentials of that kind are live: revoke one.",
    ),
    "K013": Said(
        400,
        "Cette passerelle ne délivre pas de certificat : enrôlez une clé, ou le certificat d'une"
        " autorité.",
        "This gateway issues no certificate: enrol a key, or an authority's certificate.",
    ),
    "K014": Said(
        400,
        "Le corps n'est aucune des trois formes : clé publique, certificat ou demande de"
        " certificat.",
        "The body is none of the three forms: public key, certificate or signing request.",
    ),
    "K015": Said(
        401,
        "Cette invitation a déjà servi à un autre justificatif ; si ce n'est pas au vôtre,"
        " prévenez aussitôt le gestionnaire.",
        "This invitation has served for another credential; if that is not yours, warn the"
        " register's manager at once.",
    ),
    "K016": Said(
        401,
        "Cette invitation n'a plus cours : demandez-en une autre au gestionnaire.",
        "This invitation is over: ask the register's manager for another.",
    ),
}
"""By stable code."""
