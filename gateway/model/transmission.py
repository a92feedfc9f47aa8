"""A transmission as read: the header and its lines, in the terms of contract.md §1–§2.

Doses are integers of µSv: no float ever touches one. An identifier that cannot exist is kept as
its defect (`InvalidIdentifier`), so that a rule can say which; the text itself is not kept.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from gateway.identifiers import InvalidIdentifier, Nir, Siret
from gateway.model.correction import Corrects
from gateway.model.internal import Committed, Examination, Nano
from gateway.model.parts import ExposureTime, Flow, Part, Period, Usv, legal_day

__all__ = [
    "DoseResult",
    "Dosimeter",
    "ExposureTime",
    "Flow",
    "Header",
    "Measurement",
    "Monitoring",
    "Operation",
    "Part",
    "Period",
    "RadonExposure",
    "SenderStatement",
    "SenderType",
    "Site",
    "Status",
    "Totals",
    "Transmission",
    "UnreadableLine",
    "Usv",
    "Worker",
]


class SenderType(StrEnum):
    """Who may send: arrêté of 23 June 2023, art. 11, 13, 15, 17, 18 and 23."""

    OA = "OA"
    OPERATOR = "OPERATOR"
    EMPLOYER = "EMPLOYER"
    PHYSICIAN = "PHYSICIAN"
    AUTHORISED_BODY = "AUTHORISED_BODY"


class Operation(StrEnum):
    """What a line does to the record."""

    INITIAL = "INITIAL"
    LATE = "LATE"
    CORRECTION = "CORRECTION"
    CANCELLATION = "CANCELLATION"
    ABSENCE = "ABSENCE"


class Status(StrEnum):
    """What became of a measurement."""

    MEASURED = "MEASURED"
    BELOW_RECORDING_LEVEL = "BELOW_RECORDING_LEVEL"
    ESTIMATED = "ESTIMATED"
    CALCULATED = "CALCULATED"
    NOT_WORN = "NOT_WORN"
    NOT_RETURNED = "NOT_RETURNED"
    LOST = "LOST"
    DAMAGED = "DAMAGED"
    UNREADABLE = "UNREADABLE"
    PENDING = "PENDING"

    @property
    def has_value(self) -> bool:
        """Whether a value must stand beside this status (contract.md §2, D005)."""
        return self in _WITH_VALUE


_WITH_VALUE = frozenset(
    {Status.MEASURED, Status.BELOW_RECORDING_LEVEL, Status.ESTIMATED, Status.CALCULATED}
)


class Totals(Part, frozen=True, kw_only=True):
    """What the sender counted, to be compared (S006)."""

    results: int
    measurements: int
    sum_usv: Usv
    """Sum of `measurements/measurement/value` alone, in µSv."""


class SenderStatement(Part, frozen=True, kw_only=True):
    """Who the header says is sending."""

    type: SenderType
    siret: Siret | InvalidIdentifier
    accreditation: str | None = None
    on_behalf_of: Siret | InvalidIdentifier | None = None
    """Whose workers these are, when they are another's (H004 compares the SIREN)."""


class Header(Part, frozen=True, kw_only=True):
    """A transmission without its results."""

    id: str
    """The sender's UUID, lower case: the idempotency key."""
    flow: Flow
    test: bool
    sender: SenderStatement
    issued_at: datetime
    totals: Totals


class Worker(Part, frozen=True, kw_only=True):
    """The worker as the sender names him."""

    nir: Nir | InvalidIdentifier
    id_type: Literal["NIR", "NIA"] = "NIR"
    birth_name: str
    used_name: str | None = None
    first_name: str
    other_first_names: str | None = None
    birth_date: str | None = None
    """`YYYY-MM-DD`, month and day `00` where unknown."""
    sex: Literal["M", "F"] | None = None


class Monitoring(Part, frozen=True, kw_only=True):
    """How the sender says the worker is followed; the directory judges."""

    type: Literal["SDI", "SR"]
    category: Literal["A", "B"] | None = None
    other_exposures: frozenset[str] | None = None
    situation: Literal["PLANNED", "EXISTING", "EMERGENCY"] | None = None


class Dosimeter(Part, frozen=True, kw_only=True):
    """What was worn, and where."""

    type: str
    serial: str
    location: str
    side: Literal["LEFT", "RIGHT"] | None = None


class RadonExposure(Part, frozen=True, kw_only=True):
    """What radon leaves where a dosimeter was."""

    value_nano: Nano
    unit: Literal["Bq.h/m3", "mJ.h/m3"]


class Measurement(Part, frozen=True, kw_only=True):
    """One quantity of one radiation."""

    quantity: str
    radiation: str
    status: Status
    value_usv: Usv | None = None
    recording_level_usv: Usv | None = None
    uncertainty_nano: Nano | None = None
    """In thousand-millionths of a millisievert."""
    background: str | None = None
    exposure: RadonExposure | None = None


class Site(Part, frozen=True, kw_only=True):
    """Where the work was done: the operator's establishment."""

    siret: Siret | InvalidIdentifier
    inb: str | None = None
    work: str | None = None


class DoseResult(Part, frozen=True, kw_only=True):
    """One line: one dosimeter, examination or committed dose of one worker."""

    index: int
    """0-based place in the transmission; `/results/{index}` is its pointer."""
    ref: str
    operation: Operation
    worker: Worker
    employer: Siret | InvalidIdentifier
    monitoring: Monitoring
    period: Period | None = None
    exposure_time: ExposureTime | None = None
    dosimeter: Dosimeter | None = None
    measurements: tuple[Measurement, ...] = ()
    examination: Examination | None = None
    committed: Committed | None = None
    site: Site | None = None
    corrects: Corrects | None = None
    members: frozenset[str]
    """Names of the members present: what S010 compares with the table of contract.md §2."""

    @property
    def first_day(self) -> date | None:
        """First day the result speaks of; None where it tells none."""
        if self.period is not None:
            return self.period.start
        if self.exposure_time is not None:
            return legal_day(self.exposure_time.start_at)
        if self.examination is not None:
            return self.examination.first_day
        return None if self.committed is None else self.committed.intake_on

    @property
    def last_day(self) -> date | None:
        """Last day the result speaks of; None where it tells none."""
        if self.period is not None:
            return self.period.end
        if self.exposure_time is not None:
            return legal_day(self.exposure_time.end_at)
        if self.examination is not None:
            return self.examination.last_day
        return None if self.committed is None else self.committed.intake_on


class UnreadableLine(Part, frozen=True, kw_only=True):
    """A line that fails its schema, one S002; `member` points inside it, for unsigned detail."""

    index: int
    member: str


class Transmission(Part, frozen=True, kw_only=True):
    """What could be read: the header, the readable lines and the places of the others."""

    header: Header
    lines: tuple[DoseResult, ...]
    unreadable: tuple[UnreadableLine, ...] = ()
    content_sha256: str
    """SHA-256 of what was said, whatever the door (contract.md §0), lower-case hexadecimal."""
    stated_numbers: frozenset[str] = frozenset()
    """First 13 characters of every `nir` as written, right or wrong, of unreadable lines too."""

    @property
    def line_count(self) -> int:
        """All lines, readable or not."""
        return len(self.lines) + len(self.unreadable)
