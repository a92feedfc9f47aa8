"""What a rule found, as findings: the one place that builds pointers into lists of a line."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from gateway.model.internal import Activity
from gateway.model.transmission import DoseResult, Measurement
from gateway.model.verdict import Finding

P = TypeVar("P")


def found(code: str, line: DoseResult, member: str, *, is_so: bool) -> tuple[Finding, ...]:
    """One finding at `member` of the line, if it is so."""
    return (Finding(code, f"/results/{line.index}/{member}"),) if is_so else ()


def in_measurements(
    code: str, line: DoseResult, member: str, is_so: Callable[[Measurement], bool]
) -> tuple[Finding, ...]:
    """A finding at `member` of each measurement of which it is so."""
    return _each(code, line, line.measurements, f"measurements/{{}}/{member}", is_so)


def in_activities(
    code: str, line: DoseResult, member: str, is_so: Callable[[Activity], bool]
) -> tuple[Finding, ...]:
    """A finding at `member` of each activity of which it is so; none without an examination."""
    if line.examination is None:
        return ()
    activities = line.examination.activities
    return _each(code, line, activities, f"examination/activities/{{}}/{member}", is_so)


def _each(
    code: str, line: DoseResult, parts: Sequence[P], member: str, is_so: Callable[[P], bool]
) -> tuple[Finding, ...]:
    places = [place for place, part in enumerate(parts) if is_so(part)]
    if not places:
        return ()
    return tuple(Finding(code, f"/results/{line.index}/{member.format(at)}") for at in places)
