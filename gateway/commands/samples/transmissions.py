"""A whole transmission with its directory, drawn from one seed: the same seed, the same bytes."""

import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any, Final

from gateway.commands.samples.defects import Spoilt, chosen
from gateway.commands.samples.doses import msv
from gateway.commands.samples.lines import Line, operational_line, passive_lines
from gateway.commands.samples.people import Person, Population, establishments
from gateway.model.transmission import Flow

DEFAULT_SENDERS: Final = {
    Flow.PASSIVE_EXTERNAL: "77568501900488",
    Flow.OPERATIONAL: "55208131721071",
}
_INB: Final = "97"
_ENTRIES: Final = 3
"""Entries into the zone of one worker, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked for."""

    flow: Flow
    lines: int
    seed: int
    day: date
    """Day of reception: periods and times are relative to it."""
    sender: str
    accreditation: str | None = None
    defects: int = 0
    defect_names: tuple[str, ...] = ()
    test: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A transmission in its JSON form, who is in its directory, and what is wrong on purpose."""

    form: dict[str, Any]
    people: tuple[Person, ...]
    spoilt: tuple[Spoilt, ...]
    sender: str
    is_operator: bool


def sample(wanted: Wanted) -> Sample:
    """Draw a transmission."""
    draw = Random(f"{wanted.seed}/{wanted.flow}/{wanted.lines}")  # noqa: S311 - no secret
    transmission_id = str(uuid.UUID(int=draw.getrandbits(128), version=4))
    lines, owners = _drawn(wanted, draw)
    spoilt, hidden = _spoil(wanted, draw, lines, owners)
    people = {person.nir: person for person in owners if person.nir not in hidden}
    is_operator = wanted.flow is Flow.OPERATIONAL
    sender = {"type": "OPERATOR" if is_operator else "OA", "siret": wanted.sender}
    if wanted.accreditation is not None:
        sender["accreditation"] = wanted.accreditation
    form: dict[str, Any] = {"version": "1.0", "id": transmission_id, "flow": wanted.flow.value}
    if wanted.test:
        form["test"] = True
    form |= {
        "sender": sender,
        "issuedAt": f"{wanted.day}T06:00:00.000Z",
        "totals": totals_of(lines),
        "results": lines,
    }
    return Sample(
        form=form,
        people=tuple(people.values()),
        spoilt=tuple(spoilt),
        sender=wanted.sender,
        is_operator=is_operator,
    )


def totals_of(lines: list[Line]) -> dict[str, Any]:
    """What a careful sender counts."""
    measurements = [measurement for line in lines for measurement in line["measurements"]]
    return {
        "results": len(lines),
        "measurements": len(measurements),
        "sumMsv": msv(sum(_usv(m["value"]) for m in measurements if "value" in m)),
    }


def _drawn(wanted: Wanted, draw: Random) -> tuple[list[Line], list[Person]]:
    """Lines, and beside each its worker."""
    is_operational = wanted.flow is Flow.OPERATIONAL
    every = establishments()
    employers = every if is_operational else tuple(e for e in every if not e.is_nuclear)
    population = Population(
        draw=draw, day=wanted.day, share_of_a=0.7 if is_operational else 0.2, employers=employers
    )
    lines: list[Line] = []
    owners: list[Person] = []
    while len(lines) < wanted.lines:
        person = population.person()
        if is_operational:
            drawn = _entries(wanted, draw, person, first=len(lines) + 1)
        else:
            drawn = passive_lines(draw, person, number=len(lines) + 1, day=wanted.day)
        for line in drawn[: wanted.lines - len(lines)]:
            line["ref"] = f"{wanted.day:%Y%m}/{len(lines) + 1:06d}"
            lines.append(line)
            owners.append(person)
    return lines, owners


def _entries(wanted: Wanted, draw: Random, person: Person, *, first: int) -> list[Line]:
    """Some entries of one worker, on different days: they never overlap."""
    by_day: dict[str, Line] = {}
    for number in range(draw.randint(1, _ENTRIES)):
        line = operational_line(
            draw, person, number=first + number, day=wanted.day, site=wanted.sender, inb=_INB
        )
        by_day.setdefault(line["exposureTime"]["startAt"][:10], line)
    return list(by_day.values())


def _spoil(
    wanted: Wanted, draw: Random, lines: list[Line], owners: list[Person]
) -> tuple[list[Spoilt], set[str]]:
    """Spoil lines in place; a worker who must stay unknown has one line alone."""
    defects = chosen(
        wanted.flow,
        count=min(wanted.defects, len(lines)),
        names=wanted.defect_names,
        draw=draw,
    )
    nirs = Counter(owner.nir for owner in owners)
    places = draw.sample(range(len(lines)), len(lines))
    places.sort(key=lambda place: nirs[owners[place].nir] > 1)  # who has one line comes first
    defects.sort(key=lambda defect: not defect.hides_worker)
    spoilt: list[Spoilt] = []
    hidden: set[str] = set()
    for place, defect in zip(places, defects, strict=False):
        defect.spoil(lines[place], wanted.day)
        spoilt.append(Spoilt(index=place + 1, defect=defect))
        if defect.hides_worker:
            hidden.add(owners[place].nir)
    return sorted(spoilt, key=lambda one: one.index), hidden


def _usv(text: str) -> int:
    whole, _, fraction = text.partition(".")
    return int(whole) * 1000 + int(fraction.ljust(3, "0") or "0")
