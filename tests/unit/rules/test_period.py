from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.parts import legal_day
from gateway.rules.example import ABSENT
from gateway.rules.intervals import of_period, of_time
from gateway.rules.months import completed_years, last_day_of_period, months_after
from tests.unit.rules.builders import World, absence, period


@pytest.mark.parametrize(
    ("start", "end", "is_refused"),
    [
        ("2026-07-01", "2026-09-30", False),
        ("2026-07-01", "2026-10-01", True),
        ("2026-07-15", "2026-10-14", False),
        ("2026-07-15", "2026-10-15", True),
        ("2025-11-30", "2026-02-28", False),
        ("2025-11-30", "2026-03-01", True),
    ],
)
def test_delayed_reading_period_longer_than_three_months_is_refused(start, end, is_refused):
    assert ("P003" in World().codes(period(start, end))) is is_refused


def test_a_period_that_ends_before_it_starts_is_refused():
    assert World().at("P001", period("2026-10-31", "2026-10-30")) == ["/results/0/period/end"]
    assert World().codes(period("2026-10-31", "2026-10-31")) == set()


def test_an_exposure_without_duration_is_refused():
    same = {"startAt": "2026-11-17T08:00:00.000Z", "endAt": "2026-11-17T08:00:00.000Z"}
    assert World("operational").at("P001", ("/exposureTime", same)) == [
        "/results/0/exposureTime/endAt"
    ]


@pytest.mark.parametrize(("end", "is_refused"), [("2026-11-20", False), ("2026-11-21", True)])
def test_a_period_may_end_on_the_day_of_reception_and_not_later(end, is_refused):
    assert ("P002" in World().codes(period("2026-11-01", end))) is is_refused


@pytest.mark.parametrize(
    ("received_at", "is_refused"),
    [("2026-11-20T22:59:59.999Z", True), ("2026-11-20T23:00:00.000Z", False)],
)
def test_the_day_of_reception_begins_at_midnight_in_mainland_france(received_at, is_refused):
    world = World()
    world.received_at = datetime.fromisoformat(received_at)
    assert ("P002" in world.codes(period("2026-11-01", "2026-11-21"))) is is_refused


@pytest.mark.parametrize(
    ("exit_at", "day"),
    [
        ("2026-07-31T21:59:59.999Z", date(2026, 7, 31)),
        ("2026-07-31T22:00:00.000Z", date(2026, 8, 1)),
        ("2026-12-31T22:59:59.999Z", date(2026, 12, 31)),
        ("2026-12-31T23:00:00.000Z", date(2027, 1, 1)),
        ("0001-01-01T00:00:00.000Z", date.min),
        ("9999-12-31T23:59:59.999Z", date.max),
    ],
)
def test_an_exit_belongs_to_the_legal_day_of_its_instant(exit_at, day):
    assert legal_day(datetime.fromisoformat(exit_at)) == day


def test_a_wear_period_covers_its_legal_days_whole_whatever_their_length():
    winter = of_period(date(2026, 10, 25), date(2026, 10, 25))
    summer = of_period(date(2026, 3, 29), date(2026, 3, 29))
    hour_ms = 3_600_000
    assert winter.end_ms - winter.start_ms == 25 * hour_ms
    assert summer.end_ms - summer.start_ms == 23 * hour_ms
    begins = datetime.fromisoformat("2026-10-24T22:00:00Z")
    assert of_time(begins, begins).start_ms == winter.start_ms
    whole = of_period(date.min, date.max)
    assert whole.start_ms < winter.start_ms < whole.end_ms


@pytest.mark.parametrize(
    ("end", "is_refused"),
    [("2026-11-20T09:00:00.000Z", False), ("2026-11-20T10:00:00.001+01:00", True)],
)
def test_an_exit_after_reception_is_refused(end, is_refused):
    time = {"startAt": "2026-11-20T07:00:00.000Z", "endAt": end}
    assert ("P002" in World("operational").codes(("/exposureTime", time))) is is_refused


@pytest.mark.parametrize(("day", "is_late"), [("2026-11-13", False), ("2026-11-12", True)])
def test_operational_results_older_than_a_week_are_flagged_and_accepted(day, is_late):
    changes = (("/exposureTime", ABSENT), ("/period", {"start": day, "end": day}))
    outcome = World("operational").judge(*changes)
    assert outcome.is_accepted
    assert ("P011" in outcome.codes) is is_late


@pytest.mark.parametrize(("end", "is_late"), [("2026-10-31", False), ("2026-10-30", True)])
def test_a_result_more_than_twenty_days_after_its_period_without_absence_is_flagged(end, is_late):
    world = World()
    outcome = world.judge(period("2026-10-01", end))
    assert outcome.is_accepted
    assert ("P010" in outcome.codes) is is_late


def test_a_result_whose_absence_was_declared_is_not_late():
    world = World()
    old = period("2026-09-01", "2026-09-30")
    assert world.judge(old, *absence()).is_plain
    assert world.judge(old, ("/operation", "LATE")).is_plain


def test_a_late_result_without_absence_in_force_is_flagged():
    assert World().at("P010", ("/operation", "LATE")) == ["/results/0/operation"]


def test_a_worker_of_category_a_read_over_more_than_a_month_is_flagged():
    assert World().at("P005", period("2026-09-30", "2026-10-31")) == ["/results/0/period"]


days = st.dates(min_value=date(1990, 1, 1), max_value=date(2090, 1, 1))


@given(start=days, months=st.integers(1, 12))
def test_a_legal_period_never_shrinks_when_it_begins_later(start, months):
    end = last_day_of_period(start, months)
    assert end <= last_day_of_period(start + timedelta(days=1), months)
    assert 28 * months <= (end - start).days + 1 <= 31 * months
    assert months_after(start, 12).year == start.year + 1


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        ("2008-11-20", date(2026, 11, 19), 17),
        ("2008-11-20", date(2026, 11, 20), 18),
        ("2008-00-00", date(2026, 12, 30), 17),
        ("2008-00-00", date(2026, 12, 31), 18),
    ],
)
def test_age_by_a_birth_date_that_may_be_incomplete(born, on, age):
    assert completed_years(born, on) == age
