"""Run as a process of its own, beside another: closes transmissions over workers both know.

Prints a line for each closing that returned: its acknowledgement and how often it was judged.
`rival.py ADDRESS NAME COUNT [shared]`: with `shared`, both processes close the same keys.
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date

from gateway.errors import RecordMoved
from gateway.model.transmission import Flow
from gateway.storage.engine import open_engine
from gateway.storage.leases import open_leases
from gateway.storage.transmission_log import SqlTransmissionLog
from gateway.storage.writer import Writer
from tests.contract.ports.closings import a_closing, a_key, a_line
from tests.fakes import FakeSealer

WORKERS, THREADS, ATTEMPTS = 200, 4, 1000


def main(address: str, name: str, count: int, *, is_shared: bool) -> None:
    engine = open_engine(address)
    writer, leases = Writer(engine=engine), open_leases(engine)
    log = SqlTransmissionLog(engine=engine, writer=writer, sealer=FakeSealer())

    def submit(number: int) -> str:
        """As the flow does: a lease, the standing, the facts, the closing; again if it moved."""
        key = a_key(id=f"{'both' if is_shared else name}-{number}")
        content = f"{number:064x}"
        workers = [f"worker-{(number * step) % WORKERS}" for step in (1, 5, 7)]
        for attempt in range(ATTEMPTS):
            with leases.hold(key) as is_free:
                if not is_free:
                    time.sleep(0.01)
                    continue
                standing = log.standing(key, content)
                if standing.same_content is not None:
                    return f"replayed {standing.same_content} {attempt}"
                facts = log.facts(
                    workers,
                    flow=Flow.PASSIVE_EXTERNAL,
                    first_day=date(2026, 3, 1),
                    last_day=date(2026, 3, 31),
                )
                closing = a_closing(
                    *(a_line(index=i, worker_id=worker) for i, worker in enumerate(workers)),
                    key=key,
                    content_sha256=content,
                    acknowledgement_id=f"{name}-{number}-{attempt}",
                    canonical=f"seen {sum(map(len, facts.doses.values()))}".encode(),
                    revision=facts.revision,
                )
                try:
                    log.close(closing)
                except RecordMoved:
                    continue
                return f"closed {closing.acknowledgement_id} {attempt}"
        raise SystemExit("the record kept moving")

    with ThreadPoolExecutor(THREADS) as threads:
        for line in threads.map(submit, range(count)):
            print(line, flush=True)
    writer.close()
    leases.close()
    engine.dispose()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), is_shared="shared" in sys.argv)
