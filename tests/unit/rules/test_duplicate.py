from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.record import DoseKey, DoseOnRecord, RecordFacts
from gateway.model.transmission import Flow
from gateway.model.verdict import Verdict
from gateway.rules.example import ABSENT
from gateway.rules.examples import EMPLOYER, OPERATOR, STRANGER
from gateway.rules.intervals import Coverage, Interval
from tests.unit.rules.builders import World, absence, measurement, period

FIRST = "/results/0/measurements/0"


def on_record(*, radiation="PHOTON", location="TRUNK", is_absence=False, **when):
    key = DoseKey(
        "worker-1", EMPLOYER, Flow.PASSIVE_EXTERNAL, "HP10", radiation, location, None, None
    )
    when = when or {"start": date(2026, 10, 1), "end": date(2026, 10, 31)}
    dose = DoseOnRecord(key=key, is_absence=is_absence, line=(41, 7), **when)
    return RecordFacts(revision=3, doses={"worker-1": (dose,)}, months={})


def test_the_same_key_in_force_is_refused_whoever_sent_it():
    outcome = World(facts=on_record()).judge()
    assert [(f.code, f.pointer) for f in outcome.all_findings] == [("U001", FIRST)]
    assert outcome.recorded == ()


@pytest.mark.parametrize(
    "change",
    [
        ("/measurements/0/radiation", "NEUTRON"),
        ("/measurements/0/quantity", "HP007"),
        ("/dosimeter/location", "ABDOMEN"),
        ("/dosimeter/side", "LEFT"),
        ("/period", {"start": "2026-11-01", "end": "2026-11-19"}),
    ],
)
def test_another_quantity_radiation_place_or_period_is_another_key(change):
    value = ("/measurements/0/value", "0.2")
    assert World(facts=on_record()).codes(change, value) == set()


def test_the_serial_and_the_dose_are_no_part_of_the_key():
    other = (("/dosimeter/serial", "Z"), ("/measurements/0/value", "0.2"))
    assert World(facts=on_record()).codes(*other) == {"U001"}


def test_a_second_line_of_the_message_with_the_same_key_is_refused():
    outcome = World().judge(lines=((),))
    assert [verdict.verdict for verdict in outcome.verdicts] == [
        Verdict.ACCEPTED,
        Verdict.REJECTED,
    ]
    assert outcome.verdicts[1].findings[0].code == "U001"


def test_a_refused_line_does_not_stand_in_the_way_of_the_next():
    outcome = World().judge(("/dosimeter/type", "XYZ"), lines=((),))
    assert outcome.verdicts[1].verdict is Verdict.ACCEPTED


def test_two_measurements_of_one_line_with_one_key_refuse_it():
    twice = ("/measurements", [measurement(), measurement("0.2")])
    assert World().at("U001", twice) == ["/results/0/measurements/1"]


def test_a_refused_line_is_not_looked_up_in_the_record():
    assert World(facts=on_record()).codes(("/dosimeter/type", "XYZ")) == {"D008"}


def test_one_reference_value_of_the_effective_dose_stands():
    whole_body = ("/dosimeter/location", "WHOLE_BODY")
    assert World(facts=on_record()).at("U002", whole_body) == [FIRST]
    assert World(facts=on_record()).at("U002", ("/dosimeter", ABSENT)) == [FIRST]
    assert World(facts=on_record()).codes(("/dosimeter/location", "ABDOMEN")) == set()
    effective = ("/measurements/0/quantity", "E")
    assert World(facts=on_record()).codes(whole_body, effective) == {"U002"}


@pytest.mark.parametrize(
    ("start", "end", "warns"),
    [
        ("2026-10-31", "2026-11-15", True),
        ("2026-09-01", "2026-10-01", True),
        ("2026-10-10", "2026-10-12", True),
        ("2026-11-01", "2026-11-15", False),
        ("2026-09-01", "2026-09-30", False),
    ],
)
def test_an_overlapping_period_of_the_same_key_is_flagged_and_accepted(start, end, warns):
    outcome = World(facts=on_record()).judge(period(start, end))
    assert outcome.is_accepted
    assert ("P004" in outcome.codes) is warns


