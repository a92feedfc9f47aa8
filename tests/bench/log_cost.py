"""What the evidence log costs: 16 clients of one line each, receipts with and without a proof.

Two gateways in one process, each on a database of its own, take the same load by turns: one numbers
every leaf, signs checkpoints and gives proofs, the other does none of it (its leaves are written,
and wait for ever: a row of each closing is in both). Requests are calls of the ASGI application:
CPU is that of the gateway and its event loop, all threads; PostgreSQL's own processes are beside.

python -m tests.bench.log_cost --database sqlite --pairs 30
"""

import argparse
import asyncio
import math
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

from gateway.app import Gateway
from gateway.evidence.inclusion import Inclusion, Proofs
from gateway.evidence.sequencer import Sequencer
from gateway.ports import EvidenceLog
from signing.log.policy import WitnessPolicy
from tests.bench import material
from tests.bench.calling import called
from tests.bench.installation import gateway

CLIENTS = 16
EACH = 10
"""Transmissions of each client in a turn."""
CONFIDENCE = 0.95


class NoProofs(Proofs):
    """Nothing is numbered, and no receipt has a proof."""

    def __init__(
        self,
        *,
        evidence: EvidenceLog,
        sequencer: Sequencer,
        policy: WitnessPolicy,
        begun_at: datetime,
    ) -> None:
        super().__init__(evidence=evidence, sequencer=sequencer, policy=policy, begun_at=begun_at)
        sequencer.close()

    def first(self, _acknowledgement_id: str, *, is_new: bool = False) -> Inclusion | None:
        del is_new
        return None


class Side:
    """One of the two gateways under the load."""

    def __init__(self, served: Gateway, token: str, people: list[dict[str, str]]) -> None:
        self._served, self._people = served, iter(people)
        self._headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        self._sent = 0

    def turn(self, loop: asyncio.AbstractEventLoop, *, proved: bool) -> tuple[float, float]:
        """CPU seconds of one receipt, and receipts a second."""
        bodies = [[self._body() for _ in range(EACH)] for _ in range(CLIENTS)]
        cpu, wall = time.process_time(), time.perf_counter()
        answers = loop.run_until_complete(self._all(bodies))
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        for status, answer in answers:
            if status != 200 or b'ition":"ACC' not in answer or (b'"proof"' in answer) != proved:
                sys.exit(f"{status} {answer[:300]!r}")
        return cpu / (CLIENTS * EACH), CLIENTS * EACH / wall

    def checkpoints(self) -> int:
        with self._served.store.engine.connect() as connection:
            query = "SELECT count(*) FROM log_checkpoints WHERE size > 0"
            return int(connection.exec_driver_sql(query).scalar_one())

    def _body(self) -> bytes:
        self._sent += 1
        form = material.transmission([next(self._people)], month=0, seed=self._sent)
        return material.as_json(form)

    async def _all(self, bodies: list[list[bytes]]) -> list[tuple[int, bytes]]:
        async def client(own: list[bytes]) -> list[tuple[int, bytes]]:
            return [await self._submit(body) for body in own]

        return [answer for some in await asyncio.gather(*map(client, bodies)) for answer in some]

    async def _submit(self, body: bytes) -> tuple[int, bytes]:
        return await called(self._served.asgi, "/v1/transmissions", body, headers=self._headers)


def interval(figures: Sequence[float]) -> tuple[float, float, float]:
    """Median, and the bounds of the smallest interval of order statistics that holds the true one.

    In 95 of 100 such series, whatever the distribution (binomial, sign test).
    """
    ordered, count = sorted(figures), len(figures)
    tail, below = 0.0, 0
    while True:
        tail += math.comb(count, below) / 2**count
        if 2 * tail > 1 - CONFIDENCE:
            break
        below += 1
    low = max(below - 1, 0)
    return statistics.median(ordered), ordered[low], ordered[count - 1 - low]


@contextmanager
def sides(database: str, people: list[dict[str, str]]) -> Iterator[dict[bool, Side]]:
    with ExitStack() as stack:
        found = {}
        for proved, proofs in ((True, Proofs), (False, NoProofs)):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            served, token = stack.enter_context(
                gateway(folder, people, database=database, proofs=proofs)
            )
            found[proved] = Side(served, token, people)
        yield found


def main(database: str, pairs: int) -> None:
    people = material.workers(CLIENTS * EACH * (pairs + 1))
    loop = asyncio.new_event_loop()
    rows: list[dict[bool, tuple[float, float]]] = []
    with sides(database, people) as both:
        for pair in range(pairs + 1):
            order = (True, False) if pair % 2 else (False, True)
            rows.append({one: both[one].turn(loop, proved=one) for one in order})
        receipts, checkpoints = CLIENTS * EACH * (pairs + 1), both[True].checkpoints()
    del rows[0]  # statements are made at the first use
    cpu = interval([row[True][0] / row[False][0] for row in rows])
    pace = interval([row[True][1] / row[False][1] for row in rows])
    print(f"{database}: {len(rows)} pairs of {CLIENTS * EACH} receipts, {CLIENTS} clients")
    for one, name in ((True, "log"), (False, "no log")):
        spent = 1e3 * statistics.median(row[one][0] for row in rows)
        a_second = statistics.median(row[one][1] for row in rows)
        print(f"  {name:6}: {spent:.2f} ms of CPU a receipt, {a_second:.0f} receipts/s")
    print("  CPU with : without  {:.3f} ({:.3f} to {:.3f})".format(*cpu))
    print("  pace with : without {:.3f} ({:.3f} to {:.3f})".format(*pace))
    print(f"  receipts a checkpoint: {receipts / checkpoints:.1f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--pairs", type=int, default=30)
    asked = parser.parse_args()
    main(asked.database, asked.pairs)
