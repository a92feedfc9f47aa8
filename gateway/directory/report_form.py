"""What an import tells whoever asked for it, in JSON: rows by number and reason, never by value."""

from collections.abc import Sequence
from typing import Any

from gateway.directory.importer import ImportReport
from gateway.directory.rows import BadRow


def report_form(report: ImportReport, bad: Sequence[BadRow]) -> dict[str, Any]:
    """The report, with these bad rows."""
    version = report.version
    return {
        "version": None
        if version is None
        else {"version": version.version, "date": version.date.isoformat()},
        "references": [
            {"name": used.name, "version": used.version, "date": used.dated.isoformat()}
            for used in report.lists
        ],
        "added": report.saved.added,
        "changed": report.saved.changed,
        "unchanged": report.saved.unchanged,
        "removed": report.removed,
        "refused": report.bad,
        "bad": [
            {
                "line": row.number,
                "column": row.column,
                "code": row.reason_code,
                "text": {"fr": row.fr, "en": row.en},
            }
            for row in bad
        ],
    }
