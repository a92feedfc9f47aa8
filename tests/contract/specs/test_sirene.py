"""`specs/openapi/sirene.yaml`: valid, and it admits neither another question nor another answer."""

import copy
import json
import warnings
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.partners.api_insee_fr.answers import answer_of
from tests.partners.api_insee_fr.contract import (
    OPENAPI,
    defects_of_answer,
    defects_of_question,
)
from tests.partners.api_insee_fr.establishments import (
    DUPLICATE,
    HIDDEN,
    fictitious,
    record,
    the_register,
)

SIRET = "55208131715412"
ACCEPT = {"accept": "application/json"}
FORM = ACCEPT | {"content-type": "application/x-www-form-urlencoded"}
UNIT = f"/siret/{SIRET}"
LINKS = "/siret/liensSuccession?q=siretEtablissementPredecesseur"


def test_document_is_valid_openapi_3_1() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        OpenAPIV31SpecValidator(OPENAPI).validate()


ADMITTED = {
    "unit": ("GET", f"{UNIT}?masquerValeursNulles=true", ACCEPT, b""),
    "batch": ("POST", "/siret", FORM, f"q=siret%3A%28{SIRET}%29&nombre=1000".encode()),
    "links": ("GET", f"{LINKS}%3A{SIRET}&nombre=1000", ACCEPT, b""),
    "informations": ("GET", "/informations", ACCEPT, b""),
}
REFUSED = {
    "another path": ("GET", "/siren/552081317", ACCEPT, b""),
    "another method": ("POST", UNIT, FORM, b""),
    "no siret": ("GET", "/siret/5520813171541", ACCEPT, b""),
    "any type": ("GET", UNIT, {"accept": "*/*"}, b""),
    "a day": ("GET", f"{UNIT}?date=2026-01-01", ACCEPT, b""),
    "a body": ("GET", UNIT, ACCEPT, b"q=1"),
    "no count": ("POST", "/siret", FORM, f"q=siret%3A%28{SIRET}%29".encode()),
    "too many": ("POST", "/siret", FORM, f"q=siret%3A%28{SIRET}%29&nombre=1001".encode()),
    "twice": ("POST", "/siret", FORM, f"q=siret%3A%28{SIRET}%29&nombre=1&nombre=1".encode()),
    "another search": ("POST", "/siret", FORM, b"q=siren%3A552081317&nombre=20"),
    "as JSON": ("POST", "/siret", ACCEPT | {"content-type": "application/json"}, b"{}"),
    "links without": ("GET", "/siret/liensSuccession?nombre=20", ACCEPT, b""),
    "the other way": ("GET", f"{LINKS.replace('Pred', 'Succ')}%3A{SIRET}&nombre=20", ACCEPT, b""),
}


@pytest.mark.parametrize("name", ADMITTED)
def test_a_question_that_is_used_is_admitted(name: str) -> None:
    assert defects_of_question(*ADMITTED[name]) == []


@pytest.mark.parametrize("name", REFUSED)
def test_a_question_that_is_not_used_is_refused(name: str) -> None:
    assert defects_of_question(*REFUSED[name]) != []


def _defects(told: dict[str, Any], *, status: int = 200, path: str = UNIT) -> list[str]:
    return defects_of_answer("GET", path, status, "application/json", json.dumps(told).encode())


@pytest.mark.parametrize("number", range(20))
def test_what_the_double_says_of_each_kind_is_admitted(number: int) -> None:
    register = the_register(count=40)
    said = answer_of(register, "GET", f"/siret/{fictitious(number)}", b"", is_up=True)
    assert _defects(said.content, status=said.status) == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/siret/{DUPLICATE}", 301),
        (f"/siret/{HIDDEN}", 403),
        (f"/siret/{fictitious(1)}", 404),
        ("/informations", 200),
    ],
)
def test_what_the_double_says_is_admitted(path: str, status: int) -> None:
    said = answer_of(the_register(), "GET", path, b"", is_up=False)
    assert said.status == status
    assert _defects(said.content, status=status, path=path) == []


CHANGED = {
    "no header": ("header", None),
    "status as text": ("header", {"statut": "200", "message": "ok"}),
    "no establishment": ("etablissement", None),
    "no period": ("etablissement", record(SIRET, periods=[])),
    "another state": ("etablissement", record(SIRET, unit={"etatAdministratifUniteLegale": "F"})),
    "short siret": ("etablissement", record(SIRET) | {"siret": SIRET[:9]}),
    "no date": ("etablissement", record(SIRET) | {"dateCreationEtablissement": "2026-13-01"}),
}


@pytest.mark.parametrize("name", CHANGED)
def test_an_answer_that_is_none_is_refused(name: str) -> None:
    told = {"header": {"statut": 200, "message": "ok"}, "etablissement": record(SIRET)}
    assert _defects(told) == []
    changed = copy.deepcopy(told)
    member, value = CHANGED[name]
    changed[member] = value
    assert _defects({key: value for key, value in changed.items() if value is not None}) != []


def test_an_answer_of_a_status_that_is_not_stated_is_refused() -> None:
    assert _defects({}, status=418) != []
    assert defects_of_answer("GET", UNIT, 200, "text/html", b"") != []
