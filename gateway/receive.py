"""THE SENTENCE, which all doors call: XML, JSON and SOAP are renderings of this one flow.

    receive → authenticate → parse → validate → open record → check → verify → decide
    → close record → answer

The door has received and authenticated; from here on the answer is signed (contract.md §4: body
wholly read and sender known). No transaction is open while rules run or a register is asked.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

import msgspec
import orjson

from gateway.errors import InFlight, Overloaded, RecordMoved
from gateway.evidence.inclusion import Proofs
from gateway.evidence.receipts import Receipts, Representation, assembled
from gateway.judge import Case, Judge, Judged
from gateway.model.acknowledgement import Disposition
from gateway.model.partners import Submitter
from gateway.model.record import Standing
from gateway.partners.quotas import Quota
from gateway.ports import Closing, Leases, Rendering, TransmissionLog
from gateway.supersede import closures, signed
from gateway.wire.shape import Json
from gateway.wire.submission import Submission

MAX_ATTEMPTS: Final = 8
"""How often a message is judged again because the record moved under it."""
RETRY_AFTER_S: Final = 2
_REFUSALS: Final = frozenset({Disposition.INADMISSIBLE, Disposition.CONFLICT})


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt on its way back."""

    acknowledgement_id: str
    disposition: Disposition
    content: bytes
    is_replay: bool
    latest: str
    """The latest acknowledgement of what stands: this one, unless it was superseded."""


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """An acknowledgement that is durable, and not answered yet."""

    acknowledgement_id: str
    disposition: Disposition
    canonical: bytes
    canonical_sha256: str
    renderings: tuple[Rendering, ...] = ()
    """Where it was signed just now; of a replay they are on record."""
    is_replay: bool
    latest: str


