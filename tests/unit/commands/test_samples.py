import io
from datetime import date, datetime, timedelta

import pytest

from gateway.commands.samples.defects import DEFECTS
from gateway.commands.samples.files import as_json, as_xml, directory_csv
from gateway.commands.samples.people import establishments
from gateway.commands.samples.transmissions import DEFAULT_SENDERS, Wanted, sample
from gateway.directory import BadRow, read_rows
from gateway.identifiers import Nir, Siret
from gateway.judge import Judge
from gateway.model.acknowledgement import Disposition, Issuer
from gateway.model.directory import DirectoryVersion, Partner
from gateway.model.record import Standing
from gateway.model.transmission import Flow, SenderType
from gateway.wire.canonical import sha256_hex
from gateway.wire.codelists import CodeLists, DirectoryLists
from gateway.wire.submission import Submission
from gateway.wire.v1.contract import TransmissionContract
from tests.fake_failure_budget import MemoryFailureBudget
from tests.fakes import FixedClock, MemoryTransmissionLog, MemoryWorkerDirectory
from tests.unit.steps.flow import by_token

DAY = date(2026, 11, 20)
FLOWS = (Flow.PASSIVE_EXTERNAL, Flow.OPERATIONAL)


@pytest.fixture(scope="module")
def contract():
    return TransmissionContract()


def wanted(flow, **changes):
    defaults = {
        "flow": flow,
        "lines": 30,
        "seed": 1,
        "day": DAY,
        "sender": DEFAULT_SENDERS[flow],
        "accreditation": "COFRAC 1-0000",
    }
    return Wanted(**{**defaults, **changes})


def partner_of(flow):
    return Partner(
        id="partner",
        name="Partenaire",
        siret=Siret.parse(DEFAULT_SENDERS[flow]),
        type=SenderType.OA if flow is Flow.PASSIVE_EXTERNAL else SenderType.OPERATOR,
        flows=frozenset({flow}),
        accreditation="COFRAC 1-0000",
    )


def judged(made, flow, contract, *, body=None, day=DAY):
    clock = FixedClock(datetime.fromisoformat(f"{day}T09:00:00+00:00"))
    directory = MemoryWorkerDirectory()
    rows = list(
        read_rows(
            io.StringIO(directory_csv(made), newline=""), lists=DirectoryLists.load(), today=DAY
        )
    )
    assert not [row for row in rows if isinstance(row, BadRow)]
    directory.save(rows, version="1")
    directory.finish(DirectoryVersion(version="1", date=day))
    judge = Judge(
        log=MemoryTransmissionLog(),
        budget=MemoryFailureBudget(),
        directory=directory,
        clock=clock,
        contract=contract,
        issuer=Issuer(name="", siret="", service="", address="", email="", phone=""),
        environment="test",
        code_lists=CodeLists.load(),
    )
    body = as_json(made.form) if body is None else body
    submission = Submission(
        door="REST",
        media_type="application/xml" if body.startswith(b"<") else "application/json",
        body=body,
        sha256=sha256_hex(body),
        received_at=clock.now(),
    )
    case = judge.read(submission, by_token(partner_of(flow)))
    return judge.judge(case, Standing()).statements.acknowledgement


@pytest.mark.parametrize("flow", FLOWS)
def test_the_same_seed_gives_the_same_bytes(flow):
    first, second = sample(wanted(flow, defects=4)), sample(wanted(flow, defects=4))
    assert as_json(first.form) == as_json(second.form)
    assert directory_csv(first) == directory_csv(second)
    assert as_json(sample(wanted(flow, seed=2)).form) != as_json(first.form)


@pytest.mark.parametrize("flow", FLOWS)
def test_a_sample_without_defects_is_plainly_accepted(flow, contract):
    made = sample(wanted(flow, lines=200))
    assert judged(made, flow, contract).disposition is Disposition.ACCEPTED


@pytest.mark.parametrize("flow", FLOWS)
@pytest.mark.parametrize("after", range(0, 370, 13))
def test_it_is_accepted_whatever_the_day(flow, after, contract):
    day = date(2027, 1, 1) + timedelta(days=after)
    made = sample(wanted(flow, lines=12, day=day, seed=after))
    assert judged(made, flow, contract, day=day).disposition is Disposition.ACCEPTED


@pytest.mark.parametrize("flow", FLOWS)
def test_json_and_xml_say_the_same(flow, contract):
    made = sample(wanted(flow, defects=5))
    in_json = judged(made, flow, contract)
    in_xml = judged(made, flow, contract, body=as_xml(made.form))
    assert in_json.transmission.content_sha256 == in_xml.transmission.content_sha256
    assert in_json.lines == in_xml.lines


@pytest.mark.parametrize(
    ("flow", "defect"),
    [(flow, defect) for flow in FLOWS for defect in DEFECTS if flow in defect.flows],
    ids=lambda value: getattr(value, "name", value),
)
def test_a_defect_is_answered_by_its_code(flow, defect, contract):
    made = sample(wanted(flow, defects=1, defect_names=(defect.name,)))
    (line,) = judged(made, flow, contract).lines
    (spoilt,) = made.spoilt
    assert line.index == spoilt.index
    assert line.verdict is defect.verdict
    assert defect.code in {finding.code for finding in line.findings}


@pytest.mark.parametrize("flow", FLOWS)
def test_just_so_many_lines_are_spoilt(flow, contract):
    made = sample(wanted(flow, lines=60, defects=20))
    found = judged(made, flow, contract).lines
    assert [line.index for line in found] == [spoilt.index for spoilt in made.spoilt]
    assert len(found) == 20


@pytest.mark.parametrize("flow", FLOWS)
def test_nobody_in_it_exists(flow):
    made = sample(wanted(flow, lines=300))
    assert all(person.nir[7:10] == "999" for person in made.people)
    assert all(str(Nir.parse(person.nir)) for person in made.people)
    assert all(person.nir not in repr(person) for person in made.people)


def test_its_establishments_have_valid_numbers():
    assert establishments()
    assert all(Siret.parse(one.siret) for one in establishments())


def test_most_doses_are_nothing():
    made = sample(wanted(Flow.PASSIVE_EXTERNAL, lines=1000))
    measurements = [m for line in made.form["results"] for m in line["measurements"]]
    nothing = [m for m in measurements if m.get("value") == "0"]
    assert 0.75 < len(nothing) / len(measurements) < 0.97
