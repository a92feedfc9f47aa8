"""The last step of a receipt that is in the log: its key was not yet compromised when it was seen.

`decidedAt` is the signer's claim: whoever stole a key dates back what he signs by it. The time at
which witnesses or a timestamp saw the receipt in the log is others' word, and cannot be dated back.
"""

from collections.abc import Sequence
from dataclasses import replace

from signing.encoding import instant_text
from signing.log.verify import Logged
from signing.proof import Proof, ProofSteps, trusted_by_kid
from signing.published import PublishedKey

_STEP = "its key was not compromised when others saw it"


def believed_when_logged(
    proof: Proof, logged: Logged | None, *, trust: Sequence[PublishedKey]
) -> Proof:
    """Add that step to the proof of a receipt; `logged` is what `verify_logged` gave for it.

    `None` for a receipt without a proof of the log: then, as where nobody's clock saw it, only
    `decidedAt` counts, and the step says so. The caller MUST have proved `logged` for this very
    acknowledgement. Raises `SignatureInvalid` where it was seen at or after the compromise.
    """
    key = trusted_by_kid(trust)[proof.kid]
    steps = ProofSteps(proof.steps)
    compromised_at = key.compromised_at
    seen_at = None if logged is None else logged.seen_at
    if seen_at is None:
        why = "no proof of the log" if logged is None else "no witness or timestamp tells a time"
        steps.hold(_STEP, f"{why}: only decidedAt counts, which is the signer's claim")
    elif compromised_at is None:
        steps.hold(_STEP, f"seen {instant_text(seen_at)}, no compromise is published")
    else:
        steps.demand(seen_at < compromised_at, "first seen after its key was compromised")
        steps.hold(
            _STEP, f"seen {instant_text(seen_at)}, compromised {instant_text(compromised_at)}"
        )
    return replace(proof, steps=steps.held)
