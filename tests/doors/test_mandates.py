"""An agent transmits in the name of those whose mandate it holds, by every door (ADR 0017)."""

from datetime import date

import msgspec
import pytest

from gateway.identifiers import Siret
from gateway.model.directory import Partner
from gateway.model.partners import Mandate
from tests import builders
from tests.builders import a_line, a_transmission, an_operational_transmission
from tests.running import DOORS, THE_LABORATORY, THE_OPERATOR, a_row

AGENT = "90000005000014"
THE_AGENT = Partner(
    id="agent",
    name="Éditeur de LIMS",
    siret=Siret.parse(AGENT),
    type=None,
    flows=frozenset(),
)
MANDATE = Mandate(agent="agent", mandator="laboratory", start=date(2026, 11, 20))


@pytest.fixture
def mandated(long_running):
    long_running.forget(partners=(THE_LABORATORY, THE_OPERATOR, THE_AGENT), rows=[a_row()])
    long_running.store.register.mandate(MANDATE)
    return long_running


def codes_of(answer):
    return [finding["code"] for finding in answer.acknowledgement.get("findings", [])]


@pytest.mark.parametrize("door", DOORS)
def test_the_receipt_names_who_submitted_and_in_whose_name(mandated, door):
    said = mandated.submit(a_transmission(), door=door, by="agent").acknowledgement
    assert said["disposition"] == "ACCEPTED"
    assert said["submitter"] == {"name": "Éditeur de LIMS", "siret": AGENT}
    assert said["sender"] == {"type": "OA", "siret": builders.LABORATORY}
    assert said["received"]["credential"] == {"kind": "ACCESS_TOKEN"}


@pytest.mark.parametrize("door", DOORS)
def test_without_a_mandate_nobody_speaks_for_another(mandated, door):
    mandated.store.register.end_mandate("agent", "laboratory")
    refused = mandated.submit(a_transmission(), door=door, by="agent")
    assert codes_of(refused) == ["H003"]
    assert "sender" in refused.acknowledgement
    assert mandated.counted("lines") == 0


def test_a_mandate_of_one_sender_opens_no_other(mandated):
    assert codes_of(mandated.submit(an_operational_transmission(), by="agent")) == ["H003"]


def test_the_rights_are_those_of_the_sender(mandated):
    mandated.store.register.disable("laboratory")
    assert codes_of(mandated.submit(a_transmission(), by="agent")) == ["H001"]


def test_the_same_transmission_by_either_is_one_and_both_read_it(mandated):
    sent = a_transmission()
    first = mandated.submit(sent, by="agent")
    again = mandated.submit(sent, by="laboratory")
    assert again.headers["idempotent-replayed"] == "true"
    assert again.content == first.content
    assert mandated.counted("transmissions") == 1
    for by in ("agent", "laboratory"):
        assert mandated.get(f"/v1/receipts/{first.acknowledgement['id']}", by=by).status == 200
        status = f"/v1/transmissions/{sent['id']}?sender={builders.LABORATORY}"
        assert mandated.get(status, by=by).form["sender"] == builders.LABORATORY


def test_an_agent_lists_for_each_of_its_mandators_and_nobody_else(mandated):
    own = mandated.submit(a_transmission(), by="laboratory").acknowledgement["id"]

    def listed(query, by="agent"):
        return mandated.get(f"/v1/transmissions{query}", by=by)

    assert "entries" not in listed("").form
    (entry,) = listed(f"?sender={builders.LABORATORY}").form["entries"]
    assert entry["acknowledgement"]["id"] == own
    assert listed(f"?sender={builders.OPERATOR}").status == 404
    assert listed(f"?sender={builders.LABORATORY}", by="operator").status == 404
    asked = f'<o:sender xmlns:o="{builders.SERVICE}">{{}}</o:sender>'
    page = mandated.soap("ListTransmissions", asked.format(builders.LABORATORY), by="agent")
    assert page.form["entries"] == [entry]
    refused = mandated.soap("ListTransmissions", asked.format(builders.OPERATOR), by="agent")
    assert refused.fault_code == "A003"


def test_its_rights_are_told_to_it(mandated):
    told = mandated.get("/v1/me", by="agent").form
    assert told["submitter"]["siret"] == AGENT
    assert told["rights"] == [
        {"sender": builders.LABORATORY, "type": "OA", "flows": ["PASSIVE_EXTERNAL"]}
    ]
    mandated.store.register.end_mandate("agent", "laboratory")
    assert "rights" not in mandated.get("/v1/me", by="agent").form
    assert mandated.get("/v1/receipts/00000000-0000-4000-8000-000000000000").status == 404


def test_what_an_agent_corrects_is_its_mandators(mandated):
    sent = a_transmission()
    mandated.submit(sent, by="laboratory")
    line = a_line(
        operation="CORRECTION",
        measurements=[builders.a_measurement(value="0.2")],
        corrects={"transmission": sent["id"], "ref": "P-0001", "reason": "DOSE"},
    )
    taken = mandated.submit(a_transmission(results=[line]), by="agent")
    assert taken.acknowledgement["disposition"] == "ACCEPTED"


def test_who_speaks_for_another_reads_until_when(mandated):
    def told():
        return mandated.get("/v1/me", by="agent").form["mandates"]

    held = {"sender": builders.LABORATORY, "start": "2026-11-20"}
    assert told() == [held]
    last = date(2026, 12, 31)
    mandated.store.register.mandate(msgspec.structs.replace(MANDATE, end=last))
    assert told() == [{**held, "end": "2026-12-31"}]
    assert "mandates" not in mandated.get("/v1/me").form
    mandated.store.register.end_mandate("agent", "laboratory")
    assert "mandates" not in mandated.get("/v1/me", by="agent").form
