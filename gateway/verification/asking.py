"""One register's questions, whoever it is: what is kept, what is asked now, what waits."""

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Final, Generic

import structlog

from gateway.errors import Overloaded
from gateway.model.directory import Fact
from gateway.model.verification import Cause, NotAnswered, Source, Urgency
from gateway.ports import Clock
from gateway.verification.lifetimes import lifetime_of
from gateway.verification.outcomes import CONTRADICTIONS, KNOWN_GOOD, REFUSING
from gateway.verification.states import Answered, AnswerT, Kept, States, SubjectT
from gateway.verification.way import Way

LEASE: Final = timedelta(seconds=30)
"""Beyond the deadline of a question: then its asker is dead, and another may ask."""
TRIED: Final = 10
"""Of those known in order, how many try a register that is paused."""
_LOOK_AGAIN_S: Final = 0.05
"""Between two looks at what another is asking."""
log = structlog.get_logger(__name__)

Drawn = Callable[[], float]
"""A number drawn from [0, 1)."""


class Known(Fact, Generic[AnswerT], frozen=True, kw_only=True):
    """What is told of one subject."""

    answer: AnswerT | NotAnswered
    source: Source | None = None
    checked_at: datetime | None = None
    is_fresh: bool = False


class Asking(Generic[SubjectT, AnswerT]):
    """Answers from the states of one register, and asks it. No transaction is open meanwhile."""

    def __init__(
        self,
        *,
        states: States[SubjectT, AnswerT],
        way: Way[SubjectT, AnswerT],
        clock: Clock,
        drawn: Drawn,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`drawn` spreads the lifetimes of answers."""
        self._states = states
        self._way = way
        self._clock = clock
        self._drawn = drawn
        self._monotonic = monotonic
        self._sleep = sleep

    def look(
        self,
        subjects: Mapping[str, SubjectT],
        *,
        refuses: Callable[[AnswerT], bool],
        within_s: float,
        later: bool = False,
    ) -> dict[str, Known[AnswerT]]:
        """What is known of each, within that time. What `refuses` is told while fresh alone.

        With no time, `later` queues what is not known or not fresh, and asks nothing now.

        Raises:
            Overloaded: the states cannot be read; with `later`, or not queued. Within a time, a
                queue that cannot be had is a register that has not answered: `NOT_QUEUED`, where
                the question is not in it from before.
        """
        ends_at = self._monotonic() + within_s
        kept = self._states.read(subjects)
        known = self._told(kept, refuses)
        urgency = Urgency.INTERACTIVE if within_s > 0 else Urgency.BACKGROUND
        waits = {key for key, state in kept.items() if state.cause is not None}
        old = {
            key: subjects[key]
            for key in (known if within_s > 0 else subjects)
            if key not in waits and not (key in known and known[key].is_fresh)
        }
        missing = {key: subjects[key] for key in subjects if key not in known}
        unasked = Cause.NOT_ASKED
        try:
            if old and (within_s > 0 or later):
                self._states.queue(old, now=self._clock.now(), urgency=urgency)
            if missing and within_s > 0:
                known |= self._missing(missing, refuses, ends_at)
        except Overloaded:
            if later:
                raise
            log.warning("verification.queue_unavailable", register=self._way.register.value)
            kept, unasked = self._states.read(subjects), Cause.NOT_QUEUED
        for key in subjects.keys() - known.keys():
            cause = kept[key].cause if key in kept else None
            known[key] = Known(answer=NotAnswered(cause=cause or unasked))
        return known

    def ask(
        self, claimed: Mapping[str, SubjectT], *, urgency: Urgency, deadline_s: float
    ) -> dict[str, Known[AnswerT]]:
        """Ask for what was claimed, keep what is answered, and give the rest back to the queue.

        What may refuse a line is believed while the register finds somebody else in order: one
        that has lost its mind is not known by its first contradictions.
        """
        ends_at = self._monotonic() + deadline_s
        answers = self._answers(claimed, urgency, deadline_s)
        doubted = self._doubted(answers, urgency, ends_at)
        now = self._clock.now()
        answered: dict[str, Answered[SubjectT, AnswerT]] = {}
        told: dict[str, Known[AnswerT]] = {}
        for key, subject in claimed.items():
            answer = answers.get(key, NotAnswered(cause=Cause.UNREADABLE))
            if isinstance(answer, NotAnswered):
                told[key] = Known(answer=answer)
                continue
            answered[key] = self._answered(subject, answer, now)
            told[key] = Known(answer=answer, source=self._way.source, checked_at=now, is_fresh=True)
        believed: frozenset[str] = frozenset()
        if answered:
            believed = self._states.record(answered, now=now, doubted=doubted, urgency=urgency)
        if len(believed) < len(answered):
            count = len(answered) - len(believed)
            log.warning("verification.doubted", register=self._way.register.value, count=count)
        for key in answered.keys() - believed:
            told[key] = Known(answer=NotAnswered(cause=Cause.PAUSED))
        waiting = {
            key: one.answer
            for key, one in told.items()
            if isinstance(one.answer, NotAnswered) and key not in answered
        }
        if waiting:
            self._states.postpone(waiting, now=now, urgency=urgency)
        return told

    def _doubted(
        self, answers: Mapping[str, AnswerT | NotAnswered], urgency: Urgency, ends_at: float
    ) -> frozenset[str]:
        """Those that may refuse a line, where nobody is found in order: here, or asked beside.

        Where nobody ever was, several at once are too many, and one alone is believed of a register
        that is known by its answers: a new installation holds the line, and asks again.
        """
        register = self._way.register
        against = frozenset(
            key for key in answers if self._word(answers[key]) in REFUSING[register]
        )
        good = KNOWN_GOOD[register]
        if not against or any(self._word(one) == good for one in answers.values()):
            return frozenset()
        if self._states.is_paused(self._clock.now()):
            return against
        beside = self._states.one_in_order(beside=answers)
        if not beside:
            is_known = len(against) == 1 and self._states.is_known(self._clock.now())
            return frozenset() if is_known else against
        told = self._answers(beside, urgency, max(ends_at - self._monotonic(), 0.0))
        return frozenset() if any(self._word(one) == good for one in told.values()) else against

    def _word(self, answer: AnswerT | NotAnswered) -> str | None:
        return None if isinstance(answer, NotAnswered) else self._way.outcome(answer)

    def close(self) -> None:
        """Ask nothing more."""
        self._way.close()

    def outcome_of(self, answer: AnswerT) -> str:
        """The word for it."""
        return self._way.outcome(answer)

    def is_believed(self, *, deadline_s: float) -> bool:
        """Whether the register is believed; one that is paused is tried first.

        By those whom it had found in order before: its pause ends when it finds all of them so.
        """
        now = self._clock.now()
        if not self._states.is_paused(now):
            return True
        good = self._states.known_good(TRIED)
        answers = self._answers(good, Urgency.BACKGROUND, deadline_s) if good else {}
        given = [one for one in answers.values() if not isinstance(one, NotAnswered)]
        against = CONTRADICTIONS[self._way.register]
        if any(self._way.outcome(answer) in against for answer in given):
            self._states.found_lost(self._clock.now())
            return False
        if not given or len(given) < len(good):
            return False
        self._states.found_sane(self._clock.now())
        log.warning("verification.believed_again", register=self._way.register.value)
        return True

    def ask_due(self, *, deadline_s: float) -> dict[str, Known[AnswerT]]:
        """Ask for some of what waits; nothing where nothing is due."""
        now = self._clock.now()
        until = now + timedelta(seconds=deadline_s) + LEASE
        claimed = self._states.claim_due(now=now, until=until, limit=self._way.at_once)
        if not claimed:
            return {}
        return self.ask(claimed, urgency=Urgency.BACKGROUND, deadline_s=deadline_s)

    def _missing(
        self,
        missing: Mapping[str, SubjectT],
        refuses: Callable[[AnswerT], bool],
        ends_at: float,
    ) -> dict[str, Known[AnswerT]]:
        """Ask for as many as are asked at once; the others, and those in hand elsewhere, wait."""
        now = self._clock.now()
        first = dict(islice(missing.items(), self._way.at_once))
        rest = {key: subject for key, subject in missing.items() if key not in first}
        if rest:
            self._states.queue(rest, now=now, urgency=Urgency.INTERACTIVE)
        left_s = ends_at - self._monotonic()
        until = now + timedelta(seconds=max(left_s, 0.0)) + LEASE
        claimed = self._states.claim(first, now=now, until=until)
        known: dict[str, Known[AnswerT]] = {}
        if claimed:
            left_s = max(ends_at - self._monotonic(), 0.0)
            ours = {key: first[key] for key in first if key in claimed}
            known = self.ask(ours, urgency=Urgency.INTERACTIVE, deadline_s=left_s)
        others = {key: subject for key, subject in first.items() if key not in claimed}
        while others:
            told = self._told(self._states.read(others), refuses)
            known |= told
            others = {key: subject for key, subject in others.items() if key not in told}
            if not others or self._monotonic() >= ends_at:
                break
            self._sleep(_LOOK_AGAIN_S)
        return known

    def _told(
        self, kept: Mapping[str, Kept[AnswerT]], refuses: Callable[[AnswerT], bool]
    ) -> dict[str, Known[AnswerT]]:
        """Those that are believed as they are kept."""
        now = self._clock.now()
        told: dict[str, Known[AnswerT]] = {}
        for key, state in kept.items():
            if state.answer is None or state.lifetime is None:
                continue
            is_fresh = now < state.lifetime.fresh_until
            is_stale = now < state.lifetime.stale_until and not refuses(state.answer)
            if is_fresh or is_stale:
                told[key] = Known(
                    answer=state.answer,
                    source=state.source,
                    checked_at=state.checked_at,
                    is_fresh=is_fresh,
                )
        return told

    def _answers(
        self, claimed: Mapping[str, SubjectT], urgency: Urgency, deadline_s: float
    ) -> Mapping[str, AnswerT | NotAnswered]:
        try:
            return self._way.ask(claimed, urgency, deadline_s)
        except Exception as error:  # noqa: BLE001 - a defect of an adapter refuses nobody
            log.error("verification.failed", error=type(error).__name__)  # noqa: TRY400 - no values
            return {key: NotAnswered(cause=Cause.UNREADABLE) for key in claimed}

    def _answered(
        self, subject: SubjectT, answer: AnswerT, now: datetime
    ) -> Answered[SubjectT, AnswerT]:
        outcome = self._way.outcome(answer)
        return Answered(
            subject=subject,
            answer=answer,
            outcome=outcome,
            source=self._way.source,
            lifetime=lifetime_of(outcome, now=now, share=self._drawn()),
        )
