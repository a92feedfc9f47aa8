"""Findings, directory and record to the verdict of each line, in order of index."""

from collections.abc import Mapping

import msgspec

from gateway.identifiers import Nir
from gateway.model.directory import KnownWorker
from gateway.model.record import RecordFacts
from gateway.model.transmission import Transmission
from gateway.model.verdict import Checked, LineVerdict, Verdict
from gateway.ports import RecordedLine
from gateway.rules.engine import WorkingRecord, judge
from gateway.rules.occasion import Occasion


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
    occasion: Occasion,
) -> Decided:
    """Judge the lines one after the other: a line accepted counts as in force for the next."""
    record = WorkingRecord(facts)
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
        )
        verdict = judged.verdict
        if line.index in checked.unechoed:
            verdict = msgspec.structs.replace(verdict, ref=None)
        verdicts[line.index] = verdict
        if judged.recorded is not None:
            recorded.append(judged.recorded)
    return Decided(
        verdicts=tuple(verdicts[index] for index in sorted(verdicts)), recorded=tuple(recorded)
    )
