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
    "the bytes are one proof, in its one spelling": "les octets sont une seule preuve du journal",
    "the salt gives the entry of this acknowledgement": "le sel donne l'entrée de cet accusé",
    "the checkpoint is signed by the log": "le point de contrôle est signé par le journal",
    "the entry is in the log": "l'entrée est dans le journal",
    "no witness is asked for": "aucun témoin n'est exigé",
    "enough witnesses saw the same log": "assez de témoins ont vu le même journal",
    "the log's key was then valid, and not compromised": (
        "la clé du journal était alors valable, et non compromise"
    ),
    "no witness or timestamp tells a time": "ni témoin ni horodatage ne donne l'heure",
    "decided shortly before it was seen in the log": "décidé peu avant d'être vu au journal",
    "the member proof has its members and no other": "la preuve a ses membres et aucun autre",
    "the proof of the log came by itself": "la preuve du journal est venue à part",
    "the member proof states what its text states": "la preuve annonce ce que dit son texte",
    "the acknowledgement's key was not compromised then": (
        "la clé de l'accusé n'était pas compromise alors"
    ),
    "decided before there was a log": "décidé avant que le journal existe",
    "both digests are those of the nodes": "les deux empreintes sont celles des nœuds",
}
