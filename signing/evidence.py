"""The whole offline proof of a JSON receipt: who signed it, and that the evidence log holds it.

Steps (1) to (9) are those of `signing.verify`. Where the receipt has a `proof`, or the policy asks
for witnesses, they go on:

(10) `proof` has its members and no other;
(11) to (17) its text is a proof in the log: the steps of `signing.log.verify`;
(18) `log`, `index` and `size` are those of that text;
(19) the key of the acknowledgement was not compromised when others saw it in the log: who stole a
     key dates at will, but is seen late.

Without witnesses a compromised key's own date is all that says it signed before, and (19) says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from signing.canonical import strict_json
from signing.encoding import from_base64, instant_text, parse_instant
from signing.errors import KeyUnusable, SignatureInvalid
from signing.log.policy import NO_WITNESS, WitnessPolicy
from signing.log.published import PublishedLog
from signing.log.verify import Logged, verify_logged
from signing.proof import Proof, ProofSteps, Step
from signing.published import PublishedKey
from signing.verify import verify_json

_REQUIRED = frozenset({"log", "index", "size", "inclusion"})
_ALLOWED = _REQUIRED | {"timestamp"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A receipt whose every step held."""

    steps: tuple[Step, ...]
    """Every step, in order, numbered through."""
    receipt: Proof
    """Who signed what."""
    logged: Logged | None
    """Where it is in the log, and since when; `None` where nothing told or asked for that."""
    timestamp: bytes | None = field(default=None, repr=False)
    """The time-stamp token that came with it, DER (RFC 3161), not judged here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Member:
    """The member `proof`, read but not yet believed."""

    log: str
    index: int
    size: int
    text: bytes
    timestamp: bytes | None


def verify_evidence(
    receipt: bytes,
    *,
    trust: Sequence[PublishedKey],
    log: PublishedLog | None,
    policy: WitnessPolicy = NO_WITNESS,
) -> Evidence:
    """Prove a JSON receipt, or the bare compact JWS of one, with all that it carries.

    `trust` and `log` are of the same register. Raises `SignatureInvalid` with the step that failed,
    and `KeyUnusable` when the receipt has a proof and the register names no log.
    """
    signed = verify_json(receipt, trust=trust)
    shown = _shown_proof(receipt)
    if shown is None and policy.quorum is None:
        return Evidence(steps=signed.steps, receipt=signed, logged=None)
    steps = ProofSteps(held=signed.steps)
    # (10) the member
    member = _member(steps, shown)
    if log is None:
        raise KeyUnusable("the register names no log")
    # (11) to (17) the log
    logged = _logged(steps, signed, member, log=log, policy=policy)
    # (18) what stands beside the text is what the text says
    stated = (member.log, member.index, member.size)
    told = (logged.checkpoint.origin, logged.index, logged.checkpoint.size)
    steps.demand(stated == told, "the member proof states other than its text")
    steps.hold("the member proof states what its text states", f"entry {told[1]} of {told[2]}")
    # (19) the time of others
    key = next(one for one in trust if one.kid == signed.kid)
    _not_compromised(steps, key, seen_at=logged.seen_at)
    return Evidence(steps=steps.held, receipt=signed, logged=logged, timestamp=member.timestamp)


def _shown_proof(receipt: bytes) -> object | None:
    if not receipt.startswith(b"{"):
        return None
    members = strict_json(receipt)
    return members.get("proof") if isinstance(members, dict) else None


def _member(steps: ProofSteps, shown: object) -> _Member:
    if shown is None:
        steps.refuse("no proof of the log, and the policy asks for one")
    if not isinstance(shown, dict) or not _REQUIRED <= shown.keys() <= _ALLOWED:
        steps.refuse("not the members of a proof")
    member = _typed(steps, shown)
    steps.hold("the member proof has its members and no other", ", ".join(sorted(shown)))
    return member


def _typed(steps: ProofSteps, shown: Mapping[str, object]) -> _Member:
    log, text, timestamp = shown["log"], shown["inclusion"], shown.get("timestamp")
    index, size = _count(shown["index"]), _count(shown["size"])
    if not isinstance(log, str) or not isinstance(text, str) or index is None or size is None:
        steps.refuse("a member of proof has another type")
    token = None
    if timestamp is not None:
        try:
            token = from_base64(timestamp) if isinstance(timestamp, str) else b""
        except ValueError as error:
            steps.refuse("the timestamp is not base64", error)
        steps.demand(token, "the timestamp is not a token")
    return _Member(log=log, index=index, size=size, text=text.encode(), timestamp=token)


def _count(value: object) -> int | None:
    return value if type(value) is int and value >= 0 else None


def _logged(
    steps: ProofSteps, signed: Proof, member: _Member, *, log: PublishedLog, policy: WitnessPolicy
) -> Logged:
    members = strict_json(signed.acknowledgement)
    decided_at = parse_instant(members["decidedAt"])  # type: ignore[index] # step (9) read it
    before = len(steps.held)
    try:
        logged = verify_logged(
            member.text,
            canonical_sha256=sha256(signed.acknowledgement).digest(),
            decided_at=decided_at,
            log=log,
            policy=policy,
        )
    except SignatureInvalid as error:
        raise SignatureInvalid(before + error.step, error.reason) from error
    for step in logged.steps:
        steps.hold(step.name, step.found)
    return logged


def _not_compromised(steps: ProofSteps, key: PublishedKey, *, seen_at: datetime | None) -> None:
    name = "the acknowledgement's key was not compromised then"
    if key.compromised_at is None:
        steps.hold(name, "never, as this register says")
        return
    if seen_at is None:
        steps.hold(name, "compromised since: its own date alone says that it is earlier")
        return
    steps.demand(seen_at < key.compromised_at, "first seen after its key was compromised")
    steps.hold(name, f"seen {instant_text(seen_at)}, lost {instant_text(key.compromised_at)}")
