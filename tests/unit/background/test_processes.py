"""Several processes over one database: each occurrence once, and what the dead began is done."""

import contextlib
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.background import engine as durable
from gateway.storage.engine import open_engine
from tests import running
from tests.postgresql import KINDS, new_database
from tests.unit.background.looking import states, until

ROOT = Path(__file__).resolve().parents[3]
WORKS = 6
ENDED = {"SUCCESS"}


class Worker:
    """A process that does background work."""

    def __init__(self, database, place, work):
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.unit.background.dying", database, place, str(work)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline().startswith("ready")

    def until_it_says(self, word):
        for line in self._process.stdout:
            if line.startswith(word):
                return
        raise AssertionError("it ended")

    def kill(self):
        """As kill -9; the rest of what it said."""
        self._process.kill()
        return self._process.communicate(timeout=60)[0].splitlines()

    def stop(self):
        """As systemd does; the rest of what it said."""
        self._process.send_signal(signal.SIGTERM)
        said = self._process.communicate(timeout=60)[0].splitlines()
        assert self._process.returncode == 0
        return said


@pytest.fixture(params=KINDS)
def places(request, tmp_path):
    """The address of the gateway's database, and that of the engine's."""
    with new_database(request.param, tmp_path) as database:
        place = running.config_at(tmp_path, database_url=database).background_url
        durable.migrate(place)
        yield database, place


@pytest.fixture
def workers(places):
    """Starts processes; those that are left are killed."""
    with contextlib.ExitStack() as left:

        def start(work=0):
            worker = Worker(*places, work)
            left.callback(worker.kill)
            return worker

        yield start


def of_work(place):
    return {key: state for key, state in states(place).items() if key.startswith("work-")}


def test_what_a_killed_process_had_begun_is_done_by_another(places, workers):
    _, place = places
    for _ in range(2):
        dying = workers(WORKS)
        dying.until_it_says("begin")
        dying.kill()
    begun = of_work(place)
    assert set(begun.values()) - ENDED  # it died in the middle of some
    living = workers()
    until(lambda: set(of_work(place).values()) == ENDED)
    said = living.stop()
    ended = [line for line in said if line.startswith("end ")]
    assert len(ended) == len(set(ended))
    assert of_work(place).keys() == begun.keys()


def test_an_occurrence_is_done_by_one_of_two_processes(places, workers):
    database, place = places
    first, second = workers(), workers()
    until(lambda: sum(key.startswith("mail@") for key in states(place)) >= 3)
    said = [line for worker in (first, second) for line in worker.stop()]
    done = [key for key, state in states(place).items() if state == "SUCCESS"]
    assert said.count("mail") == len(done)
    assert said.count("closed") == 2
    engine = open_engine(database)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT * FROM background_processes").all() == []
    engine.dispose()
