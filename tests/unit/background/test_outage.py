"""Lines sent while Ameli is away, and the engine's own rounds: nobody lends a hand.

The whole gateway with its adapters over TLS, the double of Ameli, and the work of `serve` behind
the doors, on both databases; only the looks between two rounds are shortened.
"""

import uuid
from datetime import date, timedelta

import msgspec
import pytest

from gateway.__main__ import main
from gateway.background import engine as durable
from gateway.commands.background_work import BackgroundWork
from gateway.identifiers import Siret
from gateway.model.directory import Attachment
from tests import builders, registers, running
from tests.partners.services_ps_ameli_fr.behaviours import Behaviour
from tests.partners.services_ps_ameli_fr.server import Double
from tests.postgresql import KINDS, new_database
from tests.unit.background.looking import states, until

MESSAGES = 3
EMPLOYER = registers.active_sirets(1)[0]


def a_row(place):
    """The person of that place at Ameli's, attached to the laboratory."""
    row = registers.a_row(place, EMPLOYER)
    contract = msgspec.structs.replace(row.employment, category="A")
    laboratory = Siret.parse(builders.LABORATORY)
    to = Attachment(employer=EMPLOYER, sender=laboratory, start=date(2025, 1, 1))
    return msgspec.structs.replace(row, employment=contract, attachments=(to,))


def a_form(row):
    worker = {
        "nir": row.nir.reveal(),
        "birthName": row.birth_name,
        "firstName": row.first_name,
        "birthDate": row.birth_date,
        "sex": row.sex,
    }
    employer, monitoring = {"siret": str(row.employer)}, {"type": "SDI"}
    line = builders.a_line(worker=worker, employer=employer, monitoring=monitoring)
    return builders.a_transmission(results=[line], id=str(uuid.uuid4()))


@pytest.fixture(params=KINDS)
def outage(request, tmp_path):
    """A gateway whose Ameli is away, with what works behind its doors, not begun."""
    certificates, home = tmp_path / "ameli", tmp_path / "home"
    certificates.mkdir()
    with (
        new_database(request.param, tmp_path) as address,
        Double(certificates) as ameli,
        running.loop() as portal,
    ):
        told = registers.settings_of_ameli(ameli)
        named = {name.removeprefix("SISERI_").lower(): value for name, value in told.items()}
        named["database_url"] = address
        work = BackgroundWork(running.config_at(home, **named), look_s=0.2, first_s=0.0)
        rows = [a_row(place) for place in range(MESSAGES)]
        own = running.Running(home, portal=portal, rows=rows, background=work, **named)
        durable.migrate(own.config.background_url)
        ameli.plan(behaviour=Behaviour.RESETS)
        yield own, work, ameli, [a_form(row) for row in rows]
        work.close()
        own.close()


def test_what_was_held_is_judged_by_the_engine_alone_and_told_by_the_list(outage, tmp_path):
    own, work, ameli, forms = outage
    for form in forms:
        assert own.submit(form).acknowledgement["disposition"] == "HELD"
    seen = own.get("/v1/transmissions").form
    assert len(seen["entries"]) == MESSAGES
    work.start(own.gateway)

    def ended(task):
        found = states(own.config.background_url).items()
        return [key for key, state in found if key.startswith(f"{task}@") and state == "SUCCESS"]

    until(lambda: ended("verify") and ended("judge-again"))

    def told():
        own.clock.advance(timedelta(minutes=5))
        return own.get(f"/v1/transmissions?after={seen['next']}").form.get("entries", [])

    assert told() == []
    ameli.plan(behaviour=Behaviour.ANSWERS)

    until(lambda: len(told()) == MESSAGES)
    entries = told()
    assert {entry["transmission"]["id"] for entry in entries} == {form["id"] for form in forms}
    trust = tmp_path / "keys.json"
    trust.write_bytes(own.request("GET", "/.well-known/siseri-signing-keys.json").content)
    firsts = {entry["acknowledgement"]["id"] for entry in seen["entries"]}
    superseded = set()
    for entry in entries:
        receipt = own.get(f"/v1/receipts/{entry['acknowledgement']['id']}")
        assert receipt.acknowledgement["disposition"] == "ACCEPTED"
        superseded.add(receipt.acknowledgement["supersedes"]["id"])
        file = tmp_path / "receipt.json"
        file.write_bytes(receipt.content)
        assert main(["verify", str(file), "--trust", str(trust)]) == 0
    assert superseded == firsts
