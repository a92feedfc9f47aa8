"""A gateway with its log, its witness and its stamps, beside one without any, under load."""

import asyncio
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.app import Gateway
from gateway.config import Config
from gateway.evidence.authorities import authorities_of
from gateway.evidence.inclusion import Inclusion, Proofs
from gateway.evidence.installed_witnesses import asked_witnesses, witness_policy
from gateway.evidence.sequencer import Sequencer
from gateway.evidence.stamping import Stamping
from gateway.evidence.witnessing import Witnessing
from tests.bench import material
from tests.bench.calling import called
from tests.bench.installation import gateway
from tests.chaos.fleet import cpu_seconds
from tests.outsiders import Outsiders
from tests.postgresql import the_cluster

IDLE = 50
"""Submissions one after the other, of which each should have a checkpoint of its own."""
NEVER_S = 3600
"""Between the rounds of the gateway itself: the benchmark makes them, within what it measures."""


@dataclass(frozen=True)
class Turn:
    """What one turn of one side took."""

    cpu_s: float
    """Of the gateway, a receipt."""
    server_cpu_s: float
    """Of the processes of PostgreSQL, a receipt."""
    wall_s: float


class NoProofs(Proofs):
    """Nothing is numbered, and no receipt has a proof."""

    def __init__(self, *, sequencer: Sequencer, **found: Any) -> None:
        super().__init__(sequencer=sequencer, **found)
        sequencer.close()

    def first(self, _acknowledgement_id: str, *, is_new: bool = False) -> Inclusion | None:
        del is_new
        return None


class Seen:
    """Has a checkpoint cosigned and stamped, as the gateway's threads do."""

    def __init__(self, served: Gateway, config: Config) -> None:
        store = served.store
        self._stamps = store.stamps
        witnesses = asked_witnesses(witness_policy(config.witnesses))
        self._witnessing = Witnessing(evidence=store.evidence, witnesses=witnesses, every_s=NEVER_S)
        self._stamping = Stamping(
            stamps=store.stamps,
            authorities=authorities_of(config.stamping, clock=store.clock),
            clock=store.clock,
            every=config.stamping.every,
        )

    def __call__(self) -> None:
        self._witnessing.ask_all()
        unstamped = self._stamps.unstamped()
        if unstamped is not None and self._stamping.stamp(unstamped) is None:
            sys.exit("no stamp")


class Side:
    """One of the two gateways under the load."""

    def __init__(
        self,
        served: Gateway,
        token: str,
        people: Iterator[dict[str, str]],
        *,
        clients: int,
        each: int,
        seen: Seen | None,
        server_cpu_s: Callable[[], float],
    ) -> None:
        self._served, self._people = served, people
        self._clients, self._each = clients, each
        self._seen, self._server_cpu_s = seen, server_cpu_s
        self._headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        self._sent = 0

    def turn(self, loop: asyncio.AbstractEventLoop) -> Turn:
        """The same load each time, and a round beside it where there is one."""
        bodies = [[self._body() for _ in range(self._each)] for _ in range(self._clients)]
        count, server = self._each * self._clients, self._server_cpu_s()
        cpu, wall = time.process_time(), time.perf_counter()
        answers = loop.run_until_complete(self._all(bodies))
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        server = self._server_cpu_s() - server
        for status, answer in answers:
            self._demand_receipt(status, answer)
        return Turn(cpu / count, server / count, wall / count)

    def one_by_one(self, loop: asyncio.AbstractEventLoop) -> list[float]:
        """Seconds from request to answer, where nobody else asks anything."""
        waits = []
        for _ in range(IDLE):
            body, began = self._body(), time.perf_counter()
            answer = loop.run_until_complete(self._submit(body))
            waits.append(time.perf_counter() - began)
            self._demand_receipt(*answer)
        return waits

    def count(self, table: str) -> int:
        with self._served.store.engine.connect() as connection:
            query = f"SELECT count(*) FROM {table} WHERE size > 0"  # noqa: S608 - our own names
            return int(connection.exec_driver_sql(query).scalar_one())

    def _demand_receipt(self, status: int, answer: bytes) -> None:
        is_proved = self._seen is not None
        if status != 200 or b'ition":"ACC' not in answer or (b'"proof"' in answer) != is_proved:
            sys.exit(f"{status} {answer[:300]!r}")

    def _body(self) -> bytes:
        self._sent += 1
        form = material.transmission([next(self._people)], month=0, seed=self._sent)
        return material.as_json(form)

    async def _all(self, bodies: list[list[bytes]]) -> list[tuple[int, bytes]]:
        async def client(own: list[bytes]) -> list[tuple[int, bytes]]:
            return [await self._submit(body) for body in own]

        loop = asyncio.get_running_loop()
        beside = None if self._seen is None else loop.run_in_executor(None, self._seen)
        answers = await asyncio.gather(*map(client, bodies))
        if beside is not None:
            await beside
        return [answer for some in answers for answer in some]

    async def _submit(self, body: bytes) -> tuple[int, bytes]:
        return await called(self._served.asgi, "/v1/transmissions", body, headers=self._headers)


def _server_cpu_s() -> float:
    """Of PostgreSQL until now: its processes, and those that it had and that ended."""
    own, *children = the_cluster().pids()
    spent = 0.0
    for child in children:
        with suppress(FileNotFoundError):  # it ended: its parent has it by now
            spent += cpu_seconds(child)
    return spent + cpu_seconds(own, with_ended=True)


@contextmanager
def sides(
    database: str, people: list[dict[str, str]], *, clients: int, each: int, threads: int
) -> Iterator[dict[bool, Side]]:
    """The gateway whose receipts are proved, and the one without a log."""
    with ExitStack() as stack:
        one_each, found = iter(people), {}
        for proved, proofs in ((True, Proofs), (False, NoProofs)):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            outsiders = Outsiders(folder / "outsiders")
            stack.callback(outsiders.stop)
            asked = outsiders.settings(every_s=NEVER_S) if proved else {}
            settings = {
                "THREADS": str(threads),
                "QUEUE": str(clients),
                "SHARE": str(2 * clients),
                **asked,
            }
            opened = gateway(folder, people, database=database, proofs=proofs, settings=settings)
            served, token = stack.enter_context(opened)
            if proved:
                outsiders.start_witness(folder / "signing-keys")
            config = Config.from_env({f"SISERI_{name}": value for name, value in asked.items()})
            found[proved] = Side(
                served,
                token,
                one_each,
                clients=clients,
                each=each,
                seen=Seen(served, config) if proved else None,
                server_cpu_s=_server_cpu_s if database == "postgresql" else float,
            )
        yield found
