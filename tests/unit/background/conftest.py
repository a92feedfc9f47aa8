"""The engine over a new database for each test, on SQLite and on PostgreSQL."""

import pytest

from tests.durable import engine_tables, opener
from tests.postgresql import KINDS


@pytest.fixture(params=KINDS)
def address(request, tmp_path):
    """Where the engine keeps its tables."""
    with engine_tables(request.param, tmp_path) as found:
        yield found


@pytest.fixture
def opened(address):
    """Opens the engine with some tasks."""
    with opener(address) as open_with:
        yield open_with
