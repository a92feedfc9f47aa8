"""What `ports.contacts.ContactDirectory` and `ContactStore` promise, on every database."""

from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.directory import BadRow, ContactImport, ContactRow, Saved
from gateway.directory.rows import DirectoryRow
from gateway.identifiers import Rpps, Siret
from gateway.model.contacts import Contact, ContactKind
from gateway.model.directory import Attachment, Employment
from gateway.storage.directory_contacts import SqlDirectoryContacts
from gateway.storage.worker_directory import SqlWorkerDirectory
from tests.contract.ports.closings import EMPLOYER, LABORATORY, MARKED_NIR

OTHER_EMPLOYER = Siret.parse("35600000000048")
DAY = date(2026, 11, 20)
RPPS = "10000000009"
CRP = Contact(kind=ContactKind.CRP, name="MOREAU Anne", email="crp@exemple.fr")
PHYSICIAN = Contact(
    kind=ContactKind.PHYSICIAN, name="ROUX Paul", phone="0123456789", rpps=Rpps.parse(RPPS)
)
CES = Contact(kind=ContactKind.CES, name="BLANC Léa", email="ces@exemple.fr")
FILE = (
    "employer_siret;role;name;function;email;phone;rpps\n"
    f"{EMPLOYER};CRP;MOREAU Anne;Conseillère;crp@exemple.fr;;\n"
    f"{EMPLOYER};PHYSICIAN;ROUX Paul;;;01 23 45 67 89;{RPPS}\n"
)


@pytest.fixture
def contacts(database: Any, sealer: Any, clock: Any) -> SqlDirectoryContacts:
    """An establishment with a worker for whom the laboratory may send in 2026."""
    attachment = Attachment(
        employer=EMPLOYER, sender=LABORATORY, start=date(2026, 1, 1), end=date(2026, 12, 31)
    )
    SqlWorkerDirectory(**database.parts(), sealer=sealer, clock=clock).save(
        [
            DirectoryRow(
                number=2,
                nir=MARKED_NIR,
                birth_name="MARTIN",
                first_name="Jeanne",
                birth_date="1976-09-12",
                sex="F",
                employer=EMPLOYER,
                is_nuclear=True,
                employment=Employment(employer=EMPLOYER, start=date(2026, 1, 1)),
                attachments=(attachment,),
            )
        ],
        version="workers",
    )
    return SqlDirectoryContacts(**database.parts(), sealer=sealer, clock=clock)


def rows(*contacts: Contact, employer: Siret = EMPLOYER) -> list[ContactRow]:
    return [
        ContactRow(number=place, employer=employer, contact=contact)
        for place, contact in enumerate(contacts, 2)
    ]


def told(contacts: Any, **changes: Any) -> Any:
    asked = {"senders": [LABORATORY], "since": DAY, "until": DAY, "siret": str(EMPLOYER)} | changes
    return contacts.to_warn(asked.pop("siret"), by="laboratory", **asked)


def test_a_sender_attached_there_is_told_the_adviser_and_the_physician_alone(contacts: Any) -> None:
    assert contacts.save(rows(PHYSICIAN, CES, CRP), version="a") == Saved(added=3)
    assert told(contacts) == [CRP, PHYSICIAN]
    assert told(contacts, senders=[OTHER_EMPLOYER, LABORATORY]) == [CRP, PHYSICIAN]


def test_of_an_establishment_without_contacts_it_is_told_that_there_are_none(contacts: Any) -> None:
    assert told(contacts) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"senders": [OTHER_EMPLOYER]},
        {"senders": []},
        {"siret": str(OTHER_EMPLOYER)},
        {"siret": "0" * 14},
        {"since": date(2025, 12, 1), "until": date(2025, 12, 31)},
        {"since": date(2027, 1, 1), "until": date(2027, 6, 1)},
    ],
    ids=("another", "nobody", "elsewhere", "no-such", "before", "after"),
)
def test_anybody_else_is_told_nothing(contacts: Any, changes: dict[str, Any]) -> None:
    contacts.save([*rows(CRP), *rows(CRP, employer=OTHER_EMPLOYER)], version="a")
    assert told(contacts, **changes) is None


