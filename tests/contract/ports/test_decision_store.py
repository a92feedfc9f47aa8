"""What `DecisionStore` promises, and what the record makes of a decision, on every database."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from gateway.directory import BadRow, DecisionImport, DecisionRow, Saved
from gateway.errors import RecordMoved
from gateway.identifiers import Rpps, Siret
from gateway.model.decisions import DecisionKind, DoseDecision, LineName
from gateway.model.directory import DirectoryVersion
from gateway.model.internal import LineReference
from gateway.model.transmission import Flow, Operation, Status
from gateway.storage.dose_decisions import SqlDoseDecisions
from gateway.storage.worker_directory import SqlWorkerDirectory
from tests.contract.ports.closings import LABORATORY, a_closing, a_key, a_line
from tests.fakes import FixedClock, MemoryTransmissionLog

RPPS = "10000000009"
MAINTAINED = DoseDecision(
    kind=DecisionKind.MAINTAINED, decided_on=date(2026, 4, 20), physician=Rpps(RPPS)
)
CANCELLED = msgspec.structs.replace(MAINTAINED, kind=DecisionKind.CANCELLED)
MODIFIED = msgspec.structs.replace(MAINTAINED, kind=DecisionKind.MODIFIED, effective_usv=2_000)
_serial = itertools.count(1)


@pytest.fixture
def decisions(database: Any, sealer: Any, clock: Any) -> SqlDoseDecisions:
    return SqlDoseDecisions(**database.parts(), sealer=sealer, clock=clock)


def recorded(log: Any, *lines: Any, **changes: Any) -> Any:
    """A closing on record, under a UUID of its own."""
    key = a_key(id=f"0b6f7a52-6d4c-4f7e-9a53-{next(_serial):012d}")
    closing = a_closing(*(lines or (a_line(),)), key=key, **changes)
    log.close(closing)
    return closing


def row(closing: Any, decision: DoseDecision | None = MAINTAINED, **changes: Any) -> DecisionRow:
    stated = {"number": 2, "sender": LABORATORY, "ref": "ref-0"} | changes
    line = LineName(stated["sender"], stated.get("id", closing.key.id), stated["ref"])
    return DecisionRow(number=stated["number"], line=line, decision=decision)


def target(log: Any, closing: Any, ref: str = "ref-0") -> Any:
    (found,) = log.targets([LineReference(closing.key.id, ref)], ())
    return found


def sums(log: Any, worker: str = "worker-1") -> dict[int, tuple[int, int, int]]:
    days = {"first_day": date(2026, 1, 1), "last_day": date(2026, 12, 31)}
    found = log.facts([worker], flow=Flow.PASSIVE_EXTERNAL, **days)
    return {
        month.month: (month.effective_usv, month.lens_usv, month.extremity_usv)
        for month in found.months.get((worker, Flow.PASSIVE_EXTERNAL), ())
    }


def a_correction(of: tuple[int, int], **changes: Any) -> Any:
    return a_closing(a_line(replaces=(of,)), **changes)


MARCH = 2026 * 12 + 2


def test_a_decision_is_kept_with_the_line_it_is_of(sql_log: Any, decisions: Any) -> None:
    first = recorded(sql_log, a_line(index=0), a_line(index=1))
    assert not target(sql_log, first).is_decided
    assert decisions.save([row(first)], version="a") == (Saved(added=1), [])
    assert target(sql_log, first).is_decided
    assert not target(sql_log, first, "ref-1").is_decided
    assert target(sql_log, first).is_in_force


def test_the_same_rows_twice_change_nothing_and_the_last_of_a_line_holds(
    sql_log: Any, decisions: Any
) -> None:
    first = recorded(sql_log)
    other = msgspec.structs.replace(MAINTAINED, physician=Rpps("10000000017"))
    assert decisions.save([row(first), row(first)], version="a")[0] == Saved(added=1, unchanged=1)
    assert decisions.save([row(first)], version="a")[0] == Saved(unchanged=1)
    assert decisions.save([row(first, other)], version="b")[0] == Saved(changed=1)
    saved, _ = decisions.save([row(first), row(first, CANCELLED)], version="c")
    assert saved == Saved(changed=2)
    assert sums(sql_log) == {}
    assert decisions.save([row(first, CANCELLED)], version="c")[0] == Saved(unchanged=1)


def test_a_decision_is_taken_back_and_taken_again(sql_log: Any, decisions: Any) -> None:
    first = recorded(sql_log)
    assert decisions.save([row(first, None)], version="a")[0] == Saved(unchanged=1)
    decisions.save([row(first, CANCELLED)], version="b")
    assert decisions.save([row(first, None)], version="c")[0] == Saved(changed=1)
    assert not target(sql_log, first).is_decided
    assert sums(sql_log) == {MARCH: (120, 0, 0)}
    assert decisions.save([row(first)], version="d")[0] == Saved(added=1)


def test_a_line_that_is_not_in_force_or_has_no_dose_is_not_decided_on(
    sql_log: Any, decisions: Any
) -> None:
    pending = a_line(index=2, status=Status.PENDING, effective_usv=0)
    absence = msgspec.structs.replace(
        pending, line=msgspec.structs.replace(pending.line, operation=Operation.ABSENCE)
    )
    first = recorded(sql_log, a_line(index=0), a_line(index=1, worker_id=None), absence)
    corrected = recorded(sql_log)
    sql_log.close(a_correction(target(sql_log, corrected).line))
    rows = [
        row(first, number=2),
        row(first, number=3, ref="ref-9"),
        row(first, number=4, ref="ref-1"),
        row(corrected, number=5),
        row(first, number=6, ref="ref-2"),
        row(first, number=7, sender=Siret.parse("35600000000048")),
        row(first, number=8, id="0b6f7a52-6d4c-4f7e-9a53-ffffffffffff"),
    ]
    saved, refused = decisions.save(rows, version="a")
    assert saved == Saved(added=1)
    assert [(bad.number, bad.column, bad.reason_code) for bad in refused] == [
        (3, "ref", "LINE_UNKNOWN"),
        (4, "ref", "LINE_NOT_IN_FORCE"),
        (5, "ref", "LINE_NOT_IN_FORCE"),
        (6, "ref", "ABSENCE"),
        (7, "ref", "LINE_UNKNOWN"),
        (8, "ref", "LINE_UNKNOWN"),
    ]


# ---------- what counts over twelve months


@pytest.mark.parametrize(
    ("decision", "counts"),
    [
        (MAINTAINED, (120, 0, 0)),
        (CANCELLED, None),
        (MODIFIED, (2_000, 0, 0)),
        (msgspec.structs.replace(MODIFIED, effective_usv=0), None),
        (msgspec.structs.replace(MODIFIED, effective_usv=None), (120, 0, 0)),
        (msgspec.structs.replace(MODIFIED, effective_usv=None, lens_usv=7), (120, 7, 0)),
        (msgspec.structs.replace(MODIFIED, extremity_usv=9), (2_000, 0, 9)),
    ],
)
def test_what_counts_of_a_dose_is_what_the_physician_decided(
    sql_log: Any, decisions: Any, decision: DoseDecision, counts: tuple[int, int, int] | None
) -> None:
    first = recorded(sql_log)
    decisions.save([row(first, decision)], version="a")
    assert sums(sql_log) == ({} if counts is None else {MARCH: counts})
    decisions.save([row(first, MAINTAINED)], version="b")
    assert sums(sql_log) == {MARCH: (120, 0, 0)}


def test_the_dose_retained_for_a_lost_dosimeter_counts_in_its_month(
    sql_log: Any, decisions: Any
) -> None:
    lost = recorded(sql_log, a_line(status=Status.LOST, effective_usv=0))
    assert sums(sql_log) == {}
    decisions.save([row(lost, MODIFIED)], version="a")
    assert sums(sql_log) == {MARCH: (2_000, 0, 0)}
    decisions.save([row(lost, None)], version="b")
    assert sums(sql_log) == {}


# ---------- whoever is judging meanwhile


def test_a_line_that_is_decided_on_meanwhile_is_not_replaced_until_that_is_taken_back(
    sql_log: Any, decisions: Any
) -> None:
    first = recorded(sql_log)
    line = target(sql_log, first).line
    decisions.save([row(first)], version="a")
    with pytest.raises(RecordMoved):
        sql_log.close(a_correction(line))
    assert target(sql_log, first).is_in_force
    decisions.save([row(first, None)], version="b")
    sql_log.close(a_correction(line))
    assert not target(sql_log, first).is_in_force


def test_the_record_of_fakes_refuses_the_same() -> None:
    log = MemoryTransmissionLog()
    first = recorded(log)
    line = target(log, first).line
    log.decided.add(line)
    assert target(log, first).is_decided
    with pytest.raises(RecordMoved):
        log.close(a_correction(line))


def test_sums_that_a_decision_has_changed_refuse_a_closing_drawn_from_the_former(
    sql_log: Any, decisions: Any
) -> None:
    first, other = recorded(sql_log), recorded(sql_log, a_line(worker_id="worker-2"))
    days = {"first_day": date(2026, 1, 1), "last_day": date(2026, 12, 31)}
    revision = sql_log.facts(["worker-1"], flow=Flow.PASSIVE_EXTERNAL, **days).revision
    decisions.save([row(first, CANCELLED)], version="a")
    with pytest.raises(RecordMoved):
        sql_log.close(a_closing(a_line(), revision=revision))
    sql_log.close(a_closing(a_line(worker_id="worker-2"), revision=revision))
    assert not target(sql_log, other).is_decided


@pytest.mark.parametrize("times", [10])
def test_a_line_is_replaced_or_decided_on_and_never_both(
    sql_log: Any, decisions: Any, times: int
) -> None:
    firsts = [recorded(sql_log) for _ in range(times)]
    lines = [target(sql_log, first).line for first in firsts]

    def is_replaced(place: int) -> bool:
        try:
            sql_log.close(a_correction(lines[place]))
        except RecordMoved:
            return False
        return True

    def is_decided(place: int) -> bool:
        saved, refused = decisions.save([row(firsts[place])], version="a")
        assert [bad.reason_code for bad in refused] == ["LINE_NOT_IN_FORCE"] * (1 - saved.added)
        return bool(saved.added)

    with ThreadPoolExecutor(8) as threads:
        replaced = [threads.submit(is_replaced, place) for place in range(times)]
        decided = [threads.submit(is_decided, place) for place in range(times)]
        outcomes = [(a.result(), b.result()) for a, b in zip(replaced, decided, strict=True)]
    assert all(one != other for one, other in outcomes)


# ---------- the import, and what is kept


def test_a_file_is_imported_by_its_lines_and_makes_a_version(
    sql_log: Any, decisions: Any, database: Any, sealer: Any, tmp_path: Path
) -> None:
    clock = FixedClock()
    first = recorded(sql_log)
    file = tmp_path / "decisions.csv"
    named = f"{LABORATORY};{first.key.id}"
    file.write_text(
        "sender_siret;transmission;ref;decision;decided_on;rpps\n"
        f"{named};ref-7;MAINTAINED;2026-04-20;{RPPS}\n"
        f"{named};ref-0;SECRET;2026-04-20;{RPPS}\n"
        f"{named};ref-0;CANCELLED;2026-04-20;{RPPS}\n",
        "utf-8",
    )
    bad: list[BadRow] = []
    importing = DecisionImport(store=decisions, clock=clock)
    report = importing.run(file, on_bad=bad.append)
    assert (report.saved, report.bad, report.removed) == (Saved(added=1), 2, 0)
    assert [(one.number, one.reason_code) for one in bad] == [(2, "LINE_UNKNOWN"), (3, "CODE")]
    workers = SqlWorkerDirectory(**database.parts(), sealer=sealer, clock=clock)
    assert report.version is not None
    assert workers.version() == report.version
    assert importing.run(file, on_bad=bad.append).saved == Saved(unchanged=1)
    assert workers.version() == report.version


def test_a_file_without_a_row_that_has_a_line_leaves_the_version(
    sql_log: Any, decisions: Any, clock: Any
) -> None:
    recorded(sql_log)
    content = (
        "sender_siret;transmission;ref;decision;decided_on;rpps\n"
        f"{LABORATORY};0b6f7a52-6d4c-4f7e-9a53-ffffffffffff;a;CANCELLED;2026-04-20;{RPPS}\n"
    )
    report = DecisionImport(store=decisions, clock=clock).run(
        content.encode(), on_bad=lambda _: None
    )
    assert (report.version, report.bad) == (None, 1)


def test_who_decided_is_sealed_for_that_line_alone(
    sql_log: Any, decisions: Any, database: Any
) -> None:
    first, second = recorded(sql_log), recorded(sql_log)
    decisions.save([row(first), row(second, CANCELLED)], version="a")
    decisions.finish(DirectoryVersion(version="a", date=date(2026, 11, 2)))
    with database.engine.begin() as connection:
        kept = connection.execute(text("SELECT * FROM dose_decisions")).all()
        assert len(kept) == 2
        assert not [value for one in kept for value in one if str(value).find(RPPS) >= 0]
        connection.execute(
            text(
                "UPDATE dose_decisions SET sealed_physician = (SELECT sealed_physician FROM "
                "dose_decisions WHERE kind = 'MAINTAINED') WHERE kind = 'CANCELLED'"
            )
        )
    with pytest.raises(ValueError, match="not sealed"):
        decisions.save([row(second)], version="b")
