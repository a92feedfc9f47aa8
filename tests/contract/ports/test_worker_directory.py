"""What `ports.WorkerDirectory` and `DirectoryStore` promise, over every implementation."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.directory import BadRow, DirectoryImport, DirectoryRow, ImportUnderWay, Saved
from gateway.directory.importer import CHUNK_ROWS, file_version
from gateway.identifiers import Nir, Siret
from gateway.model.directory import Attachment, Balance, Declared, DirectoryVersion, Employment
from tests.contract.ports.closings import EMPLOYER, LABORATORY, MARKED_NIR
from tests.fakes import FixedClock

OTHER_NIR = Nir.parse("185057800608491")
OTHER_EMPLOYER = Siret.parse("35600000000048")
MISSING = frozenset({"sector", "trade"})
JUNE = DirectoryVersion(version="june", date=date(2026, 6, 1))


def a_row(**changes: Any) -> DirectoryRow:
    employer = changes.get("employer", EMPLOYER)
    start = changes.pop("start", date(2025, 1, 1))
    row = {
        "number": 2,
        "nir": MARKED_NIR,
        "birth_name": "MARTIN",
        "used_name": "DURAND",
        "first_name": "Jeanne",
        "birth_date": "1976-09-00",
        "sex": "F",
        "employer": employer,
        "is_nuclear": True,
        "employment": Employment(
            employer=employer,
            start=start,
            category="B",
            other_exposures=frozenset({"RADON", "COSMIC"}),
        ),
        "attachments": (Attachment(employer=employer, sender=LABORATORY, start=start),),
        "balance": Balance(as_of=date(2025, 12, 31), effective_usv=1250),
    }
    return DirectoryRow(**(row | changes))


def test_an_empty_directory_knows_nothing(directory: Any) -> None:
    assert directory.version() is None
    assert directory.look_up([MARKED_NIR]) == {}
    assert directory.nuclear_establishments([EMPLOYER]) == frozenset()


def test_a_row_becomes_a_known_worker(directory: Any) -> None:
    row = a_row()
    assert directory.save([row], version="june") == Saved(added=1)
    directory.finish(JUNE)
    found = directory.look_up([OTHER_NIR, MARKED_NIR])
    worker = found[MARKED_NIR]
    assert set(found) == {MARKED_NIR}
    assert (worker.birth_name, worker.used_name, worker.birth_date) == (
        "MARTIN",
        "DURAND",
        "1976-09-00",
    )
    assert worker.other_first_names is None
    assert worker.employments == (row.employment,)
    assert worker.attachments == row.attachments
    assert worker.balance == row.balance
    assert directory.nuclear_establishments([EMPLOYER, OTHER_EMPLOYER]) == {EMPLOYER}
    assert directory.version() == JUNE


def test_what_the_employer_declares_is_part_of_the_row(directory: Any) -> None:
    full = Declared(exposure_nature="EXTERNAL", contract_type="CDI", working_time_thousandths=800)
    directory.save([a_row(declared=full)], version="june")
    assert directory.save([a_row(declared=full)], version="june") == Saved(unchanged=1)
    trade = msgspec.structs.replace(full, trade="WELDER")
    assert directory.save([a_row(declared=trade)], version="june") == Saved(changed=1)


def test_what_is_known_to_be_undeclared_is_told_of_the_worker(directory: Any) -> None:
    contract = msgspec.structs.replace(a_row().employment, undeclared=MISSING)
    directory.save([a_row(employment=contract)], version="june")
    (told,) = directory.look_up([MARKED_NIR])[MARKED_NIR].employments
    assert told.undeclared == MISSING


def test_a_worker_of_two_establishments_is_one_worker(directory: Any) -> None:
    rows = [a_row(), a_row(employer=OTHER_EMPLOYER, is_nuclear=False, balance=None)]
    assert directory.save(rows, version="june") == Saved(added=2)
    worker = directory.look_up([MARKED_NIR])[MARKED_NIR]
    assert {e.employer for e in worker.employments} == {EMPLOYER, OTHER_EMPLOYER}
    assert worker.balance is not None
    assert directory.nuclear_establishments([OTHER_EMPLOYER]) == frozenset()


def test_the_same_rows_again_change_nothing(directory: Any) -> None:
    rows = [a_row(), a_row(nir=OTHER_NIR, sex="M")]
    directory.save(rows, version="june")
    directory.finish(JUNE)
    before = directory.look_up([MARKED_NIR, OTHER_NIR])
    assert directory.save(rows, version="june") == Saved(unchanged=2)
    later = msgspec.structs.replace(JUNE, date=date(2026, 7, 1))
    assert directory.finish(later) == 0
    assert directory.look_up([MARKED_NIR, OTHER_NIR]) == before
    assert directory.version() == JUNE


@pytest.mark.parametrize(
    "changes",
    [
        {"birth_name": "MARTINEZ"},
        {"employment": Employment(employer=EMPLOYER, start=date(2025, 1, 1), undeclared=MISSING)},
        {"is_nuclear": False},
        {"balance": Balance(as_of=date(2025, 12, 31), effective_usv=1251)},
        {"employment": Employment(employer=EMPLOYER, start=date(2025, 1, 1), category="A")},
        {"attachments": (Attachment(employer=EMPLOYER, sender=EMPLOYER, start=date(2025, 2, 1)),)},
    ],
)
def test_a_changed_row_updates_and_the_id_never_changes(
    directory: Any, changes: dict[str, Any]
) -> None:
    directory.save([a_row()], version="june")
    directory.finish(JUNE)
    before = directory.look_up([MARKED_NIR])[MARKED_NIR]
    assert directory.save([a_row(**changes)], version="july") == Saved(changed=1)
    directory.finish(DirectoryVersion(version="july", date=date(2026, 7, 1)))
    after = directory.look_up([MARKED_NIR])[MARKED_NIR]
    assert after.id == before.id
    assert directory.version().version == "july"
    if "is_nuclear" in changes:
        assert directory.nuclear_establishments([EMPLOYER]) == frozenset()
    else:
        assert after != before
    if "attachments" in changes:
        assert after.attachments == changes["attachments"]


def test_what_a_couple_no_longer_states_goes_and_other_couples_stay(directory: Any) -> None:
    old = [a_row(), a_row(start=date(2026, 1, 1)), a_row(employer=OTHER_EMPLOYER)]
    directory.save(old, version="june")
    directory.finish(JUNE)
    directory.save([a_row(start=date(2026, 2, 1))], version="july")
    july = DirectoryVersion(version="july", date=date(2026, 7, 1))
    assert directory.finish(july) == 4
    worker = directory.look_up([MARKED_NIR])[MARKED_NIR]
    assert [(e.employer, e.start) for e in worker.employments] == [
        (OTHER_EMPLOYER, date(2025, 1, 1)),
        (EMPLOYER, date(2026, 2, 1)),
    ]
    assert [(a.employer, a.start) for a in worker.attachments] == [
        (OTHER_EMPLOYER, date(2025, 1, 1)),
        (EMPLOYER, date(2026, 2, 1)),
    ]


def test_an_absent_balance_leaves_the_one_known(directory: Any) -> None:
    directory.save([a_row()], version="june")
    assert directory.save([a_row(balance=None)], version="july") == Saved(unchanged=1)
    assert directory.look_up([MARKED_NIR])[MARKED_NIR].balance == a_row().balance


def test_an_import_keeps_good_rows_reports_bad_ones_and_can_be_repeated(
    directory: Any, clock: FixedClock, tmp_path: Path
) -> None:
    file = tmp_path / "directory.csv"
    header = "nir,birth_name,first_name,birth_date,sex,employer_siret,nuclear_domain,contract_start"
    good = f"{MARKED_NIR.reveal()},MARTIN,Jeanne,1976-09-12,F,{EMPLOYER},no,2025-01-01"
    bad = f"{OTHER_NIR.reveal()},MARTIN,Jeanne,1976-13-12,F,{EMPLOYER},no,2025-01-01"
    file.write_text("\n".join([header, good, bad] + [good] * CHUNK_ROWS), encoding="utf-8")
    refused: list[BadRow] = []
    told: list[int] = []
    importing = DirectoryImport(store=directory, clock=clock)
    report = importing.run(
        file, on_bad=refused.append, on_progress=lambda progress: told.append(progress.rows)
    )
    assert report.saved == Saved(added=1, unchanged=CHUNK_ROWS)
    assert [(r.number, r.column, r.reason_code) for r in refused] == [(3, "birth_date", "DATE")]
    assert told == [CHUNK_ROWS, CHUNK_ROWS + 2]
    assert set(directory.look_up([MARKED_NIR, OTHER_NIR])) == {MARKED_NIR}
    version = directory.version()
    assert version == report.version
    assert (version.version, version.date) == (file_version(file), clock.now().date())
    again = importing.run(file, on_bad=refused.append)
    assert (again.saved, again.removed) == (Saved(unchanged=CHUNK_ROWS + 1), 0)
    assert directory.version() == version


def test_of_two_imports_at_once_one_has_the_turn_and_the_other_is_run_afterwards(
    directory: Any, clock: FixedClock
) -> None:
    header = "nir,birth_name,first_name,birth_date,sex,employer_siret,nuclear_domain,contract_start"
    content = f"{header}\n{MARKED_NIR.reveal()},MARTIN,Jeanne,1976-09-12,F,{EMPLOYER},no,2025-01-01"
    importing = DirectoryImport(store=directory, clock=clock)
    with directory.importing():
        with pytest.raises(ImportUnderWay):
            importing.run(content.encode(), on_bad=lambda _: None)
        assert directory.look_up([MARKED_NIR]) == {}
    assert importing.run(content.encode(), on_bad=lambda _: None).saved == Saved(added=1)


def test_a_file_without_good_rows_leaves_the_version(
    directory: Any, clock: FixedClock, tmp_path: Path
) -> None:
    file = tmp_path / "directory.csv"
    file.write_text("nir;birth_name\n1;2\n", encoding="utf-8")
    refused: list[BadRow] = []
    report = DirectoryImport(store=directory, clock=clock).run(file, on_bad=refused.append)
    assert report.version is None
    assert {r.reason_code for r in refused} == {"HEADER_MISSING"}
    assert directory.version() is None


def test_of_8_imports_at_once_nobody_becomes_two(directory: Any) -> None:
    rows = [a_row(number=number, nir=nir) for number, nir in enumerate((MARKED_NIR, OTHER_NIR))]
    with ThreadPoolExecutor(8) as threads:
        saved = list(threads.map(lambda _: directory.save(rows, version="june"), range(8)))
        list(threads.map(lambda _: directory.finish(JUNE), range(8)))
    assert sum(one.added for one in saved) == 2
    assert sum(one.unchanged for one in saved) == 14
    found = directory.look_up([MARKED_NIR, OTHER_NIR])
    assert found[MARKED_NIR].id != found[OTHER_NIR].id
    assert directory.version() == JUNE
