"""Every port in memory, on SQLite in a new folder, and on PostgreSQL in a new database."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from gateway.storage.account_life import SqlAccountLife
from gateway.storage.account_notices import SqlAccountOutbox
from gateway.storage.accounts import SqlAccounts
from gateway.storage.directory_contacts import SqlDirectoryContacts
from gateway.storage.directory_people import SqlDirectoryPeople
from gateway.storage.leases import AdvisoryLeases, InProcessLeases
from gateway.storage.partner_register import SqlPartnerRegister
from gateway.storage.sign_in_sessions import SqlSessions
from gateway.storage.transmission_log import SqlTransmissionLog
from gateway.storage.waiting_identities import SqlWaiting
from gateway.storage.worker_directory import SqlWorkerDirectory
from gateway.storage.writer import Writer
from tests.contract.ports.people import (
    HERS,
    HIS,
    candidates,
    contact_rows,
    stated_contacts,
    worker_rows,
)
from tests.fake_accounts import (
    MemoryAccountLife,
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


@pytest.fixture(params=IMPLEMENTATIONS)
def backing(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database | None]:
    """The database under what is asked for; None: it is in memory."""
    if request.param == "memory":
        yield None
        return
    with a_database(request.param, tmp_path) as found:
        yield found


@pytest.fixture
def accounts(backing: Database | None, sealer: FakeSealer) -> Any:
    if backing is None:
        return MemoryAccounts()
    return SqlAccounts(**backing.parts(), sealer=sealer)


@pytest.fixture
def account_life(
    backing: Database | None, accounts: Any, sessions: Any, sealer: FakeSealer, clock: FixedClock
) -> Any:
    if backing is None:
        return MemoryAccountLife(accounts, sessions=sessions, clock=clock)
    return SqlAccountLife(**backing.parts(), sealer=sealer, clock=clock)


@pytest.fixture
def outbox(backing: Database | None, account_life: Any, sealer: FakeSealer) -> Any:
    """Where the notices of `account_life` are settled."""
    return account_life if backing is None else SqlAccountOutbox(**backing.parts(), sealer=sealer)


@pytest.fixture
def sessions(backing: Database | None, accounts: Any, sealer: FakeSealer) -> Any:
    if backing is None:
        return MemorySessions(accounts)
    return SqlSessions(**backing.parts(), sealer=sealer)


@pytest.fixture
def waiting(backing: Database | None, sealer: FakeSealer, clock: FixedClock) -> Any:
    if backing is None:
        return MemoryWaiting(clock=clock)
    return SqlWaiting(**backing.parts(), sealer=sealer, clock=clock)


@pytest.fixture
def people(backing: Database | None, sealer: FakeSealer, clock: FixedClock) -> Any:
    """The directory of `tests.contract.ports.people`."""
    if backing is None:
        return MemoryDirectoryPeople(candidates(), stated_contacts())
    parts: dict[str, Any] = {**backing.parts(), "sealer": sealer, "clock": clock}
    SqlWorkerDirectory(**parts).save(worker_rows(), version="a")
    SqlDirectoryContacts(**parts).save(contact_rows(), version="a")
    return SqlDirectoryPeople(engine=backing.engine, sealer=sealer)


@pytest.fixture
def worker_ids(people: Any) -> tuple[str, ...]:
    """Of two workers of the directory."""
    return tuple(people.worker_of(nir).worker.id for nir in (HERS, HIS))
