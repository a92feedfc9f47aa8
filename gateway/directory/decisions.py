"""The file of physicians' decisions: one dose that was decided on a row (docs/directory.md)."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Final, TextIO

from gateway.directory import cells as cell
from gateway.directory.cells import Cells
from gateway.directory.reasons import RowRefused
from gateway.directory.rows import BadRow, DecisionRow
from gateway.directory.sheet import Sheet
from gateway.identifiers import InvalidIdentifier, Rpps
from gateway.model.decisions import DecisionKind, DoseDecision, LineName
from gateway.model.transmission import Usv
from gateway.rules.parameters import Parameters, parameters_on

DECISIONS: Final = Sheet(
    required=("sender_siret", "transmission", "ref", "decision", "decided_on", "rpps"),
    optional=("effective_msv", "lens_msv", "extremity_msv"),
)
WITHDRAWN: Final = "NONE"
"""As a decision: there is none on that line any more."""
_KINDS: Final = frozenset(kind.value for kind in DecisionKind)
_STATING: Final = ("decided_on", "rpps", *DECISIONS.optional)
"""What is said of a decision, where there is one."""
_REF: Final = re.compile(r"[A-Za-z0-9._:/-]{1,64}", re.ASCII)
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


def read_decisions(stream: TextIO, *, today: date) -> Iterator[DecisionRow | BadRow]:
    """The rows of `stream`, good and bad, in order; see `Sheet.rows`. None is of after `today`."""
    bounds = parameters_on(today)
    for found in DECISIONS.rows(stream):
        if isinstance(found, BadRow):
            yield found
            continue
        number, cells = found
        try:
            line, decision = _line(cells), _decision(cells, today=today, bounds=bounds)
            yield DecisionRow(number=number, line=line, decision=decision)
        except RowRefused as fault:
            yield fault.at(number)


def _line(cells: Cells) -> LineName:
    sender = cell.siret(cells["sender_siret"], "sender_siret")
    transmission = cell.text(cells, "transmission", limit=64).lower()
    if not _UUID.fullmatch(transmission):
        raise RowRefused("transmission", "UUID")
    ref = cell.text(cells, "ref", limit=64)
    if not _REF.fullmatch(ref):
        raise RowRefused("ref", "TEXT")
    return LineName(sender, transmission, ref)


def _decision(cells: Cells, *, today: date, bounds: Parameters) -> DoseDecision | None:
    if cells["decision"].strip().upper() == WITHDRAWN:
        for column in _STATING:
            if cells.get(column, "").strip():
                raise RowRefused(column, "WITHDRAWN")
        return None
    kind = DecisionKind(cell.code(cells, "decision", allowed=_KINDS))
    body, extremity = bounds.impossible_body_usv, bounds.impossible_extremity_usv
    return DoseDecision(
        kind=kind,
        decided_on=_day(cells, today=today),
        physician=_physician(cells),
        effective_usv=_retained(cells, "effective_msv", kind=kind, most=body),
        lens_usv=_retained(cells, "lens_msv", kind=kind, most=body),
        extremity_usv=_retained(cells, "extremity_msv", kind=kind, most=extremity),
    )


def _day(cells: Cells, *, today: date) -> date:
    day = cell.optional_day(cells["decided_on"], "decided_on")
    if day is None:
        raise RowRefused("decided_on", "EMPTY")
    if day > today:
        raise RowRefused("decided_on", "FUTURE")
    return day


def _physician(cells: Cells) -> Rpps:
    found = "".join(cells["rpps"].split())
    if not found:
        raise RowRefused("rpps", "EMPTY")
    try:
        return Rpps.parse(found)
    except InvalidIdentifier as error:
        raise RowRefused("rpps", error.code) from None


def _retained(cells: Cells, column: str, *, kind: DecisionKind, most: Usv) -> Usv | None:
    """A dose retained, of a MODIFIED one alone; nobody ever received more than `most` (D003)."""
    dose = cell.dose(cells, column)
    if dose is not None and kind is not DecisionKind.MODIFIED:
        raise RowRefused(column, "RETAINED")
    if dose is not None and dose > most:
        raise RowRefused(column, "BOUND")
    return dose
