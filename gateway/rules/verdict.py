"""The verdict of one line: what the directory and the record add, and what follows from it."""

from datetime import UTC, datetime, time, timedelta
from typing import Final

import msgspec

from gateway.identifiers import InvalidIdentifier
from gateway.model.directory import KnownWorker
from gateway.model.transmission import DoseResult, Operation
from gateway.model.verdict import Finding, Level, LineVerdict, Verdict
from gateway.ports import RecordedLine
from gateway.rules.catalogue import CATALOGUE
from gateway.rules.keys import doses_of
from gateway.rules.months import months_after
from gateway.rules.occasion import Occasion
from gateway.rules.plan import plan
from gateway.rules.record import View, WorkingRecord
from gateway.rules.rule import Scope

_REFUSES: Final = {rule.code: rule.refuses for rule in CATALOGUE}
_HOLDS: Final = frozenset(rule.code for rule in CATALOGUE if rule.holds)
_WARNS: Final = frozenset(rule.code for rule in CATALOGUE if rule.level is Level.WARNING)
_UNECHOED: Final = "T010"
_SECOND_GROUP: Final = "R004"
_TIME_IS_OVER: Final = "R009"


class Judged(msgspec.Struct, frozen=True):
    """The verdict of one line, and what it leaves on record if anything."""

    verdict: LineVerdict
    recorded: RecordedLine | None


def judge(
    line: DoseResult,
    findings: tuple[Finding, ...],
    *,
    known: KnownWorker | None,
    record: WorkingRecord,
    occasion: Occasion,
) -> Judged:
    """Judge `line`, whose own findings are `findings`, and put it in force in `record` if accepted.

    Lines of one message are judged in order of index: an accepted one counts for the next.
    `known` is what the directory says of the line's number, or None where it does not know it.

    Raises:
        LookupError: a fault of ours: nothing refuses or holds the line, yet nothing places it.
    """
    findings += _from_directory(line, known, occasion)
    view = None
    if known is not None and not any(_REFUSES[f.code] or f.code in _HOLDS for f in findings):
        view = record.look(line, known=known, flow=occasion.header.flow, today=occasion.day)
        if view is not None:
            findings += _from_record(line, view, occasion)
    verdict = _verdict(line, findings, occasion)
    if verdict.verdict is Verdict.REJECTED:
        return Judged(verdict, None)
    if verdict.verdict is Verdict.HELD:
        return Judged(verdict, _held(line, verdict))
    if view is None:
        raise LookupError("no rule found fault with a line that has no place in the record")
    record.accept(line, view, occasion.header.flow)
    return Judged(verdict, _accepted(line, verdict, view))


def _from_directory(
    line: DoseResult, known: KnownWorker | None, occasion: Occasion
) -> tuple[Finding, ...]:
    """Findings of the directory; where it does not know the worker there, that one alone.

    A number or an establishment that cannot exist is not looked up.
    """
    if isinstance(line.worker.nir, InvalidIdentifier):
        return ()
    if isinstance(line.employer, InvalidIdentifier):
        return ()
    flow, operation, day = occasion.header.flow, line.operation, occasion.day
    found: tuple[Finding, ...] = ()
    for check in plan(Scope.REGISTRATION, flow, operation, day):
        found += check(line, known, occasion)
    if found or known is None:
        return found
    for check in plan(Scope.DIRECTORY, flow, operation, day):
        found += check(line, known, occasion)
    return found


def _from_record(line: DoseResult, view: View, occasion: Occasion) -> tuple[Finding, ...]:
    """Findings of the record."""
    found: tuple[Finding, ...] = ()
    for check in plan(Scope.RECORD, occasion.header.flow, line.operation, occasion.day):
        found += check(line, view, occasion)
    return found


def _verdict(line: DoseResult, findings: tuple[Finding, ...], occasion: Occasion) -> LineVerdict:
    """One finding that refuses makes it REJECTED even if another would hold (contract.md §3)."""
    codes = {finding.code for finding in findings}
    verdict, held_until = Verdict.ACCEPTED, None
    if any(_REFUSES[code] for code in codes):
        verdict = Verdict.REJECTED
    elif codes & _HOLDS:
        verdict, held_until = Verdict.HELD, _held_until(line, codes, occasion)
        if held_until <= occasion.received_at:
            verdict, held_until = Verdict.REJECTED, None
            findings = (*findings, Finding(_TIME_IS_OVER, f"/results/{line.index}"))
    elif codes & _WARNS:
        verdict = Verdict.ACCEPTED_WITH_WARNINGS
    return LineVerdict(
        index=line.index,
        ref=None if _UNECHOED in codes else line.ref,
        verdict=verdict,
        held_until=held_until,
        findings=findings,
    )


def _held_until(line: DoseResult, codes: set[str], occasion: Occasion) -> datetime:
    """When waiting ends: days after reception, or months after the end of the line's period."""
    parameters = occasion.parameters
    last_day = line.last_day
    if _SECOND_GROUP in codes and last_day is not None:
        over = months_after(last_day + timedelta(days=1), parameters.emergency_hold_months)
        return datetime.combine(over, time(tzinfo=UTC))
    return occasion.received_at + timedelta(days=parameters.unregistered_hold_days)


def _held(line: DoseResult, verdict: LineVerdict) -> RecordedLine:
    """A line that waits: kept, of no known worker, not in force."""
    return RecordedLine(
        line=line, verdict=verdict, worker_id=None, is_in_force=False, work=_work(line)
    )


def _accepted(line: DoseResult, verdict: LineVerdict, view: View) -> RecordedLine:
    """A line in force, with its keys, what it adds and the absences that it replaces."""
    return RecordedLine(
        line=line,
        verdict=verdict,
        worker_id=view.known.id,
        doses=doses_of(line, view.keys),
        counted_on=view.counted_on if line.last_day is None else None,
        effective_usv=view.dose.effective_usv,
        lens_usv=view.dose.lens_usv,
        extremity_usv=view.dose.extremity_usv,
        replaces=() if line.operation is Operation.ABSENCE else view.absences,
        is_in_force=True,
        work=_work(line),
    )


def _work(line: DoseResult) -> str | None:
    """What the sender says of the work done, sealed at rest like the NIR."""
    return None if line.site is None else line.site.work
