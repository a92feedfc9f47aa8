"""The verdict of one line: what the directory and the record add, and what follows from it."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Final

import msgspec

from gateway.identifiers import InvalidIdentifier
from gateway.model.directory import KnownWorker
from gateway.model.parts import legal_instant
from gateway.model.record import Target
from gateway.model.transmission import DoseResult, Operation
from gateway.model.verdict import Finding, Level, LineVerdict, Verdict
from gateway.model.verification import Verified
from gateway.ports import RecordedLine
from gateway.rules.aim import Aim, State
from gateway.rules.catalogue import CATALOGUE
from gateway.rules.inforce import InForce
from gateway.rules.keys import doses_of
from gateway.rules.months import months_after
from gateway.rules.occasion import Occasion
from gateway.rules.plan import plan
from gateway.rules.record import View, WorkingRecord
from gateway.rules.rule import Scope
from gateway.rules.sums import contribution

_REFUSES: Final = {rule.code: rule.refuses for rule in CATALOGUE}
_HOLDS: Final = frozenset(rule.code for rule in CATALOGUE if rule.holds)
_WARNS: Final = frozenset(rule.code for rule in CATALOGUE if rule.level is Level.WARNING)
_UNECHOED: Final = "T010"
_SECOND_GROUP: Final = "R004"
_TIME_IS_OVER: Final = "R009"


class Judged(msgspec.Struct, frozen=True, gc=False):
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
    verified: Verified | None = None,
) -> Judged:
    """Judge `line`, whose own findings are `findings`, and put it in force in `record` if accepted.

    Lines of one message are judged in order of index: an accepted one counts for the next.
    `known` is what the directory says of the line's number, or None where it does not know it;
    `verified` what outside registers say, of a line that `is_to_verify`.

    Raises:
        LookupError: a fault of ours: nothing refuses or holds the line, yet nothing places it.
    """
    findings += _from_directory(line, known, occasion)
    if verified is not None:
        findings += _from_registers(line, verified, occasion)
    look = Look()
    if known is not None and _may_go_on(findings):
        look = _look(line, known, record, occasion)
        findings += look.findings
    verdict = _verdict(line, findings, occasion)
    target, view = look.aim.target if look.aim is not None else None, look.view
    if verdict.verdict in {Verdict.REJECTED, Verdict.HELD}:
        if target is not None:
            record.put_back(target, look.lifted)
        if verdict.verdict is Verdict.REJECTED:
            return Judged(verdict, None)
        closed = _closed_by_held(line, known, record, occasion)
        record.hold(line, occasion.header)
        return Judged(verdict, _held(line, verdict, closed))
    if view is None:
        raise LookupError("no rule found fault with a line that has no place in the record")
    record.accept(line, view, occasion.header)
    return Judged(verdict, _accepted(line, verdict, view, target))


class Look(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the record told of a line, and what was taken out of force to look."""

    findings: tuple[Finding, ...] = ()
    aim: Aim | None = None
    lifted: Sequence[InForce] = ()
    view: View | None = None


def _may_go_on(findings: tuple[Finding, ...]) -> bool:
    """Whether nothing refuses or holds the line so far."""
    return not any(_REFUSES[found.code] or found.code in _HOLDS for found in findings)


def _look(line: DoseResult, known: KnownWorker, record: WorkingRecord, occasion: Occasion) -> Look:
    """The line in the record, without the one that it corrects or cancels."""
    header, aim = occasion.header, None
    findings: tuple[Finding, ...] = ()
    lifted: Sequence[InForce] = ()
    if line.corrects is not None:
        aim = record.aim(line, known=known, header=header)
        for check in plan(Scope.TARGET, header.flow, line.operation, occasion.day):
            findings += check(line, aim, occasion)
        if aim.target is not None:
            lifted = record.lift(aim.target)
    view = None
    if _may_go_on(findings):
        view = record.look(line, known=known, flow=header.flow, today=occasion.day)
        if view is not None:
            findings += _from_record(line, view, occasion)
    return Look(findings=findings, aim=aim, lifted=lifted, view=view)


