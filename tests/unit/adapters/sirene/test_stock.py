"""The monthly stock of INSEE: read, kept, asked."""

import sqlite3
import threading
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from adapters.sirene import SireneStock
from adapters.sirene.stock_files import NotAStock
from adapters.sirene.stock_import import import_stock
from gateway.identifiers import Siret
from gateway.model.verification import ExistingEstablishment, Period
from tests.partners.api_insee_fr.establishments import LA_POSTE_OFFICE, fictitious
from tests.sirene_stock import COLUMNS, a_csv, a_parquet, a_row, a_zip

ONE, TWO, THREE = (fictitious(number) for number in range(3))


def _imported(source, tmp_path, **more):
    target = tmp_path / "stock"
    return import_stock(source, target=target, **more), SireneStock(path=target)


def _found(stock, siret):
    return stock.look_up([Siret.parse(siret)]).get(Siret.parse(siret))


@pytest.mark.parametrize("make", [a_csv, a_zip, a_parquet])
def test_each_form_of_the_file_says_the_same(tmp_path, make):
    rows = [
        a_row(ONE, start="2011-02-03", processed="2026-07-01T23:59:00"),
        a_row(TWO, state="F", start="2024-03-01", statutDiffusionEtablissement="P"),
        a_row(LA_POSTE_OFFICE, start="", processed=""),
    ]
    imported, stock = _imported(make(tmp_path, rows), tmp_path)
    assert (imported.month, imported.rows, imported.bad) == ("2026-10", 3, 0)
    assert _found(stock, ONE) == ExistingEstablishment(
        siret=Siret.parse(ONE),
        periods=(Period(start=date(2011, 2, 3), is_active=True),),
        processed_at=datetime(2026, 7, 1, 21, 59, tzinfo=UTC),
    )
    assert _found(stock, TWO) == ExistingEstablishment(
        siret=Siret.parse(TWO),
        periods=(Period(start=date(2024, 3, 1), is_active=False),),
        is_public=False,
        processed_at=datetime(2026, 10, 30, 13, 31, tzinfo=UTC),
    )
    assert _found(stock, LA_POSTE_OFFICE).periods == (Period(start=None, is_active=True),)
    assert _found(stock, THREE) is None


def test_parquet_of_another_writer_has_dates_and_numbers_of_its_own(tmp_path):
    rows = [a_row(ONE), a_row(TWO)]
    typed = {
        "dateDebut": [date(2011, 2, 3), None],
        "dateDernierTraitementEtablissement": [datetime(2026, 10, 1, 8, 5), None],  # noqa: DTZ001
    }
    _, stock = _imported(a_parquet(tmp_path, rows, **typed), tmp_path)
    assert _found(stock, ONE).periods == (Period(start=date(2011, 2, 3), is_active=True),)
    assert _found(stock, ONE).processed_at == datetime(2026, 10, 1, 6, 5, tzinfo=UTC)
    assert _found(stock, TWO).processed_at is None


@pytest.mark.parametrize("make", [a_csv, a_zip, a_parquet])
def test_columns_are_found_by_name_whatever_is_added_moved_or_missing(tmp_path, make):
    columns = ("nouvelleColonne", "etatAdministratifEtablissement", "siret", "dateDebut")
    imported, stock = _imported(
        make(tmp_path, [a_row(ONE, state="F")], columns=columns), tmp_path, month="2026-09"
    )
    assert imported.month == stock.month == "2026-09"
    assert _found(stock, ONE).periods[0].is_active is False
    assert _found(stock, ONE).processed_at is None


@pytest.mark.parametrize("make", [a_csv, a_zip, a_parquet])
@pytest.mark.parametrize("missing", ["siret", "etatAdministratifEtablissement"])
def test_a_file_that_is_another_is_refused_and_the_former_stands(tmp_path, make, missing):
    _, stock = _imported(a_csv(tmp_path, [a_row(ONE)]), tmp_path)
    columns = [name for name in COLUMNS if name != missing]
    with pytest.raises(NotAStock, match=missing):
        _imported(make(tmp_path, [a_row(TWO)], columns=columns), tmp_path)
    assert _found(stock, ONE) is not None


BAD = {
    "short": {"siret": "1234"},
    "letters": {"siret": "9990000000001A"},
    "other digits": {"siret": "٩٩٩٠٠٠٠٠٠٠٠٠١٢"},
    "state": {"etatAdministratifEtablissement": "X"},
    "no state": {"etatAdministratifEtablissement": ""},
}


@pytest.mark.parametrize("name", BAD)
def test_a_row_that_is_none_is_counted_and_left_out(tmp_path, name):
    rows = [a_row(ONE), a_row(TWO) | BAD[name], a_row(THREE)]
    imported, stock = _imported(a_csv(tmp_path, rows), tmp_path)
    assert (imported.rows, imported.bad) == (2, 1)
    assert _found(stock, TWO) is None


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "[ND]", "2026-02-30", "hier"])
def test_a_date_that_cannot_be_is_not_told(tmp_path, day):
    rows = [a_row(ONE, start=day, processed=day), a_row(TWO)]
    _, stock = _imported(a_csv(tmp_path, rows), tmp_path)
    assert _found(stock, ONE).periods == (Period(start=None, is_active=True),)
    assert _found(stock, ONE).processed_at is None


