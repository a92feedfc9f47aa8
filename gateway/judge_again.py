"""Judging again the lines that wait (contract.md §3, **Held**): which are due, and one of them.

    held → hold the key → read the body again → check → verify → decide → supersede

By the same rules and the same judge as submissions, dated by their reception, with the facts of
now. A verdict that changes makes one superseding acknowledgement for each transmission, in one
transaction with what it does to the record; one that does not change makes none.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from gateway.errors import Inadmissible, RecordMoved
from gateway.evidence.receipts import Receipts
from gateway.identifiers import Siret
from gateway.judge import HeldJudged, Judge
from gateway.model.acknowledgement import Acknowledgement, LineEntry
from gateway.model.directory import Partner
from gateway.model.transmission import Header, Transmission
from gateway.model.verdict import Finding, LineVerdict, Verdict
from gateway.ports import Clock, HeldTransmission, JudgedAgain, Leases, TransmissionLog
from gateway.receive import MAX_ATTEMPTS
from gateway.steps.acknowledge import is_same
from gateway.steps.refer import carried
from gateway.supersede import closures, entries_of, restated, signed, stated_verdict
from gateway.wire.canonical import sha256_hex
from gateway.wire.soap import transmission_in
from gateway.wire.submission import Submission

_TIME_IS_OVER: Final = "R009"
_IS_SUSPENDED: Final = "V002"


class Outcome(StrEnum):
    """What became of one transmission."""

    SUPERSEDED = "SUPERSEDED"
    """Some verdict changed: a new acknowledgement says so."""
    UNCHANGED = "UNCHANGED"
    """Every verdict is what it was."""
    SETTLED = "SETTLED"
    """Nothing waits in it any more: another has judged it."""
    BUSY = "BUSY"
    """It is being judged at this moment, or the record kept moving: it stays due."""
    WITHOUT_BODY = "WITHOUT_BODY"
    """Its body is purged or erased: what waits in it waits until its time is over."""
    UNREADABLE = "UNREADABLE"
    """Its body does not read as what was received: what waits in it waits, and is to be seen to."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one transmission, and of its lines that waited."""

    outcome: Outcome
    accepted: int = 0
    rejected: int = 0
    held: int = 0
    stays_due: bool = False
    """It is to be judged in the next round too, though nothing has moved that is numbered."""


class _Waiting(msgspec.Struct, frozen=True):
    """The lines that wait, by 0-based index, and those of them whose time is over."""

    entries: Mapping[int, LineEntry]
    overdue: tuple[LineVerdict, ...]

    @property
    def open(self) -> frozenset[int]:
        """Those that may be judged again."""
        return frozenset(self.entries) - {verdict.index for verdict in self.overdue}


