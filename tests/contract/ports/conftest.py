"""Every port in memory, on SQLite in a new folder, and on PostgreSQL in a new database."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from gateway.storage.leases import AdvisoryLeases, InProcessLeases
from gateway.storage.partner_register import SqlPartnerRegister
from gateway.storage.transmission_log import SqlTransmissionLog
from gateway.storage.worker_directory import SqlWorkerDirectory
from gateway.storage.writer import Writer
from tests.contract.ports.people import candidates, stated_contacts
from tests.fake_accounts import (
    MemoryAccounts,
    MemoryDirectoryPeople,
    MemorySessions,
    MemoryWaiting,
)
from tests.fakes import (
    FakeSealer,
    FixedClock,
    MemoryLeases,
    MemoryPartnerRegister,
    MemoryTransmissionLog,
    MemoryWorkerDirectory,
)
from tests.postgresql import KINDS, opened


class Database:
    """A migrated database with its writer."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.writer = Writer(engine=engine)

    def parts(self) -> dict[str, Any]:
        return {"engine": self.engine, "writer": self.writer}


@contextmanager
def a_database(kind: str, folder: Path) -> Iterator[Database]:
    with opened(kind, folder) as engine:
        database = Database(engine)
        yield database
        database.writer.close()


IMPLEMENTATIONS = ("memory", *KINDS)


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    with a_database(request.param, tmp_path) as found:
        yield found


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def sealer() -> FakeSealer:
    return FakeSealer()


@pytest.fixture(params=IMPLEMENTATIONS)
def log(request: pytest.FixtureRequest, sealer: FakeSealer, tmp_path: Path) -> Iterator[Any]:
    if request.param == "memory":
        yield MemoryTransmissionLog()
        return
    with a_database(request.param, tmp_path) as found:
        yield SqlTransmissionLog(**found.parts(), sealer=sealer)


@pytest.fixture
def sql_log(database: Database, sealer: FakeSealer) -> SqlTransmissionLog:
    return SqlTransmissionLog(**database.parts(), sealer=sealer)


@pytest.fixture(params=IMPLEMENTATIONS)
def directory(request: pytest.FixtureRequest, sealer: FakeSealer, tmp_path: Path) -> Iterator[Any]:
    if request.param == "memory":
        yield MemoryWorkerDirectory()
        return
    with a_database(request.param, tmp_path) as found:
        yield SqlWorkerDirectory(**found.parts(), sealer=sealer, clock=FixedClock())


@pytest.fixture(params=IMPLEMENTATIONS)
def register(request: pytest.FixtureRequest, clock: FixedClock, tmp_path: Path) -> Iterator[Any]:
    if request.param == "memory":
        yield MemoryPartnerRegister(clock=clock)
        return
    with a_database(request.param, tmp_path) as found:
        yield SqlPartnerRegister(**found.parts(), clock=clock)


@pytest.fixture(params=("memory", "process", "postgresql"))
def leases(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    if request.param != "postgresql":
        yield {"memory": MemoryLeases, "process": InProcessLeases}[request.param]()
        return
    with opened("postgresql", tmp_path, is_migrated=False) as engine:
        held = AdvisoryLeases(engine=engine)
        yield held
        held.close()


@pytest.fixture
def accounts() -> MemoryAccounts:
    return MemoryAccounts()


@pytest.fixture
def sessions() -> MemorySessions:
    return MemorySessions()


@pytest.fixture
def waiting(clock: FixedClock) -> MemoryWaiting:
    return MemoryWaiting(clock=clock)


@pytest.fixture
def people() -> MemoryDirectoryPeople:
    return MemoryDirectoryPeople(candidates(), stated_contacts())


@pytest.fixture
def worker_ids() -> tuple[str, ...]:
    return ("w1", "w2")
