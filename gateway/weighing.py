"""What the directory, outside registers and the record make of lines that were checked.

    verify → failure budget → outside registers → recall → decide

No transaction is open here. The record is read last: where it moves before what is decided is
written, nothing is, and the message is judged again (ADR 0007).
"""

from collections.abc import Mapping

import msgspec

from gateway.model.transmission import Transmission
from gateway.model.verdict import Checked
from gateway.model.verification import Verified
from gateway.ports import Clock, FailureBudget, TransmissionLog, WorkerDirectory
from gateway.ports.verification import Verification
from gateway.rules.occasion import Occasion
from gateway.steps.decide import Decided, decide
from gateway.steps.recall import as_at_reception, recall
from gateway.steps.verify import Asking, ask_outside


class Weighed(msgspec.Struct, frozen=True, kw_only=True):
    """The verdicts, and what they were drawn from."""

    decided: Decided
    revision: int
    """Of the record."""
    verified: Mapping[int, Verified]
    """What outside registers say, by index of line."""


class Weighing:
    """Draws the verdicts of lines."""

    def __init__(
        self,
        *,
        log: TransmissionLog,
        directory: WorkerDirectory,
        budget: FailureBudget,
        clock: Clock,
        verification: Verification | None,
    ) -> None:
        """`verification` asks outside registers; None where none is configured."""
        self._log = log
        self._directory = directory
        self._budget = budget
        self._clock = clock
        self._verification = verification

    def weigh(
        self,
        transmission: Transmission,
        checked: Checked,
        occasion: Occasion,
        submitter_id: str,
        *,
        within_s: float = 0.0,
        row: int | None = None,
    ) -> Weighed:
        """The verdicts of the lines of `transmission`; outside registers have `within_s` in all.

        `row` is that of a transmission judged again, in the record: nobody waits for it, so that
        what is not known is asked for in the background.
        """
        asking = Asking(
            submitter_id=submitter_id,
            at=self._clock.now(),
            directory=self._directory,
            budget=self._budget,
        )
        known, occasion = asking.known(transmission, occasion)
        verified: Mapping[int, Verified] = {}
        if self._verification is not None:
            verified = ask_outside(
                transmission,
                checked,
                known,
                verification=self._verification,
                occasion=occasion,
                within_s=within_s,
                later=row is not None,
            )
        recalled = recall(transmission, known, log=self._log, occasion=occasion)
        targets = recalled.targets
        decided = decide(
            transmission,
            checked,
            known=known,
            facts=recalled.facts,
            targets=targets if row is None else as_at_reception(targets, row),
            occasion=occasion,
            verified=verified,
        )
        return Weighed(decided=decided, revision=recalled.facts.revision, verified=verified)
