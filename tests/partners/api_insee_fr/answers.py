"""What the register of the double answers when it works."""

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.partners.api_insee_fr.establishments import Register
from tests.partners.api_insee_fr.misbehaving import INSIDE, refusal

_SIRET = re.compile(r"\d{14}")


@dataclass
class Said:
    """An answer before it is written."""

    status: int
    content: dict[str, Any]
    location: str | None = None

    @property
    def octets(self) -> bytes:
        return json.dumps(self.content, ensure_ascii=False).encode()


def answer_of(register: Register, method: str, target: str, body: bytes, *, is_up: bool) -> Said:
    """To a question under the base."""
    parts = urlsplit(target)
    given = dict(parse_qsl(parts.query) + parse_qsl(body.decode("ascii")))
    without_nulls = given.get("masquerValeursNulles") == "true"
    if parts.path == "/informations":
        return _information(is_up=is_up)
    if parts.path == "/siret/liensSuccession":
        return _links(register, given["q"])
    if parts.path == "/siret" and method == "POST":
        said = _several(register, given["q"], int(given.get("nombre", 20)))
    elif parts.path.startswith("/siret/"):
        said = _one(register, parts.path.rsplit("/", 1)[-1])
    else:
        return Said(404, refusal(404, "Ressource inconnue"))
    if without_nulls:
        said.content = _without_nulls(said.content)
    return said


def _one(register: Register, siret: str) -> Said:
    if siret in register.hidden:
        return Said(403, refusal(403, "Droits insuffisants pour consulter cette unité"))
    if siret in register.duplicates:
        kept = register.duplicates[siret]
        message = "Unité légale doublon, redirection vers l'établissement siège de l'unité légale"
        return Said(301, refusal(301, f"{message} : {kept[:9]}"), location=INSIDE + kept)
    if siret not in register.records:
        return Said(404, refusal(404, f"Aucun élément trouvé pour le siret {siret}"))
    told = register.records[siret]
    return Said(200, {"header": {"statut": 200, "message": "ok"}, "etablissement": told})


def _several(register: Register, query: str, most: int) -> Said:
    found = [register.records[s] for s in _SIRET.findall(query) if s in register.records]
    if not found:
        return Said(404, refusal(404, f"Aucun élément trouvé pour q={query[:40]}"))
    header = {"statut": 200, "message": "ok", "total": len(found), "debut": 0}
    told = found[:most]
    return Said(200, {"header": header | {"nombre": len(told)}, "etablissements": told})


def _links(register: Register, query: str) -> Said:
    asked = set(_SIRET.findall(query))
    found = [k for k in register.links if k["siretEtablissementPredecesseur"] in asked]
    if not found:
        return Said(404, refusal(404, "Aucun élément trouvé"))
    header = {"statut": 200, "message": "ok", "total": len(found), "debut": 0}
    return Said(200, {"header": header | {"nombre": len(found)}, "liensSuccession": found})


def _information(*, is_up: bool) -> Said:
    state = "UP" if is_up else "DOWN"
    collections = ("Unités Légales", "Etablissements", "Liens de succession")
    content = {
        "header": {"statut": 200, "message": "ok"},
        "etatService": state,
        "etatsDesServices": [{"Collection": c, "etatCollection": state} for c in collections],
        "versionService": "3.11.11",
        "journalDesModifications": "https://www.sirene.fr/",
        "datesDernieresMisesAJourDesDonnees": [
            {"collection": c, "dateDerniereMiseADisposition": "2026-11-20T01:12:10"}
            for c in collections
        ],
    }
    return Said(200, content)


def _without_nulls(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _without_nulls(value) for key, value in node.items() if value is not None}
    return [_without_nulls(value) for value in node] if isinstance(node, list) else node
