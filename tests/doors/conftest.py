"""A gateway that each test finds empty, or gateways of its own; one event loop for all."""

from contextlib import ExitStack

import pytest

from tests.doors.witnessed import Witnessed
from tests.running import THE_LABORATORY, THE_OPERATOR, WORKERS, Running, a_row, loop


@pytest.fixture(scope="session")
def portal():
    with loop() as running:
        yield running


@pytest.fixture
def start(tmp_path_factory, portal):
    """Starts gateways, and closes them."""
    started = []

    def begin(**given):
        running = Running(tmp_path_factory.mktemp("home"), portal=portal, **given)
        started.append(running)
        return running

    yield begin
    for running in started:
        running.close()


@pytest.fixture
def witnessed(tmp_path, start):
    """A gateway that asks one witness when it is told to."""
    with ExitStack() as stack:
        yield Witnessed(tmp_path, stack, start)


@pytest.fixture
def asking(tmp_path, start):
    """A gateway that asks one witness every second."""
    with ExitStack() as stack:
        yield Witnessed(tmp_path, stack, start, every_s=1)


@pytest.fixture(scope="session")
def long_running(tmp_path_factory, portal):
    running = Running(tmp_path_factory.mktemp("home"), portal=portal)
    yield running
    running.close()


@pytest.fixture
def gateway(long_running):
    """One gateway for all, that each test finds empty."""
    long_running.forget(
        partners=(THE_LABORATORY, THE_OPERATOR),
        rows=[a_row(number) for number in range(1, WORKERS + 1)],
    )
    return long_running
