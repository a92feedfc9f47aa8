"""Steps that every proof under a checkpoint of the log has: its keys, its witnesses, its time."""

from collections.abc import Sequence
from datetime import datetime

from signing.encoding import instant_text
from signing.log.checkpoint import signed_by
from signing.log.cosignature import Cosignature, cosignatures
from signing.log.dating import CLOCK_TOLERANCE
from signing.log.policy import WitnessPolicy
from signing.log.proof import LogProof
from signing.log.published import PublishedLog, PublishedLogKey
from signing.proof import ProofSteps


def signed_keys(
    steps: ProofSteps, parsed: LogProof, *, log: PublishedLog, policy: WitnessPolicy
) -> tuple[PublishedLogKey, ...]:
    """Hold that the checkpoint is the log's; give the keys that signed it and that are believed.

    Where the policy names keys of logs, no other of the published ones counts (C2SP tlog-policy).
    """
    keys = [key.vkey for key in log.keys if not policy.logs or key.vkey in policy.logs]
    try:
        signed = signed_by(parsed.signed, origin=log.origin, keys=keys)
    except ValueError as error:
        steps.refuse(f"not a checkpoint of the log: {error}", error)
    names = ", ".join(key.key_id.hex() for key in signed)
    steps.hold("the checkpoint is signed by the log", f"{log.origin}, key {names}")
    return tuple(log.key_of(key) for key in signed)


def enough_cosigned(
    steps: ProofSteps, parsed: LogProof, *, policy: WitnessPolicy
) -> tuple[Cosignature, ...]:
    """Hold that as many witnesses cosigned as the policy asks for; give what they signed."""
    try:
        witnessed = cosignatures(parsed.signed, witnesses=policy.witnesses)
    except ValueError as error:
        steps.refuse(str(error), error)
    if policy.quorum is None:
        steps.hold("no witness is asked for", "the log's word alone")
        return witnessed
    steps.demand(policy.met_at(witnessed), "fewer witnesses cosigned than the policy asks for")
    names = ", ".join(f"{one.witness.name} {instant_text(one.at)}" for one in witnessed)
    steps.hold("enough witnesses saw the same log", names)
    return witnessed


def believed_keys(
    steps: ProofSteps,
    keys: Sequence[PublishedLogKey],
    *,
    decided_at: datetime,
    seen_at: datetime | None,
) -> None:
    """Hold that a key was valid between what the checkpoint covers and the time seen, and not lost.

    The checkpoint covers what was done at `decided_at`, so that it was signed after that.
    """
    in_time = [
        key
        for key in keys
        if decided_at <= key.valid_to
        and (seen_at is None or key.valid_from <= seen_at + CLOCK_TOLERANCE)
    ]
    steps.demand(in_time, "the log's key was out of its validity")
    believed = [key for key in in_time if key.is_believed_at(seen_at)]
    steps.demand(believed, "the log's key was compromised, and nothing shows an earlier time")
    names = ", ".join(key.vkey.key_id.hex() for key in believed)
    steps.hold("the log's key was then valid, and not compromised", f"key {names}")
