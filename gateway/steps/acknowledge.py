"""What was found and decided, as the one statement that is signed (contract.md §3)."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from itertools import chain
from typing import Final

import msgspec

from gateway.identifiers import Siret
from gateway.model.acknowledgement import (
    AboutTransmission,
    Acknowledgement,
    AcknowledgementRef,
    BilingualText,
    CodeEntry,
    Counts,
    Disposition,
    FindingEntry,
    Issuer,
    LineEntry,
    NamedParty,
    Received,
    Reference,
    RuleSet,
    Stage,
    StatedCredential,
    StatedParty,
    StatedSender,
    StepReport,
)
from gateway.model.partners import Proven, Submitter
from gateway.model.parts import instant
from gateway.model.transmission import Header
from gateway.model.verdict import Finding, Level, LineVerdict, Step, Verdict
from gateway.rules.catalogue import CATALOGUE
from gateway.wire.canonical import sha256_hex
from gateway.wire.submission import Submission
from gateway.wire.v1.acknowledgement import canonical

MAX_INLINE_LINES: Final = 1_000
MAX_LINE_FINDINGS: Final = 16
_ERRORS: Final = frozenset({Level.FATAL, Level.ERROR})


class Circumstances(msgspec.Struct, frozen=True, kw_only=True):
    """Who asked what, and whom the answer speaks for."""

    submission: Submission
    submitter: Submitter
    issuer: Issuer
    environment: str
    references: tuple[Reference, ...]


class Statements(msgspec.Struct, frozen=True, kw_only=True):
    """An acknowledgement with its canonical bytes and every line entry behind it."""

    acknowledgement: Acknowledgement
    canonical: bytes
    canonical_sha256: str
    line_entries: tuple[bytes, ...]


def acknowledge(
    *,
    acknowledgement_id: str,
    circumstances: Circumstances,
    header: Header | None,
    transmission: AboutTransmission,
    disposition: Disposition,
    findings: Sequence[Finding],
    verdicts: Sequence[LineVerdict] | None,
    decided_at: datetime,
    standing: AcknowledgementRef | None = None,
) -> Statements:
    """State the decision; `verdicts` is None where no line was judged."""
    submission, partner = circumstances.submission, circumstances.submitter.partner
    entries = _line_entries(verdicts or ())
    entry_bytes = tuple(map(canonical, entries))
    every = [*findings, *chain.from_iterable(_of_line(verdict) for verdict in verdicts or ())]
    acknowledgement = Acknowledgement(
        id=acknowledgement_id,
        version="1.0",
        stage=Stage.EXECUTION,
        test=True if header is not None and header.test else None,
        environment=circumstances.environment,
        disposition=disposition,
        return_code=disposition.return_code,
        issuer=circumstances.issuer,
        submitter=NamedParty(name=partner.name, siret=str(partner.siret)),
        sender=_stated_sender(header),
        transmission=transmission,
        received=Received(
            door=submission.door,
            media_type=submission.media_type,
            sha256=submission.sha256,
            size=len(submission.body),
            at=instant(submission.received_at),
            credential=_stated_credential(circumstances.submitter.proven),
        ),
        decided_at=instant(decided_at),
        rules=RuleSet(version=CATALOGUE.version, sha256=CATALOGUE.sha256),
        references=circumstances.references,
        steps=_steps(every),
        counts=None if verdicts is None else _counts(len(verdicts), entries),
        findings=tuple(FindingEntry(code=f.code, pointer=f.pointer) for f in findings),
        codes=_codes(every),
        lines=entries[:MAX_INLINE_LINES],
        lines_total=None if verdicts is None else len(entries),
        lines_sha256=_digest(entry_bytes),
        standing=standing,
    )
    return _stated(acknowledgement, entry_bytes)


def _stated_credential(proven: Proven) -> StatedCredential:
    ends = None if proven.expires_at is None else instant(proven.expires_at)
    return StatedCredential(kind=proven.by.value, sha256=proven.sha256, expires_at=ends)


def restate(
    previous: Acknowledgement,
    entries: Sequence[LineEntry],
    *,
    acknowledgement_id: str,
    supersedes: AcknowledgementRef,
    changed: Iterable[LineVerdict],
    decided_at: datetime,
    references: tuple[Reference, ...] | None = None,
) -> Statements:
    """State everything that `previous` stated, but for the lines whose verdict changed.

    `entries` are all of its lines not plainly accepted; `references` those that the change was
    drawn from, where it was drawn from any.
    """
    by_index = {entry.index: entry for entry in entries}
    for verdict in changed:
        by_index.pop(verdict.index + 1, None)
        by_index |= {entry.index: entry for entry in _line_entries((verdict,))}
    lines = tuple(by_index[index] for index in sorted(by_index))
    line_bytes = tuple(canonical(entry) for entry in lines)
    every = [
        Finding(entry.code, entry.pointer)
        for entry in (*previous.findings, *chain.from_iterable(line.findings for line in lines))
    ]
    total = 0 if previous.counts is None else previous.counts.results
    verdicts = {line.verdict for line in lines}
    disposition = _disposition(verdicts | ({Verdict.ACCEPTED} if len(lines) < total else set()))
    acknowledgement = msgspec.structs.replace(
        previous,
        id=acknowledgement_id,
        disposition=disposition,
        return_code=disposition.return_code,
        decided_at=instant(decided_at),
        rules=RuleSet(version=CATALOGUE.version, sha256=CATALOGUE.sha256),
        references=previous.references if references is None else references,
        steps=_steps(every),
        counts=_counts(total, lines),
        codes=_codes(every),
        lines=lines[:MAX_INLINE_LINES],
        lines_total=len(lines),
        lines_sha256=_digest(line_bytes),
        supersedes=supersedes,
    )
    return _stated(acknowledgement, line_bytes)


def is_same(verdict: LineVerdict, entry: LineEntry | None) -> bool:
    """Whether the verdict is the one that was stated; None stands for a plain acceptance."""
    return _line_entries((verdict,)) == (() if entry is None else (entry,))


def _stated(acknowledgement: Acknowledgement, line_entries: tuple[bytes, ...]) -> Statements:
    canonical_form = canonical(acknowledgement)
    return Statements(
        acknowledgement=acknowledgement,
        canonical=canonical_form,
        canonical_sha256=sha256_hex(canonical_form),
        line_entries=line_entries,
    )


def _digest(line_entries: Sequence[bytes]) -> str | None:
    """`linesSha256`; None where there is no line to cover."""
    return sha256_hex(b"\n".join(line_entries)) if line_entries else None


def disposition_of(verdicts: Iterable[LineVerdict]) -> Disposition:
    """The verdict on the whole, of the verdicts on its lines (contract.md §3)."""
    return _disposition({verdict.verdict for verdict in verdicts})


def _disposition(found: AbstractSet[Verdict]) -> Disposition:
    if found == {Verdict.REJECTED}:
        return Disposition.REJECTED
    if found == {Verdict.ACCEPTED}:
        return Disposition.ACCEPTED
    if found <= {Verdict.ACCEPTED, Verdict.ACCEPTED_WITH_WARNINGS}:
        return Disposition.ACCEPTED_WITH_RESERVATIONS
    if found <= {Verdict.REJECTED, Verdict.HELD}:
        return Disposition.HELD
    return Disposition.PARTLY_ACCEPTED


def _stated_sender(header: Header | None) -> StatedSender | None:
    # only what proved to be a SIRET comes back: other text could hold anything
    if header is None or not isinstance(header.sender.siret, Siret):
        return None
    behalf = header.sender.on_behalf_of
    return StatedSender(
        type=header.sender.type.value,
        siret=str(header.sender.siret),
        on_behalf_of=StatedParty(siret=str(behalf)) if isinstance(behalf, Siret) else None,
    )


def _line_entries(verdicts: Iterable[LineVerdict]) -> tuple[LineEntry, ...]:
    return tuple(
        LineEntry(
            index=verdict.index + 1,
            ref=verdict.ref,
            verdict=verdict.verdict,
            held_until=None if verdict.held_until is None else instant(verdict.held_until),
            findings=tuple(FindingEntry(code=f.code, pointer=f.pointer) for f in _of_line(verdict)),
        )
        for verdict in verdicts
        if verdict.verdict is not Verdict.ACCEPTED
    )


def _of_line(verdict: LineVerdict) -> Sequence[Finding]:
    """What is stated of a line, in the order found, so that its verdict stays explained."""
    found = verdict.findings
    if len(found) <= MAX_LINE_FINDINGS:
        return found
    first = {finding.code: place for place, finding in reversed(tuple(enumerate(found)))}

    def rank(place: int) -> tuple[bool, bool, int]:  # every code first, and what decides
        code = found[place].code
        return first[code] != place, CATALOGUE.rule(code).level not in _ERRORS, place

    kept = sorted(range(len(found)), key=rank)[:MAX_LINE_FINDINGS]
    return tuple(found[place] for place in sorted(kept))


def _counts(results: int, entries: Sequence[LineEntry]) -> Counts:
    """Of so many lines, of which `entries` are those not plainly accepted."""
    by_verdict = dict.fromkeys(Verdict, 0)
    for entry in entries:
        by_verdict[entry.verdict] += 1
    rejected, held = by_verdict[Verdict.REJECTED], by_verdict[Verdict.HELD]
    return Counts(
        results=results,
        accepted=results - rejected - held,
        with_warnings=by_verdict[Verdict.ACCEPTED_WITH_WARNINGS],
        rejected=rejected,
        held=held,
        findings=sum(len(entry.findings) for entry in entries),
    )


def _codes(findings: Iterable[Finding]) -> tuple[CodeEntry, ...]:
    rules = (CATALOGUE.rule(code) for code in sorted({finding.code for finding in findings}))
    return tuple(
        CodeEntry(
            code=rule.code,
            level=rule.level,
            actor=rule.actor,
            action=rule.action,
            text=BilingualText(fr=rule.fr, en=rule.en),
            rule=f"/v1/rules/{rule.code}",
        )
        for rule in rules
    )


def _steps(findings: Iterable[Finding]) -> tuple[StepReport, ...]:
    errors, warnings = dict.fromkeys(Step, 0), dict.fromkeys(Step, 0)
    fatal: set[Step] = set()
    for finding in findings:
        rule = CATALOGUE.rule(finding.code)
        (errors if rule.level in _ERRORS else warnings)[rule.step] += 1
        if rule.level is Level.FATAL:
            fatal.add(rule.step)
    is_over = False
    reports = []
    for step in Step:
        if errors[step]:
            verdict = "FAILED"
        elif is_over:  # what a step after a fatal one found, if it ran, is not stated
            verdict = "NOT_RUN"
        else:
            verdict = "PASSED_WITH_WARNINGS" if warnings[step] else "PASSED"
        reports.append(
            StepReport(name=step, verdict=verdict, errors=errors[step], warnings=warnings[step])
        )
        is_over = is_over or step in fatal
    return tuple(reports)
