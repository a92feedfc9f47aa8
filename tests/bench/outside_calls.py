"""What asking outside registers costs and keeps to, measured through real sockets.

    python -m tests.bench.outside_calls threads
    python -m tests.bench.outside_calls rate [MINUTES]

`threads`: ten calls at once to a register that answers after 0.2 s: alone, through `Upstream`, and
through a breaker that holds its lock during a call, as some libraries do.
`rate`: two processes over one PostgreSQL ask a register of 30 calls a minute as fast as they may;
the register counts arrivals in every window of 60 s.
"""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import requests

from adapters.http import Breaker, Bulkhead, CallLimits, Request, Upstream
from gateway.model.verification import Urgency
from gateway.storage.engine import open_engine
from gateway.storage.rate_budgets import SqlRateBudget
from gateway.storage.writer import Writer
from tests.postgresql import the_cluster
from tests.unit.adapters.http.scripted import OK, Scripted, by_status

THREADS, ANSWER_S, ROUNDS = 10, 0.2, 5
CALLS, PERIOD_S, PROCESSES, ASKING = 30, 60.0, 2, 4


def upstream_at(url: str, *, budget: SqlRateBudget | None = None) -> Upstream:
    return Upstream(
        name="register",
        base_url=url,
        limits=CallLimits(attempt_s=10, max_bytes=65536, attempts=1),
        breaker=Breaker(),
        bulkhead=Bulkhead(THREADS),
        budget=budget,
    )


def ask(upstream: Upstream, *, deadline_s: float = 30.0) -> object:
    question = Request(method="GET", path="/siret/1")
    return upstream.call(
        question, urgency=Urgency.INTERACTIVE, deadline_s=deadline_s, assess=by_status
    )


def together(call: Callable[[], object]) -> float:
    """Seconds that ten calls at once take; the best of some rounds."""
    best = float("inf")
    with ThreadPoolExecutor(THREADS) as pool:
        for _ in range(ROUNDS):
            begun = time.perf_counter()
            for done in [pool.submit(call) for _ in range(THREADS)]:
                done.result()
            best = min(best, time.perf_counter() - begun)
    return best


def threads() -> None:
    def late(connection: socket.socket) -> None:
        time.sleep(ANSWER_S)
        connection.sendall(OK)

    with Scripted(late) as server:
        upstream, lock = upstream_at(server.url), threading.Lock()

        def locked() -> object:
            with lock:
                return ask(upstream)

        for name, call in (
            ("requests alone", lambda: requests.get(server.url, timeout=10)),
            ("through Upstream", lambda: ask(upstream)),
            ("a lock held during the call", locked),
        ):
            print(f"{THREADS} calls of {ANSWER_S} s, {name}: {together(call):.2f} s")


def asking(address: str, url: str, seconds: float) -> None:
    """One process of those that ask."""
    engine = open_engine(address)
    writer = Writer(engine=engine)
    budget = SqlRateBudget(
        engine=engine, writer=writer, name="register", calls=CALLS, period_s=PERIOD_S
    )
    upstream, ends_at = upstream_at(url, budget=budget), time.monotonic() + seconds

    def keep_asking() -> None:
        while (left_s := ends_at - time.monotonic()) > 0:
            ask(upstream, deadline_s=left_s)
            time.sleep(0.05)  # refused for good: the end is near

    with ThreadPoolExecutor(ASKING) as pool:
        for _ in range(ASKING):
            pool.submit(keep_asking)
    writer.close()


def rate(minutes: float) -> None:
    arrivals: list[float] = []

    def count(connection: socket.socket) -> None:
        arrivals.append(time.monotonic())
        connection.sendall(OK)

    with Scripted(count) as server, the_cluster().database() as address:
        stated = ("asking", address, server.url, str(minutes * 60))
        command = [sys.executable, "-m", "tests.bench.outside_calls", *stated]
        for process in [subprocess.Popen(command) for _ in range(PROCESSES)]:
            process.wait()
    arrivals.sort()
    most = max(
        sum(begin <= each < begin + PERIOD_S for each in arrivals[place:])
        for place, begin in enumerate(arrivals)
    )
    print(f"{len(arrivals)} calls in {minutes:g} min; at most {most} in {PERIOD_S:.0f} s")


if __name__ == "__main__":
    if sys.argv[1] == "threads":
        threads()
    elif sys.argv[1] == "asking":
        asking(sys.argv[2], sys.argv[3], float(sys.argv[4]))
    else:
        rate(float(sys.argv[2]) if sys.argv[2:] else 4.0)
