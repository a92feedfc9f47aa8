"""All that a line says is kept: in columns, exactly, or sealed where it names a person."""

import json
from datetime import UTC, datetime

import msgspec
import pytest
from alembic import command
from sqlalchemy import select, text

from gateway.model.transmission import Flow
from gateway.storage.detail_tables import (
    activities,
    committed_bases,
    committed_doses,
    corrections,
    examinations,
)
from gateway.storage.migrations import _config, migrate
from gateway.storage.sealed_rows import line_context
from gateway.storage.tables import lines, measurements, metadata, transmissions
from gateway.storage.transmission_log import SqlTransmissionLog
from tests.contract.ports.closings import a_closing, a_header, a_line
from tests.fakes import FakeSealer
from tests.postgresql import opened
from tests.unit.rules.support import read_line

LARGEST = "999999999999.999999999"
"""The most digits that the contract takes for an amount: more than 64 bits hold."""
LARGEST_NANO = 999_999_999_999_999_999_999
BASE = {
    "ref": "ref-0",
    "operation": "INITIAL",
    "worker": {
        "nir": "276091234644512",
        "birthName": "ZYXWMARKED",
        "usedName": "USEDMARKED",
        "firstName": "FIRSTMARKED",
        "otherFirstNames": "OTHERMARKED",
        "birthDate": "1976-09-12",
        "sex": "F",
    },
    "employer": {"siret": "55208131766522"},
    "monitoring": {
        "type": "SDI",
        "category": "B",
        "otherExposures": ["RADON"],
        "situation": "PLANNED",
    },
}
EXTERNAL = {
    "period": {"start": "2026-03-01", "end": "2026-03-31"},
    "dosimeter": {"type": "OSL", "serial": "S-77", "location": "WRIST", "side": "LEFT"},
    "measurements": [
        {
            "quantity": "E",
            "radiation": "RADON",
            "status": "MEASURED",
            "value": "0.173",
            "recordingLevel": "0.059",
            "uncertainty": "0.012345678",
            "background": "CONTROL",
            "exposure": {"value": LARGEST, "unit": "Bq.h/m3"},
        }
    ],
    "site": {"siret": "35600000000048", "inb": "INB-42", "work": "MARKEDWORK"},
}
EXAMINATION = {
    "kind": "URINE",
    "collectedFrom": "2026-03-02",
    "collectedTo": "2026-03-03",
    "prescriber": {"rpps": "10000000017"},
    "activities": [
        {
            "radionuclide": f"U-{number}",
            "value": LARGEST,
            "unit": "Bq/L",
            "uncertainty": "0.000000001",
            "detectionLimit": f"{number}.5",
            "belowLimit": False,
        }
        for number in range(230, 239)
    ],
}
COMMITTED = {
    "quantity": "HT50",
    "organ": "LUNG",
    "radionuclides": ["Co-60", "Am-241"],
    "route": "INHALATION",
    "intakeOn": "2026-03-05",
    "value": "1.234",
    "physician": {"rpps": "10000000017"},
    "basedOn": [{"transmission": "0b6f7a52-6d4c-4f7e-9a53-1f2d3c4b5a70", "ref": "R-9"}],
}
CORRECTS = {
    "transmission": "0b6f7a52-6d4c-4f7e-9a53-1f2d3c4b5a71",
    "ref": "R-8",
    "acknowledgementSha256": "ab" * 32,
    "reason": "OTHER",
    "justification": "MARKEDREASON",
}
ORIGINAL = {
    "original": {
        "flow": "PASSIVE_EXTERNAL",
        "quantity": "HP10",
        "radiation": "PHOTON",
        "location": "TRUNK",
        "period": {"start": "2022-03-01", "end": "2022-03-31"},
        "site": {"siret": "35600000000048", "inb": "INB-43"},
    },
    "reason": "DOSE",
}
FORMS = {
    "external": (Flow.RADON, EXTERNAL),
    "times": (
        Flow.OPERATIONAL,
        {
            **{name: part for name, part in EXTERNAL.items() if name != "period"},
            "exposureTime": {
                "startAt": "2026-03-04T08:00:00.123Z",
                "endAt": "2026-03-04T09:00:00.456Z",
            },
        },
    ),
    "examination": (Flow.RADIOTOXICOLOGY, {"examination": EXAMINATION}),
    "taken": (
        Flow.BODY_COUNTING,
        {"examination": {"kind": "LUNG", "takenOn": "2026-03-06", "activities": []}},
    ),
    "committed": (Flow.COMMITTED_DOSE, {"committed": COMMITTED}),
    "correction": (Flow.RADON, {**EXTERNAL, "operation": "CORRECTION", "corrects": CORRECTS}),
    "original": (Flow.RADON, {**EXTERNAL, "operation": "CORRECTION", "corrects": ORIGINAL}),
}


