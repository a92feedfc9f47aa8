from datetime import date

import msgspec
import pytest

from gateway.commands.demonstration.acts import _is_as_planned, _lines_hold
from gateway.commands.demonstration.checks import Checks
from gateway.commands.demonstration.plan import transmissions
from gateway.commands.receipts import acknowledgement_of
from gateway.model.acknowledgement import Disposition, FindingEntry, LineEntry
from tests.unit.commands.test_posting import RECEIPT


@pytest.fixture(scope="module")
def planned():
    return transmissions(date(2026, 11, 20))


@pytest.fixture
def mixed(planned):
    return next(one for one in planned if one.name == "melange.json")


def as_expected(one):
    lines = tuple(
        LineEntry(
            index=spoilt.index,
            verdict=spoilt.defect.verdict,
            findings=(FindingEntry(code=spoilt.defect.code),),
        )
        for spoilt in one.sample.spoilt
    )
    read = acknowledgement_of(RECEIPT)
    return msgspec.structs.replace(read, lines=lines, disposition=one.disposition)


def test_an_answer_as_planned_holds(mixed):
    assert _is_as_planned(mixed, as_expected(mixed))
    assert _lines_hold(mixed, as_expected(mixed))


@pytest.mark.parametrize("change", ["missing", "another", "code", "verdict"])
def test_any_other_answer_does_not(mixed, change):
    read = as_expected(mixed)
    first, *rest = read.lines
    lines = {
        "missing": rest,
        "another": [*read.lines, msgspec.structs.replace(first, index=41)],
        "code": [msgspec.structs.replace(first, findings=(FindingEntry(code="X000"),)), *rest],
        "verdict": [msgspec.structs.replace(first, verdict="ACCEPTED"), *rest],
    }[change]
    assert not _lines_hold(mixed, msgspec.structs.replace(read, lines=tuple(lines)))


def test_another_disposition_does_not_hold(mixed):
    read = msgspec.structs.replace(as_expected(mixed), disposition=Disposition.ACCEPTED)
    assert not _is_as_planned(mixed, read)


def test_an_inadmissible_one_must_have_its_code(planned):
    miscounted = next(one for one in planned if one.code == "S006")
    read = msgspec.structs.replace(
        acknowledgement_of(RECEIPT), disposition=Disposition.INADMISSIBLE, findings=()
    )
    assert not _is_as_planned(miscounted, read)


def test_what_does_not_hold_is_remembered(capsys):
    checks = Checks()
    checks.expect("juste", 1)
    checks.expect("faux", 0)
    assert (checks.held, checks.missed) == (1, ["faux"])
    assert "✗ faux" in capsys.readouterr().out


def test_every_plan_is_another_transmission(planned):
    assert len({one.sample.form["id"] for one in planned}) == len(planned)
