"""From a submission to the statement that answers it: read → check → verify → decide → acknowledge.

Nothing is recorded and nothing signed here, so that `POST /v1/checks` and a submission share it.
"""

import uuid
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Final

import msgspec

from gateway.errors import BodyTooLarge, Inadmissible
from gateway.model.acknowledgement import (
    AboutTransmission,
    AcknowledgementRef,
    Disposition,
    Issuer,
    Reference,
)
from gateway.model.directory import Partner
from gateway.model.partners import Submitter
from gateway.model.record import RecordKey, Standing
from gateway.model.transmission import Header, Transmission
from gateway.model.verdict import Finding, Level, LineVerdict
from gateway.model.verification import Verified
from gateway.ports import Clock, FailureBudget, RecordedLine, TransmissionLog, WorkerDirectory
from gateway.ports.verification import Verification
from gateway.rules.catalogue import CATALOGUE
from gateway.rules.engine import check_sender
from gateway.rules.occasion import Occasion
from gateway.steps.acknowledge import Circumstances, Statements, acknowledge, disposition_of
from gateway.steps.check import check
from gateway.steps.decide import MAX_TRANSMISSIONS_CLOSED, transmissions_closed
from gateway.steps.parse import parse
from gateway.steps.refer import refer
from gateway.steps.validate import validate
from gateway.weighing import Weighing
from gateway.wire.codelists import CodeLists
from gateway.wire.submission import Submission
from gateway.wire.v1.contract import TransmissionContract

VERIFY_WITHIN_S: Final = 1.5
"""What a transmission may wait for outside registers, in all; what is not answered then waits."""


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A submission as far as it could be read: a transmission, a fault, or both."""

    submission: Submission
    submitter: Submitter
    sender: Partner | None = None
    """In whose name it comes; None where that cannot be read, or is not the submitter's to say."""
    transmission: Transmission | None = None
    fault: Finding | None = None

    @property
    def key(self) -> RecordKey:
        """Under what the answer is found again (contract.md §3).

        A body that cannot be read, or that is not this submitter's to send, has a key of its own
        that no readable transmission can meet.
        """
        scope = str((self.sender or self.submitter.partner).siret)
        if self.transmission is None:
            given = self.submission.idempotency_key or ""
            return RecordKey(scope, test=False, id=given, is_readable=False)
        header = self.transmission.header
        return RecordKey(scope, header.test, header.id, is_readable=self.fault is None)

    @property
    def content_sha256(self) -> str:
        """Digest of what was said; of the bytes where that cannot be told."""
        if self.transmission is None:
            return self.submission.sha256
        return self.transmission.content_sha256

    @property
    def about(self) -> AboutTransmission:
        """Which transmission the answer names."""
        if self.transmission is None:
            return AboutTransmission(id=self.submission.idempotency_key)
        header = self.transmission.header
        return AboutTransmission(id=header.id, content_sha256=self.transmission.content_sha256)


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """A statement ready to be signed, with what enters the record beside it."""

    statements: Statements
    recorded: tuple[RecordedLine, ...] = ()
    revision: int | None = None
    """Of the facts that the verdicts were drawn from; None where none enter the record."""


class HeldJudged(msgspec.Struct, frozen=True, kw_only=True):
    """The verdicts that held lines of one transmission get now."""

    verdicts: tuple[LineVerdict, ...]
    recorded: tuple[RecordedLine, ...]
    revision: int
    references: tuple[Reference, ...]


