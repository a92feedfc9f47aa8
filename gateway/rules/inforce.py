"""What is in force for workers, by natural key, where a line may be taken out and put back."""

from collections import Counter
from collections.abc import Sequence
from typing import TypeAlias

import msgspec

from gateway.model.record import DoseKey, LineId
from gateway.rules.intervals import Coverage, Interval, named
from gateway.rules.keys import Place, Reference, place_of, reference_of

Absence: TypeAlias = tuple[LineId, Interval]


class InForce(msgspec.Struct, frozen=True, gc=False):
    """One key in force."""

    key: DoseKey
    interval: Interval
    is_absence: bool


class InForceIndex:
    """Keys in force and the questions that rules ask of them."""

    def __init__(self) -> None:
        self._doses: Counter[tuple[DoseKey, Interval]] = Counter()
        self._at: Counter[tuple[Place, Interval]] = Counter()
        self._absences: dict[Place, dict[Interval, Absence]] = {}
        self._cover: dict[DoseKey, Coverage] = {}
        self._cover_at: dict[Place, Coverage] = {}
        self._references: dict[tuple[Reference, Interval], Counter[str | None]] = {}
        self._of_line: dict[LineId, list[InForce]] = {}
        self._put_by: dict[tuple[DoseKey, Interval], LineId] = {}
        self._waiting: dict[str, list[tuple[InForce, LineId]]] = {}
        """By worker, what no question was asked about yet: most workers of a message have one
        line and nothing else at that time, and are never counted."""
        self._counted: set[str] = set()

    def put(self, one: InForce, *, by: LineId) -> None:
        """Put one key in force."""
        self._of_line.setdefault(by, []).append(one)
        self._waiting.setdefault(one.key.worker_id, []).append((one, by))

    def _knows(self, worker_id: str) -> bool:
        """Whether anything was ever put in force for that worker; it is counted now."""
        waiting = self._waiting.pop(worker_id, None)
        if waiting is not None:
            for one, by in waiting:
                self._count(one, by=by)
            self._counted.add(worker_id)
        return worker_id in self._counted

    def lift(self, line: LineId) -> Sequence[InForce]:
        """Take out of force what that line put in; what it was."""
        lifted = self._of_line.pop(line, [])
        for one in lifted:
            self._knows(one.key.worker_id)
            place, when = place_of(one.key), named(one.key, one.interval)
            if one.is_absence:
                self._absences.get(place, {}).pop(when, None)
                continue
            self._doses[one.key, when] -= 1
            self._at[place, when] -= 1
            self._cover[one.key].remove(one.interval)
            self._cover_at[place].remove(one.interval)
            reference = reference_of(one.key)
            if reference is not None:
                self._references[reference, when][one.key.location] -= 1
        return lifted

    def absence(self, key: DoseKey, interval: Interval) -> LineId | None:
        """The line of absence in force for the key, whatever its radiation."""
        if not self._knows(key.worker_id):
            return None
        found = self._absences.get(place_of(key), {}).get(named(key, interval))
        return None if found is None else found[0]

    def is_in_force(self, key: DoseKey, interval: Interval, *, is_absence: bool) -> bool:
        """Whether the key is in force; for an absence, anything of it, whatever the radiation."""
        if not self._knows(key.worker_id):
            return False
        when = named(key, interval)
        if not is_absence:
            return self._doses[key, when] > 0
        place = place_of(key)
        return self._at[place, when] > 0 or when in self._absences.get(place, {})

    def overlaps(self, key: DoseKey, interval: Interval, *, is_absence: bool) -> bool:
        """Whether the key is in force over part of the same time but not the very same."""
        if not self._knows(key.worker_id):
            return False
        place, when = place_of(key), named(key, interval)
        cover = self._cover_at.get(place) if is_absence else self._cover.get(key)
        if cover is not None and cover.overlaps(interval):
            return True
        return any(
            absent != when and other.start_ms < interval.end_ms and other.end_ms > interval.start_ms
            for absent, (_, other) in self._absences.get(place, {}).items()
        )

    def has_rival(self, key: DoseKey, interval: Interval) -> bool:
        """Whether a reference value worn elsewhere stands for the same worker and time."""
        if not self._knows(key.worker_id):
            return False
        reference = reference_of(key)
        if reference is None:
            return False
        locations = self._references.get((reference, named(key, interval)))
        return locations is not None and any(
            count > 0 for place, count in locations.items() if place != key.location
        )

    def find(self, key: DoseKey, interval: Interval) -> LineId | None:
        """The line that put the key in force, an absence apart."""
        if not self._knows(key.worker_id):
            return None
        when = named(key, interval)
        return self._put_by[key, when] if self._doses[key, when] > 0 else None

    def _count(self, one: InForce, *, by: LineId) -> None:
        place, when = place_of(one.key), named(one.key, one.interval)
        if one.is_absence:
            self._absences.setdefault(place, {})[when] = (by, one.interval)
            return
        self._doses[one.key, when] += 1
        self._put_by[one.key, when] = by
        self._at[place, when] += 1
        self._cover.setdefault(one.key, Coverage()).add(one.interval)
        self._cover_at.setdefault(place, Coverage()).add(one.interval)
        reference = reference_of(one.key)
        if reference is not None:
            counted = self._references.setdefault((reference, when), Counter())
            counted[one.key.location] += 1
