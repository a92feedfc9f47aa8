"""Run as a process of its own: closes one transmission, then dies in the middle of the second."""

import os
import sys
from typing import Any

from sqlalchemy import event

from gateway.storage.engine import open_engine
from gateway.storage.transmission_log import SqlTransmissionLog
from gateway.storage.writer import Writer
from tests.contract.ports.closings import a_closing, a_key, a_line
from tests.fakes import FakeSealer

address, dies_at = sys.argv[1:]
engine = open_engine(address)
log = SqlTransmissionLog(engine=engine, writer=Writer(engine=engine), sealer=FakeSealer())
log.close(
    a_closing(a_line(worker_id="before"), key=a_key(id="durable"), acknowledgement_id="durable")
)


def die(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
    if statement.startswith((dies_at, dies_at.replace("INSERT INTO", "COPY"))):
        os._exit(9)


def die_instead_of_committing(_connection: Any) -> None:
    os._exit(9)


if dies_at == "COMMIT":
    event.listen(engine, "commit", die_instead_of_committing)
else:
    event.listen(engine, "after_cursor_execute", die)
many = [a_line(index=index, worker_id=f"worker-{index}") for index in range(3000)]
log.close(a_closing(*many, key=a_key(id="lost"), acknowledgement_id="lost"))
