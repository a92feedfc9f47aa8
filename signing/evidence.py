"""The whole offline proof of a receipt: who signed it, and that the evidence log holds it.

The first steps, n of them, are those of `signing.verify`: 9 in JSON, 11 in XML. Then:

(n+1) `proof` has its members and no other;
(n+2) to (n+8) its text is a proof in the log: the steps of `signing.log.verify`;
(n+9) `log`, `index` and `size` are those of that text;
(n+10) the key of the acknowledgement was not compromised when others saw it in the log: who stole a
     key dates at will, but is seen late.

A receipt without proof is refused when the policy asks for witnesses, and when it was decided since
the log began: every answer of that time carries one, and a thief would leave it out. One decided
before needs none; where it shows one all the same, it was seen long after its decision, and that is
no fault of it.

Without witnesses a compromised key's own date is all that says it signed before; (n+10) says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from lxml import etree

from signing.canonical import strict_json
from signing.encoding import from_base64, instant_text, parse_instant
from signing.errors import KeyUnusable, SignatureInvalid
from signing.log.checkpoint import parse_decimal
from signing.log.policy import NO_WITNESS, WitnessPolicy
from signing.log.published import PublishedLog
from signing.log.verify import MAX_DELAY, Logged, verify_logged
from signing.proof import Proof, ProofSteps, Step
from signing.published import PublishedKey
from signing.verify import verify_json
from signing.verify_xml import parse_plain

_ORDER = ("log", "index", "size", "inclusion", "timestamp")
_REQUIRED = frozenset(_ORDER[:-1])
_ALLOWED = frozenset(_ORDER)


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
    return verify_logged_receipt(receipt, signed, trust=trust, log=log, policy=policy)


def verify_logged_receipt(
    receipt: bytes,
    signed: Proof,
    *,
    trust: Sequence[PublishedKey],
    log: PublishedLog | None,
    policy: WitnessPolicy = NO_WITNESS,
    apart: bytes | None = None,
) -> Evidence:
    """Prove what remains of a receipt, JSON, XML or JWS, whose signature is proved by `signed`.

    `apart` is a proof of the log (C2SP tlog-proof) that came by itself, as beside a bare JWS; it
    stands for the one in the receipt. Raises as `verify_evidence`.
    """
    is_before = log is None or _decided_at(signed) < log.keys[0].valid_from
    steps = ProofSteps(held=signed.steps)
    is_shown = apart is not None or _shown_proof(steps, receipt) is not None
    if not is_shown and policy.quorum is None:
        steps.demand(is_before, "no proof of the log, and it was there before the decision")
        found = "the register names none" if log is None else "no proof is asked for"
        steps.hold("decided before there was a log", found)
        return Evidence(steps=steps.held, receipt=signed, logged=None)
    return _verified(
        receipt,
        signed,
        trust=trust,
        log=log,
        policy=policy,
        max_delay=timedelta.max if is_before else MAX_DELAY,
        apart=apart,
    )


def _verified(
    receipt: bytes,
    signed: Proof,
    *,
    trust: Sequence[PublishedKey],
    log: PublishedLog | None,
    policy: WitnessPolicy,
    max_delay: timedelta = MAX_DELAY,
    apart: bytes | None = None,
) -> Evidence:
    steps = ProofSteps(held=signed.steps)
    # (n+1) the member
    member = _member(steps, _shown_proof(steps, receipt)) if apart is None else None
    if member is None:
        steps.hold("the proof of the log came by itself", f"{len(apart or b'')} bytes")
    if log is None:
        raise KeyUnusable("the register names no log")
    # (n+2) to (n+8) the log
    logged = _logged(
        steps,
        signed,
        member.text if member else apart or b"",
        decided_at=_decided_at(signed),
        log=log,
        policy=policy,
        max_delay=max_delay,
    )
    # (n+9) what stands beside the text is what the text says
    told = (logged.checkpoint.origin, logged.index, logged.checkpoint.size)
    stated = told if member is None else (member.log, member.index, member.size)
    steps.demand(stated == told, "the member proof states other than its text")
    steps.hold("the member proof states what its text states", f"entry {told[1]} of {told[2]}")
    # (n+10) the time of others
    key = next(one for one in trust if one.kid == signed.kid)
    _not_compromised(steps, key, seen_at=logged.seen_at)
    timestamp = None if member is None else member.timestamp
    return Evidence(steps=steps.held, receipt=signed, logged=logged, timestamp=timestamp)


def _decided_at(signed: Proof) -> datetime:
    members = strict_json(signed.acknowledgement)
    return parse_instant(members["decidedAt"])  # type: ignore[index] # the proof of its signature read it


def _shown_proof(steps: ProofSteps, receipt: bytes) -> object | None:
    if receipt.startswith(b"<"):
        last = parse_plain(receipt)[-1]
        return _in_xml(steps, last) if etree.QName(last).localname == "proof" else None
    if not receipt.startswith(b"{"):
        return None
    members = strict_json(receipt)
    return members.get("proof") if isinstance(members, dict) else None


def _in_xml(steps: ProofSteps, element: etree._Element) -> dict[str, object]:
    """The member as JSON has it; its elements were proved to be of our namespace, without more."""
    names = [etree.QName(child).localname for child in element]
    loose = any((element.text, *(child.tail for child in element))) or any(map(len, element))
    in_order = names == [name for name in _ORDER if name in names]
    steps.demand(in_order and not loose, "not the members of a proof, in their order")
    shown: dict[str, object] = {}
    for name, child in zip(names, element, strict=True):
        text = child.text or ""
        try:
            shown[name] = parse_decimal(text) if name in ("index", "size") else text
        except ValueError as error:
            steps.refuse("a member of proof has another type", error)
    return shown


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
    steps: ProofSteps,
    signed: Proof,
    text: bytes,
    *,
    decided_at: datetime,
    log: PublishedLog,
    policy: WitnessPolicy,
    max_delay: timedelta,
) -> Logged:
    before = len(steps.held)
    try:
        logged = verify_logged(
            text,
            canonical_sha256=sha256(signed.acknowledgement).digest(),
            decided_at=decided_at,
            log=log,
            policy=policy,
            max_delay=max_delay,
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
