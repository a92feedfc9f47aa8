"""A new acknowledgement of a transmission that was answered: everything restated, some changed."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

import msgspec

from gateway.errors import RecordMoved
from gateway.evidence.receipts import Receipts
from gateway.model.acknowledgement import Acknowledgement, AcknowledgementRef, LineEntry, Reference
from gateway.model.verdict import Finding, LineVerdict, Verdict
from gateway.ports import RecordedLine, StandingAnswer, Superseding, TransmissionLog
from gateway.rules.engine import THIS_TRANSMISSION
from gateway.steps.acknowledge import Statements, restate
from gateway.steps.decide import closed


class Restated(msgspec.Struct, frozen=True):
    """A statement ready to be signed, and the one that it replaces."""

    answer: StandingAnswer
    statements: Statements


def entries_of(answer: StandingAnswer) -> tuple[LineEntry, ...]:
    """The lines of an answer that were not plainly accepted, by index."""
    return tuple(msgspec.json.decode(entry, type=LineEntry) for entry in answer.line_entries)


def stated_verdict(entry: LineEntry) -> LineVerdict:
    """The verdict that an entry states."""
    waits = entry.held_until
    return LineVerdict(
        index=entry.index - 1,
        ref=entry.ref,
        verdict=entry.verdict,
        held_until=None if waits is None else datetime.fromisoformat(waits),
        findings=tuple(Finding(found.code, found.pointer) for found in entry.findings),
    )


def restated(
    answer: StandingAnswer,
    changed: Iterable[LineVerdict],
    *,
    decided_at: datetime,
    references: tuple[Reference, ...] | None = None,
) -> Restated:
    """`answer` with the verdicts that changed; `references` where these drew on some."""
    statements = restate(
        msgspec.json.decode(answer.canonical, type=Acknowledgement),
        entries_of(answer),
        acknowledgement_id=str(uuid.uuid4()),
        supersedes=AcknowledgementRef(id=answer.id, canonical_sha256=answer.canonical_sha256),
        changed=changed,
        decided_at=decided_at,
        references=references,
    )
    return Restated(answer, statements)


def closures(
    recorded: Iterable[RecordedLine], *, log: TransmissionLog, decided_at: datetime
) -> tuple[Restated, ...]:
    """What must be said of each other transmission of which these lines close held ones.

    Raises:
        RecordMoved: one of them has got its verdict meanwhile.
    """
    by_transmission: dict[int, set[int]] = defaultdict(set)
    for line in recorded:
        for transmission, index in line.closes:
            if transmission != THIS_TRANSMISSION:
                by_transmission[transmission].add(index)
    every = []
    for transmission, indexes in sorted(by_transmission.items()):
        answer = log.answer(transmission)
        held = [e for e in entries_of(answer) if e.index - 1 in indexes]
        if len(held) != len(indexes) or any(e.verdict is not Verdict.HELD for e in held):
            raise RecordMoved("a held line to be closed has its verdict")
        changed = (closed(stated_verdict(entry)) for entry in held)
        every.append(restated(answer, changed, decided_at=decided_at))
    return tuple(every)


def signed(one: Restated, receipts: Receipts) -> Superseding:
    """Sign it in every representation.

    Raises:
        Overloaded: no key may sign this now.
    """
    statements, answer = one.statements, one.answer
    acknowledgement = statements.acknowledgement
    return Superseding(
        transmission=answer.transmission,
        supersedes=answer.id,
        sender_siret=answer.sender_siret,
        acknowledgement_id=acknowledgement.id,
        disposition=acknowledgement.disposition.value,
        canonical=statements.canonical,
        canonical_sha256=statements.canonical_sha256,
        decided_at=datetime.fromisoformat(acknowledgement.decided_at),
        renderings=receipts.sign(statements.canonical, statements.canonical_sha256),
        line_entries=statements.line_entries,
    )