@pytest.fixture
def log(engine, writer):
    return SqlTransmissionLog(engine=engine, writer=writer, sealer=FakeSealer())


def record(log, form, *, flow, count=1, worker_id="worker-1"):
    """Record lines of that form."""
    made = []
    for index in range(count):
        line = msgspec.structs.replace(read_line(index, {**BASE, **form}), ref=f"ref-{index}")
        frame = a_line(index=index, worker_id=worker_id)
        work = line.site and line.site.work
        made.append(msgspec.structs.replace(frame, line=line, doses=(), work=work))
    log.close(a_closing(*made, header=a_header(flow=flow), acknowledgement_id="marked"))


def rows(engine, table):
    with engine.connect() as connection:
        return connection.execute(select(table).order_by(*table.primary_key.columns)).all()


def opened_texts(engine):
    """Everything sealed of the first line."""
    (line, *_), (transmission, *_) = rows(engine, lines), rows(engine, transmissions)
    key = FakeSealer().unwrap(transmission.wrapped_key)
    return [
        key.open(getattr(line, name), context=line_context("marked", 0, name)).decode()
        for name in ("sealed_worker", "sealed_texts")
        if getattr(line, name) is not None
    ]


def leaves(form, at=""):
    """Every scalar of a form, by its path."""
    if isinstance(form, dict):
        return [leaf for name, part in form.items() for leaf in leaves(part, f"{at}/{name}")]
    if isinstance(form, list):
        return [leaf for part in form for leaf in leaves(part, at)]
    return [(at, form)]


def as_kept(value):
    """How a scalar may stand in the database."""
    if isinstance(value, bool):
        return {value}
    kept = {value}
    digits = value.replace(".", "", 1)
    if digits.isdigit() and "." in value:
        whole, fraction = value.split(".")
        kept |= {int(whole + fraction.ljust(places, "0")) for places in (3, 9)}
    if value.endswith("Z"):
        instant = datetime.fromisoformat(value) - datetime(1970, 1, 1, tzinfo=UTC)
        kept.add(round(instant.total_seconds() * 1000))
    return kept


@pytest.mark.parametrize("name", FORMS)
def test_every_member_of_a_line_is_kept(log, engine, name):
    flow, form = FORMS[name]
    record(log, form, flow=flow)
    values = set()
    for table in metadata.sorted_tables:
        for row in rows(engine, table):
            for value in row:
                instant = value - datetime(1970, 1, 1, tzinfo=UTC) if _is_instant(value) else None
                ms = None if instant is None else round(instant.total_seconds() * 1000)
                values |= {value if isinstance(value, bool) else ms or value, str(value)}
    inside = "\n".join([*opened_texts(engine), *(v for v in values if isinstance(v, str))])
    for path, value in leaves({**BASE, **form}):
        if path == "/monitoring/type":
            continue  # only individual monitoring is ever recorded (R003)
        is_kept = bool(as_kept(value) & values) or (isinstance(value, str) and value in inside)
        assert is_kept, path


def _is_instant(value):
    return isinstance(value, datetime)


@pytest.mark.parametrize("count", [1, 50])
def test_activities_are_exact_one_by_one_and_in_bulk(log, engine, count):
    record(log, {"examination": EXAMINATION}, flow=Flow.RADIOTOXICOLOGY, count=count)
    found = rows(engine, activities)
    assert len(found) == 9 * count
    assert {row.value_nano for row in found} == {LARGEST_NANO}
    assert {row.uncertainty_nano for row in found} == {1}
    assert [row.detection_limit_nano for row in found[:2]] == [230_500_000_000, 231_500_000_000]
    assert {(row.unit, row.is_below_limit) for row in found} == {("Bq/L", False)}
    assert [row.line for row in rows(engine, examinations)] == list(range(count))


def test_an_examination_that_waits_keeps_its_activities(log, engine):
    record(log, {"examination": EXAMINATION}, flow=Flow.RADIOTOXICOLOGY, worker_id=None)
    assert len(rows(engine, activities)) == 9
    assert [row.kind for row in rows(engine, examinations)] == ["URINE"]


