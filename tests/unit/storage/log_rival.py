"""Run as a process of its own, beside another: closes transmissions and takes the proof of each.

`log_rival.py ADDRESS NAME COUNT`: prints acknowledgement, index and size of each that was proved.
`log_rival.py ADDRESS NAME COUNT dies`: closes them, numbers none, and dies without a word.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor

from gateway.storage.engine import open_engine
from gateway.storage.evidence_log import SqlEvidenceLog
from gateway.storage.transmission_log import SqlTransmissionLog
from gateway.storage.writer import Writer
from tests.contract.ports.closings import a_closing, a_key
from tests.evidence import proved, sequencing
from tests.fakes import FakeSealer

THREADS = 4


def main(address: str, name: str, count: int, *, dies: bool) -> None:
    engine = open_engine(address)
    writer = Writer(engine=engine)
    log = SqlTransmissionLog(engine=engine, writer=writer, sealer=FakeSealer())

    def close(number: int):
        closing = a_closing(key=a_key(id=f"{name}-{number}"), acknowledgement_id=f"{name}-{number}")
        log.close(closing)
        return closing

    if dies:
        for number in range(count):
            close(number)
        os._exit(9)

    with sequencing(SqlEvidenceLog(engine=engine, writer=writer)) as proofs:

        def submit(number: int) -> str:
            closing = close(number)
            inclusion = proofs.first(closing.acknowledgement_id, is_new=True)
            proved(inclusion, closing)
            return f"{closing.acknowledgement_id} {inclusion.index} {inclusion.size}"

        with ThreadPoolExecutor(THREADS) as threads:
            for line in threads.map(submit, range(count)):
                print(line, flush=True)
    writer.close()
    engine.dispose()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), dies=len(sys.argv) > 4)
