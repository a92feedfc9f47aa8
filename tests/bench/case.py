"""One case in a process of its own: a door, a size, a database; bare, empty and flow by turns.

Printed as one JSON line: CPU seconds of this process for each, wall seconds of the flow, and peak
memory before and after. The requests are calls of the ASGI application: no client is counted.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench import material
from tests.bench.baselines import Bare, empty_route
from tests.bench.calling import Caller
from tests.bench.installation import gateway

TYPES = {"json": "application/json", "xml": "application/xml", "soap": "text/xml"}
WARMING = 2
"""Turns that are not counted."""


def peak_mib() -> float:
    """The most memory this process ever had (VmHWM)."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """CPU seconds of the process, all threads, and wall seconds."""
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - cpu, time.perf_counter() - wall


def senders(lines: int, turns: int) -> list[list[dict[str, str]]]:
    """Whose lines each message has: 5,000 workers again and again, fewer of them each once."""
    if lines == material.MOST_LINES:
        return [material.workers(lines)] * turns
    everyone = material.workers(lines * turns)
    return [everyone[lines * turn : lines * (turn + 1)] for turn in range(turns)]


def measure(door: str, lines: int, pairs: int, database: str) -> dict:
    whose = senders(lines, pairs + WARMING)
    people = list({worker["nir"]: worker for some in whose for worker in some}.values())
    bare, empty, found = Bare(), Caller(empty_route()), []
    with (
        tempfile.TemporaryDirectory() as folder,
        gateway(Path(folder), people, database=database) as (served, token),
    ):
        flow, before = Caller(served.asgi), peak_mib()
        stated = {"authorization": f"Bearer {token}", "content-type": TYPES[door]}
        path = "/soap/v1" if door == "soap" else "/v1/transmissions"
        for turn, some in enumerate(whose):
            form = material.transmission(some, month=turn % 10, seed=turn)
            xml, given = material.as_xml(form), material.as_json(form)
            body = {"json": given, "xml": xml, "soap": material.as_soap(xml)}[door]

            def submit(body: bytes = body) -> None:
                status, answer = flow.post(path, body, headers=stated)
                if status != 200 or b"ACCEPTED" not in answer or b"REJECTED" in answer:
                    sys.exit(f"{door}: {status} {answer[:300]!r}")

            def ask(body: bytes = given) -> None:
                headers = {"content-type": "application/json"}
                if empty.post("/v1/transmissions", body, headers=headers)[0] != 200:
                    sys.exit("the empty route does not answer")

            one = {
                "bare": timed(lambda xml=xml: bare(xml)),
                "empty": timed(ask),
                "flow": timed(submit),
            }
            if turn >= WARMING:
                found.append(one)
        return {"pairs": found, "peak": [before, peak_mib()]}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--door", choices=sorted(TYPES), required=True)
    parser.add_argument("--lines", type=int, required=True)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    asked = parser.parse_args()
    print(json.dumps(measure(asked.door, asked.lines, asked.pairs, asked.database)))
