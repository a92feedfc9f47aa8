"""Acknowledgements of every disposition, as short as the contract lets them be."""

import uuid

from signing.encoding import instant_text
from tests.vectors.evidence.keys import SEED, seed

ISSUER = {
    "name": "Autorité",
    "siret": "00000000000000",
    "service": "P",
    "address": "A",
    "email": "a@b.invalid",
    "phone": "+330",
}
TEXT = {"fr": "Exemple.", "en": "Example."}


def _steps(last="PARSE", *, verdict="PASSED"):
    """The last step alone, to be short."""
    errors = int(verdict == "FAILED")
    return [{"name": last, "verdict": verdict, "errors": errors, "warnings": 0}]


def _failed(last):
    return _steps(last, verdict="FAILED")


def _code(code, **other):
    return {
        "code": code,
        "level": "ERROR",
        "actor": "SENDER",
        "action": "CORRECT",
        "text": TEXT,
        "rule": f"/v1/rules/{code}",
    } | other


def _counts(**by_verdict):
    zero = dict.fromkeys(("accepted", "withWarnings", "rejected", "held", "findings"), 0)
    return {"results": 1} | zero | by_verdict


def _line(verdict, code, **other):
    finding = {"code": code, "pointer": "/results/0"}
    line = {"index": 1, "ref": "1", "verdict": verdict, "findings": [finding]} | other
    return {"lines": [line], "linesTotal": 1, "linesSha256": seed(f"{verdict} {code}").hex()}


_HELD_UNTIL = "2026-05-31T08:00:00.000Z"
DISPOSITIONS = {
    "RECEIVED": {"stage": "RECEPTION", "deadline": _HELD_UNTIL},
    "ACCEPTED": {"returnCode": 0, "counts": _counts(accepted=1)},
    "ACCEPTED_WITH_RESERVATIONS": {
        "returnCode": 1,
        "counts": _counts(accepted=1, withWarnings=1, findings=1),
        "codes": [_code("I012", level="WARNING")],
        **_line("ACCEPTED_WITH_WARNINGS", "I012"),
    },
    "PARTLY_ACCEPTED": {
        "returnCode": 2,
        "steps": _failed("CHECK"),
        "counts": _counts(results=2, accepted=1, rejected=1, findings=1),
        "codes": [_code("D004")],
        **_line("REJECTED", "D004"),
    },
    "HELD": {
        "returnCode": 2,
        "steps": _failed("VERIFY"),
        "deadline": _HELD_UNTIL,
        "counts": _counts(held=1, findings=1),
        "codes": [_code("R001", actor="EMPLOYER", action="WAIT")],
        **_line("HELD", "R001", heldUntil=_HELD_UNTIL),
    },
    "REJECTED": {
        "returnCode": 3,
        "steps": _failed("CHECK"),
        "counts": _counts(rejected=1, findings=1),
        "codes": [_code("I002")],
        **_line("REJECTED", "I002"),
    },
    "INADMISSIBLE": {
        "returnCode": 3,
        "steps": _failed("VALIDATE"),
        "findings": [{"code": "S006", "pointer": "/totals"}],
        "codes": [_code("S006", level="FATAL")],
    },
    "CONFLICT": {
        "steps": _failed("CHECK"),
        "findings": [{"code": "S007", "pointer": "/id"}],
        "codes": [_code("S007", level="FATAL")],
        "standing": {
            "id": str(uuid.uuid5(uuid.NAMESPACE_URL, SEED + "accepted")),
            "canonicalSha256": seed("standing").hex(),
        },
    },
}


def acknowledgement(name, *, decided_at, disposition="RECEIVED", **other):
    """The acknowledgement `name`, decided at an aware instant; the shortest by default."""
    instant = instant_text(decided_at)
    return (
        {
            "id": str(uuid.uuid5(uuid.NAMESPACE_URL, SEED + name)),
            "version": "1.0",
            "stage": "EXECUTION",
            "environment": "example",
            "disposition": disposition,
            "issuer": ISSUER,
            "submitter": {"name": "Laboratoire", "siret": "77568501900488"},
            "transmission": {},
            "received": {
                "door": "REST",
                "mediaType": "application/json",
                "sha256": seed(f"body {name}").hex(),
                "size": 1621,
                "at": instant,
            },
            "decidedAt": instant,
            "rules": {"version": "2026.11", "sha256": seed("rules").hex()},
            "steps": _steps(),
        }
        | DISPOSITIONS[disposition]
        | other
    )