def test_an_attachment_counts_on_its_first_and_on_its_last_day(contacts: Any) -> None:
    contacts.save(rows(CRP), version="a")
    for day in (date(2026, 1, 1), date(2026, 12, 31)):
        assert told(contacts, since=day, until=day) == [CRP]


def test_what_an_establishment_states_replaces_its_contacts_and_nobody_elses(contacts: Any) -> None:
    contacts.save([*rows(CRP, PHYSICIAN), *rows(CES, employer=OTHER_EMPLOYER)], version="a")
    assert contacts.finish("a") == 0
    successor = msgspec.structs.replace(CRP, name="PETIT Jean")
    assert contacts.save(rows(successor, PHYSICIAN), version="b") == Saved(added=1, unchanged=1)
    assert contacts.finish("b") == 1
    assert told(contacts) == [successor, PHYSICIAN]
    assert contacts.save(rows(CES, employer=OTHER_EMPLOYER), version="c") == Saved(unchanged=1)


def test_an_establishment_that_is_said_to_have_nobody_loses_its_last_contact(contacts: Any) -> None:
    nobody = ContactRow(number=2, employer=EMPLOYER, contact=None)
    contacts.save([*rows(CRP, PHYSICIAN), *rows(CES, employer=OTHER_EMPLOYER)], version="a")
    assert contacts.save([nobody], version="b") == Saved(changed=1)
    assert contacts.finish("b") == 0
    assert told(contacts) == []
    assert contacts.save([nobody], version="b") == Saved(unchanged=1)
    assert contacts.save(rows(CES, employer=OTHER_EMPLOYER), version="c") == Saved(unchanged=1)


def test_who_is_named_beside_nobody_is_kept(contacts: Any) -> None:
    nobody = ContactRow(number=2, employer=EMPLOYER, contact=None)
    contacts.save(rows(CRP, PHYSICIAN), version="a")
    assert contacts.save([nobody, *rows(CRP)], version="b") == Saved(changed=1, unchanged=1)
    assert told(contacts) == [CRP]


def test_the_same_rows_twice_change_nothing_even_within_one_file(contacts: Any) -> None:
    assert contacts.save(rows(CRP, CRP), version="a") == Saved(added=1, unchanged=1)
    assert contacts.save(rows(CRP), version="a") == Saved(unchanged=1)
    assert contacts.finish("a") == 0
    assert told(contacts) == [CRP]


def test_a_file_is_imported_and_its_bad_rows_are_named_without_a_value(
    contacts: Any, tmp_path: Path
) -> None:
    file = tmp_path / "contacts.csv"
    file.write_text(FILE + f"{EMPLOYER};CRP;SECRET;;not an address;;\n", "utf-8")
    bad: list[BadRow] = []
    report = ContactImport(store=contacts).run(file, on_bad=bad.append)
    assert (report.saved, report.bad, report.version) == (Saved(added=2), 1, None)
    assert [(row.number, row.column, row.reason_code) for row in bad] == [(4, "email", "EMAIL")]
    assert told(contacts)[0] == msgspec.structs.replace(CRP, function="Conseillère")
    assert ContactImport(store=contacts).run(file, on_bad=bad.append).saved == Saved(unchanged=2)


def test_nothing_of_a_person_stands_open_in_the_database(contacts: Any, database: Any) -> None:
    contacts.save(rows(CRP, PHYSICIAN), version="a")
    with database.engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT * FROM directory_contacts").all()
    assert len(kept) == 2
    texts = [value for row in kept for value in row if isinstance(value, str)]
    assert str(EMPLOYER) in texts
    assert not [value for value in texts if value in {CRP.name, CRP.email, RPPS, PHYSICIAN.phone}]
