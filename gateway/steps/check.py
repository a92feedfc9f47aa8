"""The rules that need the message alone: of the header, of each line, of all lines together."""

import msgspec

from gateway.model.transmission import Transmission
from gateway.model.verdict import Finding
from gateway.rules.engine import check_header, check_line, check_whole
from gateway.rules.occasion import Occasion


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What the message alone tells."""

    findings: tuple[Finding, ...]
    """Of the transmission as a whole."""
    by_line: dict[int, tuple[Finding, ...]]
    """By 0-based index; lines without a finding are absent."""
    unechoed: frozenset[int]
    """Lines whose `ref` must not come back (T010)."""


def check(transmission: Transmission, occasion: Occasion) -> Checked:
    """Judge the message by itself: pure, and the same offline."""
    whole = check_whole(transmission, occasion)
    found: dict[int, tuple[Finding, ...]] = {
        line.index: (Finding("S002", f"/results/{line.index}"),) for line in transmission.unreadable
    }
    for line in transmission.lines:
        findings = check_line(line, occasion)
        if findings:
            found[line.index] = findings
    for index, findings in whole.by_line.items():
        found[index] = found.get(index, ()) + findings
    return Checked(
        findings=check_header(occasion) + whole.findings,
        by_line=found,
        unechoed=whole.unechoed,
    )
