"""The file of contacts, row by row, as docs/directory.md documents it."""

import io

import pytest

from gateway.directory.contacts import CONTACTS, read_contacts
from gateway.directory.rows import BadRow, ContactRow
from gateway.model.contacts import ContactKind
from tests.unit.directory.test_reader import DOCUMENT, EMPLOYER, a_file

ROW = {
    "employer_siret": EMPLOYER,
    "role": "physician",
    "name": "ROUX Paul",
    "phone": "+33 1.23-45 67 89",
    "rpps": "10000000009",
}


def read(text: str) -> list[ContactRow | BadRow]:
    return list(read_contacts(io.StringIO(text, newline="")))


def test_a_row_is_one_person_in_one_quality() -> None:
    (row,) = read(a_file(ROW))
    assert isinstance(row, ContactRow)
    assert str(row.employer) == EMPLOYER
    contact = row.contact
    assert (contact.kind, contact.name) == (ContactKind.PHYSICIAN, "ROUX Paul")
    assert (contact.phone, contact.email, contact.function) == ("+33123456789", None, None)
    assert str(contact.rpps) == "10000000009"
    assert "ROUX" not in repr(row) + repr(contact)


def test_a_row_may_say_that_the_establishment_has_nobody() -> None:
    alone = {"employer_siret": EMPLOYER, "role": "none", "name": ""}
    (row,) = read(a_file(alone))
    assert isinstance(row, ContactRow)
    assert (str(row.employer), row.contact) == (EMPLOYER, None)
    (bad,) = read(a_file({**alone, "name": "ROUX Paul"}))
    assert isinstance(bad, BadRow)
    assert (bad.column, bad.reason_code) == ("name", "NOBODY")


@pytest.mark.parametrize(
    ("changes", "column", "code"),
    [
        ({"employer_siret": "55208131766523"}, "employer_siret", "E001"),
        ({"role": "MDT"}, "role", "CODE"),
        ({"name": " "}, "name", "EMPTY"),
        ({"name": "X" * 161}, "name", "LENGTH"),
        ({"function": "X" * 81}, "function", "LENGTH"),
        ({"email": "Paul <p@exemple.fr>"}, "email", "EMAIL"),
        ({"phone": "12345"}, "phone", "PHONE"),
        ({"phone": "0123456789 poste 2"}, "phone", "PHONE"),
        ({"phone": ""}, "email", "REACHED"),
        ({"rpps": "10000000008"}, "rpps", "I004"),
        ({"rpps": ""}, "rpps", "RPPS"),
        ({"role": "CRP"}, "rpps", "RPPS"),
    ],
)
def test_a_defect_costs_its_row(changes: dict[str, str], column: str, code: str) -> None:
    (bad, good) = read(a_file(ROW | {"function": "", "email": ""} | changes, ROW))
    assert isinstance(bad, BadRow)
    assert (bad.number, bad.column, bad.reason_code) == (2, column, code)
    assert isinstance(good, ContactRow)


def test_every_column_is_documented_and_the_example_is_read() -> None:
    text = DOCUMENT.read_text(encoding="utf-8").partition("## Contacts of establishments")[2]
    for column in (*CONTACTS.required, *CONTACTS.optional):
        assert f"| `{column}` |" in text
    rows = read(text.split("```csv\n")[1].split("```")[0])
    assert len(rows) == 3
    assert all(isinstance(row, ContactRow) for row in rows)
