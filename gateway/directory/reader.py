"""The directory's file, row by row: UTF-8 CSV, `;` or `,`, documented in docs/directory.md.

A bad row costs only itself. Nothing is opened and nothing is kept: memory does not grow.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final, TextIO

from gateway.directory import cells as cell
from gateway.directory.cells import Cells
from gateway.directory.declaration import DECLARED_COLUMNS, Declarations, day_of, undeclared
from gateway.directory.reasons import RowRefused
from gateway.directory.rows import BadRow, DirectoryRow
from gateway.directory.sheet import Sheet
from gateway.model.directory import Balance, Employment
from gateway.wire.codelists import DirectoryLists

REQUIRED_COLUMNS: Final = (
    "nir", "birth_name", "first_name", "birth_date", "sex",
    "employer_siret", "nuclear_domain", "contract_start",
)  # fmt: skip
OPTIONAL_COLUMNS: Final = (
    "id_type", "used_name", "other_first_names", "category", "other_exposures", "contract_end",
    "oa_sirets", "operator_sirets", "balance_as_of", "balance_effective_msv", "balance_lens_msv",
    "balance_extremity_msv", *DECLARED_COLUMNS,
)  # fmt: skip
_SHEET: Final = Sheet(required=REQUIRED_COLUMNS, optional=OPTIONAL_COLUMNS)
OTHER_EXPOSURES: Final = frozenset({"RADON", "COSMIC", "EMERGENCY_1", "EMERGENCY_2"})

_NAME: Final = 80
_NAMES: Final = 160
_YES: Final = frozenset({"YES", "OUI"})
_NO: Final = frozenset({"NO", "NON"})


def read_rows(
    stream: TextIO, *, lists: DirectoryLists, today: date
) -> Iterator[DirectoryRow | BadRow]:
    """The rows of `stream` (opened with `newline=""`), good and bad, in order.

    `lists` are those whose codes the contracts draw from, as they stand on the last day that each
    contract has had as of `today`.
    A header that cannot be used yields one `BadRow` a fault, and no row is read. Bytes that are
    not UTF-8 refuse their row if the stream was opened with `errors="surrogateescape"`.
    """
    declarations = Declarations(lists)
    for found in _SHEET.rows(stream):
        if isinstance(found, BadRow):
            yield found
            continue
        number, cells = found
        try:
            yield _row(cells, number, declarations=declarations, today=today)
        except RowRefused as fault:
            yield fault.at(number)


def _row(cells: Cells, number: int, *, declarations: Declarations, today: date) -> DirectoryRow:
    contract = _contract(cells)
    return DirectoryRow(
        number=number,
        nir=cell.nir(cells, "nir"),
        id_type=cell.optional_code(cells, "id_type", allowed=frozenset({"NIR", "NIA"})) or "NIR",
        birth_name=cell.text(cells, "birth_name", limit=_NAME),
        used_name=cell.optional_text(cells, "used_name", limit=_NAME),
        first_name=cell.text(cells, "first_name", limit=_NAME),
        other_first_names=cell.optional_text(cells, "other_first_names", limit=_NAMES),
        birth_date=cell.birth_date(cells, "birth_date"),
        sex=cell.code(cells, "sex", allowed=frozenset({"M", "F"})),
        employer=contract.employer,
        is_nuclear=cell.code(cells, "nuclear_domain", allowed=_YES | _NO) in _YES,
        employment=contract,
        declared=declarations.read(cells, day=day_of(contract.start, contract.end, today=today)),
        attachments=(
            *cell.attachments(cells, "oa_sirets", contract=contract),
            *cell.attachments(cells, "operator_sirets", contract=contract),
        ),
        balance=_balance(cells),
    )


def _contract(cells: Cells) -> Employment:
    start = cell.optional_day(cells["contract_start"], "contract_start")
    if start is None:
        raise RowRefused("contract_start", "EMPTY")
    end = cell.optional_day(cells.get("contract_end", ""), "contract_end")
    if end is not None and end < start:
        raise RowRefused("contract_end", "ORDER")
    return Employment(
        employer=cell.siret(cells["employer_siret"], "employer_siret"),
        start=start,
        end=end,
        category=cell.optional_code(cells, "category", allowed=frozenset({"A", "B"})),
        other_exposures=cell.codes(cells, "other_exposures", allowed=OTHER_EXPOSURES),
        undeclared=undeclared(cells),
    )


def _balance(cells: Cells) -> Balance | None:
    as_of = cell.optional_day(cells.get("balance_as_of", ""), "balance_as_of")
    effective = cell.dose(cells, "balance_effective_msv")
    lens = cell.dose(cells, "balance_lens_msv")
    extremity = cell.dose(cells, "balance_extremity_msv")
    if as_of is None and effective is None and lens is None and extremity is None:
        return None
    if as_of is None or effective is None:
        raise RowRefused("balance_as_of", "BALANCE")
    return Balance(
        as_of=as_of, effective_usv=effective, lens_usv=lens or 0, extremity_usv=extremity or 0
    )
