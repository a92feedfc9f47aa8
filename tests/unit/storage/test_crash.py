"""A process that dies inside a closing leaves what had returned, and nothing of the rest."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from gateway.model.transmission import Flow
from gateway.storage import tables
from gateway.storage.engine import open_engine
from gateway.storage.transmission_log import SqlTransmissionLog
from gateway.storage.writer import Writer
from tests.contract.ports.closings import a_closing, a_line
from tests.fakes import FakeSealer
from tests.unit.storage.record_numbers import NUMBERS

ROOT = Path(__file__).resolve().parents[3]
POINTS = (
    "UPDATE counters",
    "INSERT INTO transmissions",
    "INSERT INTO renderings",
    "INSERT INTO lines",
    "INSERT INTO measurements",
    "INSERT INTO worker_revisions",
    "COMMIT",
)


@pytest.mark.parametrize("point", POINTS)
def test_nothing_is_half_written(kind: str, address: str, point: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "tests.unit.storage.crash", address, point], cwd=ROOT, check=False
    )
    assert ended.returncode == 9
    engine = open_engine(address)
    writer = Writer(engine=engine)
    log = SqlTransmissionLog(engine=engine, writer=writer, sealer=FakeSealer())
    with engine.connect() as connection:
        if kind == "sqlite":
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        for table in (tables.transmissions, tables.acknowledgements, tables.lines):
            assert connection.scalar(select(func.count()).select_from(table)) == 1
        counters = {row.name: row.value for row in connection.execute(NUMBERS)}
    assert counters == {"cursor": 1, "revision": 1}
    assert log.acknowledgement("durable") is not None
    assert log.acknowledgement("lost") is None
    log.close(a_closing(a_line(worker_id="worker-7")))
    facts = log.facts(
        ["before", "worker-7", "worker-8"],
        flow=Flow.PASSIVE_EXTERNAL,
        first_day=date(2026, 1, 1),
        last_day=date(2026, 12, 31),
    )
    assert sorted(facts.doses) == ["before", "worker-7"]
    writer.close()
    engine.dispose()
