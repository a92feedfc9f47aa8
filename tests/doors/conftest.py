"""A gateway a test, on a home of its own; one event loop for all."""

import pytest

from tests.running import Running, loop


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
def gateway(start):
    return start()
