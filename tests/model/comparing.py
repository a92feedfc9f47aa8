"""What the gateway said against what was expected of it."""

from collections import Counter
from datetime import datetime

from tests.model.statements import RETURN_CODES


class Divergence(AssertionError):
    """The gateway and the model do not agree."""


def hold(what, said, expected):
    """Both are the same.

    Raises:
        Divergence: they are not.
    """
    if said != expected:
        raise Divergence(f"{what}: the gateway says {said!r}, the contract {expected!r}")


def hold_acknowledgement(shown, statement, *, now=None):
    """An acknowledgement, or a check's report, against the statement expected."""
    hold("acknowledgement", _said(shown, now=now), _expected(statement, now=now))
    codes = {entry["code"] for entry in shown.get("codes", ())}
    hold("codes", codes, _codes_of(statement))
    if statement.standing is not None:
        about = {"id": statement.standing.id, "canonicalSha256": statement.standing.sha256}
        hold("standing", shown.get("standing"), about)
    if statement.supersedes is not None:
        about = {"id": statement.supersedes.id, "canonicalSha256": statement.supersedes.sha256}
        hold("supersedes", shown.get("supersedes"), about)


def _said(shown, *, now):
    told = {
        "disposition": shown["disposition"],
        "returnCode": shown.get("returnCode"),
        "test": shown.get("test", False),
        "submitter": shown["submitter"]["siret"],
        "sender": shown["sender"]["siret"],
        "transmission": shown["transmission"],
        "received": _instant(shown["received"]["at"]),
        "findings": Counter(entry["code"] for entry in shown.get("findings", ())),
        "counts": _counts(shown),
        "lines": [_line(entry) for entry in shown.get("lines", ())],
        "about": sorted({"standing", "supersedes"} & shown.keys()),
    }
    return told if now is None else {**told, "decided": _instant(shown["decidedAt"])}


def _expected(statement, *, now):
    every = Counter(verdict.verdict for verdict in statement.verdicts)
    accepted = every["ACCEPTED"] + every["ACCEPTED_WITH_WARNINGS"]
    counts = {
        "results": len(statement.verdicts),
        "accepted": accepted,
        "withWarnings": every["ACCEPTED_WITH_WARNINGS"],
        "rejected": every["REJECTED"],
        "held": every["HELD"],
    }
    names = {"standing": statement.standing, "supersedes": statement.supersedes}
    told = {
        "disposition": statement.disposition,
        "returnCode": RETURN_CODES.get(statement.disposition),
        "test": statement.is_test,
        "submitter": statement.owner,
        "sender": statement.sender,
        "transmission": {
            "id": statement.transmission,
            "contentSha256": statement.content_sha256,
        },
        "received": statement.received_at,
        "findings": statement.codes,
        "counts": counts if statement.verdicts else None,
        "lines": [
            (index, v.line.ref, v.verdict, v.held_until, v.codes)
            for index, v in enumerate(statement.verdicts, 1)
            if v.verdict != "ACCEPTED"
        ],
        "about": sorted(name for name, value in names.items() if value is not None),
    }
    return told if now is None else {**told, "decided": now}


def _codes_of(statement):
    every = statement.codes
    for verdict in statement.verdicts:
        every = every + verdict.codes
    return set(every)


def _counts(shown):
    counts = shown.get("counts")
    names = ("results", "accepted", "withWarnings", "rejected", "held")
    return counts if counts is None else {name: counts.get(name, 0) for name in names}


def _line(entry):
    at = f"/results/{entry['index'] - 1}"
    for found in entry["findings"]:
        if not f"{found['pointer']}/".startswith(f"{at}/"):
            raise Divergence(f"a finding of line {at} points at {found['pointer']}")
    until = entry.get("heldUntil")
    return (
        entry["index"],
        entry["ref"],
        entry["verdict"],
        None if until is None else _instant(until),
        Counter(found["code"] for found in entry["findings"]),
    )


def _instant(text):
    return datetime.fromisoformat(text)
