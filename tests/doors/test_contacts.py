"""Whom to warn of a result above a limit: told to who may send for a worker there, and nobody else.

Code du travail R. 4451-79.
"""

import json
from datetime import date, timedelta

import pytest

from gateway.api.establishments import READINGS_AN_HOUR, STILL_ATTACHED_DAYS
from gateway.directory.rows import ContactRow
from gateway.identifiers import Rpps, Siret
from gateway.model.contacts import Contact, ContactKind
from gateway.model.directory import Attachment
from tests import builders
from tests.doors.test_mandates import MANDATE, THE_AGENT
from tests.running import NOW, THE_LABORATORY, THE_OPERATOR, a_row

EMPLOYER = Siret.parse(builders.EMPLOYER)
NO_SUCH = "90000009200016"
PATH = f"/v1/establishments/{EMPLOYER}/contacts"
CRP = Contact(kind=ContactKind.CRP, name="MOREAU Anne", function="CRP", email="crp@exemple.fr")
PHYSICIAN = Contact(
    kind=ContactKind.PHYSICIAN, name="ROUX Paul", phone="0123456789", rpps=Rpps("10000000009")
)
CES = Contact(kind=ContactKind.CES, name="BLANC Léa", email="ces@exemple.fr")


def attached(until=None):
    """A worker for whom the laboratory may send, and the operator not."""
    start = date(2020, 1, 1)
    attachment = Attachment(
        employer=EMPLOYER, sender=Siret.parse(builders.LABORATORY), start=start, end=until
    )
    return a_row(attachments=(attachment,))


def at(gateway, *contacts, rows=None):
    gateway.forget(
        partners=(THE_LABORATORY, THE_OPERATOR, THE_AGENT),
        rows=[attached()] if rows is None else rows,
    )
    stated = [ContactRow(number=2, employer=EMPLOYER, contact=contact) for contact in contacts]
    if stated:
        gateway.store.contacts.save(stated, version="contacts")
    return gateway


@pytest.fixture
def known(long_running):
    return at(long_running, PHYSICIAN, CES, CRP)


def test_an_attached_sender_is_told_the_adviser_and_the_physician_and_nobody_else(known):
    answer = known.request("GET", PATH, by="laboratory")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {
        "siret": str(EMPLOYER),
        "contacts": [
            {"kind": "CRP", "name": "MOREAU Anne", "function": "CRP", "email": "crp@exemple.fr"},
            {
                "kind": "PHYSICIAN",
                "name": "ROUX Paul",
                "phone": "0123456789",
                "rpps": "10000000009",
            },
        ],
    }


def test_who_read_whose_contacts_is_entered_in_the_audit_trail_and_nobody_named(known):
    before = len(known.store.trail.entries())
    assert known.request("GET", PATH, by="laboratory").status_code == 200
    assert known.request("GET", PATH, by="operator").status_code == 404
    (told,) = (json.loads(one.octets) for one in known.store.trail.entries()[before:])
    assert (told["act"], told["actor"]) == (
        "DIRECTORY_CONTACTS_READ",
        {"kind": "PARTNER", "name": "laboratory"},
    )
    assert told["details"] == {"siret": str(EMPLOYER), "contacts": "2"}
    whole = json.dumps(told)
    assert not [one for one in (CRP, PHYSICIAN, CES) if one.name in whole]


def test_an_establishment_of_which_the_register_knows_nobody_answers_without_contacts(long_running):
    answer = at(long_running, CES).request("GET", PATH, by="laboratory")
    assert answer.json() == {"siret": str(EMPLOYER)}


def test_an_agent_asks_with_the_mandate_of_an_attached_sender_and_only_with_it(known):
    assert known.request("GET", PATH, by="agent").status_code == 404
    known.store.register.mandate(MANDATE)
    assert len(known.request("GET", PATH, by="agent").json()["contacts"]) == 2


def test_to_a_sender_not_attached_there_the_establishment_does_not_exist(known):
    refused = known.request("GET", PATH, by="operator")
    unknown = known.request("GET", PATH.replace(str(EMPLOYER), NO_SUCH), by="operator")
    owners = known.request("GET", PATH.replace(str(EMPLOYER), NO_SUCH), by="laboratory")
    assert {one.status_code for one in (refused, unknown, owners)} == {404}
    assert refused.content == unknown.content == owners.content
    assert refused.headers.keys() == unknown.headers.keys()


def test_who_has_sent_may_warn_for_half_a_year_after_the_attachment(long_running):
    for days, status in ((STILL_ATTACHED_DAYS, 200), (STILL_ATTACHED_DAYS + 1, 404)):
        row = attached(NOW.date() - timedelta(days=days))
        answer = at(long_running, CRP, rows=[row]).request("GET", PATH, by="laboratory")
        assert answer.status_code == status


def test_without_a_credential_or_with_one_that_was_withdrawn_nothing_is_told(known):
    known.store.register.disable("laboratory")
    for by in (None, "x" * 43, "laboratory"):
        assert known.request("GET", PATH, by=by).status_code == 401


def test_readings_have_a_budget_of_an_hour_so_that_nobody_floods_the_evidence(start):
    """Each that tells something is an entry of the audit trail, hence a leaf of the log."""
    gateway = at(start(), CRP)
    known = len(gateway.store.trail.entries())
    path = f"/v1/establishments/{NO_SUCH}/contacts"
    statuses = {
        gateway.request("GET", path, by="laboratory").status_code
        for _ in range(READINGS_AN_HOUR - 1)
    }
    assert statuses == {404}
    assert gateway.request("GET", PATH, by="laboratory").status_code == 200
    refused = gateway.request("GET", PATH, by="laboratory")
    assert (refused.status_code, refused.json()["code"]) == (429, "B007")
    assert 0 < int(refused.headers["retry-after"]) <= 3600
    assert len(gateway.store.trail.entries()) == known + 1
    assert gateway.request("GET", PATH, by="operator").status_code == 404
