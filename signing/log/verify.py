"""Offline proof that an acknowledgement is in the evidence log, and since when.

It needs the digest of the acknowledgement, the `.tlog-proof`, the published log and the verifier's
own policy. It gives a `Logged`, or raises `SignatureInvalid` with the step that failed:

(1) the bytes are one tlog-proof of version 1, in its one spelling (C2SP tlog-proof);
(2) its extra data is the salt, which with the digest gives the entry (`signing.log.entry`);
(3) its checkpoint is of the published log, and was signed by a published key of it
    (C2SP tlog-checkpoint, signed-note);
(4) the entry is at its index in the checkpoint's tree (RFC 9162 §2.1.3.2);
(5) as many witnesses cosigned as the policy asks for (C2SP tlog-cosignature, tlog-policy);
(6) the time-stamp that came along, if any, dates this checkpoint (`signing.timestamp`), where its
    authority is trusted; one of a stranger is passed over, and a false one refuses all;
(7) a key that signed was valid between the decision and the time seen, and not compromised then;
(8) the acknowledgement was decided before that, and shortly before: not dated back. One older than
    the log was seen shortly after the log began.

The time seen is the earlier of what (5) and (6) tell: either alone shows that it existed by then.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from signing.encoding import instant_text
from signing.errors import SignatureInvalid
from signing.log.checkpoint import Checkpoint
from signing.log.checkpoint_steps import believed_keys, enough_cosigned, signed_keys
from signing.log.cosignature import Cosignature
from signing.log.dating import CLOCK_TOLERANCE, MAX_DELAY
from signing.log.entry import acknowledgement_entry
from signing.log.merkle_proof import verifies_inclusion
from signing.log.policy import WitnessPolicy
from signing.log.proof import LogProof, parse_proof
from signing.log.published import PublishedLog
from signing.log.tree import leaf_hash
from signing.proof import ProofSteps, Step
from signing.timestamp import STRANGER_STEP, Timestamp, TimestampTrust, prove_token

__all__ = [
    "CLOCK_TOLERANCE",
    "MAX_DELAY",
    "UNSTAMPED",
    "Logged",
    "SignatureInvalid",
    "Stamped",
    "verify_logged",
]

_NOT_JUDGED = "the time-stamp that came with it is not judged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamped:
    """The time-stamp that came with a proof, and what a verifier makes of it."""

    token: bytes | None = None
    """The TimeStampToken (RFC 3161), DER, over the checkpoint's text."""
    trust: TimestampTrust | None = None
    """Whom to believe; `None` judges no token."""
    is_needed: bool = False
    """Whether a proof that no trusted authority dated is refused."""


UNSTAMPED = Stamped()


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """An acknowledgement of which every step held."""

    steps: tuple[Step, ...]
    """Every step, in order; all of them held."""
    checkpoint: Checkpoint
    """The log at the size that holds the entry."""
    index: int
    """Place of the entry."""
    cosignatures: tuple[Cosignature, ...]
    """Those of the policy's witnesses, all verified."""
    timestamp: Timestamp | None
    """That of a trusted authority, proved; `None` where there is none."""
    seen_at: datetime | None
    """From when on it existed, by others' clocks; `None` when no witness or timestamp tells."""


