"""The directory's file, row by row; every example of docs/directory.md is read as documented."""

import io
from datetime import date
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.directory import (
    OPTIONAL_COLUMNS,
    REQUIRED_COLUMNS,
    BadRow,
    DirectoryRow,
    read_rows,
)
from gateway.directory.reasons import REASONS
from gateway.identifiers import Siret
from gateway.model.directory import Attachment, Balance, Declared
from gateway.wire.codelists import Code, CodeList, DirectoryLists

NIR = "276091234644512"
EMPLOYER = "55208131766522"
LABORATORY = "73282932000074"
OPERATOR = "35600000000048"
ROW = {
    "nir": NIR,
    "birth_name": "MARTIN",
    "first_name": "Jeanne",
    "birth_date": "1976-09-12",
    "sex": "F",
    "employer_siret": EMPLOYER,
    "nuclear_domain": "yes",
    "contract_start": "2025-01-01",
}
TODAY = date(2026, 11, 20)
LISTS = DirectoryLists.load()
DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "directory.md"


def read(text: str) -> list[DirectoryRow | BadRow]:
    return list(read_rows(io.StringIO(text, newline=""), lists=LISTS, today=TODAY))


def a_file(*rows: dict[str, str], delimiter: str = ";") -> str:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    cells = [[row.get(name, "") for name in columns] for row in rows]
    return "\r\n".join(delimiter.join(line) for line in [columns, *cells]) + "\r\n"


def good(**changes: str) -> DirectoryRow:
    (row,) = read(a_file(ROW | changes))
    assert isinstance(row, DirectoryRow), (row.column, row.reason_code)
    return row


def bad(**changes: str) -> tuple[str, str]:
    (row,) = read(a_file(ROW | changes))
    assert isinstance(row, BadRow)
    assert (row.fr, row.en) == REASONS[row.reason_code]
    return row.column, row.reason_code


def test_the_least_row() -> None:
    row = good()
    assert row.nir.reveal() == NIR
    assert (row.number, row.id_type, row.is_nuclear) == (2, "NIR", True)
    assert row.employment.start == date(2025, 1, 1)
    assert row.employment.end is row.employment.category is row.balance is None
    assert row.attachments == ()
    assert row.employment.other_exposures == frozenset()


@pytest.mark.parametrize("delimiter", [";", ","])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_either_delimiter_with_or_without_a_mark(delimiter: str, mark: str) -> None:
    (row,) = read(mark + a_file(ROW, delimiter=delimiter))
    assert isinstance(row, DirectoryRow)


def test_names_may_be_quoted_and_are_in_nfc() -> None:
    row = good(birth_name='"D\'Été; ""Aîné"""', used_name="Ele\u0301onore")
    assert row.birth_name == 'D\'Été; "Aîné"'
    assert row.used_name == "Eléonore"


def test_attachments_default_to_the_dates_of_the_contract() -> None:
    row = good(
        contract_end="2026-12-31",
        oa_sirets=f"{LABORATORY}|{OPERATOR}@2025-03-01",
        operator_sirets=f"{OPERATOR}@2025-04-01..2025-05-31 | {OPERATOR}@..2025-02-28",
    )
    sender, start, end = LABORATORY, date(2025, 1, 1), date(2026, 12, 31)
    assert [(str(a.sender), a.start, a.end) for a in row.attachments] == [
        (sender, start, end),
        (OPERATOR, date(2025, 3, 1), end),
        (OPERATOR, date(2025, 4, 1), date(2025, 5, 31)),
        (OPERATOR, start, date(2025, 2, 28)),
    ]


def test_a_contract_that_runs_gives_attachments_that_run() -> None:
    employer, sender = Siret(EMPLOYER), Siret(LABORATORY)
    assert good(oa_sirets=LABORATORY).attachments == (
        Attachment(employer=employer, sender=sender, start=date(2025, 1, 1)),
    )


@pytest.mark.parametrize(
    ("msv", "usv"),
    [
        ("0", 0),
        ("0.001", 1),
        ("0,05", 50),
        ("1.2", 1200),
        ("20", 20000),
        ("9999999.999", 9999999999),
    ],
)
def test_millisieverts_become_whole_microsieverts(msv: str, usv: int) -> None:
    row = good(balance_as_of="2025-12-31", balance_effective_msv=f'"{msv}"')
    assert row.balance == Balance(as_of=date(2025, 12, 31), effective_usv=usv)


