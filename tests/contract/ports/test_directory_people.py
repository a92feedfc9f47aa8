"""What `ports.accounts.DirectoryPeople` promises."""

from typing import Any

import msgspec
import pytest

from gateway.identifiers import Nir
from gateway.model.federation import BirthDay
from tests.contract.ports.people import HERS, HIS, THEIRS
from tests.identities import AGENT, EMPLOYER, a_person

NOBODYS = Nir.parse("200019999999930")


def ids(found: Any) -> list[str]:
    return sorted(candidate.worker.first_name for candidate in found)


@pytest.mark.parametrize(
    "name", ["DUBOIS", "dubois", "Du-Bois", "DU BOIS", "Dübois", "DU\u02bcBOIS"]
)
def test_workers_are_found_by_name_and_day_of_birth_however_they_are_spelled(
    people: Any, name: str
) -> None:
    found = people.workers_like(a_person(birth_name=name))
    assert ids(found) == ["ANGELA", "CLAIRE"]
    (candidate,) = (one for one in found if one.worker.first_name == "ANGELA")
    assert (candidate.nir, candidate.worker.sex) == (HERS, "F")


@pytest.mark.parametrize(
    "changes",
    [
        {"birth_name": "DUBOISE"},
        {"birth_name": ""},
        {"birth": BirthDay(year=1962, month=8, day=25)},
        {"birth": BirthDay(year=1962)},
        {"birth": None},
    ],
    ids=("name", "no name", "day", "year alone", "no birth"),
)
def test_who_differs_in_one_of_them_is_nobody(people: Any, changes: dict[str, Any]) -> None:
    assert people.workers_like(a_person(**changes)) == []


def test_a_presumed_birth_is_found_by_what_is_known_of_it(people: Any) -> None:
    person = a_person(birth_name="EL IDRISSI", birth=BirthDay(year=1992))
    assert ids(people.workers_like(person)) == ["FATIMA"]


def test_the_second_spelling_of_the_national_register_finds_as_well(people: Any) -> None:
    second = a_person().pivot
    person = msgspec.structs.replace(a_person(birth_name="MARTAIN"), rnipp=second)
    assert ids(people.workers_like(person)) == ["ANGELA", "CLAIRE"]


def test_a_further_day_of_birth_finds_those_of_the_same_name(people: Any) -> None:
    person = a_person(birth=BirthDay(year=1962))
    assert ids(people.workers_like(person)) == []
    assert ids(people.workers_like(person, born="1962-08-24")) == ["ANGELA", "CLAIRE"]
    assert ids(people.workers_like(a_person(), born="1980-03-02")) == ["ANGELA", "CLAIRE"]


def test_a_worker_is_found_by_the_number(people: Any) -> None:
    found = people.worker_of(HIS)
    assert (found.worker.birth_name, found.nir) == ("MARTIN", HIS)
    assert people.worker_of(NOBODYS) is None


def test_contacts_are_found_by_their_address_whatever_the_capitals(people: Any) -> None:
    for email in ("crp@exemple.fr", "CRP@Exemple.fr", " crp@exemple.fr"):
        found = people.contacts_of(email)
        told = {(stated.employer, stated.contact.name) for stated in found}
        assert told == {(EMPLOYER, "MOREAU Anne"), (AGENT, "MOREAU Anne")}


@pytest.mark.parametrize("email", ["", "cr@exemple.fr", "crp@exemple.fr.invalid"])
def test_another_address_is_nobodys(people: Any, email: str) -> None:
    assert people.contacts_of(email) == []


def test_a_contact_without_an_address_is_nobody_who_signs_in(people: Any) -> None:
    assert THEIRS.email is None
    assert all(stated.contact != THEIRS for stated in people.contacts_of(""))
