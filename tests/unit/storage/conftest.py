"""A new database for each test, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from gateway.storage.engine import open_engine
from gateway.storage.writer import Writer
from tests.postgresql import KINDS, Cluster, cluster_or_skip, new_database


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def address(kind: str, tmp_path: Path) -> Iterator[str]:
    """Of a migrated database."""
    with new_database(kind, tmp_path) as found:
        yield found


@pytest.fixture
def engine(address: str) -> Iterator[Engine]:
    opened = open_engine(address)
    yield opened
    opened.dispose()


@pytest.fixture
def writer(engine: Engine) -> Iterator[Writer]:
    opened = Writer(engine=engine)
    yield opened
    opened.close()


@pytest.fixture
def cluster() -> Cluster:
    return cluster_or_skip()
