"""The kit as the gateway would write it today, judged once for all tests."""

import pytest

from tests.golden.kit import bench, kit
from tests.running import loop


@pytest.fixture(scope="session")
def judge(tmp_path_factory):
    with loop() as portal, bench(tmp_path_factory.mktemp("home"), portal) as judging:
        yield judging


@pytest.fixture(scope="session")
def written(judge):
    return kit(judge)