def verify_logged(
    proof: bytes,
    *,
    canonical_sha256: bytes,
    decided_at: datetime,
    log: PublishedLog,
    policy: WitnessPolicy,
    stamped: Stamped = UNSTAMPED,
    max_delay: timedelta = MAX_DELAY,
) -> Logged:
    """Prove that the acknowledgement of digest `canonical_sha256` is in `log`, and since when.

    `canonical_sha256` (32 bytes) and the aware `decided_at` are those of an acknowledgement whose
    own signature was proved. With neither time-stamp nor quorum the proof holds, and says that
    nothing excludes a false date.
    """
    steps = ProofSteps()
    # (1) one text
    try:
        parsed = parse_proof(proof)
    except ValueError as error:
        steps.refuse(f"not a proof of the log: {error}", error)
    steps.hold("the bytes are one proof, in its one spelling", f"{len(proof)} bytes")
    # (2) the entry
    entry = _entry(steps, parsed, canonical_sha256)
    # (3) the log's word
    by = signed_keys(steps, parsed, log=log, policy=policy)
    # (4) the entry is under it
    checkpoint = parsed.signed.checkpoint
    included = verifies_inclusion(
        parsed.path,
        leaf=leaf_hash(entry),
        index=parsed.index,
        size=checkpoint.size,
        root=checkpoint.root,
    )
    steps.demand(included, "the entry is not in the tree of the checkpoint")
    steps.hold("the entry is in the log", f"entry {parsed.index} of {checkpoint.size}")
    # (5) others saw the same log
    witnessed = enough_cosigned(steps, parsed, policy=policy)
    # (6) an authority dated it
    timestamp = _timestamped(steps, parsed, stamped)
    times = (policy.met_at(witnessed), None if timestamp is None else timestamp.gen_time)
    seen_at = min((at for at in times if at is not None), default=None)
    # (7) a key to believe; (8) dated in time
    believed_keys(steps, by, decided_at=decided_at, seen_at=seen_at)
    delay = _delay(log, decided_at=decided_at, seen_at=seen_at)
    _dated(steps, decided_at=decided_at, seen_at=seen_at, is_late=delay > max_delay)
    return Logged(
        steps=steps.held,
        checkpoint=checkpoint,
        index=parsed.index,
        cosignatures=witnessed,
        timestamp=timestamp,
        seen_at=seen_at,
    )


def _entry(steps: ProofSteps, parsed: LogProof, canonical_sha256: bytes) -> bytes:
    try:
        entry = acknowledgement_entry(canonical_sha256=canonical_sha256, salt=parsed.extra or b"")
    except ValueError as error:
        steps.refuse("the extra data is not the salt of an entry", error)
    steps.hold("the salt gives the entry of this acknowledgement", leaf_hash(entry).hex())
    return entry


def _timestamped(steps: ProofSteps, parsed: LogProof, stamped: Stamped) -> Timestamp | None:
    """Hold step (6). Whatever an authority makes that nobody trusts is as good as nothing."""
    if stamped.token is None:
        name, why = "no time-stamp came with it", "fetched again, it may have one"
    elif stamped.trust is None:
        name, why = _NOT_JUDGED, "no authority is trusted"
    else:
        timestamp = _proved_stamp(steps, parsed, stamped.token, stamped.trust)
        if timestamp is not None:
            found = f"{instant_text(timestamp.gen_time)} by {timestamp.authority}"
            steps.hold("an authority dated the checkpoint", found)
            return timestamp
        name, why = _NOT_JUDGED, "of no trusted authority"
    steps.demand(not stamped.is_needed, f"a time-stamp is asked for, and {name} ({why})")
    steps.hold(name, why)
    return None


def _proved_stamp(
    steps: ProofSteps, parsed: LogProof, token: bytes, trust: TimestampTrust
) -> Timestamp | None:
    """Prove a token; `None` where it is a stranger's."""
    text = parsed.signed.note.text.encode()
    try:
        return prove_token(token, text=text, trust=trust).timestamp
    except SignatureInvalid as error:
        if error.step == STRANGER_STEP:
            return None
        steps.refuse(f"the time-stamp proves nothing: {error.reason}", error)


def _delay(log: PublishedLog, *, decided_at: datetime, seen_at: datetime | None) -> timedelta:
    """How long it could have been seen and was not: no log showed it before the first key's time.

    A date before that earns no more: it was in the log from the beginning, or was dated back.
    """
    if seen_at is None:
        return timedelta(0)
    return seen_at - max(decided_at, log.keys[0].valid_from)


def _dated(
    steps: ProofSteps, *, decided_at: datetime, seen_at: datetime | None, is_late: bool
) -> None:
    """Hold the last step: `decidedAt` is a claim of the signer; the time seen is of others."""
    if seen_at is None:
        steps.hold("no witness or timestamp tells a time", "a false date is not excluded")
        return
    steps.demand(decided_at <= seen_at + CLOCK_TOLERANCE, "decided after it was seen in the log")
    steps.demand(
        not is_late, "first seen in the log too long after its decision: it may be dated back"
    )
    steps.hold(
        "decided shortly before it was seen in the log",
        f"decided {instant_text(decided_at)}, seen {instant_text(seen_at)}",
    )
