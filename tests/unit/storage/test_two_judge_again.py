"""Two processes that judge the same held lines again at once: each line once, none lost."""

import subprocess
import sys
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from gateway.judging import judging_again
from gateway.store import Store
from tests import builders, running

ROOT = Path(__file__).resolve().parents[3]
HELD = 12
FIRST = 100
"""Number of the first worker who is unknown when his results are received."""


def a_held(number):
    """Two results of a worker unknown until now: the second is refused once he is known."""
    line = builders.a_line(worker=builders.a_worker(number))
    return builders.a_transmission(results=[line, {**line, "ref": "P-0002"}], id=str(uuid.uuid4()))


def in_two_processes(gateway, home, address):
    """The outcomes of two processes, set off at one moment."""
    del gateway
    command = [sys.executable, "-m", "tests.unit.storage.judging", str(home), address]
    pipe = subprocess.PIPE
    processes = [
        subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) for _ in range(2)
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        output, _ = process.communicate(timeout=200)
        assert process.returncode == 0
        yield from (line.split()[1] for line in output.splitlines())


def in_two_stores(gateway, home, address):
    """The outcomes of two that share nothing but the file of the database: SQLite."""
    del home, address
    stores = [Store(gateway.config, clock=gateway.clock) for _ in range(2)]
    judging = [judging_again(gateway.config, store) for store in stores]
    due = [one.due() for one in judging]
    with ThreadPoolExecutor(2) as threads:
        found = threads.map(
            lambda one, rows: [one.judge_again(row).outcome.value for row in rows], judging, due
        )
        for outcomes in found:
            yield from outcomes
    for store in stores:
        store.close()


def test_two_at_once_judge_each_line_once(kind, address, tmp_path):
    home = tmp_path / "home"
    forms = [a_held(FIRST + number) for number in range(HELD)]
    with running.loop() as portal:
        gateway = running.Running(home, portal=portal, database_url=address)
        for form in forms:
            assert gateway.submit(form).acknowledgement["disposition"] == "HELD"
        gateway.know([running.a_row(FIRST + number) for number in range(HELD)], version="later")
        two = in_two_processes if kind == "postgresql" else in_two_stores
        outcomes = Counter(two(gateway, home, address))
        assert outcomes["SUPERSEDED"] == HELD
        assert outcomes.total() == 2 * HELD
        assert set(outcomes) <= {"SUPERSEDED", "SETTLED", "BUSY"}
        assert gateway.judge_again() == []
        entries = gateway.get("/v1/transmissions").form["entries"]
        assert [int(entry["cursor"]) for entry in entries] == list(range(1, 2 * HELD + 1))
        answered = Counter(entry["transmission"]["id"] for entry in entries)
        assert answered == {form["id"]: 2 for form in forms}
        assert gateway.counted("lines WHERE is_in_force") == HELD
        assert gateway.counted("lines WHERE verdict = 'REJECTED'") == HELD
        assert gateway.counted("measurements WHERE is_in_force") == HELD
        gateway.close()
