"""A check as JSON, for programs of one's own; the members are documented in docs/checking.md."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from gateway.commands.checking.findings import Checked, Found, Member
from gateway.commands.checking.places import Place
from gateway.model.parts import instant
from gateway.model.verdict import Verdict
from gateway.rules.catalogue import CATALOGUE


def json_form(every: Sequence[Checked], *, received_at: datetime) -> dict[str, Any]:
    """The report on all files."""
    return {
        "rules": {"version": CATALOGUE.version, "sha256": CATALOGUE.sha256},
        "receivedAt": instant(received_at),
        "files": [_file(checked) for checked in every],
    }


def _file(checked: Checked) -> dict[str, Any]:
    form: dict[str, Any] = {"file": str(checked.file), "exitCode": int(checked.exit_code)}
    if checked.fault is not None:
        return form | {"error": {"fr": checked.fault[0], "en": checked.fault[1]}}
    return form | {
        "lines": {
            "total": checked.line_count,
            "accepted": checked.count(Verdict.ACCEPTED),
            "acceptedWithWarnings": checked.count(Verdict.ACCEPTED_WITH_WARNINGS),
            "rejected": checked.count(Verdict.REJECTED),
            "held": checked.count(Verdict.HELD),
        },
        "findings": [found_form(found) for found in checked.found],
        "notJudged": {
            "register": list(checked.not_judged.register),
            "enrolment": list(checked.not_judged.enrolment),
            "reception": list(checked.not_judged.reception),
        },
    }


def found_form(found: Found) -> dict[str, Any]:
    """One finding."""
    entry = found.entry
    form: dict[str, Any] = {
        "code": entry.code,
        "level": entry.level.value,
        "actor": entry.actor.value,
        "action": entry.action.value,
        "index": found.index,
        "ref": found.ref,
        "pointer": found.pointer,
        "xpath": found.xpath,
        **_place(found.place),
        "parser": found.parser,
        "text": {"fr": entry.fr, "en": entry.en},
        "members": [_member(member) for member in found.members] or None,
    }
    return {name: value for name, value in form.items() if value is not None}


def _member(member: Member) -> dict[str, Any]:
    return {
        "pointer": member.pointer,
        **{name: value for name, value in _place(member.place).items() if value is not None},
        "expected": {"fr": member.fr, "en": member.en},
    }


def _place(place: Place | None) -> dict[str, int | None]:
    return {
        "line": None if place is None else place.line,
        "column": None if place is None else place.column,
    }