def test_a_row_cut_at_the_end_of_the_file_is_left_out(tmp_path):
    path = a_csv(tmp_path, [a_row(ONE), a_row(TWO)])
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.index(TWO.encode()) + 40])
    imported, _ = _imported(path, tmp_path)
    assert (imported.rows, imported.bad) == (1, 1)


def test_quotes_commas_and_ends_of_line_in_a_value_are_the_value(tmp_path):
    odd = 'A "CITÉ",\nBÂTIMENT 1'
    rows = [a_row(ONE, libelleVoieEtablissement=odd), a_row(TWO)]
    imported, stock = _imported(a_csv(tmp_path, rows), tmp_path)
    assert (imported.rows, imported.bad) == (2, 0)
    assert _found(stock, TWO) is not None


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path):
    path = a_csv(tmp_path, [a_row(ONE)], columns=("siret", "etatAdministratifEtablissement"))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    _, stock = _imported(path, tmp_path, month="2026-10")
    assert _found(stock, ONE) is not None


def test_a_damaged_archive_is_refused_and_the_former_stands(tmp_path):
    _, stock = _imported(a_csv(tmp_path, [a_row(ONE)]), tmp_path)
    path = a_zip(tmp_path, [a_row(fictitious(number)) for number in range(500)])
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(NotAStock, match="damaged"):
        _imported(path, tmp_path)
    assert _found(stock, ONE) is not None
    assert _found(stock, TWO) is None


@pytest.mark.parametrize("content", [b"PK\x03\x04 not a zip", b"PAR1 not parquet"])
def test_what_only_begins_like_an_archive_is_damaged(tmp_path, content):
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(NotAStock, match="damaged"):
        _imported(path, tmp_path)


def test_an_empty_file_is_no_stock(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"")
    with pytest.raises(NotAStock, match="missing columns"):
        _imported(path, tmp_path)
    with pytest.raises(NotAStock, match="no establishment"):
        _imported(a_csv(tmp_path, []), tmp_path)


def test_a_file_that_does_not_tell_its_month_needs_it(tmp_path):
    path = a_csv(tmp_path, [a_row(ONE, processed="")])
    with pytest.raises(NotAStock, match="--month"):
        _imported(path, tmp_path)
    assert _imported(path, tmp_path, month="2026-08")[0].month == "2026-08"


def test_a_new_month_is_seen_by_who_has_the_former_open(tmp_path):
    _, stock = _imported(a_csv(tmp_path, [a_row(ONE)]), tmp_path)
    assert stock.month == "2026-10"
    assert _found(stock, ONE).periods[0].is_active
    closed = a_row(ONE, state="F", processed="2026-11-29T10:00:00")
    _imported(a_csv(tmp_path, [closed]), tmp_path)
    assert not _found(stock, ONE).periods[0].is_active
    assert stock.month == "2026-11"


def test_when_the_file_is_gone_it_says_nothing(tmp_path):
    _, stock = _imported(a_csv(tmp_path, [a_row(ONE)]), tmp_path)
    assert stock.month is not None
    (tmp_path / "stock").unlink()
    assert stock.month is None
    assert _found(stock, ONE) is None
    stock.close()


@pytest.mark.parametrize("content", [b"", b"no database" * 100], ids=["empty", "other"])
def test_a_file_that_is_no_stock_says_nothing(tmp_path, content):
    path = tmp_path / "stock"
    path.write_bytes(content)
    stock = SireneStock(path=path)
    assert stock.month is None
    assert _found(stock, ONE) is None


def test_a_stock_of_another_format_says_nothing(tmp_path):
    _, stock = _imported(a_csv(tmp_path, [a_row(ONE)]), tmp_path)
    other = tmp_path / "other"
    other.write_bytes((tmp_path / "stock").read_bytes())
    with sqlite3.connect(other) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    other.replace(tmp_path / "stock")
    assert stock.month is None


def test_ten_thousand_are_looked_up_together_and_by_many_threads(tmp_path):
    sirets = [fictitious(number) for number in range(3_000)]
    _, stock = _imported(a_csv(tmp_path, map(a_row, sirets)), tmp_path)
    asked = [Siret.parse(siret) for siret in [*sirets, fictitious(90_000)]]
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(len(stock.look_up(asked)))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [3_000] * 4


def test_a_path_may_hold_any_character(tmp_path):
    folder = Path(tmp_path / "à l'été ?mode=rw#1 %41")
    folder.mkdir()
    _, stock = _imported(a_csv(tmp_path, [a_row(ONE)]), folder)
    assert stock.month == "2026-10"