def test_a_committed_dose_that_waits_keeps_its_members(log, engine):
    record(log, {"committed": COMMITTED}, flow=Flow.COMMITTED_DOSE, worker_id=None)
    (row,) = rows(engine, committed_doses)
    assert (row.quantity, row.organ, row.route) == ("HT50", "LUNG", "INHALATION")
    assert (row.radionuclides, row.value_usv) == ("Co-60,Am-241", 1234)


def test_below_the_limit_there_is_no_value(log, engine):
    below = {**EXAMINATION["activities"][0], "belowLimit": True}
    del below["value"], below["uncertainty"]
    form = {"examination": {**EXAMINATION, "activities": [below]}}
    record(log, form, flow=Flow.RADIOTOXICOLOGY)
    (row,) = rows(engine, activities)
    assert (row.value_nano, row.uncertainty_nano, row.is_below_limit) == (None, None, True)


def test_exposures_and_uncertainties_are_exact(log, engine):
    record(log, EXTERNAL, flow=Flow.RADON, worker_id=None)
    (row,) = rows(engine, measurements)
    assert (row.exposure_nano, row.uncertainty_nano) == (LARGEST_NANO, 12_345_678)


def test_physicians_and_justifications_stand_sealed_and_nowhere_else(log, engine):
    form = {"committed": COMMITTED, "corrects": CORRECTS, "operation": "CORRECTION"}
    record(log, form, flow=Flow.COMMITTED_DOSE)
    texts = json.loads(opened_texts(engine)[1])
    assert texts == {"justification": "MARKEDREASON", "physician": "10000000017"}
    for table in metadata.sorted_tables:
        for row in rows(engine, table):
            shown = " ".join(map(str, row))
            assert "10000000017" not in shown
            assert "MARKEDREASON" not in shown


def test_what_a_correction_aims_at_is_kept_by_name_or_by_key(log, engine):
    record(log, FORMS["correction"][1], flow=Flow.RADON)
    record_again = {**FORMS["original"][1]}
    log.close(
        a_closing(
            msgspec.structs.replace(a_line(), line=read_line(0, {**BASE, **record_again})),
            header=a_header(flow=Flow.RADON),
        )
    )
    named, keyed = rows(engine, corrections)
    assert (named.aimed_transmission, named.aimed_ref) == (CORRECTS["transmission"], "R-8")
    assert (named.aimed_original, named.reason) == (None, "OTHER")
    assert (keyed.aimed_transmission, keyed.aimed_ref, keyed.reason) == (None, None, "DOSE")
    told = json.loads(keyed.aimed_original)
    assert told["period"] == ORIGINAL["original"]["period"]
    assert told["site"] == ORIGINAL["original"]["site"]
    assert told["flow"] == "PASSIVE_EXTERNAL"


def test_what_a_committed_dose_is_based_on_is_kept(log, engine):
    record(log, {"committed": COMMITTED}, flow=Flow.COMMITTED_DOSE)
    (based,) = rows(engine, committed_bases)
    assert (based.based_on_transmission, based.based_on_ref) == (
        COMMITTED["basedOn"][0]["transmission"],
        "R-9",
    )


def test_exposures_recorded_before_are_kept_by_the_migration(kind, tmp_path):
    with opened(kind, tmp_path, is_migrated=False) as engine:
        with engine.connect() as connection:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "0005")
            for statement in _BEFORE:
                connection.execute(text(statement))
            connection.commit()
        migrate(engine)
        assert [row.exposure_nano for row in rows(engine, measurements)] == [
            None,
            999_999_999_999_999_999_000,
        ]


_BEFORE = (
    """
    INSERT INTO transmissions (number, scope, is_test, id, is_readable, content_sha256,
        has_line_verdicts, submitter_id, sender_siret, door, media_type, received_at)
    VALUES (1, 's', false, 'i', true, 'c', true, 'p', 's', 'REST', 'm', 0)
    """,
    """
    INSERT INTO lines (transmission, line, ref, operation, verdict, is_in_force, flow,
        effective_usv, lens_usv, extremity_usv, sealed_worker)
    VALUES (1, 0, 'r', 'INITIAL', 'ACCEPTED', true, 'RADON', 0, 0, 0, '')
    """,
    """
    INSERT INTO measurements (transmission, line, place, is_in_force, flow, quantity, radiation,
        status, exposure_micro)
    VALUES (1, 0, 0, true, 'RADON', 'E', 'RADON', 'MEASURED', NULL),
        (1, 0, 1, true, 'RADON', 'E', 'RADON', 'MEASURED', 999999999999999999)
    """,
)
