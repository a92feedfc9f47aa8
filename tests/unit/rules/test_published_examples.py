"""Every published transmission is judged without a finding, in the order of their issue.

The directory knows their workers; what the examples are on purpose is told by name.
"""

import json
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest

import specs
from gateway.identifiers import Nir, Siret
from gateway.model.directory import Attachment, Employment, KnownWorker, Partner
from gateway.model.transmission import Flow, SenderType
from gateway.rules.example import RegisteredWorker
from tests.fakes import MemoryTransmissionLog
from tests.unit.rules.support import judge_transmission

FORMS = {
    path.stem: json.loads(path.read_bytes())
    for path in specs.path("examples/transmission").glob("*.json")
}
ORDER = sorted(FORMS, key=lambda name: datetime.fromisoformat(FORMS[name]["issuedAt"]))
SINCE = date(2020, 1, 1)
SAID = {
    "body_counting-correction": {"C001"},
}
"""The correction of a result older than the gateway, which this record never held."""


def employment_of(line):
    monitoring = line["monitoring"]
    return Employment(
        employer=Siret.parse(line["employer"]["siret"]),
        start=SINCE,
        category=monitoring.get("category"),
        other_exposures=frozenset(monitoring.get("otherExposures", ())),
    )


def directory():
    workers, contracts, senders = {}, defaultdict(dict), defaultdict(dict)
    for form in FORMS.values():
        for line in form["results"]:
            worker, employer = line["worker"], line["employer"]["siret"]
            workers[worker["nir"]] = worker
            contract = employment_of(line)
            contracts[worker["nir"]][employer, contract.category, contract.other_exposures] = (
                contract
            )
            sender = form["sender"]["siret"]
            senders[worker["nir"]][employer, sender] = Attachment(
                employer=Siret.parse(employer), sender=Siret.parse(sender), start=SINCE
            )
    return tuple(
        RegisteredWorker(
            nir=nir,
            known=KnownWorker(
                id=f"worker-{place}",
                birth_name=worker["birthName"],
                used_name=worker.get("usedName"),
                first_name=worker["firstName"],
                other_first_names=worker.get("otherFirstNames"),
                birth_date=worker.get("birthDate", f"19{nir[1:3]}-{nir[3:5]}-00"),
                sex=Nir.parse(nir).sex,
                employments=tuple(contracts[nir].values()),
                attachments=tuple(senders[nir].values()),
            ),
        )
        for place, (nir, worker) in enumerate(sorted(workers.items()))
    )


@pytest.fixture(scope="module")
def outcomes():
    """Every transmission, received ten minutes after it was issued, in one lasting record."""
    log, known, found = MemoryTransmissionLog(), directory(), {}
    for name in ORDER:
        form = FORMS[name]
        sender = form["sender"]
        issued = datetime.fromisoformat(form["issuedAt"]).astimezone(UTC)
        found[name] = judge_transmission(
            form,
            partner=Partner(
                id="partner",
                name="Exemple",
                siret=Siret.parse(sender["siret"]),
                type=SenderType(sender["type"]),
                flows=frozenset(Flow),
                accreditation=sender.get("accreditation"),
            ),
            directory=known,
            log=log,
            received_at=issued + timedelta(minutes=10),
        )
    return found


@pytest.mark.parametrize("name", ORDER)
def test_a_published_transmission_is_accepted(outcomes, name):
    assert outcomes[name].codes == SAID.get(name, set())
    assert outcomes[name].is_plain is (name not in SAID)


def test_every_flow_and_operation_is_among_them():
    said = {
        (form["flow"], line["operation"]) for form in FORMS.values() for line in form["results"]
    }
    with_absences = {"PASSIVE_EXTERNAL", "RADON", "RADIOTOXICOLOGY", "BODY_COUNTING"}
    assert said == {
        (flow.value, operation)
        for flow in Flow
        for operation in ("INITIAL", "CORRECTION", "CANCELLATION", "LATE", "ABSENCE")
        if flow.value in with_absences or operation not in {"LATE", "ABSENCE"}
    }
