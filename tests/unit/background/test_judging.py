"""Held lines judged again by the engine: killed in the middle, each is superseded once."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

from gateway.background import engine as durable
from tests import running
from tests.postgresql import new_database
from tests.unit.background.looking import states, until
from tests.unit.storage.test_two_judge_again import FIRST, HELD, a_held

ROOT = Path(__file__).resolve().parents[3]
KILLS = 2
KILLED_AFTER = 3
"""Transmissions that each of the killed ones settles."""


def judging(home, address):
    command = [sys.executable, "-m", "tests.unit.background.judging", str(home), address]
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
    return subprocess.Popen(command, cwd=ROOT, stdout=pipe, stderr=nowhere, text=True)


def test_judging_again_resumes_after_a_kill_and_supersedes_once(tmp_path):
    home = tmp_path / "home"
    forms = [a_held(FIRST + number) for number in range(HELD)]
    with new_database("sqlite", tmp_path) as address, running.loop() as portal:
        gateway = running.Running(home, portal=portal, database_url=address)
        durable.migrate(gateway.config.background_url)
        for form in forms:
            assert gateway.submit(form).acknowledgement["disposition"] == "HELD"
        gateway.know([running.a_row(FIRST + number) for number in range(HELD)], version="later")
        for _ in range(KILLS):
            killed = judging(home, address)
            for _ in range(KILLED_AFTER):
                assert killed.stdout.readline().startswith("judged")
            killed.kill()
            killed.communicate()
        last = judging(home, address)
        until(lambda: set(states(gateway.config.background_url).values()) == {"SUCCESS"})
        last.kill()
        last.communicate()
        assert len(states(gateway.config.background_url)) == 1  # one occurrence, whoever did it
        entries = gateway.get("/v1/transmissions").form["entries"]
        answered = Counter(entry["transmission"]["id"] for entry in entries)
        assert answered == {form["id"]: 2 for form in forms}
        gateway.close()


def test_of_two_processes_one_does_the_round_and_judges_each_once(tmp_path):
    home = tmp_path / "home"
    forms = [a_held(FIRST + number) for number in range(HELD)]
    with new_database("sqlite", tmp_path) as address, running.loop() as portal:
        gateway = running.Running(home, portal=portal, database_url=address)
        durable.migrate(gateway.config.background_url)
        for form in forms:
            assert gateway.submit(form).acknowledgement["disposition"] == "HELD"
        gateway.know([running.a_row(FIRST + number) for number in range(HELD)], version="later")
        both = [judging(home, address) for _ in range(2)]
        until(lambda: set(states(gateway.config.background_url).values()) == {"SUCCESS"})
        for process in both:
            process.kill()
        said = [line for process in both for line in process.communicate()[0].splitlines()]
        gateway.close()
    assert len(said) == HELD
    assert set(Counter(said).values()) == {1}
    assert all(line.endswith("SUPERSEDED") for line in said)
