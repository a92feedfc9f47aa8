"""What `ports.TransmissionLog` promises, over every implementation."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from gateway.errors import RecordMoved
from gateway.identifiers import Rpps
from gateway.model.internal import Activity, Committed, Examination, LineReference
from gateway.model.reading import readings_of
from gateway.model.record import MonthlyDose, Standing
from gateway.model.transmission import (
    ExposureTime,
    Flow,
    Measurement,
    Period,
    RadonExposure,
    Status,
)
from gateway.rules.keys import doses_of, keys_of
from tests.contract.ports.closings import AT, EMPLOYER, LABORATORY, a_closing, a_key, a_line

MARCH_DAYS = {"first_day": date(2026, 3, 1), "last_day": date(2026, 3, 31)}


def facts(log: Any, *workers: str, flow: Flow = Flow.PASSIVE_EXTERNAL, **days: date) -> Any:
    return log.facts(workers, flow=flow, **(MARCH_DAYS | days))


def test_an_unknown_key_has_no_standing(log: Any) -> None:
    assert log.standing(a_key(), "0" * 64) == Standing()
    assert log.acknowledgement("nobody") is None
    assert log.acknowledgements_of(a_key()) == []
    assert list(log.line_entries("nobody")) == []


def test_the_same_key_and_content_find_their_acknowledgement(log: Any) -> None:
    closing = a_closing()
    log.close(closing)
    standing = log.standing(closing.key, closing.content_sha256)
    assert standing.same_content == standing.latest == closing.acknowledgement_id
    assert standing.verdicts is None
    stored = log.acknowledgement(closing.acknowledgement_id)
    assert (stored.canonical, stored.decided_at) == (closing.canonical, AT)
    assert stored.transmission_id == closing.key.id
    assert stored.submitter_id == "laboratory"
    assert stored.test is False


def test_other_content_under_a_key_with_verdicts_sees_them(log: Any) -> None:
    closing = a_closing()
    log.close(closing)
    standing = log.standing(closing.key, "f" * 64)
    assert standing.same_content is None
    assert standing.verdicts == standing.latest == closing.acknowledgement_id
    assert standing.verdicts_canonical_sha256 == closing.canonical_sha256


def test_an_inadmissible_transmission_does_not_bar_its_key(log: Any) -> None:
    refused = a_closing(disposition="INADMISSIBLE")
    log.close(refused)
    assert log.standing(refused.key, "f" * 64) == Standing()
    repaired = a_closing(key=refused.key)
    log.close(repaired)
    again = log.standing(refused.key, refused.content_sha256)
    assert again.same_content == refused.acknowledgement_id
    assert again.latest == again.verdicts == repaired.acknowledgement_id
    assert [a.id for a in log.acknowledgements_of(refused.key)] == [
        refused.acknowledgement_id,
        repaired.acknowledgement_id,
    ]


def test_a_conflict_is_found_by_its_own_content_and_never_stands(log: Any) -> None:
    first = a_closing()
    log.close(first)
    conflict = a_closing(key=first.key, disposition="CONFLICT")
    log.close(conflict)
    standing = log.standing(first.key, conflict.content_sha256)
    assert standing.same_content == conflict.acknowledgement_id
    assert standing.latest == standing.verdicts == first.acknowledgement_id


@pytest.mark.parametrize(
    "changes", [{"test": True}, {"is_readable": False}, {"scope": str(EMPLOYER)}, {"id": "x"}]
)
def test_keys_that_differ_in_one_member_live_apart(log: Any, changes: dict[str, Any]) -> None:
    closing = a_closing()
    log.close(closing)
    other = msgspec.structs.replace(closing.key, **changes)
    assert log.standing(other, closing.content_sha256) == Standing()


def test_the_same_key_and_content_are_closed_once(log: Any) -> None:
    closing = a_closing()
    log.close(closing)
    with pytest.raises(RecordMoved):
        log.close(a_closing(key=closing.key, content_sha256=closing.content_sha256))
    assert len(log.acknowledgements_of(closing.key)) == 1


def test_a_key_gets_verdicts_on_lines_once(log: Any) -> None:
    closing = a_closing()
    log.close(closing)
    with pytest.raises(RecordMoved):
        log.close(a_closing(a_line(), key=closing.key))
    assert facts(log, "worker-1").doses == {}


def test_of_32_threads_closing_one_key_exactly_one_succeeds(log: Any) -> None:
    key = a_key()
    closings = [a_closing(a_line(), key=key, content_sha256="c" * 64) for _ in range(32)]

    def attempt(closing: Any) -> bool:
        try:
            log.close(closing)
        except RecordMoved:
            return False
        return True

    with ThreadPoolExecutor(32) as threads:
        assert sum(threads.map(attempt, closings)) == 1
    assert len(log.acknowledgements_of(key)) == 1
    assert len(facts(log, "worker-1").doses["worker-1"]) == 1


def test_doses_in_force_come_back_with_their_key_and_place(log: Any) -> None:
    line = a_line(index=4)
    log.close(a_closing(line))
    (dose,) = facts(log, "worker-1", "worker-2").doses["worker-1"]
    assert dose.key == line.doses[0].key
    assert (dose.start, dose.end) == (date(2026, 3, 1), date(2026, 3, 31))
    assert dose.start_at is None
    assert not dose.is_absence
    assert dose.line == (log.list_after(str(LABORATORY), after=0, limit=9)[-1].cursor, 4)


def test_an_exposure_time_comes_back_to_the_millisecond(log: Any) -> None:
    times = ExposureTime(
        start_at=datetime(2026, 3, 30, 22, 0, 0, 7000, tzinfo=UTC),
        end_at=datetime(2026, 4, 1, 2, 0, tzinfo=UTC),
    )
    line = a_line(times=times, flow=Flow.OPERATIONAL)
    log.close(a_closing(line, flow=Flow.OPERATIONAL))
    (dose,) = facts(log, "worker-1", flow=Flow.OPERATIONAL).doses["worker-1"]
    assert (dose.start_at, dose.end_at) == (times.start_at, times.end_at)
    assert dose.start is None
    assert dose.key == line.doses[0].key
    assert facts(log, "worker-1").doses == {}


@pytest.mark.parametrize(
    ("start", "end", "is_seen"),
    [
        (date(2026, 2, 1), date(2026, 2, 28), False),
        (date(2026, 2, 1), date(2026, 3, 1), True),
        (date(2026, 3, 31), date(2026, 4, 30), True),
        (date(2026, 4, 1), date(2026, 4, 30), False),
        (date(2026, 1, 1), date(2026, 12, 31), True),
    ],
)
def test_doses_are_those_that_touch_the_days_asked(
    log: Any, start: date, end: date, *, is_seen: bool
) -> None:
    log.close(a_closing(a_line(period=Period(start=start, end=end))))
    assert bool(facts(log, "worker-1").doses) is is_seen


def test_months_are_summed_a_year_around_and_without_dose_left_out(log: Any) -> None:
    def month_end(year: int, month: int, usv: int) -> Any:
        period = Period(start=date(year, month, 1), end=date(year, month, 28))
        return a_line(index=year * 12 + month, period=period, effective_usv=usv)

    log.close(
        a_closing(
            month_end(2025, 2, 1),
            month_end(2025, 3, 2),
            month_end(2026, 3, 4),
            month_end(2026, 5, 0),
            month_end(2027, 3, 8),
            month_end(2027, 4, 16),
        )
    )
    log.close(a_closing(month_end(2026, 3, 32)))
    assert facts(log, "worker-1").months == {
        ("worker-1", Flow.PASSIVE_EXTERNAL): (
            MonthlyDose(month=2025 * 12 + 2, effective_usv=2),
            MonthlyDose(month=2026 * 12 + 2, effective_usv=36),
            MonthlyDose(month=2027 * 12 + 2, effective_usv=8),
        )
    }


def test_months_of_all_flows_but_the_operational_are_told_together(log: Any) -> None:
    for flow, usv in ((Flow.PASSIVE_EXTERNAL, 1), (Flow.RADON, 2), (Flow.OPERATIONAL, 4)):
        log.close(a_closing(a_line(flow=flow, effective_usv=usv), flow=flow))
    march = 2026 * 12 + 2
    assert facts(log, "worker-1", flow=Flow.RADON).months == {
        ("worker-1", Flow.PASSIVE_EXTERNAL): (MonthlyDose(month=march, effective_usv=1),),
        ("worker-1", Flow.RADON): (MonthlyDose(month=march, effective_usv=2),),
    }
    assert facts(log, "worker-1", flow=Flow.OPERATIONAL).months == {
        ("worker-1", Flow.OPERATIONAL): (MonthlyDose(month=march, effective_usv=4),),
    }
    assert len(facts(log, "worker-1", flow=Flow.RADON).doses["worker-1"]) == 1


def test_a_line_that_tells_no_day_counts_on_the_day_given_for_it(log: Any) -> None:
    line = msgspec.structs.replace(a_line(period=None), counted_on=date(2026, 3, 9))
    log.close(a_closing(line))
    found = facts(log, "worker-1")
    (dose,) = found.doses["worker-1"]
    assert (dose.start, dose.end) == (date(2026, 3, 9), date(2026, 3, 9))
    assert found.months["worker-1", Flow.PASSIVE_EXTERNAL][0].month == 2026 * 12 + 2


def test_held_lines_are_not_in_force(log: Any) -> None:
    log.close(a_closing(a_line(worker_id=None), disposition="HELD"))
    found = facts(log, "worker-1", "")
    assert (found.doses, found.months, found.revision) == ({}, {}, 0)


def test_facts_of_thousands_of_workers_are_read_at_once(log: Any) -> None:
    workers = [f"worker-{number}" for number in range(1201)]
    log.close(a_closing(*(a_line(index=i, worker_id=w) for i, w in enumerate(workers))))
    assert sorted(facts(log, *workers, *workers[:3]).doses) == sorted(workers)


def test_results_recorded_since_the_facts_were_read_refuse_the_closing(log: Any) -> None:
    revision = facts(log, "worker-1").revision
    log.close(a_closing(a_line(), revision=revision))
    late = a_closing(a_line(period=Period(start=date(2026, 4, 1), end=date(2026, 4, 30))))
    with pytest.raises(RecordMoved):
        log.close(msgspec.structs.replace(late, revision=revision))
    assert log.acknowledgement(late.acknowledgement_id) is None
    log.close(msgspec.structs.replace(late, revision=facts(log, "worker-1").revision))


def test_results_of_other_workers_do_not_refuse_it(log: Any) -> None:
    revision = facts(log, "worker-1").revision
    log.close(a_closing(a_line(worker_id="worker-2"), revision=revision))
    log.close(a_closing(a_line(), revision=revision))
    assert facts(log, "worker-1").revision == revision + 2


def test_a_closing_without_results_does_not_move_the_record(log: Any) -> None:
    log.close(a_closing())
    log.close(a_closing(a_line(worker_id=None), disposition="HELD"))
    assert facts(log, "worker-1").revision == 0


def test_a_result_takes_the_absence_it_replaces_out_of_force(log: Any) -> None:
    log.close(a_closing(a_line(status=Status.PENDING, effective_usv=0)))
    (absence,) = facts(log, "worker-1").doses["worker-1"]
    assert absence.is_absence
    log.close(
        a_closing(
            a_line(index=0, replaces=(absence.line,)), a_line(index=1, replaces=(absence.line,))
        )
    )
    assert [d.is_absence for d in facts(log, "worker-1").doses["worker-1"]] == [False, False]
    with pytest.raises(RecordMoved):
        log.close(a_closing(a_line(replaces=(absence.line,))))


def test_a_refused_closing_leaves_what_it_would_have_replaced(log: Any) -> None:
    log.close(a_closing(a_line(status=Status.PENDING, effective_usv=0)))
    (absence,) = facts(log, "worker-1").doses["worker-1"]
    with pytest.raises(RecordMoved):
        log.close(a_closing(a_line(replaces=(absence.line, (99, 0)))))
    assert facts(log, "worker-1").doses["worker-1"] == (absence,)


def named(closing: Any, index: int) -> LineReference:
    return LineReference(closing.key.id, f"ref-{index}")


def test_a_recorded_line_is_found_by_its_name_and_by_its_place(log: Any) -> None:
    held = a_line(index=3, worker_id=None)
    closing = a_closing(a_line(index=2), held, disposition="PARTLY_ACCEPTED")
    log.close(closing)
    accepted, waiting = log.targets([named(closing, 2), named(closing, 3), named(closing, 4)], ())
    assert (accepted.ref, accepted.transmission) == ("ref-2", closing.key.id)
    assert (accepted.sender_siret, accepted.worker_id) == (str(LABORATORY), "worker-1")
    assert (accepted.is_in_force, accepted.is_held) == (True, False)
    assert (accepted.first_day, accepted.last_day) == (date(2026, 3, 1), date(2026, 3, 31))
    assert (accepted.month, accepted.effective_usv) == (2026 * 12 + 2, 120)
    assert accepted.acknowledgements == {closing.canonical_sha256}
    assert (waiting.is_in_force, waiting.is_held, waiting.worker_id) == (False, True, None)
    assert log.targets((), [accepted.line, (99, 0)]) == [accepted]
    assert log.targets([named(closing, 2)], [accepted.line]) == [accepted]
    assert list(log.targets((), ())) == []


ACTIVITY = Activity(
    radionuclide="H-3",
    value_nano=3 * 10**20,
    unit="Bq",
    detection_limit_nano=1,
    is_below_limit=False,
)
EXPOSURE = RadonExposure(value_nano=126_000 * 10**9, unit="Bq.h/m3")
RADON = Measurement(quantity="E", radiation="RADON", status=Status.MEASURED, exposure=EXPOSURE)
HP3 = Measurement(quantity="HP3", radiation="BETA", status=Status.ESTIMATED, value_usv=7)
READ: dict[Flow, dict[str, Any]] = {
    Flow.PASSIVE_EXTERNAL: {"measurements": (HP3, HP3, RADON)},
    Flow.RADIOTOXICOLOGY: {
        "measurements": (),
        "examination": Examination(
            kind="URINE",
            taken_on=date(2026, 3, 2),
            activities=(
                ACTIVITY,
                ACTIVITY,
                Activity(
                    radionuclide="C-14", unit="Bq", detection_limit_nano=5, is_below_limit=True
                ),
            ),
        ),
    },
    Flow.BODY_COUNTING: {
        "measurements": (),
        "examination": Examination(kind="THYROID", taken_on=date(2026, 3, 2)),
    },
    Flow.COMMITTED_DOSE: {
        "measurements": (),
        "committed": Committed(
            quantity="HT50",
            organ="LUNGS",
            route="INHALATION",
            value_usv=12,
            physician=Rpps.parse("10000000017"),
        ),
    },
}


@pytest.mark.parametrize("flow", READ)
@pytest.mark.parametrize("is_held", [False, True], ids=["in force", "held"])
def test_a_line_is_found_with_what_it_says_was_measured(
    log: Any, flow: Flow, *, is_held: bool
) -> None:
    def said(index: int, **read: Any) -> Any:
        line = a_line(index=index, flow=flow, worker_id=None if is_held else "worker-1")
        stated = msgspec.structs.replace(line.line, **read)
        keys = keys_of(stated, "worker-1", flow)
        doses = () if is_held else doses_of(stated, keys)
        return msgspec.structs.replace(line, line=stated, doses=doses)

    lines = (said(1), said(3, **READ[flow]), said(4, **READ[flow]))
    closing = a_closing(*lines, flow=flow)
    log.close(closing)
    log.close(a_closing(said(3), flow=flow))
    (target,) = log.targets([named(closing, 3)], ())
    assert target.readings == readings_of(lines[1].line)
    both = log.targets([], [(1, 4), (2, 3)])
    expected = readings_of(lines[2].line)
    assert both[0].readings == expected


def test_lines_of_one_name_are_found_whoever_sent_them_and_those_of_tests_are_not(log: Any) -> None:
    first = a_closing(a_line())
    key = msgspec.structs.replace(first.key, scope=str(EMPLOYER))
    log.close(first)
    log.close(a_closing(a_line(), key=key, sender_siret=str(EMPLOYER)))
    log.close(a_closing(a_line(), key=msgspec.structs.replace(first.key, test=True)))
    found = log.targets([named(first, 0)], ())
    assert [target.sender_siret for target in found] == [str(LABORATORY), str(EMPLOYER)]


def test_a_line_that_is_corrected_or_cancelled_is_no_longer_in_force(log: Any) -> None:
    first = a_closing(a_line())
    log.close(first)
    (target,) = log.targets([named(first, 0)], ())
    revision = facts(log, "worker-1").revision
    correction = a_line(worker_id="worker-2", replaces=(target.line,))
    log.close(a_closing(msgspec.structs.replace(correction, leaves="worker-1")))
    assert not log.targets([named(first, 0)], ())[0].is_in_force
    assert facts(log, "worker-1").doses == {}
    assert list(facts(log, "worker-2").doses) == ["worker-2"]
    april = a_line(period=Period(start=date(2026, 4, 1), end=date(2026, 4, 30)))
    with pytest.raises(RecordMoved):
        log.close(a_closing(april, revision=revision))


def test_a_cancellation_moves_the_record_and_is_never_in_force(log: Any) -> None:
    first = a_closing(a_line())
    log.close(first)
    (target,) = log.targets([named(first, 0)], ())
    revision = facts(log, "worker-1").revision
    line = a_line(period=None, effective_usv=0, is_in_force=False, replaces=(target.line,))
    cancellation = a_closing(msgspec.structs.replace(line, doses=()))
    log.close(cancellation)
    assert facts(log, "worker-1").doses == {}
    assert facts(log, "worker-1").revision == revision + 1
    assert not log.targets([named(cancellation, 0)], ())[0].is_in_force
    with pytest.raises(RecordMoved):
        log.close(a_closing(a_line(replaces=(target.line,))))


def test_line_entries_come_back_in_order(log: Any) -> None:
    entries = tuple(f'{{"index":{index}}}'.encode() for index in range(1, 2502))
    closing = a_closing(line_entries=entries)
    log.close(closing)
    assert tuple(log.line_entries(closing.acknowledgement_id)) == entries


def test_the_renderings_of_an_acknowledgement_are_kept_as_they_were_signed(log: Any) -> None:
    closing = a_closing()
    log.close(closing)
    as_json, as_xml = closing.renderings
    assert log.rendering(closing.acknowledgement_id, "json") == as_json
    assert log.rendering(closing.acknowledgement_id, "xml") == as_xml
    assert log.rendering(closing.acknowledgement_id, "other") is None
    assert log.rendering("nobody", "json") is None


def test_the_list_is_each_senders_own_in_commit_order(log: Any) -> None:
    own = [a_closing() for _ in range(5)]
    for closing in own:
        log.close(closing)
        log.close(a_closing(sender_siret=str(EMPLOYER)))
    first = log.list_after(str(LABORATORY), after=0, limit=3)
    rest = log.list_after(str(LABORATORY), after=first[-1].cursor, limit=100)
    assert [a.id for a in (*first, *rest)] == [c.acknowledgement_id for c in own]
    assert log.list_after(str(LABORATORY), after=rest[-1].cursor, limit=100) == []
    assert (first[0].decided_at, first[0].canonical_sha256) == (AT, own[0].canonical_sha256)


def test_a_reader_of_the_list_misses_nothing_while_others_write(log: Any) -> None:
    closings = [a_closing() for _ in range(60)]
    seen: list[str] = []
    with ThreadPoolExecutor(8) as threads:
        written = [threads.submit(log.close, closing) for closing in closings]
        after = 0
        while len(seen) < len(closings):
            for listed in log.list_after(str(LABORATORY), after=after, limit=7):
                assert listed.cursor > after
                after = listed.cursor
                seen.append(listed.id)
        for future in written:
            future.result()
    assert sorted(seen) == sorted(c.acknowledgement_id for c in closings)
