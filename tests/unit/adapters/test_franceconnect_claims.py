"""What FranceConnect+ says of a person, read: the national register's part whole, or not at all."""

import pytest

from adapters.franceconnect import FranceConnect
from gateway.identity.civil_status import digest_of
from tests.hostile.relying import PERSON
from tests.identities import an_authentication

CLAIMS = {**PERSON, **{f"rnipp_{name}": stated for name, stated in PERSON.items()}}
CLAIMS.pop("rnipp_email")
DIALECT = FranceConnect(asks_amr=True, asks_rnipp=True)


def read(**changes):
    return DIALECT.identity(CLAIMS | changes, an_authentication())


def test_what_the_national_register_says_stands_beside_what_the_provider_says():
    person = read(rnipp_family_name="DUBOIX", rnipp_birthdate="1962")
    assert (person.pivot.birth_name, person.rnipp.birth_name) == ("DUBOIS", "DUBOIX")
    assert (person.rnipp.birth.month, person.pivot.birth.month) == (None, 8)


@pytest.mark.parametrize(
    "name", ["given_name", "family_name", "birthdate", "gender", "birthcountry"]
)
@pytest.mark.parametrize("stated", [None, "", 7, "\n"], ids=["null", "empty", "number", "break"])
def test_said_in_part_or_in_no_known_form_it_says_nothing_and_keeps_nobody_out(name, stated):
    assert read().rnipp is not None
    person = read(**{f"rnipp_{name}": stated})
    assert person.rnipp is None
    assert person.pivot == read().pivot


def test_one_claim_of_it_alone_is_none():
    alone = DIALECT.identity(PERSON | {"rnipp_gender": "female"}, an_authentication())
    assert alone.rnipp is None


def test_a_birth_abroad_has_no_municipality_there_either():
    assert read(rnipp_birthplace=None, rnipp_birthcountry="99352").rnipp.birthplace is None


@pytest.mark.parametrize("blank", ["\u00a0", "\u202f", "\u2009"])
def test_a_blank_of_another_kind_is_a_blank(blank):
    person = read(
        family_name=f"DU{blank}BOIS{blank}",
        given_name=f"Angela{blank}Claire{blank}Louise",
        preferred_username=f"DU{blank}PONT",
    )
    assert person.pivot.birth_name == "DU BOIS"
    assert person.pivot.given_names == ("Angela", "Claire", "Louise")
    assert person.used_name == "DU PONT"
    assert digest_of(person.pivot) == digest_of(read().pivot)
