"""How long the log has been without its witnesses: a warning, never a refusal.

It is read from the record, so that a restart forgives nothing and all processes say the same. A
witness that cosigned a checkpoint has seen every earlier one (C2SP tlog-cosignature).
"""

from datetime import timedelta

from gateway.errors import GatewayError
from gateway.ports import Clock, EvidenceLog
from signing.log.policy import WitnessPolicy


class WitnessDelay:
    """Compares the age of what the operator's quorum has not seen with what he bears."""

    def __init__(
        self,
        *,
        evidence: EvidenceLog,
        policy: WitnessPolicy,
        clock: Clock,
        late_after: timedelta,
    ) -> None:
        self._evidence = evidence
        self._policy = policy
        self._clock = clock
        self._late_after = late_after

    def is_late(self) -> bool:
        """Whether a checkpoint that too few witnesses saw is older than `late_after`."""
        if self._policy.quorum is None:
            return False
        try:
            unseen = self._evidence.checkpoint_over(self._seen_size())
        except GatewayError:
            return False  # the probe of the database says what is amiss
        return unseen is not None and self._clock.now() - unseen.signed_at > self._late_after

    def _seen_size(self) -> int:
        """The largest size that enough witnesses saw."""
        keys = {key.text: key for key in self._policy.witnesses}
        seen = self._evidence.witnessed(keys)
        return max(
            (
                size
                for size in seen.values()
                if self._policy.is_met_by([keys[one] for one in seen if seen[one] >= size])
            ),
            default=0,
        )
