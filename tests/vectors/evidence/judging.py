"""Both verifiers over the same cases: ours in this process, the second in one process of node."""

from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from signing.authorities import parse_published_authorities
from signing.encoding import instant_text
from signing.errors import KeyUnusable, SignatureInvalid
from signing.evidence import Believed, verify_evidence
from signing.log.policy import NO_WITNESS, parse_policy
from signing.published import parse_published, parse_published_log

SCRIPT = Path(__file__).with_name("verifiers.mjs")


@dataclass(frozen=True, slots=True)
class Case:
    receipt: bytes
    trust: bytes
    policy: bytes | None = None
    needs_timestamp: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """What a verifier says; `reason` is its own wording, and is compared with nothing."""

    outcome: dict
    acknowledgement: bytes | None = None
    reason: str = ""
    verified: int | None = field(default=None, compare=False)
    """How many signatures of certificates the second verifier verified."""


@cache
def _register(octets):
    return {
        "keys": parse_published(octets),
        "log": parse_published_log(octets),
        "authorities": parse_published_authorities(octets),
    }


@cache
def _policy(octets):
    return NO_WITNESS if octets is None else parse_policy(octets)


def by_ours(case):
    """What `signing` says."""
    try:
        believed = Believed(
            **_register(case.trust),
            policy=_policy(case.policy),
            needs_timestamp=case.needs_timestamp,
        )
        evidence = verify_evidence(case.receipt, believed=believed)
    except SignatureInvalid as fault:
        return Judged({"outcome": "not proved", "step": fault.step}, reason=fault.reason)
    except KeyUnusable as fault:
        return Judged({"outcome": "cannot be done"}, reason=str(fault))
    logged = evidence.logged
    stamp = logged and logged.timestamp
    outcome = {
        "outcome": "proved",
        "steps": len(evidence.steps),
        "seenAt": logged and logged.seen_at and instant_text(logged.seen_at),
        "timestampedAt": stamp and instant_text(stamp.gen_time),
    }
    return Judged(outcome, acknowledgement=evidence.receipt.acknowledgement)


def by_the_second(cases, *, node):
    """What `docs/verifier/verify.mjs` says of all cases, in one process.

    `node` runs a script: its input is what is asked, in JSON, and its output too.
    """
    asked = [
        {
            "receipt": _text(case.receipt),
            "trust": _text(case.trust),
            "requireTimestamp": case.needs_timestamp,
        }
        | ({} if case.policy is None else {"policy": _text(case.policy)})
        for case in cases
    ]
    return [_read(said) for said in node(str(SCRIPT), cases=asked)]


def _read(said):
    shown = said.pop("acknowledgement", None)
    reason, verified = said.pop("reason", ""), said.pop("verified")
    acknowledgement = None if shown is None else b64decode(shown)
    return Judged(said, acknowledgement=acknowledgement, reason=reason, verified=verified)


def _text(octets):
    return b64encode(octets).decode()
