"""Cells of the directory's file to values. Each raises `RowRefused` with the column's name."""

import re
import unicodedata
from datetime import date
from typing import Final

from gateway.directory.reasons import RowRefused
from gateway.identifiers import InvalidIdentifier, Nir, Siret
from gateway.model.directory import Attachment, Employment
from gateway.model.transmission import Usv

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_BIRTH: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_MSV: Final = re.compile(r"(0|[1-9]\d{0,6})(?:[.,](\d{1,3}))?", re.ASCII)
_ATTACHMENT: Final = re.compile(r"([^@]*)(?:@([^.]*)(?:\.\.(.*))?)?", re.DOTALL)

Cells = dict[str, str]


def text(cells: Cells, column: str, *, limit: int) -> str:
    """A required text, in NFC."""
    found = optional_text(cells, column, limit=limit)
    if found is None:
        raise RowRefused(column, "EMPTY")
    return found


def optional_text(cells: Cells, column: str, *, limit: int) -> str | None:
    """A text in NFC, or None where the cell is empty or absent."""
    found = unicodedata.normalize("NFC", cells.get(column, "").strip())
    if not found:
        return None
    if any(unicodedata.category(character) in {"Cc", "Cs", "Cn", "Co"} for character in found):
        raise RowRefused(column, "TEXT")
    if len(found) > limit:
        raise RowRefused(column, "LENGTH")
    return found


def code(cells: Cells, column: str, *, allowed: frozenset[str]) -> str:
    """One of the allowed codes, whatever its case."""
    found = cells.get(column, "").strip()
    if not found:
        raise RowRefused(column, "EMPTY")
    if found.upper() not in allowed:
        raise RowRefused(column, "CODE")
    return found.upper()


def optional_code(cells: Cells, column: str, *, allowed: frozenset[str]) -> str | None:
    """One of the allowed codes, or None where the cell is empty or absent."""
    return code(cells, column, allowed=allowed) if cells.get(column, "").strip() else None


def codes(cells: Cells, column: str, *, allowed: frozenset[str]) -> frozenset[str]:
    """Codes separated by `|`."""
    found = frozenset(part.strip().upper() for part in items(cells, column))
    if not found <= allowed:
        raise RowRefused(column, "CODE")
    return found


def items(cells: Cells, column: str) -> list[str]:
    """What is separated by `|`, none where the cell is empty or absent."""
    cell = cells.get(column, "").strip()
    return [part.strip() for part in cell.split("|")] if cell else []


def nir(cells: Cells, column: str) -> Nir:
    """A NIR or NIA with its key; blanks inside are left out."""
    cell = "".join(cells.get(column, "").split())
    if not cell:
        raise RowRefused(column, "EMPTY")
    try:
        return Nir.parse(cell)
    except InvalidIdentifier as error:
        raise RowRefused(column, error.code) from None


def siret(cell: str, column: str) -> Siret:
    """A SIRET; blanks inside are left out."""
    found = "".join(cell.split())
    if not found:
        raise RowRefused(column, "EMPTY")
    try:
        return Siret.parse(found)
    except InvalidIdentifier as error:
        raise RowRefused(column, error.code) from None


def optional_day(cell: str, column: str) -> date | None:
    """A date `YYYY-MM-DD`, or None where the cell is empty."""
    found = cell.strip()
    if not found:
        return None
    try:
        if _DAY.fullmatch(found):
            return date.fromisoformat(found)
    except ValueError:
        pass
    raise RowRefused(column, "DATE")


def birth_date(cells: Cells, column: str) -> str:
    """`YYYY-MM-DD`, where month and day may be `00`, or the day alone."""
    found = cells.get(column, "").strip()
    if not found:
        raise RowRefused(column, "EMPTY")
    match = _BIRTH.fullmatch(found)
    if match is None:
        raise RowRefused(column, "DATE")
    year, month, day = match.groups()
    if month == "00" and day != "00":
        raise RowRefused(column, "DATE")
    known_month = "01" if month == "00" else month
    known_day = "01" if day == "00" else day
    optional_day(f"{year}-{known_month}-{known_day}", column)
    return found


def dose(cells: Cells, column: str) -> Usv | None:
    """A decimal of mSv as whole µSv, or None where the cell is empty. No float is involved."""
    found = cells.get(column, "").strip()
    if not found:
        return None
    match = _MSV.fullmatch(found)
    if match is None:
        raise RowRefused(column, "DOSE")
    whole, thousandths = match.groups()
    return int(whole) * 1000 + int((thousandths or "0").ljust(3, "0"))


def attachments(cells: Cells, column: str, *, contract: Employment) -> tuple[Attachment, ...]:
    """`siret[@from[..to]]` separated by `|`; dates left out are those of the contract."""
    found = []
    for item in items(cells, column):
        match = _ATTACHMENT.fullmatch(item)
        if match is None:
            raise RowRefused(column, "DATE")
        sender, first, last = match.groups()
        start = optional_day(first or "", column) or contract.start
        end = optional_day(last or "", column) or contract.end
        if end is not None and end < start:
            raise RowRefused(column, "ORDER")
        found.append(
            Attachment(
                employer=contract.employer, sender=siret(sender, column), start=start, end=end
            )
        )
    return tuple(found)
