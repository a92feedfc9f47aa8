"""The small log, made once."""

import pytest

from tests.unit.signing.log.small_log import small_log


@pytest.fixture(scope="session")
def proved():
    return small_log()
