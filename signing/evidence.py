"""The whole offline proof of a receipt: who signed it, and that the evidence log holds it.

The first steps, n of them, are those of `signing.verify`: 9 in JSON, 11 in XML. Then:

(n+1) `proof` has its members and no other;
(n+2) to (n+9) its text is a proof in the log: the steps of `signing.log.verify`, of which (n+7)
     judges its time-stamp by the authorities that the register names;
(n+10) `log`, `index` and `size` are those of that text;
(n+11) the key of the acknowledgement was not compromised when others saw it in the log: who stole a
     key dates at will, but is seen late. Of a key that was lost since nothing is believed that
     nobody else dated.

A receipt without proof is refused when witnesses or a time-stamp are asked for, and when it was
decided since the log began: every answer of that time carries one, and a thief would leave it out.
One decided before needs none, unless its key was compromised since; where it shows one, it was seen
shortly after the log began, however long after its decision that was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from lxml import etree

from signing.canonical import strict_json
from signing.encoding import from_base64, instant_text, parse_instant
from signing.errors import KeyUnusable, SignatureInvalid
from signing.log.checkpoint import parse_decimal
from signing.log.policy import NO_WITNESS, WitnessPolicy
from signing.log.published import PublishedLog
from signing.log.verify import Logged, Stamped, verify_logged
from signing.proof import Proof, ProofSteps, Step
from signing.published import PublishedKey
from signing.timestamp import TimestampTrust
from signing.verify import verify_json
from signing.verify_xml import parse_plain

# who stole a key chooses its date
_UNDATED = (
    "its key was compromised, and nobody else tells when it was signed: "
    "read it again, with its stamp or cosignatures"
)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Believed:
    """What a verifier believes before it reads a receipt; the first three are of one register."""

    keys: Sequence[PublishedKey]
    """Of acknowledgements."""
    log: PublishedLog | None
    """The evidence log, where the register names one."""
    authorities: TimestampTrust | None = None
    """Of time-stamps, where the register names any."""
    policy: WitnessPolicy = NO_WITNESS
    needs_timestamp: bool = False
    """Whether a receipt that no trusted authority dated is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Member:
    """The member `proof`, read but not yet believed."""

    log: str
    index: int
    size: int
    text: bytes
    timestamp: bytes | None


def verify_evidence(receipt: bytes, *, believed: Believed) -> Evidence:
    """Prove a JSON receipt, or the bare compact JWS of one, with all that it carries.

    Raises `SignatureInvalid` with the step that failed, and `KeyUnusable` when the receipt has a
    proof and the register names no log.
    """
    signed = verify_json(receipt, trust=believed.keys)
    return verify_logged_receipt(receipt, signed, believed=believed)


def verify_logged_receipt(
    receipt: bytes, signed: Proof, *, believed: Believed, apart: bytes | None = None
) -> Evidence:
    """Prove what remains of a receipt, JSON, XML or JWS, whose signature is proved by `signed`.

    `apart` is a proof of the log (C2SP tlog-proof) that came by itself, as beside a bare JWS; it
    stands for the one in the receipt. Raises as `verify_evidence`.
    """
    log = believed.log
    is_before = log is None or _decided_at(signed) < log.keys[0].valid_from
    steps = ProofSteps(held=signed.steps)
    is_shown = apart is not None or _shown_proof(steps, receipt) is not None
    if not is_shown and believed.policy.quorum is None and not believed.needs_timestamp:
        steps.demand(is_before, "no proof of the log, and it was there before the decision")
        steps.demand(_key_of(signed, believed).compromised_at is None, _UNDATED)
        found = "the register names none" if log is None else "no proof is asked for"
        steps.hold("decided before there was a log", found)
        return Evidence(steps=steps.held, receipt=signed, logged=None)
    return _verified(receipt, signed, believed=believed, apart=apart)


def _verified(
    receipt: bytes, signed: Proof, *, believed: Believed, apart: bytes | None
) -> Evidence:
    steps = ProofSteps(held=signed.steps)
    # (n+1) the member
    member = _member(steps, _shown_proof(steps, receipt)) if apart is None else None
    if member is None:
        steps.hold("the proof of the log came by itself", f"{len(apart or b'')} bytes")
    # (n+2) to (n+9) the log
    logged = _logged(
        steps,
        signed,
        member.text if member else apart or b"",
        believed=believed,
        token=member.timestamp if member else None,
    )
    # (n+10) what stands beside the text is what the text says
    told = (logged.checkpoint.origin, logged.index, logged.checkpoint.size)
    stated = told if member is None else (member.log, member.index, member.size)
    steps.demand(stated == told, "the member proof states other than its text")
    steps.hold("the member proof states what its text states", f"entry {told[1]} of {told[2]}")
    # (n+11) the time of others
    _not_compromised(steps, _key_of(signed, believed), seen_at=logged.seen_at)
    return Evidence(steps=steps.held, receipt=signed, logged=logged)


def _key_of(signed: Proof, believed: Believed) -> PublishedKey:
    return next(one for one in believed.keys if one.kid == signed.kid)


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
    believed: Believed,
    token: bytes | None,
) -> Logged:
    if believed.log is None:
        raise KeyUnusable("the register names no log")
    before = len(steps.held)
    try:
        logged = verify_logged(
            text,
            canonical_sha256=sha256(signed.acknowledgement).digest(),
            decided_at=_decided_at(signed),
            log=believed.log,
            policy=believed.policy,
            stamped=Stamped(
                token=token, trust=believed.authorities, is_needed=believed.needs_timestamp
            ),
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
        steps.refuse(_UNDATED)
    steps.demand(seen_at < key.compromised_at, "first seen after its key was compromised")
    steps.hold(name, f"seen {instant_text(seen_at)}, lost {instant_text(key.compromised_at)}")
