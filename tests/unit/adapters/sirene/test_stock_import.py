"""An import that is stopped goes on; the former stock stands until the new one does."""

import signal
import sqlite3
import subprocess
import sys
from functools import partial
from itertools import takewhile
from pathlib import Path

import pytest

from adapters.sirene import SireneStock
from adapters.sirene.stock_import import import_stock as import_any_stock
from gateway.identifiers import Siret
from tests.partners.api_insee_fr.establishments import fictitious
from tests.sirene_stock import a_csv, a_parquet, a_row, a_zip

ROOT = Path(__file__).parents[4]
FORMS = pytest.mark.parametrize("make", [a_csv, a_zip, a_parquet])
import_stock = partial(import_any_stock, batch_rows=2)
SIRETS = [fictitious(number) for number in range(10)]
ROWS = [a_row(siret) for siret in SIRETS]
DIES = """
import os, signal, sys
from pathlib import Path
from adapters.sirene.stock_import import import_stock

source, target, batches = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
seen = []

def told(position, total):
    seen.append(position)
    if len(seen) == batches:
        os.kill(os.getpid(), signal.SIGKILL)

import_stock(source, target=target, on_progress=told, batch_rows=2)
"""


def _killed(source, target, *, batches):
    done = subprocess.run(
        [sys.executable, "-c", DIES, source, target, str(batches)], cwd=ROOT, check=False
    )
    assert done.returncode == -signal.SIGKILL


def _held(target):
    stock = SireneStock(path=target)
    found = stock.look_up([Siret.parse(siret) for siret in SIRETS])
    stock.close()
    return len(found)


def _stopped(source, target, *, batches):
    left = iter(range(batches))

    def told(_position, _total):
        if next(left) == batches - 1:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        import_stock(source, target=target, on_progress=told)


@FORMS
def test_an_import_that_was_killed_goes_on_where_it_was_and_the_former_stands_meanwhile(
    tmp_path, make
):
    target, positions = tmp_path / "stock", []
    import_stock(a_csv(tmp_path, ROWS[:1], name="former.csv"), target=target)
    source = make(tmp_path, ROWS)
    _killed(source, target, batches=3)
    assert _held(target) == 1
    imported = import_stock(
        source, target=target, on_progress=lambda position, _: positions.append(position)
    )
    assert imported.resumed_at > 0
    assert len(positions) == 2
    assert imported.rows == _held(target) == 10
    assert list(tmp_path.glob("stock?*")) == []


@FORMS
@pytest.mark.parametrize("batches", range(1, 6))
def test_wherever_it_was_stopped_it_goes_on(tmp_path, make, batches):
    source, target = make(tmp_path, ROWS), tmp_path / "stock"
    _stopped(source, target, batches=batches)
    assert not target.exists()
    assert import_stock(source, target=target).rows == _held(target) == 10


def test_another_file_is_begun_anew(tmp_path):
    target = tmp_path / "stock"
    _stopped(a_csv(tmp_path, ROWS), target, batches=3)
    imported = import_stock(a_csv(tmp_path, ROWS[8:], name="other.csv"), target=target)
    assert imported.resumed_at == 0
    assert _held(target) == 2


@pytest.mark.parametrize("content", [b"", b"no database" * 1_000], ids=["empty", "other"])
def test_what_else_stands_beside_is_written_over(tmp_path, content):
    (tmp_path / "stock.partial").write_bytes(content)
    import_stock(a_csv(tmp_path, ROWS), target=tmp_path / "stock")
    assert _held(tmp_path / "stock") == 10


def test_two_imports_at_once_do_not_mix(tmp_path):
    source, target = a_csv(tmp_path, ROWS), tmp_path / "stock"
    refused = []

    def told(_position, _total):
        try:
            import_stock(source, target=target)
        except sqlite3.OperationalError as error:
            refused.append(error.sqlite_errorcode)
            raise InterruptedError from None

    with pytest.raises(InterruptedError):
        import_stock(source, target=target, on_progress=told)
    assert refused == [sqlite3.SQLITE_BUSY]
    assert import_stock(source, target=target).rows == 10


@FORMS
def test_positions_grow_to_the_total(tmp_path, make):
    told = []
    source = make(tmp_path, ROWS)
    import_stock(source, target=tmp_path / "stock", on_progress=lambda *at: told.append(at))
    positions, totals = zip(*told, strict=True)
    assert list(positions) == sorted(set(positions))
    assert set(totals) == {positions[-1]}
    assert list(takewhile(lambda at: at < totals[0], positions)) == list(positions[:-1])


def test_one_establishment_that_comes_twice_is_kept_as_it_came_last(tmp_path):
    rows = [a_row(SIRETS[0]), a_row(SIRETS[1]), a_row(SIRETS[0], state="F")]
    imported = import_stock(a_csv(tmp_path, rows), target=tmp_path / "stock")
    assert imported.rows == 2
    stock = SireneStock(path=tmp_path / "stock")
    siret = Siret.parse(SIRETS[0])
    assert not stock.look_up([siret])[siret].periods[0].is_active
