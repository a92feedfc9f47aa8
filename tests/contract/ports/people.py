"""A directory of nobody: workers and contacts by whom sign-in is tried, the same everywhere."""

from datetime import date
from typing import Any

from gateway.directory.rows import ContactRow, DirectoryRow
from gateway.identifiers import Nir, Rpps
from gateway.model.accounts import Candidate, EstablishmentContact
from gateway.model.contacts import Contact, ContactKind
from gateway.model.directory import Employment, KnownWorker
from tests.identities import AGENT, EMPLOYER


def number(thirteen: str) -> Nir:
    """The NIR of thirteen characters, with its key."""
    figures = int(thirteen.replace("2A", "19").replace("2B", "18"))
    return Nir.parse(f"{thirteen}{97 - figures % 97:02d}")


HERS = number("2620875107001")
ANOTHERS = number("2620875107002")
HIS = number("1800369123042")
FATIMAS = number("2922099350033")
WORKERS = (
    (HERS, "DUBOIS", "ANGELA", "1962-08-24", "F"),
    (ANOTHERS, "DU BOIS", "CLAIRE", "1962-08-24", "F"),
    (HIS, "MARTIN", "LUC", "1980-03-02", "M"),
    (FATIMAS, "EL IDRISSI", "FATIMA", "1992-00-00", "F"),
)
FURTHER_NAMES = {HERS: "CLAIRE LOUISE"}
"""Of the one whom `tests.identities.a_person` is in every field."""
CRP = Contact(kind=ContactKind.CRP, name="MOREAU Anne", email="Crp@exemple.fr")
THEIRS = Contact(
    kind=ContactKind.PHYSICIAN,
    name="ROUX Paul",
    phone="0123456789",
    rpps=Rpps.parse("10000000009"),
)
CONTACTS = ((EMPLOYER, CRP), (AGENT, CRP), (EMPLOYER, THEIRS))


def worker_rows(workers: Any = WORKERS) -> list[DirectoryRow]:
    """As the directory's file has them."""
    return [
        DirectoryRow(
            number=place,
            nir=nir,
            birth_name=birth_name,
            first_name=first_name,
            other_first_names=FURTHER_NAMES.get(nir),
            birth_date=birth_date,
            sex=sex,
            employer=EMPLOYER,
            is_nuclear=False,
            employment=Employment(employer=EMPLOYER, start=date(2026, 1, 1)),
        )
        for place, (nir, birth_name, first_name, birth_date, sex) in enumerate(workers, 2)
    ]


def contact_rows(contacts: Any = CONTACTS) -> list[ContactRow]:
    """As the file of contacts has them."""
    return [
        ContactRow(number=place, employer=employer, contact=contact)
        for place, (employer, contact) in enumerate(contacts, 2)
    ]


def candidates() -> list[Candidate]:
    """The same workers, as they are compared."""
    return [
        Candidate(
            worker=KnownWorker(
                id=f"w{place}",
                birth_name=birth_name,
                first_name=first_name,
                other_first_names=FURTHER_NAMES.get(nir),
                birth_date=birth_date,
                sex=sex,
            ),
            nir=nir,
        )
        for place, (nir, birth_name, first_name, birth_date, sex) in enumerate(WORKERS, 1)
    ]


def stated_contacts() -> list[EstablishmentContact]:
    """The same contacts, as they are found."""
    return [
        EstablishmentContact(employer=employer, contact=contact) for employer, contact in CONTACTS
    ]