@given(st.integers(0, 9_999_999_999))
def test_every_dose_of_whole_microsieverts_is_read_back(usv: int) -> None:
    msv = f"{usv // 1000}.{usv % 1000:03}"
    row = good(balance_as_of="2025-12-31", balance_effective_msv=msv, balance_lens_msv=msv)
    assert row.balance is not None
    assert row.balance.effective_usv == row.balance.lens_usv == usv


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("nir", "", "EMPTY"),
        ("nir", "27609123464451", "I001"),
        ("nir", "276091234644513", "I002"),
        ("nir", "710091234644512", "I003"),
        ("id_type", "NNP", "CODE"),
        ("birth_name", " ", "EMPTY"),
        ("birth_name", "M" * 81, "LENGTH"),
        ("birth_name", "MAR\x07TIN", "TEXT"),
        ("birth_name", "MAR\udce9TIN", "TEXT"),
        ("other_first_names", "M" * 161, "LENGTH"),
        ("birth_date", "12/09/1976", "DATE"),
        ("birth_date", "1976-02-30", "DATE"),
        ("birth_date", "1976-00-12", "DATE"),
        ("birth_date", "", "EMPTY"),
        ("sex", "X", "CODE"),
        ("employer_siret", "55208131766523", "E001"),
        ("nuclear_domain", "peut-être", "CODE"),
        ("category", "NC", "CODE"),
        ("other_exposures", "RADON|ULTRAVIOLET", "CODE"),
        ("contract_start", "", "EMPTY"),
        ("contract_start", "2025-1-1", "DATE"),
        ("contract_start", "٢٠٢٥-٠١-٠١", "DATE"),
        ("contract_end", "2024-12-31", "ORDER"),
        ("oa_sirets", "1234", "E001"),
        ("oa_sirets", f"{LABORATORY}|", "EMPTY"),
        ("oa_sirets", f"{LABORATORY}@yesterday", "DATE"),
        ("oa_sirets", f"{LABORATORY}@2025-02-01..2025-02-30", "DATE"),
        ("operator_sirets", f"{LABORATORY}@2025-02-01..2025-01-31", "ORDER"),
    ],
)
def test_a_row_is_refused_for_what_is_wrong(column: str, value: str, code: str) -> None:
    assert bad(**{column: value}) == (column, code)


@pytest.mark.parametrize(
    "value", ["-1", "1e3", "1.0001", ".5", "1.", "00.1", "12345678", "NaN", "١"]
)
def test_what_is_no_dose_is_refused(value: str) -> None:
    assert bad(balance_as_of="2025-12-31", balance_effective_msv=value) == (
        "balance_effective_msv",
        "DOSE",
    )


def test_half_a_balance_is_refused() -> None:
    assert bad(balance_effective_msv="1") == ("balance_as_of", "BALANCE")
    assert bad(balance_as_of="2025-12-31", balance_lens_msv="1") == ("balance_as_of", "BALANCE")


def test_a_bad_row_costs_only_itself_and_is_named_by_its_line() -> None:
    text = a_file(ROW, ROW | {"sex": "X"}, ROW) + "\r\nshort;row\r\n" + ";" * 7 + "\r\n"
    rows = read(text)
    assert [type(row) for row in rows] == [DirectoryRow, BadRow, DirectoryRow, BadRow]
    assert [row.number for row in rows] == [2, 3, 4, 6]
    broken = rows[-1]
    assert isinstance(broken, BadRow)
    assert (broken.column, broken.reason_code) == ("*", "CELLS")


def test_a_stray_quote_costs_its_row() -> None:
    rows = read(a_file(ROW | {"birth_name": '"MAR"TIN'}, ROW))
    assert [type(row) for row in rows] == [BadRow, DirectoryRow]


def test_no_reason_holds_a_value() -> None:
    for row in read(a_file(*(ROW | {name: "MARKED" * 40} for name in ROW))):
        if isinstance(row, BadRow):
            assert "MARKED" not in f"{row.column}{row.reason_code}{row.fr}{row.en}"
            assert "MARKED" not in repr(row)


def test_a_header_that_cannot_be_used_reads_no_row() -> None:
    missing = {name: value for name, value in ROW.items() if name != "sex"}
    assert [(r.number, r.column, r.reason_code) for r in _faults(a_file(missing))] == [
        (1, "sex", "HEADER_MISSING")
    ]
    assert [(r.column, r.reason_code) for r in _faults(a_file(ROW | {"MARKED": "1"}))] == [
        ("*", "HEADER_UNKNOWN")
    ]
    twice = a_file(ROW).replace("nir;", "nir;nir;", 1)
    assert [(r.column, r.reason_code) for r in _faults(twice)] == [("nir", "HEADER_REPEATED")]
    (endless,) = _faults("x" * 200_000)
    assert (endless.column, endless.reason_code) == ("*", "CELLS")
    assert {r.reason_code for r in _faults("")} == {"HEADER_MISSING"}


def _faults(text: str) -> list[BadRow]:
    rows = read(text)
    assert all(isinstance(row, BadRow) for row in rows)
    return [row for row in rows if isinstance(row, BadRow)]


def test_memory_does_not_grow_with_the_file() -> None:
    rows = read_rows(io.StringIO(a_file(*([ROW] * 50))), lists=LISTS, today=TODAY)
    assert isinstance(next(rows), DirectoryRow)


def test_every_column_is_documented_and_the_example_is_read() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for column in (*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS):
        assert f"| `{column}` |" in text
    for code in REASONS:
        assert f"| `{code}` |" in text
    example = text.split("```csv\n")[1].split("```")[0]
    rows = read(example)
    assert len(rows) >= 3
    assert all(isinstance(row, DirectoryRow) for row in rows)


@given(st.text(max_size=400))
def test_any_text_is_read_without_a_fault(text: str) -> None:
    read(text)
    read(a_file(ROW) + text)


