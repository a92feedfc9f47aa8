"""A message of bad lines alone costs at most twice a good one, by every door.

Counted in calls of functions, Python's and C's, in every thread of the gateway: a count is the same
on a busy machine. `make worst` measures 5,000 lines in seconds of CPU.
"""

import threading

import pytest

from tests import builders
from tests.builders import a_line, a_measurement, a_worker
from tests.running import DOORS, THE_LABORATORY, THE_OPERATOR, Running, a_row, loop

LINES = 200


def good(number):
    return a_line(ref=f"P-{number}", worker=a_worker(number))


def unreadable(number):
    return a_line(
        ref=f"P-{number}",
        worker=a_worker(number, sex="X"),
        dosimeter__location="NOWHERE",
        measurements=[a_measurement(status="X", recordingLevel="-1")],
    )


def refused(number):
    return a_line(
        ref=f"P-{number}",
        worker=a_worker(number, nir="123456789012345"),
        employer__siret="90000003500016",
        period={"start": "2026-10-31", "end": "2020-01-01"},
        measurements=[a_measurement(value="99999.999")] * 4,
    )


def of_nobody(number):
    return a_line(ref=f"P-{number}", worker=a_worker(50_000 + number))


class Calls:
    """What every thread that is started from now on calls."""

    def __init__(self):
        self.count = 0

    def hear(self, _frame, event, _argument):
        if event in {"call", "c_call"}:
            self.count += 1  # nobody counts to the last one: threads may lose some


@pytest.fixture(scope="module")
def calls():
    heard = Calls()
    threading.setprofile(heard.hear)
    yield heard
    threading.setprofile(None)


@pytest.fixture(scope="module")
def gateway(calls, tmp_path_factory):
    assert calls.count == 0
    with loop() as portal:
        running = Running(tmp_path_factory.mktemp("home"), portal=portal)
        yield running
        running.close()


def cost(gateway, calls, make, door):
    """How many calls one message takes, and how many of its lines are accepted."""
    gateway.forget(
        partners=(THE_LABORATORY, THE_OPERATOR), rows=[a_row(n) for n in range(1, LINES + 1)]
    )
    results = [make(number) for number in range(1, LINES + 1)]
    form = builders.a_transmission(results=results)
    before = calls.count
    answer = gateway.submit(form, door=door)
    return calls.count - before, answer.acknowledgement["counts"]["accepted"]


@pytest.mark.parametrize("door", DOORS)
def test_all_bad_costs_at_most_twice_all_good(gateway, calls, door):
    gateway.submit(builders.a_transmission(), door=door)  # what is done once is done
    sound, accepted = cost(gateway, calls, good, door)
    assert accepted == LINES
    assert sound > 100 * LINES  # the count counts
    for make in (unreadable, refused, of_nobody):
        bad, accepted = cost(gateway, calls, make, door)
        assert accepted == 0
        assert bad <= 2 * sound, make.__name__
