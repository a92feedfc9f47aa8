"""The steps of a proof and what they found in French; `signing` tells them in English."""

import re
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
    "an authority dated the checkpoint": "une autorité a daté le point de contrôle",
    "no time-stamp came with it": "aucun horodatage ne l'accompagne",
    "the time-stamp that came with it is not judged": "son horodatage n'est pas jugé",
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

_AT: Final = r"(\d{4}-\S+Z)"
_CLAIMED: Final = rf"decided {_AT} by its own date alone, key valid {_AT} to {_AT}"
_CLAIMED_FR: Final = r"décidé le \1 selon sa seule date, clé valable du \2 au \3"
_FRENCH_FACTS: Final = tuple(
    (re.compile(found), french)
    for found, french in (
        (r"(\d+) bytes", r"\1 octets"),
        (r"(\d+) characters", r"\1 caractères"),
        (r"(\d+) references", r"\1 références"),
        (r"(\S+) over (\d+) bytes", r"\1 sur \2 octets"),
        (r"(\S+) over (ds:\w+)", r"\1 sur \2"),
        (r"no other member", "aucun autre membre"),
        (rf"signed {_AT}", r"signé le \1"),
        (rf"{_CLAIMED}; not a test", rf"{_CLAIMED_FR} ; pas un essai"),
        (
            rf"{_CLAIMED}; a test, proof of nothing",
            rf"{_CLAIMED_FR} ; un essai, qui ne prouve rien",
        ),
        (r"the register names none", "le fichier de clés n'en nomme aucun"),
        (r"no proof is asked for", "aucune preuve n'est exigée"),
        (r"entry (\d+) of (\d+)", r"entrée \1 sur \2"),
        (r"(\S+), key (.+)", r"\1, clé \2"),
        (r"key (.+)", r"clé \1"),
        (r"the log's word alone", "la seule parole du journal"),
        (rf"{_AT} by (.+)", r"le \1 par \2"),
        (r"fetched again, it may have one", "relu à son adresse, il peut en avoir un"),
        (r"no authority is trusted", "le fichier de clés ne nomme aucune autorité"),
        (r"of no trusted authority", "d'une autorité que le fichier de clés ne nomme pas"),
        (r"a false date is not excluded", "une date fausse n'est pas exclue"),
        (rf"decided {_AT}, seen {_AT}", r"décidé le \1, vu le \2"),
        (r"never, as this register says", "jamais, selon ce fichier de clés"),
        (rf"seen {_AT}, lost {_AT}", r"vu le \1, compromise le \2"),
    )
)
"""What a step found, whole, and the same in French."""


def french_fact(found: str) -> str:
    """What a step found, in French; names, digests and dates are of no language."""
    for pattern, french in _FRENCH_FACTS:
        match = pattern.fullmatch(found)
        if match is not None:
            return match.expand(french)
    return found