DECLARED = {
    "exposure_nature": "EXTERNAL",
    "contract_type": "CDI",
    "working_time": "0,8",
    "activity_character": "CIVIL",
    "domain": "MEDICAL",
    "sector": "MED_DENTAL",
    "trade": "DENTIST",
}


def test_what_the_employer_declares_is_read() -> None:
    assert good(**DECLARED).declared == Declared(
        exposure_nature="EXTERNAL",
        contract_type="CDI",
        working_time_thousandths=800,
        activity_character="CIVIL",
        domain="MEDICAL",
        sector="MED_DENTAL",
        trade="DENTIST",
    )
    assert good(**DECLARED).employment.undeclared == frozenset()


def test_an_empty_cell_is_not_declared_and_an_absent_column_is_not_known() -> None:
    assert good().employment.undeclared == frozenset()
    assert good(trade="", sector=" ", domain="MEDICAL").employment.undeclared == {"trade", "sector"}
    nothing = good(**dict.fromkeys(DECLARED, ""))
    assert nothing.employment.undeclared == set(DECLARED)
    assert nothing.declared == Declared()


@pytest.mark.parametrize("column", sorted(set(DECLARED) - {"working_time"}))
def test_an_unknown_code_refuses_the_row(column: str) -> None:
    assert bad(**DECLARED | {column: "UNHEARD_OF"}) == (column, "CODE")


def test_a_domain_is_no_sector_and_a_sector_no_domain() -> None:
    assert bad(sector="MEDICAL") == ("sector", "CODE")
    assert bad(domain="MED_DENTAL") == ("domain", "CODE")


def test_a_sector_is_of_its_domain_at_any_depth() -> None:
    assert bad(domain="NUCLEAR", sector="MED_DENTAL") == ("sector", "DOMAIN")
    assert good(domain="MEDICAL", sector="MED_NUC_DIAG_PET").declared.sector == "MED_NUC_DIAG_PET"
    assert good(sector="MED_DENTAL").declared.domain is None


@pytest.mark.parametrize(
    ("cell", "thousandths"), [("1", 1000), ("1.0", 1000), ("0.5", 500), ("0,375", 375)]
)
def test_working_time_is_a_share_of_full_time(cell: str, thousandths: int) -> None:
    assert good(working_time=cell).declared.working_time_thousandths == thousandths


@pytest.mark.parametrize("cell", ["0", "0.000", "1.001", "2", "80 %", "-1", ".5", "0.1234", "½"])
def test_another_working_time_refuses_the_row(cell: str) -> None:
    assert bad(working_time=cell) == ("working_time", "SHARE")


def dated(*codes: Code) -> DirectoryLists:
    """The published lists, but for the trades."""
    trades = CodeList(name="trades", version="2", dated=date(2026, 7, 1), codes=codes)
    return msgspec.structs.replace(LISTS, trades=trades)


@pytest.mark.parametrize(
    ("start", "end", "today", "trade", "is_taken"),
    [
        ("2020-01-01", "", date(2026, 6, 30), "OLD", True),
        ("2020-01-01", "", date(2026, 7, 1), "OLD", False),
        ("2020-01-01", "", date(2026, 6, 30), "NEW", False),
        ("2020-01-01", "", date(2026, 7, 1), "NEW", True),
        ("2020-01-01", "2026-06-30", date(2026, 11, 20), "OLD", True),
        ("2020-01-01", "2026-06-30", date(2026, 11, 20), "NEW", False),
        ("2020-01-01", "2027-12-31", date(2026, 6, 30), "NEW", False),
        ("2026-07-01", "", date(2026, 6, 1), "NEW", True),
        ("2026-07-01", "", date(2026, 6, 1), "OLD", False),
    ],
)
def test_codes_are_those_of_the_last_day_that_the_contract_has_had(
    start: str, end: str, today: date, trade: str, *, is_taken: bool
) -> None:
    lists = dated(
        Code("OLD", "Ancien", "Old", date(2014, 7, 1), date(2026, 6, 30)),
        Code("NEW", "Nouveau", "New", date(2026, 7, 1)),
    )
    text = a_file(ROW | {"contract_start": start, "contract_end": end, "trade": trade})
    (row,) = read_rows(io.StringIO(text, newline=""), lists=lists, today=today)
    assert isinstance(row, DirectoryRow) is is_taken
    if isinstance(row, BadRow):
        assert (row.column, row.reason_code) == ("trade", "CODE")


def test_every_published_code_of_a_list_is_taken_in_its_column() -> None:
    columns = {
        "trade": LISTS.trades.on(TODAY),
        "contract_type": LISTS.contracts.on(TODAY),
        "exposure_nature": LISTS.exposure_natures.on(TODAY),
        "domain": LISTS.sectors.tops_on(TODAY),
        "sector": LISTS.sectors.on(TODAY) - LISTS.sectors.tops_on(TODAY),
    }
    rows = [ROW | {column: code} for column, codes in columns.items() for code in sorted(codes)]
    assert [row for row in read(a_file(*rows)) if isinstance(row, BadRow)] == []
    assert len(rows) == sum(len(published.codes) for published in LISTS)
