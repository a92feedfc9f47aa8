"""The steps of a proof in French; `signing` names them in English."""

from typing import Final

FRENCH_STEPS: Final = {
    "the bytes are one canonical JSON document": "les octets sont un seul document JSON canonique",
    "the bytes are one compact JWS": "les octets sont un seul JWS compact",
    "the receipt has its members and no other": "l'accusé a ses membres et aucun autre",
    "a bare JWS shows nothing beside what it signs": "un JWS nu ne montre que ce qu'il signe",
    "the signature is a canonical compact JWS": "la signature est un JWS compact canonique",
    "the protected header is exactly the profile's": "l'en-tête protégé est celui du profil",
    "the key is published, with this certificate": "la clé est publiée, avec ce certificat",
    "the signature verifies": "la signature est juste",
    "what is signed is the acknowledgement, in canonical form": (
        "ce qui est signé est l'accusé, en forme canonique"
    ),
    "canonicalSha256 is the acknowledgement's digest": (
        "canonicalSha256 est l'empreinte de l'accusé"
    ),
    "decided while its key was valid": "décidé pendant la validité de la clé",
    "the bytes are one plain XML document": "les octets sont un seul document XML simple",
    "the bytes are their own exclusive canonical form": (
        "les octets sont leur propre forme canonique exclusive"
    ),
    "one signature, last child of the acknowledgement of a receipt": (
        "une seule signature, en dernier dans l'accusé"
    ),
    "the signature is exactly the XAdES-B-B profile": "la signature suit le profil XAdES-B-B",
    "each reference leads to its one node": "chaque référence mène à son seul nœud",
    "the certificate is a published key's": "le certificat est celui d'une clé publiée",
    "SigningCertificateV2 is its digest": "SigningCertificateV2 en est l'empreinte",
    "both digests are those of the nodes": "les deux empreintes sont celles des nœuds",
}
