"""What physicians decide on doses, and what counts over twelve months (A23 art. 22-23, C003, D020).

All the days of this world lie within twelve months: each sum is of all that is in force.
"""

from dataclasses import dataclass
from decimal import Decimal

from tests.model.onrecord import State
from tests.running import PHYSICIAN

LIMIT_USV = 20_000
"""Effective dose over twelve consecutive months (R. 4451-6)."""
_COLUMNS = "sender_siret;transmission;ref;decision;decided_on;rpps;effective_msv"
_WORN_ON_THE_BODY = {"TRUNK", "WHOLE_BODY", None}


@dataclass(frozen=True)
class Decision:
    """What becomes of the dose of one line."""

    kind: str
    effective: str | None = None
    """mSv retained of a dose that is MODIFIED; None: what was sent stands."""


KINDS = (
    *(Decision("MAINTAINED"), Decision("CANCELLED"), Decision("MODIFIED")),
    *(Decision("MODIFIED", effective) for effective in ("0", "19.85", "20")),
)


@dataclass(frozen=True)
class Decided:
    """A row of the file: a line by the name that its sender gave it, and what is decided of it."""

    sender: str
    transmission: str
    ref: str
    decision: Decision | None
    """None: nothing any more."""

    def row(self):
        named = f"{self.sender};{self.transmission};{self.ref}"
        if self.decision is None:
            return f"{named};NONE;;;"
        about = self.decision
        return f"{named};{about.kind};2026-11-19;{PHYSICIAN};{about.effective or ''}"


def file_of_decisions(rows):
    """The rows as the register states them."""
    return "\n".join((_COLUMNS, *(one.row() for one in rows))) + "\n"


def take_decision(record, decided):
    """Take one in: `added`, `changed`, `unchanged`, or why nobody can decide on that line."""
    named = (decided.sender, decided.transmission, decided.ref)
    found = [one for one in record.lines if (one.sender, one.transmission, one.line.ref) == named]
    if not found:
        return "LINE_UNKNOWN"
    (line,) = found
    if line.state is not State.IN_FORCE:
        return "LINE_NOT_IN_FORCE"
    if line.line.operation == "ABSENCE":
        return "ABSENCE"
    before, line.decision = line.decision, decided.decision
    if before == decided.decision:
        return "unchanged"
    return "added" if before is None else "changed"


# ---------- doses


def sent(line):
    """(effective, to the extremities), in µSv, as the line says them."""
    effective = {"E"} | ({"HP10"} if line.location in _WORN_ON_THE_BODY else set())
    return _sum(line, effective), _sum(line, {"HP007"})


def counted(one):
    """What counts of a line on record: what was decided where anything was."""
    effective, extremity = sent(one.line)
    decision = one.decision
    if decision is None or decision.kind == "MAINTAINED":
        return effective, extremity
    if decision.kind == "CANCELLED":
        return 0, 0
    retained = decision.effective
    return effective if retained is None else _usv(retained), extremity


def is_over_the_year(line, flow, record, *, but):
    """Whether the line takes its worker over the limit: one that adds nothing does not.

    Operational doses are a second reading of the same exposure, and stand alone.
    """
    added, _ = sent(line)
    is_operational = flow == "OPERATIONAL"
    beside = sum(
        counted(one)[0]
        for one in record.in_force(but=but)
        if one.line.worker == line.worker and (one.flow == "OPERATIONAL") == is_operational
    )
    return added > 0 and added + beside > LIMIT_USV


def _sum(line, quantities):
    told = [one for one in line.measurements if one.quantity in quantities]
    return sum(_usv(one.value) for one in told if one.value is not None)


def _usv(msv):
    return int(Decimal(msv) * 1000)
