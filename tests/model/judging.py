"""The verdict of a line as contract.md has it. Nothing here is taken from the gateway's rules.

Where the contract is silent, docs/model.md says what is expected, and why.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from tests.model.deciding import is_over_the_year
from tests.model.onrecord import (
    OnRecord,
    State,
    keys_of,
    overlap,
    place_of,
    reference_of,
    same_but_time,
)
from tests.model.world import Line

REFUSES = {
    *("R003", "D004", "S010", "I011", "C001", "C002", "C003", "C005", "C006", "C007", "U001"),
    *("U002", "R009"),
}
HOLDS = {"R001", "R004"}
WARNS = {"D020", "P004", "P010", "P011"}
HOLD_DAYS = 90
ABSENCE_AFTER_DAYS = 20
WEEK_DAYS = 7
PARIS = ZoneInfo("Europe/Paris")
_WORN_AT = {"HP10": {"TRUNK", "WHOLE_BODY", "ABDOMEN"}}
_MAY_BE_ABSENT = {"PASSIVE_EXTERNAL", "RADON"}


@dataclass(frozen=True)
class Verdict:
    """What is said of one line."""

    line: Line
    verdict: str
    codes: Counter = field(default_factory=Counter)
    held_until: datetime | None = None
    target: OnRecord | None = None
    """What it corrects or cancels: in force, or held and closed by it."""
    absences: tuple[OnRecord, ...] = ()
    """What it takes out of force besides."""


@dataclass(frozen=True)
class Occasion:
    """Whose line, received when, and looked at when."""

    sender: str
    flow: str
    transmission: str
    place: int
    """Number of the transmission in order of reception."""
    received_at: datetime
    now: datetime
    is_again: bool = False

    @property
    def day(self):
        return self.received_at.astimezone(PARIS).date()


class Judge:
    """Judges lines by the register, the record and who succeeded whom."""

    def __init__(self, *, register, record, digests, succeeded):
        """`digests(place)` are those of the acknowledgements of a transmission."""
        self._register, self._record = register, record
        self._digests, self._succeeded = digests, succeeded

    def judge(self, line, index, occasion):
        codes = Counter(self._alone(line, occasion))
        codes += Counter(self._by_register(line, occasion))
        target, absences = None, ()
        if not (codes.keys() & (REFUSES | HOLDS)):
            found = Counter()
            if line.aim is not None:
                target, found = self._aim(line, index, occasion)
            if not found:
                found, absences = self._by_record(line, occasion, target)
            codes += found
        elif line.aim is not None and not codes.keys() & REFUSES and not occasion.is_again:
            target = self._closed_by_held(line, index, occasion)
        return self._verdict(line, codes, occasion, target, absences)

    def _closed_by_held(self, line, index, occasion):
        """What a held correction closes at once: a held line that it may aim at."""
        target, found = self._aim(line, index, occasion)
        return target if target is not None and not found and target.state is State.HELD else None

    # ---------- the message alone

    def _alone(self, line, occasion):
        if line.monitoring == "SR":
            yield "R003"
        if line.operation in {"LATE", "ABSENCE"} and occasion.flow not in _MAY_BE_ABSENT:
            yield "S010"
        for one in line.measurements:
            allowed = _WORN_AT.get(one.quantity)
            if line.location is not None and allowed is not None and line.location not in allowed:
                yield "D004"
        is_weekly = occasion.flow == "OPERATIONAL" and line.operation == "INITIAL"
        if is_weekly and occasion.day - line.days[1] > timedelta(days=WEEK_DAYS):
            yield "P011"

    # ---------- the register's directory

    def _by_register(self, line, occasion):
        is_registered = self._register.is_registered(line, occasion.sender)
        if line.is_second_group:
            if not (is_registered and self._register.is_second_group(line)):
                yield "R004"
                return
        elif not is_registered:
            yield "R001"
            return
        if self._register.name_of(line.worker) != line.name:
            yield "I011"

    # ---------- the line aimed at

    def _aim(self, line, index, occasion):
        """The target that stands, and what speaks against it."""
        target = self._named(line.aim, occasion, index)
        code = self._against(target, line, index, occasion)
        if code is not None:
            return None, Counter((code,))
        found = Counter()
        if target.decision is not None:
            found["C003"] += 1
        digest = line.aim.digest
        if digest is not None and digest not in self._digests(target.place[0]):
            found["C006"] += 1
        if line.operation == "CORRECTION":
            changes_dose = read_on(line) != read_on(target.line)
            is_other = line.worker != target.line.worker
            if (changes_dose and line.aim.reason != "DOSE") or (
                is_other and line.aim.reason != "IDENTITY"
            ):
                found["C007"] += 1
        return target, found

    def _named(self, aim, occasion, index):
        """A line of the same transmission first, then the sender's own, then others'."""
        found = [
            one
            for one in self._record.named(aim.transmission, aim.ref)
            # a held line of the same transmission is judged before the one that aims at it
            if one.place[0] != occasion.place or one.place[1] < index
        ]
        of_this_one = [one for one in found if one.place[0] == occasion.place]
        own = [one for one in found if one.sender == occasion.sender]
        inherited = [one for one in found if self._is_author(one, occasion.sender)]
        return next(iter((*of_this_one, *own, *inherited, *found)), None)

    def _is_author(self, target, sender):
        return sender == target.sender or (target.sender, sender) in self._succeeded

    def _against(self, target, line, index, occasion):
        if target is None:
            return "C001"
        if not self._is_author(target, occasion.sender):
            return "C002"
        if target.flow != occasion.flow:
            return "C001"
        if line.operation == "CANCELLATION" and target.line.worker != line.worker:
            return "C001"
        is_its_own = target.closed_by == (occasion.place, index)
        if target.state in {State.IN_FORCE, State.HELD} or is_its_own:
            return None
        return "C005"

    # ---------- the record

    def _by_record(self, line, occasion, target):
        """Findings against what is in force but the target, and the absences replaced."""
        found = Counter()
        keys = keys_of(line, occasion.flow)
        is_absence = line.operation == "ABSENCE"
        in_force = tuple(self._record.keys_in_force(but=target))
        for at, key in enumerate(keys):
            if key in keys[:at] or _is_taken(key, in_force, is_absence=is_absence):
                found["U001"] += 1
            elif _overlaps(key, in_force, is_absence=is_absence):
                found["P004"] += 1
            if not is_absence and _has_rival(key, in_force):
                found["U002"] += 1
        absences = () if is_absence else _absences(keys, in_force)
        if self._is_late(line, occasion) and not absences:
            found["P010"] += 1
        if is_over_the_year(line, occasion.flow, self._record, but=target):
            found["D020"] += 1
        return found, absences

    def _is_late(self, line, occasion):
        if occasion.flow not in _MAY_BE_ABSENT:
            return False
        if line.operation == "INITIAL":
            return occasion.day - line.days[1] > timedelta(days=ABSENCE_AFTER_DAYS)
        return line.operation == "LATE"

    # ---------- the verdict

    def _verdict(self, line, codes, occasion, target, absences):
        if codes.keys() & REFUSES:
            return Verdict(line, "REJECTED", codes)
        if codes.keys() & HOLDS:
            until = held_until(line, codes, occasion.received_at)
            if until <= occasion.now:
                return Verdict(line, "REJECTED", codes + Counter(("R009",)))
            return Verdict(line, "HELD", codes, until, target)
        verdict = "ACCEPTED_WITH_WARNINGS" if codes.keys() & WARNS else "ACCEPTED"
        return Verdict(line, verdict, codes, None, target, absences)


def read_on(line):
    """What the line says was measured, in whatever order: dose by quantity and radiation."""
    return Counter(
        (one.quantity, one.radiation, None if one.value is None else Decimal(one.value))
        for one in line.measurements
    )


def held_until(line, codes, received_at):
    """90 days from reception; for R004, three months after the period's end."""
    if "R004" not in codes or line.days is None:
        return received_at + timedelta(days=HOLD_DAYS)
    last = line.days[1] + timedelta(days=1)
    months = last.year * 12 + last.month - 1 + 3
    over = date(months // 12, months % 12 + 1, last.day)
    return datetime.combine(over, time(), PARIS)


def _is_taken(key, in_force, *, is_absence):
    if is_absence:
        return any(place_of(other) == place_of(key) for other, _, _ in in_force)
    return any(other == key and not is_other_absence for other, is_other_absence, _ in in_force)


def _overlaps(key, in_force, *, is_absence):
    return any(
        overlap(key.period, other.period)
        and same_but_time(key, other, is_by_place=is_absence or is_other_absence)
        for other, is_other_absence, _ in in_force
    )


def _has_rival(key, in_force):
    reference = reference_of(key)
    return reference is not None and any(
        reference_of(other) == reference and other.location != key.location
        for other, is_other_absence, _ in in_force
        if not is_other_absence
    )


def _absences(keys, in_force):
    places = {place_of(key) for key in keys}
    found = [one for key, is_absence, one in in_force if is_absence and place_of(key) in places]
    return tuple({one.place: one for one in found}.values())
