"""A closed world, small enough that its lines meet: who there is, and what can be said.

What is said is written here a second time, in types of its own; `form_of` gives its JSON form, of
which `tests.builders` makes the body of each door.
"""

import uuid
from dataclasses import dataclass, replace
from datetime import date

from gateway.identifiers import Siret
from gateway.model.directory import Partner
from gateway.model.transmission import Flow, SenderType
from tests import builders

EMPLOYERS = (builders.EMPLOYER, builders.STRANGER)
WORKERS = (1, 2, 3)
NAMES = ("Lefebvre", "Marchand")
FIRST_LABORATORY, OPERATOR = builders.LABORATORY, builders.OPERATOR
SECOND_LABORATORY = "90000005000014"
HEIR = "90000006800016"
"""May be declared the successor of the first laboratory."""
LABORATORIES = (FIRST_LABORATORY, SECOND_LABORATORY, HEIR)
SENDERS = (*LABORATORIES, OPERATOR)

SEPTEMBER = ("2026-09-01", "2026-09-30")
ASTRIDE = ("2026-09-15", "2026-10-14")
OCTOBER = ("2026-10-01", "2026-10-31")
PERIODS = (SEPTEMBER, ASTRIDE, OCTOBER)
REASONS = ("DOSE", "IDENTITY", "PERIOD", "EMPLOYER", "DUPLICATE")
VALUES = ("0.1", "0.15", "0.3")
OPERATIONAL_VALUES = ("0.01", "0.015", "0.3")


@dataclass(frozen=True)
class Measurement:
    quantity: str = "HP10"
    radiation: str = "PHOTON"
    value: str | None = "0.15"
    """None: nothing yet, in an absence."""


@dataclass(frozen=True)
class Aim:
    """What a correction or a cancellation names."""

    transmission: str
    ref: str
    reason: str
    digest: str | None = None


@dataclass(frozen=True)
class Line:
    ref: str
    operation: str = "INITIAL"
    worker: int = 1
    name: str = NAMES[0]
    employer: str = EMPLOYERS[0]
    monitoring: str = "SDI"
    is_second_group: bool = False
    """Whether the sender says that the worker is of the second emergency group."""
    period: tuple[str, str] | None = OCTOBER
    location: str | None = "TRUNK"
    measurements: tuple[Measurement, ...] = (Measurement(),)
    inb: str | None = None
    """Of the operator's site: in operational lines alone."""
    aim: Aim | None = None

    @property
    def days(self):
        return None if self.period is None else tuple(map(date.fromisoformat, self.period))


@dataclass(frozen=True)
class Transmission:
    id: str
    sender: str
    flow: str
    lines: tuple[Line, ...]
    is_test: bool = False
    has_wrong_totals: bool = False
    issued_at: str = "2026-11-20T08:00:00.000Z"


def type_of(sender):
    return "OPERATOR" if sender == OPERATOR else "OA"


def flows_of(sender):
    return ("OPERATIONAL",) if sender == OPERATOR else ("PASSIVE_EXTERNAL", "RADON")


def as_cancellation(line):
    """What a cancellation says of the line it takes back."""
    return replace(
        line,
        operation="CANCELLATION",
        is_second_group=False,
        period=None,
        location=None,
        measurements=(),
        inb=None,
    )


def partners():
    return tuple(
        Partner(
            failure_budget=1_000_000,  # these name whom nobody knows, again and again
            id=sender,
            name=f"Émetteur {number}",
            siret=Siret.parse(sender),
            type=SenderType(type_of(sender)),
            flows=frozenset(map(Flow, flows_of(sender))),
            accreditation=None if sender == OPERATOR else f"1-000{number}",
            accredited_from=None if sender == OPERATOR else date(2020, 1, 1),
        )
        for number, sender in enumerate(SENDERS, 1)
    )


def uuid_of(number):
    """The transmission id of that number: the same in every run of one sequence."""
    return str(uuid.UUID(int=number, version=4))


def form_of(transmission):
    """Its JSON form."""
    lines = [_line_form(line, transmission.flow) for line in transmission.lines]
    totals = builders.totals_of(lines)
    if transmission.has_wrong_totals:
        totals = {**totals, "results": totals["results"] + 1}
    sender = {"type": type_of(transmission.sender), "siret": transmission.sender}
    if transmission.sender != OPERATOR:
        number = SENDERS.index(transmission.sender) + 1
        sender["accreditation"] = f"1-000{number}"
    form = {
        "version": "1.0",
        "id": transmission.id,
        "flow": transmission.flow,
        "sender": sender,
        "issuedAt": transmission.issued_at,
        "totals": totals,
        "results": lines,
    }
    return {**form, "test": True} if transmission.is_test else form


def _line_form(line, flow):
    monitoring = {"type": line.monitoring}
    if line.is_second_group:
        monitoring["otherExposures"] = ["EMERGENCY_2"]
    form = {
        "ref": line.ref,
        "operation": line.operation,
        "worker": builders.a_worker(line.worker, birthName=line.name),
        "employer": {"siret": line.employer},
        "monitoring": monitoring,
    }
    if line.period is not None:
        form["period"] = dict(zip(("start", "end"), line.period, strict=True))
    if line.location is not None:
        form["dosimeter"] = {"type": "OSL", "serial": "A-1", "location": line.location}
        if line.location == "WRIST":
            form["dosimeter"]["side"] = "LEFT"
    if line.measurements:
        form["measurements"] = [_measurement_form(one) for one in line.measurements]
    if flow == "OPERATIONAL" and line.operation != "CANCELLATION":
        form["site"] = {"siret": OPERATOR, **({"inb": line.inb} if line.inb else {})}
    if line.aim is not None:
        form["corrects"] = _aim_form(line.aim)
    return form


def _measurement_form(one):
    form = {"quantity": one.quantity, "radiation": one.radiation}
    if one.value is None:
        return {**form, "status": "PENDING"}
    return {**form, "status": "MEASURED", "value": one.value}


def _aim_form(aim):
    form = {"transmission": aim.transmission, "ref": aim.ref, "reason": aim.reason}
    return form if aim.digest is None else {**form, "acknowledgementSha256": aim.digest}
