"""What a rule found, as findings: the one place that builds pointers into lists of a line."""

from collections.abc import Callable

from gateway.model.internal import Activity
from gateway.model.transmission import DoseResult, Measurement
from gateway.model.verdict import Finding


def found(code: str, line: DoseResult, member: str, *, is_so: bool) -> tuple[Finding, ...]:
    """One finding at `member` of the line, if it is so."""
    return (Finding(code, f"/results/{line.index}/{member}"),) if is_so else ()


def in_measurements(
    code: str, line: DoseResult, member: str, is_so: Callable[[Measurement], bool]
) -> tuple[Finding, ...]:
    """A finding at `member` of each measurement of which it is so."""
    findings: tuple[Finding, ...] = ()
    for place, one in enumerate(line.measurements):
        if is_so(one):
            findings += found(code, line, f"measurements/{place}/{member}", is_so=True)
    return findings


def in_activities(
    code: str, line: DoseResult, member: str, is_so: Callable[[Activity], bool]
) -> tuple[Finding, ...]:
    """A finding at `member` of each activity of which it is so; none without an examination."""
    findings: tuple[Finding, ...] = ()
    if line.examination is None:
        return findings
    for place, one in enumerate(line.examination.activities):
        if is_so(one):
            findings += found(code, line, f"examination/activities/{place}/{member}", is_so=True)
    return findings
