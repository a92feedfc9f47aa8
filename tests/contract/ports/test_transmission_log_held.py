"""What `ports.TransmissionLog` promises of lines that wait, over every implementation."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from gateway.errors import RecordMoved
from gateway.model.internal import LineReference
from gateway.model.transmission import Flow
from gateway.model.verdict import LineVerdict, Verdict
from gateway.ports import Closing, JudgedAgain, RecordedLine, Rendering, Superseding
from tests.contract.ports.closings import (
    AT,
    EMPLOYER,
    LABORATORY,
    MARKED_NIR,
    a_closing,
    a_key,
    a_line,
)

UNTIL = AT + timedelta(days=90)
DAYS = {"first_day": date(2026, 3, 1), "last_day": date(2026, 3, 31)}


def held_line(index: int = 0, *, until: datetime = UNTIL) -> RecordedLine:
    line = a_line(index=index, worker_id=None)
    waits = LineVerdict(index=index, ref=line.line.ref, verdict=Verdict.HELD, held_until=until)
    return msgspec.structs.replace(line, verdict=waits, effective_usv=120)


def held_closing(*lines: RecordedLine, **changes: Any) -> Closing:
    return a_closing(*(lines or (held_line(),)), disposition="HELD", **changes)


def number_of(log: Any, closing: Closing) -> int:
    """Row of a closed transmission: the cursor of its first acknowledgement."""
    return int(log.acknowledgements_of(closing.key)[0].cursor)


def a_superseding(log: Any, transmission: int, **changes: Any) -> Superseding:
    stands = log.answer(transmission)
    name = f"after-{stands.id}"
    canonical = f'{{"id":"{name}"}}'.encode()
    given = {
        "transmission": transmission,
        "supersedes": stands.id,
        "sender_siret": stands.sender_siret,
        "acknowledgement_id": name,
        "disposition": "ACCEPTED",
        "canonical": canonical,
        "canonical_sha256": hashlib.sha256(canonical).hexdigest(),
        "decided_at": AT + timedelta(days=1),
        "renderings": (
            Rendering(representation="json", content=b"jws again", kid="key-1"),
            Rendering(representation="xml", content=b"<receipt again/>", kid="key-1"),
        ),
        "line_entries": (b'{"index":7}',),
    }
    return Superseding(**(given | changes))


def accepted(index: int = 0, **changes: Any) -> RecordedLine:
    return a_line(index=index, **changes)


def judged(log: Any, transmission: int, *lines: RecordedLine, **changes: Any) -> JudgedAgain:
    given = {
        "answer": a_superseding(log, transmission),
        "flow": Flow.PASSIVE_EXTERNAL,
        "indexes": tuple(line.line.index for line in lines),
        "lines": lines,
    }
    return JudgedAgain(**(given | changes))


def doses(log: Any, worker: str = "worker-1") -> Any:
    facts = log.facts([worker], flow=Flow.PASSIVE_EXTERNAL, **DAYS)
    return facts.doses.get(worker, ())


def target(log: Any, closing: Closing, index: int = 0) -> Any:
    found = log.targets([LineReference(closing.key.id, f"ref-{index}")], ())
    return found[0] if found else None


def test_what_waits_is_due_and_comes_back_as_it_was_received(log: Any) -> None:
    closing = held_closing(line_entries=(b'{"index":1}',))
    log.close(a_closing(a_line()))
    log.close(closing)
    number = number_of(log, closing)
    assert list(log.due(UNTIL)) == [number]
    held = log.held(number)
    assert (held.key, held.body, held.flow) == (closing.key, closing.body, Flow.PASSIVE_EXTERNAL)
    assert (held.door, held.media_type, held.received_at) == ("REST", "application/xml", AT)
    assert (held.submitter_id, held.content_sha256) == ("laboratory", closing.content_sha256)
    assert held.answer == log.answer(number)
    assert (held.answer.id, held.answer.canonical) == (
        closing.acknowledgement_id,
        closing.canonical,
    )
    assert list(held.answer.line_entries) == [b'{"index":1}']
    assert log.held(number - 1) is None
    assert log.held(number + 9) is None
    with pytest.raises(LookupError):
        log.answer(number + 9)


def test_what_waits_is_due_in_order_of_reception(log: Any) -> None:
    later, sooner = (held_closing(received_at=AT + timedelta(hours=hours)) for hours in (2, 1))
    log.close(later)
    log.close(sooner)
    assert list(log.due(UNTIL)) == [number_of(log, sooner), number_of(log, later)]


def test_a_line_that_is_accepted_again_enters_force_and_its_answer_supersedes(log: Any) -> None:
    closing = held_closing(held_line(0), held_line(1))
    log.close(closing)
    number, revision = number_of(log, closing), 0
    again = judged(log, number, accepted(1), revision=revision)
    log.supersede(again)
    assert [dose.line for dose in doses(log)] == [(number, 1)]
    facts = log.facts(["worker-1"], flow=Flow.PASSIVE_EXTERNAL, **DAYS)
    assert facts.revision == 1
    assert facts.months["worker-1", Flow.PASSIVE_EXTERNAL][0].effective_usv == 120
    entered = target(log, closing, 1)
    assert (entered.worker_id, entered.is_in_force, entered.is_held) == ("worker-1", True, False)
    assert entered.acknowledgements == {closing.canonical_sha256, again.answer.canonical_sha256}
    assert target(log, closing, 0).is_held
    assert log.answer(number).id == again.answer.acknowledgement_id
    assert list(log.answer(number).line_entries) == [b'{"index":7}']


def test_every_acknowledgement_stays_and_the_list_has_no_gap(log: Any) -> None:
    closing = held_closing()
    log.close(closing)
    log.close(a_closing(sender_siret=str(EMPLOYER)))
    log.supersede(judged(log, 1, accepted()))
    first, second = log.acknowledgements_of(closing.key)
    assert (first.cursor, second.cursor) == (1, 3)
    assert log.list_after(str(LABORATORY), after=1, limit=9) == [second]
    assert log.acknowledgement(first.id).latest == second.id
    assert log.acknowledgement(second.id).latest == second.id
    assert log.acknowledgement(second.id).transmission_id == closing.key.id
    assert log.rendering(first.id, "json").content == b"jws"
    assert log.rendering(second.id, "json").content == b"jws again"
    standing = log.standing(closing.key, closing.content_sha256)
    assert (standing.same_content, standing.latest) == (first.id, second.id)
    other = log.standing(closing.key, "f" * 64)
    assert (other.verdicts, other.verdicts_canonical_sha256) == (
        second.id,
        second.canonical_sha256,
    )


def test_a_line_refused_after_waiting_is_as_unknown_as_one_refused_at_once(log: Any) -> None:
    closing = held_closing(held_line(0), held_line(1))
    log.close(closing)
    log.supersede(judged(log, 1, indexes=(1,)))
    assert target(log, closing, 1) is None
    assert target(log, closing, 0).is_held
    log.supersede(judged(log, 1, indexes=(0,)))
    assert list(log.due(UNTIL)) == []
    assert log.held(1) is None


def test_a_line_held_for_another_reason_waits_on(log: Any) -> None:
    closing = held_closing()
    log.close(closing)
    log.supersede(judged(log, 1, held_line(0, until=UNTIL + timedelta(days=30))))
    assert target(log, closing).is_held
    assert list(log.due(UNTIL + timedelta(days=30))) == [1]


def test_a_held_target_tells_its_number_and_its_dose(log: Any) -> None:
    closing = held_closing()
    log.close(closing)
    held = target(log, closing)
    assert (held.nir, held.effective_usv, held.closed_by) == (MARKED_NIR, 120, None)


@pytest.mark.parametrize("worker", ["worker-1", None], ids=["accepted", "held"])
def test_a_correction_closes_the_held_line_that_it_aims_at(log: Any, worker: str | None) -> None:
    closing = held_closing()
    log.close(closing)
    line = a_line(index=4) if worker else held_line(4)
    correcting = msgspec.structs.replace(line, closes=((1, 0),))
    said = a_superseding(log, 1, disposition="REJECTED")
    log.close(a_closing(correcting, superseding=(said,)))
    closed = target(log, closing)
    assert (closed.is_held, closed.is_in_force, closed.closed_by) == (False, False, (2, 4))
    assert closed.nir == MARKED_NIR
    assert [listed.cursor for listed in log.list_after(str(LABORATORY), after=0, limit=9)] == [
        *(1, 2, 3)
    ]
    assert [listed.disposition for listed in log.acknowledgements_of(closing.key)] == [
        *("HELD", "REJECTED")
    ]
    assert log.held(1) is None


def test_a_line_may_close_a_held_one_of_its_own_transmission(log: Any) -> None:
    correcting = msgspec.structs.replace(a_line(index=1), closes=((0, 0),))
    closing = held_closing(held_line(0), correcting)
    log.close(closing)
    assert target(log, closing).closed_by == (1, 1)
    assert [dose.line for dose in doses(log)] == [(1, 1)]


def test_judging_again_takes_targets_out_of_force_and_closes_others(log: Any) -> None:
    log.close(a_closing(a_line(index=3)))
    log.close(held_closing(held_line(5)))
    log.close(held_closing())
    correcting = msgspec.structs.replace(accepted(), replaces=((1, 3),), closes=((2, 5),))
    log.supersede(judged(log, 3, correcting, superseding=(a_superseding(log, 2),)))
    assert [dose.line for dose in doses(log)] == [(3, 0)]
    assert log.targets((), [(2, 5)])[0].closed_by == (3, 0)
    assert [listed.cursor for listed in log.list_after(str(LABORATORY), after=3, limit=9)] == [4, 5]


def untouched(log: Any) -> Any:
    listed = log.list_after(str(LABORATORY), after=0, limit=99)
    return listed, doses(log), log.targets((), [(1, 0), (1, 1), (2, 0)]), list(log.due(UNTIL))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda j: {"answer": msgspec.structs.replace(j.answer, supersedes="another")},
        lambda _: {"indexes": (0, 1)},
        lambda j: {"lines": (msgspec.structs.replace(j.lines[0], closes=((2, 0),)),)},
        lambda j: {"lines": (msgspec.structs.replace(j.lines[0], replaces=((1, 1),)),)},
    ],
    ids=["superseded meanwhile", "judged meanwhile", "no longer held", "no longer in force"],
)
def test_what_moved_refuses_judging_again_and_nothing_is_written(log: Any, spoil: Any) -> None:
    log.close(held_closing(held_line(0)))
    log.close(a_closing(a_line(worker_id="worker-2")))
    again = judged(log, 1, accepted())
    before = untouched(log)
    with pytest.raises(RecordMoved):
        log.supersede(msgspec.structs.replace(again, **spoil(again)))
    assert untouched(log) == before
    log.supersede(again)


def test_results_recorded_since_the_facts_were_read_refuse_judging_again(log: Any) -> None:
    log.close(held_closing())
    again = judged(log, 1, accepted(), revision=0)
    log.close(a_closing(a_line()))
    before = untouched(log)
    with pytest.raises(RecordMoved):
        log.supersede(again)
    assert untouched(log) == before


@pytest.mark.parametrize("closes", [((1, 1),), ((9, 0),)])
def test_a_line_that_is_not_held_is_not_closed(log: Any, closes: Any) -> None:
    log.close(held_closing(held_line(0), a_line(index=1)))
    before = untouched(log)
    with pytest.raises(RecordMoved):
        log.close(a_closing(msgspec.structs.replace(a_line(), closes=closes), key=a_key()))
    assert untouched(log) == before


def test_an_answer_that_does_not_stand_any_more_is_not_superseded(log: Any) -> None:
    log.close(held_closing(held_line(0), held_line(1)))
    stale = a_superseding(log, 1)
    log.supersede(judged(log, 1, indexes=(1,)))
    before = untouched(log)
    closing = msgspec.structs.replace(a_line(worker_id="worker-2"), closes=((1, 0),))
    with pytest.raises(RecordMoved):
        log.close(a_closing(closing, superseding=(stale,)))
    assert untouched(log) == before


def test_a_line_is_due_once_its_time_is_over_whatever_the_directory_knows(sql_log: Any) -> None:
    sql_log.close(held_closing())
    assert list(sql_log.due(UNTIL - timedelta(days=2))) == []
    assert list(sql_log.due(UNTIL)) == [1]
    assert list(sql_log.due(datetime(2030, 1, 1, tzinfo=UTC))) == [1]
