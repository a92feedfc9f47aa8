"""Internal exposure: examinations and committed doses (contract.md §2).

Activities are integers of 10⁻⁹ of their unit: no float ever touches one.
"""

from datetime import date
from typing import Literal, TypeAlias

from gateway.identifiers import InvalidIdentifier, Rpps
from gateway.model.parts import Part, Usv

Nano: TypeAlias = int
"""An amount in thousand-millionths of the unit that stands beside it."""


class LineReference(Part, frozen=True):
    """A line of a transmission, by the sender's own names."""

    transmission: str
    """UUID, lower case."""
    ref: str


class Activity(Part, frozen=True, kw_only=True):
    """What was found of one radionuclide (arrêté of 23 June 2023, art. 15)."""

    radionuclide: str
    value_nano: Nano | None = None
    unit: str
    uncertainty_nano: Nano | None = None
    detection_limit_nano: Nano
    is_below_limit: bool


class Examination(Part, frozen=True, kw_only=True):
    """A radiotoxicological analysis or a body count; without activities, a declared absence."""

    kind: str
    taken_on: date | None = None
    collected_from: date | None = None
    collected_to: date | None = None
    prescriber: Rpps | InvalidIdentifier | None = None
    activities: tuple[Activity, ...] = ()

    @property
    def first_day(self) -> date | None:
        """The day it was taken, else the first day of the collection: that of its natural key."""
        return self.taken_on or self.collected_from

    @property
    def last_day(self) -> date | None:
        """The day it was taken, else the last day of the collection."""
        return self.taken_on or self.collected_to


class Committed(Part, frozen=True, kw_only=True):
    """A committed dose computed by the physician (Code du travail R. 4451-65 III, R. 4451-66)."""

    quantity: Literal["E50", "HT50"]
    organ: str | None = None
    radionuclides: tuple[str, ...] = ()
    """As sent; in a natural key their set counts."""
    route: str
    intake_on: date | None = None
    value_usv: Usv
    physician: Rpps | InvalidIdentifier
    based_on: tuple[LineReference, ...] = ()
