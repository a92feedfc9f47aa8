"""The engine: which checks apply to what, and their findings. Nothing here knows a rule by name.

`check_sender`, `check_header`, `check_line` and `check_whole` are pure; `judge` (module `verdict`)
adds what the directory and the record say and draws the verdict of a line.
"""

from collections.abc import Sequence

import msgspec

from gateway.model.directory import Partner
from gateway.model.transmission import DoseResult, Header, Transmission
from gateway.model.verdict import Finding
from gateway.rules.aim import THIS_TRANSMISSION
from gateway.rules.occasion import Occasion
from gateway.rules.plan import plan
from gateway.rules.record import WorkingRecord
from gateway.rules.rule import Scope
from gateway.rules.verdict import Judged, is_to_verify, judge

__all__ = [
    "THIS_TRANSMISSION",
    "Judged",
    "WholeFindings",
    "WorkingRecord",
    "check_header",
    "check_line",
    "check_sender",
    "check_whole",
    "is_to_verify",
    "judge",
]


class WholeFindings(msgspec.Struct, frozen=True):
    """What is found in all lines together."""

    findings: tuple[Finding, ...] = ()
    """About the transmission as a whole; a FATAL one makes it inadmissible."""
    by_line: dict[int, tuple[Finding, ...]] = {}
    """Findings of single lines, by 0-based index."""
    unechoed: frozenset[int] = frozenset()
    """Lines whose `ref` must not be repeated (T010)."""


def check_sender(header: Header, senders: Sequence[Partner]) -> Finding | None:
    """Whether the header's sender is one of those spoken for (H003): before any look-up."""
    for check in plan(Scope.SENDER, None, None, None):
        found = check(header, senders)
        if found:
            return found[0]
    return None


def check_header(occasion: Occasion) -> tuple[Finding, ...]:
    """The rights of the sender on the day of reception: each finding is FATAL."""
    found: tuple[Finding, ...] = ()
    for check in plan(Scope.HEADER, occasion.header.flow, None, occasion.day):
        found += check(occasion)
    return found


def check_line(line: DoseResult, occasion: Occasion) -> tuple[Finding, ...]:
    """What is wrong with one line by itself."""
    found: tuple[Finding, ...] = ()
    for check in plan(Scope.LINE, occasion.header.flow, line.operation, occasion.day):
        findings = check(line, occasion)
        if findings:
            found += findings
    return found


def check_whole(transmission: Transmission, occasion: Occasion) -> WholeFindings:
    """What is wrong with the lines taken together: control totals and references."""
    about_all: list[Finding] = []
    by_line: dict[int, tuple[Finding, ...]] = {}
    for check in plan(Scope.WHOLE, occasion.header.flow, None, occasion.day):
        for finding in check(transmission, occasion):
            index = _line_of(finding)
            if index is None:
                about_all.append(finding)
            else:
                by_line[index] = (*by_line.get(index, ()), finding)
    unechoed = frozenset(
        index
        for index, findings in by_line.items()
        if any(finding.code == "T010" for finding in findings)
    )
    return WholeFindings(tuple(about_all), by_line, unechoed)


def _line_of(finding: Finding) -> int | None:
    """The 0-based index of the line that a finding points into."""
    pointer = finding.pointer or ""
    if not pointer.startswith("/results/"):
        return None
    return int(pointer.split("/", 3)[2])
