"""A check as SARIF 2.1.0 (OASIS), which forges and editors show beside the lines of a file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from gateway.commands.checking.findings import Checked, Entry, Found, Member
from gateway.commands.checking.places import Place
from gateway.model.verdict import Level
from gateway.rules.catalogue import CATALOGUE

_SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS: Final = {
    Level.FATAL: "error",
    Level.ERROR: "error",
    Level.WARNING: "warning",
    Level.INFO: "note",
}


def sarif_form(every: Sequence[Checked], *, english: int) -> dict[str, Any]:
    """The log of one run over all files."""
    entries = {found.entry.code: found.entry for checked in every for found in checked.found}
    codes = sorted(entries)
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "siseri-gateway check",
                        "version": CATALOGUE.version,
                        "rules": [_rule(entries[code], english) for code in codes],
                    }
                },
                "invocations": [_invocation(every, english)],
                "columnKind": "unicodeCodePoints",
                "artifacts": [{"location": {"uri": _uri(one.file)}} for one in every],
                "results": [
                    _result(checked.file, found, codes.index(found.entry.code), english)
                    for checked in every
                    for found in checked.found
                ],
                "properties": {"rulesSha256": CATALOGUE.sha256},
            }
        ],
    }


def _rule(entry: Entry, english: int) -> dict[str, Any]:
    return {
        "id": entry.code,
        "shortDescription": {"text": entry.text(english).partition(". ")[0].rstrip(".") + "."},
        "fullDescription": {"text": entry.text(english)},
        "help": {"text": entry.text(english)},
        "defaultConfiguration": {"level": _LEVELS[entry.level]},
        "properties": {
            "level": entry.level.value,
            "actor": entry.actor.value,
            "action": entry.action.value,
            "source": entry.source,
        },
    }


def _result(file: Path, found: Found, rule_index: int, english: int) -> dict[str, Any]:
    message = found.entry.text(english)
    for member in found.members:
        message += f" {member.pointer or '/'} : {member.text(english)}."
    result: dict[str, Any] = {
        "ruleId": found.entry.code,
        "ruleIndex": rule_index,
        "level": _LEVELS[found.entry.level],
        "message": {"text": message},
        "locations": [_location(file, found.place, found.pointer, found.xpath)],
        "properties": {
            name: value
            for name, value in (("index", found.index), ("ref", found.ref))
            if value is not None
        },
    }
    if found.members:
        result["relatedLocations"] = [
            _related(file, number, member, english) for number, member in enumerate(found.members)
        ]
    return result


def _related(file: Path, number: int, member: Member, english: int) -> dict[str, Any]:
    return {
        "id": number,
        "message": {"text": member.text(english)},
        **_location(file, member.place, member.pointer, None),
    }


def _location(
    file: Path, place: Place | None, pointer: str | None, xpath: str | None
) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(file)}}
    if place is not None:
        physical["region"] = {"startLine": place.line, "startColumn": place.column}
    location: dict[str, Any] = {"physicalLocation": physical}
    names = [name for name in (pointer, xpath) if name]
    if names:
        location["logicalLocations"] = [
            {"fullyQualifiedName": name, "kind": "member"} for name in names
        ]
    return location


def _invocation(every: Sequence[Checked], english: int) -> dict[str, Any]:
    """That each file was read, and what was left to the server."""
    left = sorted({code for checked in every for code in checked.not_judged.register})
    text = (
        f"registre : non jugé ici ({', '.join(left)})",
        f"register: not judged here ({', '.join(left)})",
    )[english]
    notices = [{"level": "note", "message": {"text": text}}]
    notices += [
        {"level": "error", "message": {"text": f"{checked.file.name} : {checked.fault[english]}"}}
        for checked in every
        if checked.fault is not None
    ]
    return {
        "executionSuccessful": all(checked.is_read for checked in every),
        "exitCode": int(max((checked.exit_code for checked in every), default=0)),
        "toolExecutionNotifications": notices,
    }


def _uri(file: Path) -> str:
    return file.as_uri() if file.is_absolute() else quote(file.as_posix())