class Judge:
    """Judges the submissions of authenticated partners."""

    def __init__(
        self,
        *,
        log: TransmissionLog,
        directory: WorkerDirectory,
        budget: FailureBudget,
        clock: Clock,
        contract: TransmissionContract,
        issuer: Issuer,
        environment: str,
        code_lists: CodeLists,
        verification: Verification | None = None,
    ) -> None:
        """`verification` asks outside registers; None where none is configured."""
        self._directory = directory
        self._clock = clock
        self._contract = contract
        self._issuer = issuer
        self._environment = environment
        self._code_lists = code_lists
        self._weighing = Weighing(
            log=log, directory=directory, budget=budget, clock=clock, verification=verification
        )

    def read(
        self, submission: Submission, submitter: Submitter, *, with_member: bool = False
    ) -> Case:
        """Parse and validate, then ask whose it is: H003 and S011 come before any look-up.

        Raises:
            BodyTooLarge: more lines than are judged within a request.
        """
        transmission, fault, sender = None, None, None
        try:
            document = parse(submission, self._contract)
            transmission = validate(document, with_member=with_member)
        except Inadmissible as raised:
            fault = Finding(raised.code, raised.pointer)
        else:
            given = submission.idempotency_key
            if given is not None and given != transmission.header.id:
                fault = Finding("S011", "/id")
            else:
                fault = check_sender(transmission.header, submitter.senders)
                sender = None if fault else submitter.enrolled(transmission.header.sender)
        return Case(
            submission=submission,
            submitter=submitter,
            sender=sender,
            transmission=transmission,
            fault=fault,
        )

    def judge(self, case: Case, standing: Standing, *, is_first: bool = True) -> Judged:
        """The statement that answers a case whose content was not answered before.

        `is_first` is False where the record moved under it: outside registers had their time.

        Raises:
            BodyTooLarge: it closes held lines of more transmissions than are answered anew at once.
        """
        transmission, sender = case.transmission, case.sender
        if transmission is None or sender is None:
            faults = () if case.fault is None else (case.fault,)
            return Judged(statements=self._state(case, Disposition.INADMISSIBLE, faults))
        if standing.verdicts is not None:
            stands = AcknowledgementRef(
                id=standing.verdicts, canonical_sha256=standing.verdicts_canonical_sha256 or ""
            )
            conflict = (Finding("S007", "/id"),)
            return Judged(
                statements=self._state(case, Disposition.CONFLICT, conflict, standing=stands)
            )
        return self._judge_lines(case, transmission, sender, is_first=is_first)

    def read_again(self, submission: Submission, *, max_lines: int) -> Transmission:
        """Parse and validate what was admitted with so many lines.

        Raises:
            Inadmissible: it does not read as a transmission any more.
        """
        return validate(parse(submission, self._contract, max_lines=max_lines))

    def judge_held(
        self,
        transmission: Transmission,
        indexes: AbstractSet[int],
        *,
        row: int,
        submitter_id: str,
        sender: Partner,
        received_at: datetime,
    ) -> HeldJudged:
        """The verdicts of the lines at `indexes`, held until now, with the facts of now.

        By the same rules, dated by reception; `row` is that of the transmission in the record. What
        was admitted stays admitted, and the verdicts of its other lines stand.
        """
        occasion = msgspec.structs.replace(
            self._occasion(transmission.header, sender, received_at),
            judged_again_at=self._clock.now(),
        )
        checked = check(transmission, occasion)
        held = msgspec.structs.replace(
            transmission,
            lines=tuple(line for line in transmission.lines if line.index in indexes),
            unreadable=(),
        )
        weighed = self._weighing.weigh(held, checked, occasion, submitter_id, row=row)
        return HeldJudged(
            verdicts=weighed.decided.verdicts,
            recorded=weighed.decided.recorded,
            revision=weighed.revision,
            references=self._references(transmission.header, weighed.verified.values()),
        )

    def _occasion(self, header: Header, sender: Partner, received_at: datetime) -> Occasion:
        return Occasion.of(
            header, sender=sender, received_at=received_at, code_lists=self._code_lists
        )

    def _judge_lines(
        self, case: Case, transmission: Transmission, sender: Partner, *, is_first: bool
    ) -> Judged:
        received_at = case.submission.received_at
        occasion = self._occasion(transmission.header, sender, received_at)
        checked = check(transmission, occasion)
        if any(CATALOGUE.rule(found.code).level is Level.FATAL for found in checked.findings):
            return Judged(statements=self._state(case, Disposition.INADMISSIBLE, checked.findings))
        # a test is judged by what is known already: no register is asked for its sake
        within_s = VERIFY_WITHIN_S if is_first and not transmission.header.test else 0.0
        submitter_id = case.submitter.partner.id
        weighed = self._weighing.weigh(
            transmission, checked, occasion, submitter_id, within_s=within_s
        )
        decided = weighed.decided
        if transmissions_closed(decided.recorded) > MAX_TRANSMISSIONS_CLOSED:
            raise BodyTooLarge(f"held lines of at most {MAX_TRANSMISSIONS_CLOSED} transmissions")
        statements = self._state(
            case,
            disposition_of(decided.verdicts),
            checked.findings,
            verdicts=decided.verdicts,
            verified=weighed.verified.values(),
        )
        if transmission.header.test:  # judged against the real record, never in it
            return Judged(statements=statements)
        return Judged(statements=statements, recorded=decided.recorded, revision=weighed.revision)

    def _state(
        self,
        case: Case,
        disposition: Disposition,
        findings: tuple[Finding, ...],
        *,
        verdicts: tuple[LineVerdict, ...] | None = None,
        verified: Iterable[Verified] = (),
        standing: AcknowledgementRef | None = None,
    ) -> Statements:
        header = None if case.transmission is None else case.transmission.header
        return acknowledge(
            acknowledgement_id=str(uuid.uuid4()),
            circumstances=Circumstances(
                submission=case.submission,
                submitter=case.submitter,
                issuer=self._issuer,
                environment=self._environment,
                references=self._references(header, verified),
            ),
            header=header,
            transmission=case.about,
            disposition=disposition,
            findings=findings,
            verdicts=verdicts,
            decided_at=self._clock.now(),
            standing=standing,
        )

    def _references(
        self, header: Header | None, verified: Iterable[Verified]
    ) -> tuple[Reference, ...]:
        return refer(
            None if header is None else header.flow,
            code_lists=self._code_lists,
            directory=self._directory.version(),
            verified=verified,
        )