class JudgingAgain:
    """Judges the held lines of recorded transmissions."""

    def __init__(
        self,
        *,
        judge: Judge,
        log: TransmissionLog,
        leases: Leases,
        receipts: Receipts,
        clock: Clock,
    ) -> None:
        self._judge = judge
        self._log = log
        self._leases = leases
        self._receipts = receipts
        self._clock = clock

    def due(self) -> Sequence[int]:
        """The rows of the transmissions to judge again now, in the order in which to do it."""
        return self._log.due(self._clock.now())

    def judge_again(self, transmission: int) -> Report:
        """Judge the held lines of the transmission of that row; durable on return.

        Safe to cut short and to run again, and beside others: what has its verdict is left alone.

        Raises:
            Overloaded: the database cannot write, or no key may sign now.
        """
        held = self._log.held(transmission)
        if held is None:
            return Report(outcome=Outcome.SETTLED)
        with self._leases.hold(held.key) as is_free:
            if not is_free:
                return Report(outcome=Outcome.BUSY, stays_due=True)
            for _ in range(MAX_ATTEMPTS):
                try:
                    return self._judge_held(held)
                except RecordMoved:
                    moved = self._log.held(transmission)
                    if moved is None:
                        return Report(outcome=Outcome.SETTLED)
                    held = moved
        return Report(outcome=Outcome.BUSY, stays_due=True)

    def _judge_held(self, held: HeldTransmission) -> Report:
        now = self._clock.now()
        waiting = _waiting(held, now)
        if not waiting.entries:  # judged by another between two looks at it
            return Report(outcome=Outcome.SETTLED)
        outcome, judged = Outcome.UNCHANGED, None
        if waiting.open:
            outcome, judged = self._judged(held, waiting.open)
        verdicts = waiting.overdue if judged is None else (*waiting.overdue, *judged.verdicts)
        changed = {
            verdict.index: verdict
            for verdict in verdicts
            if not is_same(verdict, waiting.entries[verdict.index])
        }
        if changed:
            self._supersede(held, changed, judged, now)
            outcome = Outcome.SUPERSEDED
        found = [verdict.verdict for verdict in changed.values()]
        held_still = len(waiting.entries) - len(changed) + found.count(Verdict.HELD)
        rejected = found.count(Verdict.REJECTED)
        return Report(
            outcome=outcome,
            accepted=len(waiting.entries) - held_still - rejected,
            rejected=rejected,
            held=held_still,
            stays_due=any(map(_waits_for_time, verdicts)),
        )

    def _judged(
        self, held: HeldTransmission, indexes: frozenset[int]
    ) -> tuple[Outcome, HeldJudged | None]:
        """The verdicts of the lines at `indexes`; none, and why, where its body cannot be read."""
        if held.body is None:
            return Outcome.WITHOUT_BODY, None
        try:
            transmission = self._read(held, held.body)
        except Inadmissible:
            return Outcome.UNREADABLE, None
        if transmission.content_sha256 != held.content_sha256:
            return Outcome.UNREADABLE, None
        judged = self._judge.judge_held(
            transmission,
            indexes,
            row=held.answer.transmission,
            submitter_id=held.submitter_id,
            sender=_as_admitted(held, transmission.header),
            received_at=held.received_at,
        )
        return Outcome.UNCHANGED, judged

    def _read(self, held: HeldTransmission, body: bytes) -> Transmission:
        """The transmission as it was read at reception: what is said of it may have moved since."""
        submission = Submission(
            door=held.door,
            media_type=held.media_type,
            body=body,
            sha256=sha256_hex(body),
            received_at=held.received_at,
            element=transmission_in(body) if held.door == "SOAP" else None,
        )
        counts = _acknowledged(held).counts
        lines = 0 if counts is None else counts.results
        return self._judge.read_again(submission, max_lines=lines)

    def _supersede(
        self,
        held: HeldTransmission,
        changed: Mapping[int, LineVerdict],
        judged: HeldJudged | None,
        now: datetime,
    ) -> None:
        """Write the verdicts that changed, and what they do to the record.

        Raises:
            RecordMoved: the record moved meanwhile; nothing is written.
        """
        recorded = () if judged is None else judged.recorded
        lines = tuple(line for line in recorded if line.line.index in changed)
        own = restated(
            held.answer,
            changed.values(),
            decided_at=now,
            references=None
            if judged is None
            else carried(_acknowledged(held).references, judged.references),
        )
        others = closures(lines, log=self._log, decided_at=now)
        self._log.supersede(
            JudgedAgain(
                answer=signed(own, self._receipts),
                flow=held.flow,
                indexes=tuple(sorted(changed)),
                lines=lines,
                revision=None if judged is None else judged.revision,
                superseding=tuple(signed(other, self._receipts) for other in others),
            )
        )


def _waiting(held: HeldTransmission, now: datetime) -> _Waiting:
    """What waits in a transmission; the day that was promised ends it, whatever the facts."""
    entries = {
        entry.index - 1: entry for entry in entries_of(held.answer) if entry.verdict is Verdict.HELD
    }
    verdicts = (stated_verdict(entry) for entry in entries.values())
    return _Waiting(
        entries,
        tuple(
            msgspec.structs.replace(
                verdict,
                verdict=Verdict.REJECTED,
                held_until=None,
                findings=(
                    *verdict.findings,
                    Finding(_TIME_IS_OVER, f"/results/{verdict.index}"),
                ),
            )
            for verdict in verdicts
            if verdict.held_until is not None and verdict.held_until <= now
        ),
    )


def _waits_for_time(verdict: LineVerdict) -> bool:
    """Whether the line waits for the end of a suspension, which nothing tells."""
    return verdict.verdict is Verdict.HELD and any(
        found.code == _IS_SUSPENDED for found in verdict.findings
    )


def _acknowledged(held: HeldTransmission) -> Acknowledgement:
    return msgspec.json.decode(held.answer.canonical, type=Acknowledgement)


def _as_admitted(held: HeldTransmission, header: Header) -> Partner:
    """The sender as the transmission was admitted; the rules of lines ask no more of it."""
    return Partner(
        id=held.submitter_id,
        name="",
        siret=Siret(held.key.scope),
        type=header.sender.type,
        flows=frozenset({header.flow}),
    )
