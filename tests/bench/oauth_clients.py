"""Whether time tells which OAuth clients exist (T26): refusals at the token endpoint, in pairs.

A client that nobody enrolled, one that is enrolled and signs with another's key, and one that is
enrolled and names a key of its own that another made: by turns, in random order. Medians of the
paired ratios of CPU and of wall time, with the interval of the median at 95 %.

python -m tests.bench.oauth_clients --turns 400
"""

import argparse
import logging
import random
import tempfile
import time
from pathlib import Path
from typing import Any

import structlog

from tests.bench.oracle import report
from tests.enrolled import put
from tests.machines import Machine, signature_of
from tests.running import HOST, THE_LABORATORY, THE_OPERATOR, Running, loop

FORM = {"content-type": "application/x-www-form-urlencoded"}


def main() -> None:
    """Print the ratios."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.oauth_clients")
    parser.add_argument("--turns", type=int, default=400)
    turns = parser.parse_args().turns
    warnings_alone = structlog.make_filtering_bound_logger(logging.WARNING)
    structlog.configure(wrapper_class=warnings_alone)  # a refusal is a line of the log
    with tempfile.TemporaryDirectory() as home, loop() as portal:
        running = Running(Path(home), portal=portal, partners=(THE_LABORATORY, THE_OPERATOR))
        try:
            clients = _clients(running)
            for _ in range(20):
                _turn(running, clients)
            report([_turn(running, clients) for _ in range(turns)])
        finally:
            running.close()


def _clients(running: Any) -> dict[str, Any]:
    """Makers of the bodies that are refused."""
    given = {"issuer": f"http://{HOST}", "clock": running.clock}
    enrolled, stranger = Machine("laboratory", **given), Machine("nobody", **given)
    put(running.store.credentials, enrolled.credential())
    if _asked(running, enrolled.form()) != 200:
        raise SystemExit("the enrolled client has no token: the refusals prove nothing")

    def forged() -> bytes:
        return enrolled.form(
            enrolled.assertion(sign=lambda message: signature_of(stranger.key, message))
        )

    def by_another_key() -> bytes:
        return enrolled.form(
            enrolled.assertion(
                header={"kid": stranger.kid},
                sign=lambda message: signature_of(stranger.key, message),
            )
        )

    return {
        "unknown": stranger.form,
        "known, another's key": by_another_key,
        "known, forged": forged,
    }


def _asked(running: Any, form: bytes) -> int:
    answer = running.request("POST", "/oauth/token", headers=FORM, content=form)
    status: int = answer.status_code
    return status


def _turn(running: Any, clients: dict[str, Any]) -> dict[str, tuple[float, float]]:
    """CPU and wall seconds of one refusal of each client."""
    bodies = {name: make() for name, make in clients.items()}
    taken = {}
    for name in random.sample(list(bodies), len(bodies)):
        cpu, wall = time.process_time(), time.perf_counter()
        status = _asked(running, bodies[name])
        taken[name] = time.process_time() - cpu, time.perf_counter() - wall
        if status != 401:
            raise SystemExit(f"{name}: {status}")
    return taken


if __name__ == "__main__":
    main()