def test_a_period_over_a_time_of_the_same_key_is_flagged():
    world = World("operational")
    assert world.judge().is_plain
    day = {"start": "2026-11-17", "end": "2026-11-17"}
    assert world.codes(("/exposureTime", ABSENT), ("/period", day)) == {"P004"}


def test_the_site_is_part_of_an_operational_key():
    world = World("operational")
    assert world.judge().is_plain
    assert world.judge(("/site/inb", "102")).is_plain
    assert world.judge(("/site/inb", ABSENT)).is_plain
    assert world.judge(("/site/siret", STRANGER)).is_plain
    assert world.codes(("/site/siret", OPERATOR)) == {"U001"}


def test_two_entries_that_follow_each_other_do_not_overlap():
    world = World("operational")
    assert world.judge().is_plain
    after = {"startAt": "2026-11-17T10:30:00.000Z", "endAt": "2026-11-17T11:00:00.000Z"}
    assert world.judge(("/exposureTime", after)).is_plain


def test_an_absence_over_anything_in_force_is_a_duplicate():
    assert World(facts=on_record(radiation="NEUTRON")).codes(*absence()) == {"U001"}
    facts = on_record(is_absence=True)
    assert World(facts=facts).codes(*absence(radiation="NEUTRON")) == {"U001"}


@pytest.mark.parametrize("operation", ["INITIAL", "LATE"])
def test_the_result_takes_its_absence_out_of_force_whatever_the_radiation(operation):
    world = World(facts=on_record(radiation="TOTAL", is_absence=True))
    outcome = world.judge(("/operation", operation))
    assert outcome.is_plain
    assert outcome.recorded[0].replaces == ((41, 7),)
    assert world.codes(*absence()) == {"U001"}


def test_an_absence_of_the_same_message_is_replaced_by_its_row_zero():
    world = World()
    outcome = world.judge(*absence(), lines=((("/operation", "LATE"),),))
    assert outcome.is_plain
    assert outcome.recorded[1].replaces == ((0, 0),)


def test_an_absence_of_another_period_stays_in_force_and_is_flagged():
    world = World(facts=on_record(is_absence=True))
    outcome = world.judge(period("2026-10-15", "2026-11-14"))
    assert outcome.codes == {"P004"}
    assert outcome.recorded[0].replaces == ()


def test_a_recorded_line_carries_its_natural_keys():
    recorded = World("operational").judge().recorded[0]
    assert recorded.worker_id == "worker-1"
    dose = recorded.doses[0]
    assert dose.key == DoseKey(
        "worker-1", EMPLOYER, Flow.OPERATIONAL, "HP10", "PHOTON", "TRUNK", None, f"{OPERATOR}/101"
    )
    assert (dose.status, dose.value_usv, recorded.effective_usv) == ("MEASURED", 12, 12)


def test_a_time_on_record_is_compared_with_a_period():
    facts = on_record(
        start_at=datetime.fromisoformat("2026-10-05T08:00:00+00:00"),
        end_at=datetime.fromisoformat("2026-10-05T09:00:00+00:00"),
    )
    assert World(facts=facts).codes() == {"P004"}


spans = st.tuples(st.integers(0, 60), st.integers(1, 20)).map(
    lambda pair: Interval(pair[0], pair[0] + pair[1], False)  # noqa: FBT003
)


@given(st.lists(spans, max_size=12), spans)
def test_coverage_overlaps_just_where_some_interval_does(intervals, asked):
    coverage = Coverage()
    for interval in intervals:
        coverage.add(interval)
    expected = any(
        interval.start_ms < asked.end_ms and interval.end_ms > asked.start_ms
        for interval in intervals
    )
    assert coverage.overlaps(asked) is expected