def _closed_by_held(
    line: DoseResult, known: KnownWorker | None, record: WorkingRecord, occasion: Occasion
) -> Target | None:
    """The held line that `line`, held itself, closes (contract.md §3); at reception alone.

    What the record says of a line that waits is not shown: a target that it may not aim at, or
    not for this reason, is left alone until `line` gets its own verdict.
    """
    if line.corrects is None or occasion.judged_again_at is not None:
        return None
    header = occasion.header
    aim = record.aim(line, known=known, header=header)
    if aim.state is not State.HELD or aim.target is None:
        return None
    for check in plan(Scope.TARGET, header.flow, line.operation, occasion.day):
        if check(line, aim, occasion):
            return None
    record.lift(aim.target)
    return aim.target


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
    found = _of_registration(line, known, occasion)
    if found or known is None:
        return found
    for check in plan(Scope.DIRECTORY, flow, operation, day):
        found += check(line, known, occasion)
    return found


def _of_registration(
    line: DoseResult, known: KnownWorker | None, occasion: Occasion
) -> tuple[Finding, ...]:
    """Why the directory cannot place the line, if it cannot."""
    found: tuple[Finding, ...] = ()
    for check in plan(Scope.REGISTRATION, occasion.header.flow, line.operation, occasion.day):
        found += check(line, known, occasion)
    return found


def is_to_verify(
    line: DoseResult,
    findings: tuple[Finding, ...],
    known: KnownWorker | None,
    occasion: Occasion,
) -> bool:
    """Whether outside registers are asked about a line whose own findings are `findings`.

    Only where nothing in the message refuses it, where the directory places it (nobody learns
    from what is asked who is monitored, threat T35), and where some rule looks at what they say.
    """
    if known is None or not _may_go_on(findings):
        return False
    if isinstance(line.worker.nir, InvalidIdentifier) or isinstance(
        line.employer, InvalidIdentifier
    ):
        return False
    if not plan(Scope.VERIFICATION, occasion.header.flow, line.operation, occasion.day):
        return False
    return not _of_registration(line, known, occasion)


def _from_registers(
    line: DoseResult, verified: Verified, occasion: Occasion
) -> tuple[Finding, ...]:
    """Findings of outside registers."""
    found: tuple[Finding, ...] = ()
    for check in plan(Scope.VERIFICATION, occasion.header.flow, line.operation, occasion.day):
        found += check(line, verified, occasion)
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
        if held_until <= (occasion.judged_again_at or occasion.received_at):
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
        return legal_instant(over, time())
    return occasion.received_at + timedelta(days=parameters.unregistered_hold_days)


def _held(line: DoseResult, verdict: LineVerdict, closed: Target | None) -> RecordedLine:
    """A line that waits: kept, of no known worker, not in force. Its dose counts nowhere."""
    dose = contribution(line)
    return RecordedLine(
        line=line,
        verdict=verdict,
        worker_id=None,
        is_in_force=False,
        effective_usv=dose.effective_usv,
        lens_usv=dose.lens_usv,
        extremity_usv=dose.extremity_usv,
        closes=() if closed is None else (closed.line,),
        work=_work(line),
    )


def _accepted(
    line: DoseResult, verdict: LineVerdict, view: View, target: Target | None
) -> RecordedLine:
    """A line in force, with its keys, what it adds and the lines that it replaces."""
    in_force = target if target is not None and target.is_in_force else None
    replaced = view.absences if in_force is None else (*view.absences, in_force.line)
    is_other = in_force is not None and in_force.worker_id != view.known.id
    return RecordedLine(
        line=line,
        verdict=verdict,
        worker_id=view.known.id,
        doses=doses_of(line, view.keys),
        counted_on=view.counted_on if view.keys and line.last_day is None else None,
        effective_usv=view.dose.effective_usv,
        lens_usv=view.dose.lens_usv,
        extremity_usv=view.dose.extremity_usv,
        replaces=tuple(dict.fromkeys(replaced)),
        is_in_force=line.operation is not Operation.CANCELLATION,
        work=_work(line),
        leaves=in_force.worker_id if in_force is not None and is_other else None,
        closes=(target.line,) if target is not None and target.is_held else (),
    )


def _work(line: DoseResult) -> str | None:
    """What the sender says of the work done, sealed at rest like the NIR."""
    return None if line.site is None else line.site.work
