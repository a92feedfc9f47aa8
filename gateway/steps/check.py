"""The rules that need the message alone: of the header, of each line, of all lines together."""

from gateway.model.transmission import Transmission
from gateway.model.verdict import Checked, Finding
from gateway.rules.engine import check_header, check_line, check_whole
from gateway.rules.occasion import Occasion


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