class Receiver:
    """Receives the submissions of authenticated partners."""

    def __init__(
        self,
        *,
        judge: Judge,
        log: TransmissionLog,
        leases: Leases,
        receipts: Receipts,
        proofs: Proofs,
        refusals: Quota,
        demand_dated: Callable[[], None] = lambda: None,
        counted: Callable[[Recorded], None] = lambda _recorded: None,
    ) -> None:
        """`refusals` bounds the signed answers that record nothing but themselves.

        `demand_dated` raises `EvidenceDelayed` while nobody else dates what we sign.

        `counted` is told of each receipt that is answered.
        """
        self._refusals = refusals
        self._counted = counted
        self._judge = judge
        self._log = log
        self._leases = leases
        self._receipts = receipts
        self._demand_dated = demand_dated
        self._proofs = proofs

    def receive(
        self, submission: Submission, submitter: Submitter, representation: Representation
    ) -> Answer:
        """Judge and record a submission once; its receipt, durable before it is returned.

        Raises:
            InFlight, BodyTooLarge, Overloaded: see `record`.
            NotYetLogged, EvidenceDamaged: see `answer`.
        """
        return self.answer(self.record(submission, submitter), representation)

    def record(self, submission: Submission, submitter: Submitter) -> Recorded:
        """Judge and record a submission once; durable on return.

        Raises:
            InFlight: the same key is being judged at this moment.
            BodyTooLarge: more lines than are judged within a request, or held lines of more
                transmissions than are answered anew within one.
            Overloaded: the record kept moving under this message.
            TooManyRequests: this submitter was given as many signed refusals as it may; nothing is
                recorded.
            EvidenceDelayed: time-stamps are too late for a new answer; those given are repeated.
        """
        case = self._judge.read(submission, submitter)
        with self._leases.hold(case.key) as is_free:
            if not is_free:
                raise InFlight(retry_after_s=RETRY_AFTER_S)
            for attempt in range(MAX_ATTEMPTS):
                standing = self._log.standing(case.key, case.content_sha256)
                if standing.same_content is not None:
                    return self._replay(standing.same_content, standing)
                self._demand_dated()
                judged = self._judge.judge(case, standing, is_first=attempt == 0)
                if judged.statements.acknowledgement.disposition in _REFUSALS:
                    self._refusals.take(case.submitter.partner.id)
                try:
                    return self._close(case, judged)
                except RecordMoved:
                    continue
        raise Overloaded(retry_after_s=RETRY_AFTER_S)

    def answer(self, recorded: Recorded, representation: Representation) -> Answer:
        """The receipt of what was recorded, once its place in the evidence log is certain.

        It waits, and needs little else: apart from judgements.

        Raises:
            NotYetLogged: the log did not cover it in time; it is recorded, and a replay gives it.
            EvidenceDamaged: the log cannot prove it.
        """
        inclusion = self._proofs.first(recorded.acknowledgement_id, is_new=not recorded.is_replay)
        if recorded.is_replay:
            content = self._receipts.bytes_of(
                recorded.acknowledgement_id,
                recorded.canonical,
                recorded.canonical_sha256,
                representation,
                inclusion=inclusion,
            )
        else:
            content = assembled(
                recorded.renderings,
                recorded.canonical,
                recorded.canonical_sha256,
                representation,
                inclusion=inclusion,
            )
        self._counted(recorded)
        return Answer(
            acknowledgement_id=recorded.acknowledgement_id,
            disposition=recorded.disposition,
            content=content,
            is_replay=recorded.is_replay,
            latest=recorded.latest,
        )

    def check(self, submission: Submission, submitter: Submitter) -> dict[str, Json]:
        """The verdict that a submission would get: nothing recorded, nothing signed."""
        case = self._judge.read(submission, submitter, with_member=True)
        standing = self._log.standing(case.key, case.content_sha256)
        stored = self._log.acknowledgement(standing.same_content) if standing.same_content else None
        if stored is not None:
            canonical = stored.canonical
        else:
            canonical = self._judge.judge(case, standing).statements.canonical
        report: dict[str, Json] = orjson.loads(canonical)
        del report["id"]
        details = _member_details(case)
        if details:
            report["details"] = details
        return report

    def _close(self, case: Case, judged: Judged) -> Recorded:
        statements = judged.statements
        acknowledgement = statements.acknowledgement
        renderings = self._receipts.sign(statements.canonical, statements.canonical_sha256)
        submission = case.submission
        decided_at = datetime.fromisoformat(acknowledgement.decided_at)
        closed = closures(judged.recorded, log=self._log, decided_at=decided_at)
        self._log.close(
            Closing(
                key=case.key,
                content_sha256=case.content_sha256,
                submitter_id=case.submitter.partner.id,
                sender_siret=case.key.scope,
                header=None if case.transmission is None else case.transmission.header,
                body=submission.body,
                proven=case.submitter.proven,
                door=submission.door,
                media_type=submission.media_type,
                received_at=submission.received_at,
                acknowledgement_id=acknowledgement.id,
                disposition=acknowledgement.disposition.value,
                canonical=statements.canonical,
                canonical_sha256=statements.canonical_sha256,
                decided_at=decided_at,
                renderings=renderings,
                line_entries=statements.line_entries,
                lines=judged.recorded,
                revision=judged.revision,
                superseding=tuple(signed(one, self._receipts) for one in closed),
            )
        )
        return Recorded(
            acknowledgement_id=acknowledgement.id,
            disposition=acknowledgement.disposition,
            canonical=statements.canonical,
            canonical_sha256=statements.canonical_sha256,
            renderings=renderings,
            is_replay=False,
            latest=acknowledgement.id,
        )

    def _replay(self, acknowledgement_id: str, standing: Standing) -> Recorded:
        stored = self._log.acknowledgement(acknowledgement_id)
        if stored is None:  # the log answers for what it named
            raise Overloaded(retry_after_s=RETRY_AFTER_S)
        return Recorded(
            acknowledgement_id=stored.id,
            disposition=Disposition(stored.disposition),
            canonical=stored.canonical,
            canonical_sha256=stored.canonical_sha256,
            is_replay=True,
            latest=standing.latest or stored.id,
        )


def _member_details(case: Case) -> list[dict[str, Json]]:
    """What the signed answer leaves out: which member of an unreadable line fails."""
    if case.transmission is None:
        return []
    return [
        {"index": line.index + 1, "pointer": f"/results/{line.index}{line.member}", "code": "S002"}
        for line in case.transmission.unreadable
    ]
