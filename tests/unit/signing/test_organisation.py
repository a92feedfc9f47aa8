"""The SIREN or SIRET of a certificate's subject, as three families of authorities write it."""

import pytest
from cryptography.x509.oid import NameOID

from signing.errors import CredentialRefused, Unfit
from signing.organisation import Reading, demand_organisation
from tests.partner_pki import SIREN, SIRET, subject

ETSI, ICD, HEALTH = Reading.ORGANIZATION_IDENTIFIER, Reading.ICD, Reading.STRUCT_IDNAT
OTHER = "44054601800019"


@pytest.mark.parametrize(
    ("reading", "number"),
    [
        (ETSI, f"NTRFR-{SIREN}"),
        (ETSI, f"NTRFR-{SIRET}"),
        (ETSI, f"VATFR-44{SIREN}"),
        (ICD, f"0002 {SIREN}"),
        (ICD, f"0002 {SIRET}"),
        (HEALTH, f"2{SIREN}"),
        (HEALTH, f"3{SIRET}"),
    ],
)
def test_the_number_of_the_partner_is_read(reading, number):
    name = subject(reading=reading, number=number)
    demand_organisation(name, reading=reading, siret=SIRET)
    with pytest.raises(CredentialRefused, match="another organisation"):
        demand_organisation(name, reading=reading, siret=OTHER)


def test_a_siret_is_that_establishment_alone():
    sibling = SIREN + "00082"
    demand_organisation(subject(number=f"0002 {SIREN}"), reading=ICD, siret=sibling)
    with pytest.raises(CredentialRefused, match="another organisation"):
        demand_organisation(subject(number=f"0002 {SIRET}"), reading=ICD, siret=sibling)


@pytest.mark.parametrize(
    ("reading", "number"),
    [
        (ETSI, SIREN),
        (ETSI, f"NTRFR{SIREN}"),
        (ETSI, f"NTRBE-{SIREN}"),
        (ETSI, f"ntrfr-{SIREN}"),
        (ETSI, f"NTRFR-{SIREN}0"),
        (ETSI, f" NTRFR-{SIREN}"),
        (ETSI, f"NTRFR-{SIREN}\n"),
        (ETSI, f"NTRFR-{SIREN}\x00"),
        (ETSI, f"VATFR-45{SIREN}"),
        (ETSI, f"PASFR-{SIREN}"),
        (ETSI, "NTRFR-٧٣٢٨٢٩٣٢٠"),
        (ICD, SIRET),
        (ICD, f"0009 {SIRET}"),
        (ICD, f"0002{SIRET}"),
        (ICD, f"0002  {SIRET}"),
        (ICD, f"x0002 {SIRET}"),
        (HEALTH, f"1{SIREN}"),
        (HEALTH, f"0{SIRET}"),
        (HEALTH, SIRET[:9]),
        (HEALTH, f"2{SIRET}"),
        (HEALTH, f"3{SIREN}"),
    ],
)
def test_what_is_not_spelt_so_names_nobody(reading, number):
    with pytest.raises(CredentialRefused, match="names no SIREN") as refused:
        demand_organisation(subject(reading=reading, number=number), reading=reading, siret=SIRET)
    assert refused.value.why is Unfit.ORGANISATION


def test_an_attribute_that_the_authority_does_not_attest_is_not_read():
    name = subject(reading=ICD, number=f"0002 {OTHER}", more=[
        (NameOID.ORGANIZATION_IDENTIFIER, f"NTRFR-{SIREN}"), (NameOID.COMMON_NAME, SIRET),
    ])  # fmt: skip
    with pytest.raises(CredentialRefused, match="another organisation"):
        demand_organisation(name, reading=ICD, siret=SIRET)


def test_two_numbers_must_both_be_the_partners():
    unit = NameOID.ORGANIZATIONAL_UNIT_NAME
    both = subject(number=f"0002 {SIREN}", more=[(unit, f"0002 {SIRET}"), (unit, "Direction")])
    demand_organisation(both, reading=ICD, siret=SIRET)
    foreign = subject(number=f"0002 {SIRET}", more=[(unit, f"0002 {OTHER}")])
    with pytest.raises(CredentialRefused, match="another organisation"):
        demand_organisation(foreign, reading=ICD, siret=SIRET)
