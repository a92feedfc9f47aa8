"""The questions asked of API Sirene, as requests (specs/openapi/sirene.yaml).

Without `date` every period is told: one answer serves every day that a dose may have. Nulls are
left out, which halves an answer of a thousand records.
"""

from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import urlencode

from adapters.http import Request
from gateway.identifiers import Siret

MAX_BATCH: Final = 1_000
"""Elements of one answer on the public plan."""
MAX_LINKED: Final = 20
"""Establishments whose links are asked for at once: they stand in the address, which is bounded."""
_ACCEPT: Final = {"accept": "application/json"}
_FORM: Final = _ACCEPT | {"content-type": "application/x-www-form-urlencoded"}


def unit(siret: Siret) -> Request:
    """One establishment: the only question that tells duplicate, hidden and unknown apart."""
    return Request(
        method="GET",
        path=f"/siret/{siret}?masquerValeursNulles=true",
        content=None,
        headers=_ACCEPT,
    )


def batch(sirets: Iterable[Siret]) -> Request:
    """Up to `MAX_BATCH` at once; by POST, for so long an address would be refused (414)."""
    asked = {
        "q": f"siret:({' OR '.join(map(str, sirets))})",
        "nombre": str(MAX_BATCH),
        "masquerValeursNulles": "true",
    }
    return Request(method="POST", path="/siret", content=urlencode(asked).encode(), headers=_FORM)


def links(predecessors: Iterable[Siret]) -> Request:
    """Who took over from each of up to `MAX_LINKED`."""
    asked = " OR ".join(f"siretEtablissementPredecesseur:{siret}" for siret in predecessors)
    query = urlencode({"q": asked, "nombre": str(MAX_BATCH)})
    return Request(
        method="GET", path=f"/siret/liensSuccession?{query}", content=None, headers=_ACCEPT
    )


def informations(rights: Mapping[str, str]) -> Request:
    """Whether the register works, asked by these rights."""
    return Request(method="GET", path="/informations", content=None, headers={**_ACCEPT, **rights})
