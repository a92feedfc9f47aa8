"""Findings, directory and record to the verdict of each line, in order of index."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import msgspec

from gateway.identifiers import Nir
from gateway.model.directory import KnownWorker
from gateway.model.record import RecordFacts, Target
from gateway.model.transmission import Transmission
from gateway.model.verdict import Checked, Finding, LineVerdict, Verdict
from gateway.model.verification import Verified
from gateway.ports import RecordedLine
from gateway.rules.engine import THIS_TRANSMISSION, WorkingRecord, judge
from gateway.rules.occasion import Occasion

MAX_TRANSMISSIONS_CLOSED: Final = 100
"""Other transmissions of which one message may close held lines: each costs an acknowledgement."""
_CLOSED: Final = "C005"


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict of every line, and what of them enters the record."""

    verdicts: tuple[LineVerdict, ...]
    recorded: tuple[RecordedLine, ...]


def decide(
    transmission: Transmission,
    checked: Checked,
    *,
    known: Mapping[Nir, KnownWorker],
    facts: RecordFacts,
    targets: Iterable[Target] = (),
    occasion: Occasion,
    verified: Mapping[int, Verified] = MappingProxyType({}),
) -> Decided:
    """Judge the lines one after the other: a line accepted counts as in force for the next.

    `verified` is what outside registers say, by index, of the lines that they were asked about.
    """
    record = WorkingRecord(facts, targets)
    verdicts: dict[int, LineVerdict] = {
        line.index: LineVerdict(
            index=line.index,
            ref=None,
            verdict=Verdict.REJECTED,
            findings=checked.by_line[line.index],
        )
        for line in transmission.unreadable
    }
    recorded: list[RecordedLine] = []
    for line in transmission.lines:
        nir = line.worker.nir
        judged = judge(
            line,
            checked.by_line.get(line.index, ()),
            known=known.get(nir) if isinstance(nir, Nir) else None,
            record=record,
            occasion=occasion,
            verified=verified.get(line.index),
        )
        verdict = judged.verdict
        if line.index in checked.unechoed:
            verdict = msgspec.structs.replace(verdict, ref=None)
        verdicts[line.index] = verdict
        if judged.recorded is not None:
            recorded.append(judged.recorded)
            for place in judged.recorded.closes:
                if place[0] == THIS_TRANSMISSION:
                    verdicts[place[1]] = closed(verdicts[place[1]])
    return Decided(
        verdicts=tuple(verdicts[index] for index in sorted(verdicts)),
        recorded=settled(recorded),
    )


def closed(held: LineVerdict) -> LineVerdict:
    """The verdict of a held line that its sender corrected or cancelled (contract.md §3)."""
    return msgspec.structs.replace(
        held,
        verdict=Verdict.REJECTED,
        held_until=None,
        findings=(*held.findings, Finding(_CLOSED, f"/results/{held.index}")),
    )


def transmissions_closed(recorded: Iterable[RecordedLine]) -> int:
    """Of how many other transmissions these lines close held ones."""
    return len({place[0] for line in recorded for place in line.closes} - {THIS_TRANSMISSION})


def settled(recorded: Sequence[RecordedLine]) -> tuple[RecordedLine, ...]:
    """Lines that a later one of the same message replaces are recorded, out of force."""
    replaced_here = {
        index
        for line in recorded
        for transmission, index in line.replaces
        if transmission == THIS_TRANSMISSION
    }
    if not replaced_here:
        return tuple(recorded)
    return tuple(
        msgspec.structs.replace(
            line,
            is_in_force=line.is_in_force and line.line.index not in replaced_here,
            replaces=tuple(place for place in line.replaces if place[0] != THIS_TRANSMISSION),
        )
        for line in recorded
    )
