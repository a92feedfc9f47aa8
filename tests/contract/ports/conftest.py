"""Every port twice: in memory, and on SQLite in a new folder."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.storage.engine import open_engine
from gateway.storage.leases import InProcessLeases
from gateway.storage.migrations import migrate
from gateway.storage.partner_register import SqlPartnerRegister
from gateway.storage.transmission_log import SqlTransmissionLog
from gateway.storage.worker_directory import SqlWorkerDirectory
from gateway.storage.writer import Writer
from tests.fakes import (
    FakeSealer,
    FixedClock,
    MemoryLeases,
    MemoryPartnerRegister,
    MemoryTransmissionLog,
    MemoryWorkerDirectory,
)


class Database:
    """A migrated SQLite file with its writer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.engine = open_engine(f"sqlite:///{folder / 'gateway.db'}")
        migrate(self.engine)
        self.writer = Writer(engine=self.engine)

    def parts(self) -> dict[str, Any]:
        return {"engine": self.engine, "writer": self.writer}

    def bytes_on_disk(self) -> bytes:
        return b"".join(path.read_bytes() for path in sorted(self.folder.iterdir()))

    def close(self) -> None:
        self.writer.close()
        self.engine.dispose()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def sealer() -> FakeSealer:
    return FakeSealer()


@pytest.fixture(params=["memory", "sqlite"])
def log(request: pytest.FixtureRequest, sealer: FakeSealer) -> Any:
    if request.param == "memory":
        return MemoryTransmissionLog()
    parts = request.getfixturevalue("database").parts()
    return SqlTransmissionLog(**parts, sealer=sealer)


@pytest.fixture
def sql_log(database: Database, sealer: FakeSealer) -> SqlTransmissionLog:
    return SqlTransmissionLog(**database.parts(), sealer=sealer)


@pytest.fixture(params=["memory", "sqlite"])
def directory(request: pytest.FixtureRequest, sealer: FakeSealer) -> Any:
    if request.param == "memory":
        return MemoryWorkerDirectory()
    parts = request.getfixturevalue("database").parts()
    return SqlWorkerDirectory(**parts, sealer=sealer)


@pytest.fixture(params=["memory", "sqlite"])
def register(request: pytest.FixtureRequest, clock: FixedClock) -> Any:
    if request.param == "memory":
        return MemoryPartnerRegister(clock=clock)
    return SqlPartnerRegister(**request.getfixturevalue("database").parts(), clock=clock)


@pytest.fixture(params=[MemoryLeases, InProcessLeases])
def leases(request: pytest.FixtureRequest) -> Any:
    return request.param()
