"""A notice as a sheet: a row a finding, in the CSV of RFC 4180 but for its separator.

The separator is the semicolon, as in every sheet that we read and write: a French spreadsheet takes
the comma for the decimal sign. A cell that a spreadsheet would compute is quoted out.
"""

import csv
import io
from typing import Final

from gateway.model.notice import Notice
from gateway.pages.notices.layout import Layout

COLUMNS: Final = ("index", "ref", "verdict", "heldUntil", "code", "pointer", "text")
"""Stable, in every language."""
_COMPUTED: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
"""First characters that a spreadsheet may take for a formula (OWASP, CSV injection)."""


def sheet(notice: Notice, language: str, *, lines_alone: bool = False) -> bytes:
    """The rows: of the whole first, unless `lines_alone`, then of each line not plainly accepted.

    A row of the whole has no `index`, and the disposition as its verdict; there is always one.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    layout = Layout(notice, language)
    if not lines_alone:
        for row in _rows_of_whole(notice, layout):
            writer.writerow([_cell(text) for text in row])
    for line in notice.lines:
        for finding in line.findings:
            head = (str(line.index), line.ref or "", line.verdict.value, line.held_until or "")
            tail = (finding.code, finding.pointer or "", layout.text(finding.code))
            writer.writerow([_cell(text) for text in (*head, *tail)])
    return out.getvalue().encode()


def _rows_of_whole(notice: Notice, layout: Layout) -> list[tuple[str, ...]]:
    disposition = notice.acknowledgement.disposition.value
    findings = notice.acknowledgement.findings
    if not findings:
        return [("", "", disposition, "", "", "", "")]
    return [
        ("", "", disposition, "", found.code, found.pointer or "", layout.text(found.code))
        for found in findings
    ]


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(_COMPUTED) else text
