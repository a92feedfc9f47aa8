"""Offline proof of an export of the audit trail: JSON Lines, the last one its proof.

(1) each line but the last is an entry in canonical JSON: numbers without a gap, each holding the
    SHA-256 of the line before;
(2) the last is `{"proof": …}`, a tlog-proof of the last entry (C2SP tlog-proof, without extra);
(3) its checkpoint is of the published log, signed by a published key of it;
(4) the entry is at its index in that checkpoint's tree (RFC 9162 §2.1.3.2);
(5) as many witnesses cosigned as the policy asks for;
(6) a key that signed was valid between the last entry and the time that witnesses tell, and not
    compromised then; the last entry is not dated after that time.

So nothing before the last entry was edited, removed, inserted or moved. It does not tell what came
after the last entry, nor what stood before the first one where its number is not 1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from signing.canonical import jcs, strict_json
from signing.encoding import parse_instant
from signing.log.checkpoint_steps import believed_keys, enough_cosigned, signed_keys
from signing.log.dating import CLOCK_TOLERANCE
from signing.log.entry import audit_entry
from signing.log.merkle_proof import verifies_inclusion
from signing.log.policy import WitnessPolicy
from signing.log.proof import parse_proof
from signing.log.published import PublishedLog
from signing.log.tree import leaf_hash
from signing.proof import ProofSteps

BEFORE_THE_FIRST = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """An export of which every step held."""

    first: int
    """Number of the first entry; what came before it is not shown."""
    last: int
    index: int
    """Place of the last one in the log."""
    size: int
    """Of the checkpoint that covers it."""
    seen_at: datetime | None
    """From when on all of it existed, by the clocks of witnesses; `None` when none tells."""


def verify_audit(lines: Sequence[bytes], *, log: PublishedLog, policy: WitnessPolicy) -> Audited:
    """Prove an export, line by line without their newlines.

    Raises:
        SignatureInvalid: the step that does not hold, and why.
    """
    steps = ProofSteps()
    # (1) a chain
    steps.demand(len(lines) > 1, "an entry and a proof are the least that is exported")
    entries, proof = lines[:-1], _members(steps, lines[-1]).get("proof")
    first, last = _chained(steps, entries)
    steps.hold("each entry holds the digest of the one before", f"entries {first} to {last}")
    # (2) the proof of its head
    try:
        parsed = parse_proof(str(proof).encode())
    except ValueError as error:
        steps.refuse(f"not a proof of the log: {error}", error)
    steps.demand(parsed.extra is None, "a proof of the audit trail has no extra data")
    steps.hold("the last line is one proof", f"entry {parsed.index}")
    # (3) the log's word
    by = signed_keys(steps, parsed, log=log, policy=policy)
    # (4) the head is under it
    checkpoint = parsed.signed.checkpoint
    included = verifies_inclusion(
        parsed.path,
        leaf=leaf_hash(audit_entry(entry_sha256=sha256(entries[-1]).digest())),
        index=parsed.index,
        size=checkpoint.size,
        root=checkpoint.root,
    )
    steps.demand(included, "the last entry is not in the tree of the checkpoint")
    steps.hold("the last entry is in the log", f"entry {parsed.index} of {checkpoint.size}")
    # (5) others saw the same log
    seen_at = policy.met_at(enough_cosigned(steps, parsed, policy=policy))
    # (6) a key to believe
    entered_at = _entered_at(steps, entries[-1])
    believed_keys(steps, by, decided_at=entered_at, seen_at=seen_at)
    is_dated = seen_at is None or entered_at <= seen_at + CLOCK_TOLERANCE
    steps.demand(is_dated, "the last entry is dated after it was seen in the log")
    return Audited(
        first=first, last=last, index=parsed.index, size=checkpoint.size, seen_at=seen_at
    )


def _chained(steps: ProofSteps, entries: Sequence[bytes]) -> tuple[int, int]:
    """Hold step (1): the numbers of the first and the last entry."""
    first = number = 0
    previous = BEFORE_THE_FIRST
    for place, octets in enumerate(entries):
        form = _members(steps, octets)
        stated = form.get("number")
        if not isinstance(stated, int) or isinstance(stated, bool) or stated < 1:
            steps.refuse("an entry has no number")
        steps.demand(place == 0 or stated == number + 1, f"entry {number + 1} is missing")
        if place > 0 or stated == 1:
            steps.demand(
                form.get("previous") == previous, f"entry {stated} does not follow the one before"
            )
        first = first or stated
        number, previous = stated, sha256(octets).hexdigest()
    return first, number


def _entered_at(steps: ProofSteps, octets: bytes) -> datetime:
    try:
        return parse_instant(str(_members(steps, octets).get("at")))
    except ValueError as error:
        steps.refuse("an entry has no date", error)


def _members(steps: ProofSteps, octets: bytes) -> Mapping[str, object]:
    try:
        form = strict_json(octets)
    except ValueError as error:
        steps.refuse("a line is not JSON", error)
    if not isinstance(form, dict) or jcs(form) != octets:
        steps.refuse("a line is not in its canonical form")
    return form
