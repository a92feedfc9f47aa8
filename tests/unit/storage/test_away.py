"""A database that is away is `Overloaded`, whatever is asked of it: 503, come back; never 500."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from gateway.errors import Overloaded
from gateway.model.transmission import Flow
from gateway.storage.engine import DatabaseFault, open_engine
from gateway.storage.leases import AdvisoryLeases
from gateway.storage.migrations import is_current, migrate
from gateway.storage.partner_register import SqlPartnerRegister
from gateway.storage.transmission_log import SqlTransmissionLog
from gateway.storage.worker_directory import SqlWorkerDirectory
from gateway.storage.writer import Writer
from tests.contract.ports.closings import EMPLOYER, MARKED_NIR, a_closing, a_key
from tests.fakes import FakeSealer, FixedClock

NOWHERE = {
    "nobody listens": "postgresql+psycopg://gateway:secret@127.0.0.1:9/gateway",
    "no socket": "postgresql+psycopg://gateway:secret@/gateway?host=/nonexistent",
    "no folder": "sqlite:////nonexistent/gateway.db",
}
DAYS = {"first_day": date(2026, 3, 1), "last_day": date(2026, 3, 31)}


class Parts:
    """All that stands on a database."""

    def __init__(self, address: str) -> None:
        self.engine = open_engine(address)
        self.writer = Writer(engine=self.engine)
        stands_on: dict[str, Any] = {"engine": self.engine, "writer": self.writer}
        self.log = SqlTransmissionLog(**stands_on, sealer=FakeSealer())
        self.directory = SqlWorkerDirectory(**stands_on, sealer=FakeSealer(), clock=FixedClock())
        self.register = SqlPartnerRegister(**stands_on, clock=FixedClock())
        self.leases = AdvisoryLeases(engine=self.engine)

    def close(self) -> None:
        self.writer.close()
        self.leases.close()
        self.engine.dispose()


@pytest.fixture(params=NOWHERE)
def parts(request: pytest.FixtureRequest) -> Iterator[Parts]:
    found = Parts(NOWHERE[request.param])
    yield found
    found.close()


ASKED: dict[str, Callable[[Parts], object]] = {
    "standing": lambda p: p.log.standing(a_key(), "0" * 64),
    "facts": lambda p: p.log.facts(["worker-1"], flow=Flow.RADON, **DAYS),
    "close": lambda p: p.log.close(a_closing()),
    "acknowledgement": lambda p: p.log.acknowledgement("one"),
    "rendering": lambda p: p.log.rendering("one", "json"),
    "line_entries": lambda p: p.log.line_entries("one"),
    "acknowledgements_of": lambda p: p.log.acknowledgements_of(a_key()),
    "list_after": lambda p: p.log.list_after("1", after=0, limit=1),
    "version": lambda p: p.directory.version(),
    "look_up": lambda p: p.directory.look_up([MARKED_NIR]),
    "nuclear": lambda p: p.directory.nuclear_establishments([EMPLOYER]),
    "holder_of": lambda p: p.register.holder_of("token"),
    "enrolled": lambda p: p.register.enrolled(),
    "is_current": lambda p: is_current(p.engine),
    "migrate": lambda p: migrate(p.engine),
}


@pytest.mark.parametrize("asked", ASKED)
def test_whatever_is_asked_of_it(parts: Parts, asked: str) -> None:
    with pytest.raises(Overloaded) as caught:
        ASKED[asked](parts)
    assert caught.value.retry_after_s
    assert isinstance(caught.value, DatabaseFault)
    assert "secret" not in str(caught.value.__cause__)


def test_leases_of_it(parts: Parts) -> None:
    with pytest.raises(Overloaded), parts.leases.hold(a_key()):
        pytest.fail("held")
    with pytest.raises(Overloaded), parts.leases.hold(a_key()):
        pytest.fail("held")
