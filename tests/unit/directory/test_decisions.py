"""The file of physicians' decisions, row by row, as docs/directory.md documents it."""

import io
from datetime import date

import pytest

from gateway.directory.decisions import DECISIONS, read_decisions
from gateway.directory.rows import BadRow, DecisionRow
from gateway.model.decisions import DecisionKind
from tests.unit.directory.test_reader import DOCUMENT, a_file

TODAY = date(2026, 11, 20)
UUID = "0b6f7a52-6d4c-4f7e-9a53-1f2d3c4b5a69"
ROW = {
    "sender_siret": "732 829 320 00074",
    "transmission": UUID.upper(),
    "ref": "P-0001",
    "decision": "modified",
    "decided_on": "2026-11-20",
    "rpps": "10000000009",
    "effective_msv": "0,15",
    "lens_msv": "",
    "extremity_msv": "500",
}
MAINTAINED = {**ROW, "decision": "MAINTAINED", "effective_msv": "", "extremity_msv": ""}
WITHDRAWN = {**MAINTAINED, "decision": "none", "decided_on": "", "rpps": ""}


def read(text: str) -> list[DecisionRow | BadRow]:
    return list(read_decisions(io.StringIO(text, newline=""), today=TODAY))


def test_a_row_names_a_line_as_its_sender_did_and_says_what_was_decided() -> None:
    (row,) = read(a_file(ROW))
    assert isinstance(row, DecisionRow)
    assert row.decision is not None
    assert (str(row.line.sender), row.line.transmission) == ("73282932000074", UUID)
    assert (row.line.ref, row.decision.kind) == ("P-0001", DecisionKind.MODIFIED)
    retained = (row.decision.effective_usv, row.decision.lens_usv, row.decision.extremity_usv)
    assert retained == (150, None, 500_000)
    assert row.decision.decided_on == TODAY
    assert str(row.decision.physician) == "10000000009"
    assert "1000" not in repr(row) + repr(row.decision)


def test_a_row_may_take_the_decision_back() -> None:
    (row,) = read(a_file(WITHDRAWN))
    assert isinstance(row, DecisionRow)
    assert row.decision is None


@pytest.mark.parametrize(
    ("row", "changes", "column", "code"),
    [
        (ROW, {"sender_siret": "73282932000075"}, "sender_siret", "E001"),
        (ROW, {"transmission": "1"}, "transmission", "UUID"),
        (ROW, {"transmission": UUID.replace("-", "")}, "transmission", "UUID"),
        (ROW, {"transmission": ""}, "transmission", "EMPTY"),
        (ROW, {"ref": "é"}, "ref", "TEXT"),
        (ROW, {"ref": "x" * 65}, "ref", "LENGTH"),
        (ROW, {"decision": "CONFIRMED"}, "decision", "CODE"),
        (ROW, {"decided_on": "2026-11-21"}, "decided_on", "FUTURE"),
        (ROW, {"decided_on": "20/11/2026"}, "decided_on", "DATE"),
        (ROW, {"decided_on": ""}, "decided_on", "EMPTY"),
        (ROW, {"rpps": "10000000008"}, "rpps", "I004"),
        (ROW, {"rpps": ""}, "rpps", "EMPTY"),
        (ROW, {"effective_msv": "-1"}, "effective_msv", "DOSE"),
        (ROW, {"effective_msv": "10000.001"}, "effective_msv", "BOUND"),
        (ROW, {"lens_msv": "10000.001"}, "lens_msv", "BOUND"),
        (ROW, {"extremity_msv": "100000.001"}, "extremity_msv", "BOUND"),
        (MAINTAINED, {"lens_msv": "0"}, "lens_msv", "RETAINED"),
        (MAINTAINED, {"decision": "CANCELLED", "lens_msv": "0"}, "lens_msv", "RETAINED"),
        (WITHDRAWN, {"rpps": "10000000009"}, "rpps", "WITHDRAWN"),
        (WITHDRAWN, {"decided_on": "2026-11-20"}, "decided_on", "WITHDRAWN"),
        (WITHDRAWN, {"extremity_msv": "1"}, "extremity_msv", "WITHDRAWN"),
    ],
)
def test_a_defect_costs_its_row(
    row: dict[str, str], changes: dict[str, str], column: str, code: str
) -> None:
    (bad, good) = read(a_file(row | changes, row))
    assert isinstance(bad, BadRow)
    assert (bad.number, bad.column, bad.reason_code) == (2, column, code)
    assert isinstance(good, DecisionRow)


def test_the_highest_dose_that_a_person_may_have_received_is_one() -> None:
    (row,) = read(a_file(ROW | {"effective_msv": "10000", "extremity_msv": "100000"}))
    assert isinstance(row, DecisionRow)


def test_every_column_is_documented_and_the_example_is_read() -> None:
    text = DOCUMENT.read_text(encoding="utf-8").partition("## Decisions of physicians")[2]
    for column in (*DECISIONS.required, *DECISIONS.optional):
        assert f"| `{column}` |" in text
    rows = read(text.split("```csv\n")[1].split("```")[0])
    assert len(rows) == 3
    assert all(isinstance(row, DecisionRow) for row in rows)
