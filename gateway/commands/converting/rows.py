"""Rows of a CSV to lines of a transmission: good lines are kept, bad rows are told."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.commands.checking.expected import Expected, expectations
from gateway.commands.converting.columns import (
    DEFAULTS,
    KNOWN,
    OF_MEASUREMENT,
    ORDER,
    REQUIRED,
    column_of,
)
from gateway.commands.terminal import CannotDo
from gateway.wire.leaves import Misread
from gateway.wire.shape import Json
from gateway.wire.v1.contract import TransmissionContract

_OPERATIONS: Final = frozenset({"INITIAL", "LATE", "ABSENCE"})
"""Those that a CSV can carry: corrections name what they correct."""
_LIST: Final = "otherExposures"


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that became no line: its number in the file, the column, and what is expected."""

    number: int
    column: str
    fr: str
    en: str


@dataclass(slots=True)
class Converted:
    """What a CSV gave."""

    lines: list[dict[str, Json]] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    read: Counter[str] = field(default_factory=Counter)
    """How many cells were read otherwise than written, by kind."""
    rows: int = 0


@dataclass(slots=True)
class _Gathered:
    """The rows of one reference."""

    number: int
    form: dict[str, Json]
    numbers: list[int] = field(default_factory=list)


def converted(text: str, contract: TransmissionContract) -> Converted:
    """The lines of a CSV.

    Raises:
        CannotDo: its header is not one.
    """
    result = Converted()
    gathered: dict[str, _Gathered] = {}
    for number, row in _rows(text):
        result.rows += 1
        if None in row:
            result.bad.append(BadRow(number, "?", "trop de cellules", "too many cells"))
            continue
        said = {name: (value or "").strip() for name, value in row.items()}
        form = _line(said, result.read)
        known = gathered.setdefault(said["ref"] or f"row {number}", _Gathered(number, form))
        if known.form is not form:
            differing = [name for name in form if form[name] != known.form.get(name)]
            if set(differing) - {"measurements"} or len(form) != len(known.form):
                text_fr = f"cette référence est celle d'une autre ligne (rangée {known.number})"
                text_en = f"this reference is that of another line (row {known.number})"
                result.bad.append(BadRow(number, "ref", text_fr, text_en))
                continue
            known.form["measurements"] += form["measurements"]
        known.numbers.append(number)
    for one in gathered.values():
        _keep(one, contract, result)
    result.bad.sort(key=lambda bad: (bad.number, bad.column))
    return result


def _rows(text: str) -> Iterator[tuple[int, dict[Any, Any]]]:
    """Each row with the number of its first line in the file; the header is row 1."""
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") >= first.count(",") else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        names = [(name or "").strip().lower() for name in reader.fieldnames or ()]
        _require_columns(names)
        reader.fieldnames = names
        before = reader.line_num
        for row in reader:
            if any((value or "").strip() for name, value in row.items() if name is not None):
                yield before + 1, row
            before = reader.line_num
    except csv.Error:
        raise CannotDo(
            f"Ce CSV est mal formé vers la ligne {reader.line_num}.",
            f"This CSV is ill-formed near line {reader.line_num}.",
        ) from None


def _require_columns(names: list[str]) -> None:
    """The header; a name that is not ours is told by its place, for it may be a value.

    Raises:
        CannotDo: columns are missing, unknown or there twice.
    """
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        listed = ", ".join(missing)
        raise CannotDo(f"Colonnes absentes : {listed}.", f"Columns missing: {listed}.")
    wrong = [str(place) for place, name in enumerate(names, 1) if name not in KNOWN]
    wrong += [str(place) for place, name in enumerate(names, 1) if name in names[: place - 1]]
    if wrong:
        listed = ", ".join(wrong)
        raise CannotDo(
            f"Colonnes inconnues ou répétées, par leur rang : {listed} (voyez docs/checking.md).",
            f"Columns unknown or repeated, by their place: {listed} (see docs/checking.md).",
        )


def _line(said: dict[str, str], read: Counter[str]) -> dict[str, Json]:
    """A line with the one measurement of its row, as far as cells are filled."""
    said = {**said, **{name: said.get(name) or value for name, value in DEFAULTS.items()}}
    line: dict[str, Json] = {}
    for name, (member, cell) in ORDER.items():
        if said.get(name):
            _set(line, member, cell(said[name], read))
    exposures = line.get("monitoring", {}).get(_LIST)
    if exposures is not None:
        line["monitoring"][_LIST] = exposures.replace("|", " ").split()
    measurement: dict[str, Json] = {}
    for name, (member, cell) in OF_MEASUREMENT.items():
        if said.get(name):
            _set(measurement, member, cell(said[name], read))
    line["measurements"] = [measurement]
    return line


def _set(form: dict[str, Json], member: tuple[str, ...], value: str) -> None:
    for step in member[:-1]:
        form = form.setdefault(step, {})
    form[member[-1]] = value


def _keep(one: _Gathered, contract: TransmissionContract, result: Converted) -> None:
    """Keep a line that the contract can read; else say of its row what is expected where."""
    bad = _defects(one.form, contract)
    if not bad:
        result.lines.append(one.form)
        return
    for expected in bad:
        steps = expected.pointer.split("/")
        is_of_measurement = steps[1:2] == ["measurements"] and len(steps) > 2 and steps[2].isdigit()  # noqa: PLR2004
        number = one.numbers[int(steps[2])] if is_of_measurement else one.number
        column = column_of(expected.pointer)
        result.bad.append(BadRow(number, column, expected.fr, expected.en))
    told = {bad.number for bad in result.bad}
    for number in one.numbers:
        if number not in told:
            text_fr = f"écartée avec la rangée {min(told & set(one.numbers))}, de même référence"
            text_en = f"left out with row {min(told & set(one.numbers))}, of the same reference"
            result.bad.append(BadRow(number, "ref", text_fr, text_en))


def _defects(form: dict[str, Json], contract: TransmissionContract) -> tuple[Expected, ...]:
    operation = form["operation"]
    if operation not in _OPERATIONS:
        options = ", ".join(sorted(_OPERATIONS))
        text = f"une valeur parmi {options}", f"one of {options}"
        return (Expected("/operation", *text),)
    if not contract.json_line.is_valid(form):
        return expectations(contract.json_line, form, "")
    try:
        contract.line_shape.of_json(form)
    except Misread as misread:
        return expectations(contract.json_line, form, misread.member)
    return ()
