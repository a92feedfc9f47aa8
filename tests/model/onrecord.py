"""What is on record: lines taken, and what is in force by the natural keys of contract.md §2."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from tests.model.world import Line

EFFECTIVE = {"HP10", "E"}
REFERENCE_PLACES = {"TRUNK", "WHOLE_BODY", None}


class State(StrEnum):
    IN_FORCE = "in force"
    OUT = "out of force"
    """Corrected, cancelled or replaced; or a cancellation, which never is in force."""
    HELD = "held"
    CLOSED = "closed while it was held"
    REFUSED = "refused after it was held"


@dataclass
class OnRecord:
    """A line that was accepted or held."""

    place: tuple[int, int]
    """Number of the transmission in order of reception, index of the line."""
    transmission: str
    sender: str
    flow: str
    line: Line
    state: State
    closed_by: tuple[int, int] | None = None
    decision: object = None
    """What a physician decided on its dose: a `deciding.Decision`."""


@dataclass(frozen=True)
class Key:
    """A natural key; `radiation` is None where an absence is matched, which is without."""

    worker: int
    employer: str
    flow: str
    quantity: str
    radiation: str | None
    location: str | None
    side: str | None
    site: str | None
    period: tuple[str, str] | None


def keys_of(line, flow):
    """The natural key of each measurement."""
    side = "LEFT" if line.location == "WRIST" else None
    site = None
    if flow == "OPERATIONAL":
        site = ("90000002700012", line.inb)
    return tuple(
        Key(
            *(line.worker, line.employer, flow, one.quantity, one.radiation),
            *(line.location, side, site, line.period),
        )
        for one in line.measurements
    )


def _but(key, **changes):
    return Key(**{**vars(key), **changes})


def place_of(key):
    """The key but for its radiation."""
    return _but(key, radiation=None)


def same_but_time(left, right, *, is_by_place):
    """Whether the keys differ in their time alone."""
    if is_by_place:
        left, right = place_of(left), place_of(right)
    return _but(left, period=None) == _but(right, period=None)


def overlap(left, right):
    """Whether two periods share a day and are not the same."""
    return left != right and left[0] <= right[1] and right[0] <= left[1]


def reference_of(key):
    """Under what one reference value stands (U002), or None where it is none."""
    if key.quantity in EFFECTIVE and key.location in REFERENCE_PLACES:
        return (key.worker, key.flow, key.radiation, key.period)
    return None


class Record:
    """Every line taken, in order."""

    def __init__(self):
        self.lines: list[OnRecord] = []

    def named(self, transmission, ref):
        """Lines of that name; one held and then refused is as unknown as one refused at once."""
        return [
            one
            for one in self.lines
            if (one.transmission, one.line.ref) == (transmission, ref)
            and one.state is not State.REFUSED
        ]

    def in_force(self, *, but=None) -> Iterator[OnRecord]:
        for one in self.lines:
            if one.state is State.IN_FORCE and one is not but:
                yield one

    def keys_in_force(self, *, but=None):
        """(key, whether it is an absence's, the line) of all that is in force."""
        for one in self.in_force(but=but):
            for key in keys_of(one.line, one.flow):
                yield key, one.line.operation == "ABSENCE", one

    def held(self, transmission=None):
        return [
            one
            for one in self.lines
            if one.state is State.HELD and transmission in {None, one.place[0]}
        ]
