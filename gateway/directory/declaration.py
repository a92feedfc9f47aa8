"""What the employer declares of a contract, and what he has left open: cells to facts.

The facts are those whose completeness decides whether a dose may be read in the register
(“complétude 9/9”), but for the three that are judged elsewhere: see docs/directory.md.
"""

import re
from datetime import date
from typing import Final

import msgspec

from gateway.directory import cells as cell
from gateway.directory.cells import Cells
from gateway.directory.reasons import RowRefused
from gateway.model.directory import Declared
from gateway.wire.codelists import DirectoryLists

DECLARED_COLUMNS: Final = (
    "exposure_nature", "contract_type", "working_time", "activity_character", "domain", "sector",
    "trade",
)  # fmt: skip
_CHARACTERS: Final = frozenset({"CIVIL", "MILITARY"})
_SHARE: Final = re.compile(r"([01])(?:[.,](\d{1,3}))?", re.ASCII)
_FULL_TIME: Final = 1000


def undeclared(cells: Cells) -> frozenset[str]:
    """The facts whose column the file has and whose cell is empty: known to be missing.

    Of a column that the file has not, nothing is known.
    """
    return frozenset(name for name in DECLARED_COLUMNS if name in cells and not cells[name].strip())


class _Codes(msgspec.Struct, frozen=True):
    """What the columns take on one day."""

    domains: frozenset[str]
    sectors: frozenset[str]
    trades: frozenset[str]
    contracts: frozenset[str]
    exposure_natures: frozenset[str]


class Declarations:
    """Reads the facts by dated lists. One for each file."""

    def __init__(self, lists: DirectoryLists) -> None:
        self._lists = lists
        self._codes: dict[date, _Codes] = {}

    def read(self, cells: Cells, *, day: date) -> Declared:
        """The facts, with codes of the lists as they stand on `day`.

        Raises:
            RowRefused: a code is not in its list on that day, or the sector is not of the domain.
        """
        codes = self._codes_on(day)
        domain = cell.optional_code(cells, "domain", allowed=codes.domains)
        sector = cell.optional_code(cells, "sector", allowed=codes.sectors)
        is_elsewhere = sector is not None and self._lists.sectors.top_of(sector) != domain
        if domain is not None and is_elsewhere:
            raise RowRefused("sector", "DOMAIN")
        return Declared(
            exposure_nature=cell.optional_code(
                cells, "exposure_nature", allowed=codes.exposure_natures
            ),
            contract_type=cell.optional_code(cells, "contract_type", allowed=codes.contracts),
            working_time_thousandths=_share(cells),
            activity_character=cell.optional_code(cells, "activity_character", allowed=_CHARACTERS),
            domain=domain,
            sector=sector,
            trade=cell.optional_code(cells, "trade", allowed=codes.trades),
        )

    def _codes_on(self, day: date) -> _Codes:
        found = self._codes.get(day)
        if found is None:
            lists, domains = self._lists, self._lists.sectors.tops_on(day)
            found = self._codes[day] = _Codes(
                domains=domains,
                sectors=lists.sectors.on(day) - domains,
                trades=lists.trades.on(day),
                contracts=lists.contracts.on(day),
                exposure_natures=lists.exposure_natures.on(day),
            )
        return found


def day_of(start: date, end: date | None, *, today: date) -> date:
    """The last day that a contract has had, as of `today`: its codes are those of that day."""
    return max(start, today if end is None else min(end, today))


def _share(cells: Cells) -> int | None:
    """A share of full time, above 0 and at most 1, in thousandths."""
    found = cells.get("working_time", "").strip()
    if not found:
        return None
    match = _SHARE.fullmatch(found)
    if match is None:
        raise RowRefused("working_time", "SHARE")
    thousandths = int(match[1]) * _FULL_TIME + int((match[2] or "0").ljust(3, "0"))
    if not 0 < thousandths <= _FULL_TIME:
        raise RowRefused("working_time", "SHARE")
    return thousandths
