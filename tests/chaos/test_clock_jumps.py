"""The clock jumps: numbers go on without a gap, verdicts and receipts stay what they were."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.builders import a_line, a_transmission
from tests.doors.conftest import portal  # noqa: F401 - a fixture
from tests.fakes import FixedClock
from tests.running import NOW, Running

JUMPS = {
    "ten minutes back": -timedelta(minutes=10),
    "an hour on": timedelta(hours=1),
    "an hour back": -timedelta(hours=1),
    "to the last second of summer time": datetime(2026, 10, 25, 0, 59, 59, tzinfo=UTC) - NOW,
    "to the first second of winter time": datetime(2026, 10, 25, 1, 0, 0, tzinfo=UTC) - NOW,
    "to a 29 February": datetime(2028, 2, 29, 23, 59, 59, tzinfo=UTC) - NOW,
    "to the last second of a year": datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC) - NOW,
}


@pytest.fixture
def running(tmp_path, portal):  # noqa: F811
    opened = Running(tmp_path, portal=portal, clock=FixedClock(NOW))
    yield opened
    opened.close()


def of_september(day):
    """A dose that no other day of the month meets."""
    date = f"2026-09-{day:02d}"
    line = a_line(period={"start": date, "end": date})
    return a_transmission(results=[line], issuedAt="2026-10-01T08:00:00.000Z")


def test_numbers_verdicts_and_receipts_do_not_depend_on_where_the_clock_jumped(running):
    first = of_september(1)
    answers = [running.submit(first)]
    for day, jump in enumerate(JUMPS.values(), 2):
        running.clock.advance(NOW + jump - running.clock.now())
        answer = running.submit(of_september(day))
        decided = datetime.fromisoformat(answer.acknowledgement["decidedAt"])
        assert decided == running.clock.now()
        assert running.submit(first).content == answers[0].content
        answers.append(answer)
    assert {answer.acknowledgement["counts"]["accepted"] for answer in answers} == {1}
    listed = running.get("/v1/transmissions?after=0").form["entries"]
    assert [entry["acknowledgement"]["id"] for entry in listed] == [
        answer.acknowledgement["id"] for answer in answers
    ]


def test_a_day_that_no_key_may_sign_is_503_and_nothing_is_recorded(running):
    """In 2038, years after the last key: the gateway has no time to believe but its own."""
    running.clock.advance(datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC) - NOW)
    form = of_september(1)
    refused = running.submit(form)
    assert (refused.status, refused.fault_code) == (503, "B008")
    assert running.counted("transmissions") == 0
    running.clock.advance(NOW - running.clock.now())
    assert running.submit(form).acknowledgement["counts"]["accepted"] == 1
