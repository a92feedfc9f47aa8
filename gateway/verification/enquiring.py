"""What a partner may ask of outside registers, apart from any transmission.

Of a worker as R001 has it: number, couple and attachment are known to the directory, for one of
the senders spoken for; else there is no such worker, whichever of the three is unknown (T35). Who
names unknown couples, or traits that are not the worker's, draws on its failure budget.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

from gateway.errors import NotFound, Overloaded, TooManyRequests
from gateway.identifiers import Siret
from gateway.model.directory import KnownWorker, Partner
from gateway.model.enquiry import EstablishmentTold, IdentityTold, WorkerQuestion
from gateway.model.partners import Couples
from gateway.model.parts import legal_day
from gateway.model.verification import Cause, NotAnswered, UnknownEstablishment
from gateway.ports import Clock, FailureBudget, WorkerDirectory
from gateway.ports.verification import Verification
from gateway.rules.identity import unlike
from gateway.rules.register import may_send_for

WITHIN_S: Final = 1.5
"""What somebody at a screen waits for an answer; then it is asked for in the background."""
QUEUE_RETRY_S: Final = 5
"""Until who asked is to ask again, where the question could not be queued: nobody else asks it."""
HOUR_S: Final = 3600
QUESTIONS_AN_HOUR: Final = 240
"""Of one partner, about establishments: Sirene answers thirty a minute, to everybody."""


class Enquiring:
    """Answers questions of partners about workers and establishments."""

    def __init__(
        self,
        *,
        directory: WorkerDirectory,
        budget: FailureBudget,
        clock: Clock,
        verification: Verification | None,
        draw: Callable[[str], object],
    ) -> None:
        """`verification` asks outside registers; None where none is configured.

        `draw` is given a partner's id before each question about an establishment, and raises
        `TooManyRequests` where it has asked `QUESTIONS_AN_HOUR` already.
        """
        self._directory = directory
        self._budget = budget
        self._clock = clock
        self._verification = verification
        self._draw = draw

    def identity(
        self, question: WorkerQuestion, *, partner_id: str, senders: Sequence[Partner]
    ) -> IdentityTold:
        """What is told of the worker's identity.

        Raises:
            NotFound: none of the senders may send for such a worker there.
            Overloaded: Ameli has not answered, and the question could not be queued.
            TooManyRequests: the partner has named too many unknown couples.
        """
        now = self._clock.now()
        if self._budget.is_suspended(partner_id, at=now):
            raise TooManyRequests(retry_after_s=HOUR_S)
        known = self._known(question, senders, legal_day(now))
        differences = unlike(question.worker, known) if known is not None else frozenset()
        is_right = known is not None and not differences
        failed = frozenset(
            {(question.nir, question.employer)}
            if question.nir is not None and question.employer is not None and not is_right
            else ()
        )
        found = Couples(unknown=failed, known=int(is_right))
        if not self._budget.allows(partner_id, found, at=now):
            raise TooManyRequests(retry_after_s=HOUR_S)
        if known is None or question.nir is None:
            raise NotFound
        if differences or self._verification is None:
            return IdentityTold(unlike_register=differences)
        said = self._verification.identities({question.nir: known}, within_s=WITHIN_S)
        verified = said.get(question.nir)
        if verified is not None:
            _refuse_unqueued(verified.answer)
        return IdentityTold(verified=verified)

    def establishment(self, siret: Siret, *, on: date | None, partner_id: str) -> EstablishmentTold:
        """What Sirene says of the establishment, on that day or today.

        Raises:
            NotFound: Sirene does not know it, or none is configured.
            Overloaded: it has not answered; it is asked again in the background, or, where the
                question could not be queued, by who asked.
            TooManyRequests: the partner has asked too much within an hour.
        """
        if self._verification is None:
            raise NotFound
        self._draw(partner_id)
        day = on or legal_day(self._clock.now())
        said = self._verification.establishments([siret], on=day, within_s=WITHIN_S).get(siret)
        if said is None or isinstance(said.answer, UnknownEstablishment):
            raise NotFound
        _refuse_unqueued(said.answer)
        if isinstance(said.answer, NotAnswered):
            raise Overloaded(retry_after_s=int(said.answer.retry_after_s or 0) + 60)
        return EstablishmentTold(siret=siret, on=day, verified=said)

    def _known(
        self, question: WorkerQuestion, senders: Sequence[Partner], day: date
    ) -> KnownWorker | None:
        """The worker, if one of the senders may send for him there; looked up in any case."""
        if question.nir is None or question.employer is None:
            return None
        known = self._directory.look_up({question.nir}).get(question.nir)
        if known is None:
            return None
        employer = question.employer
        is_theirs = any(may_send_for(known, employer, sender, day) for sender in senders)
        return known if is_theirs else None


def _refuse_unqueued(answer: object) -> None:
    """Who is told to wait waits for somebody: an answer never promises what nobody will do."""
    if isinstance(answer, NotAnswered) and answer.cause is Cause.NOT_QUEUED:
        raise Overloaded("the question could not be queued", retry_after_s=QUEUE_RETRY_S)
