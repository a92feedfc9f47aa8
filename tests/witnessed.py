"""An installation that serves beside the witness command, each a process of its own."""

import socket
import subprocess
import sys
import time
import uuid
from pathlib import Path

import requests

from gateway.commands.demonstration.witnessing import NAME
from tests import builders

ROOT = Path(__file__).parent.parent
WITHIN_S = 90
"""A bound for a loaded machine."""


def until(found, *, what):
    """What `found` gives once it gives something."""
    end = time.monotonic() + WITHIN_S
    while time.monotonic() < end:
        value = found()
        if value:
            return value
        time.sleep(0.1)
    raise AssertionError(what)


def is_listening(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Site:
    """An installation that serves, with a partner and a witness."""

    def __init__(self, installation, token, witness):
        self.installation, self.witness = installation, witness
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.headers["authorization"] = f"Bearer {token}"

    def get(self, path):
        return self.http.get(f"{self.installation.url}{path}", timeout=30)

    def submit(self):
        form = builders.a_transmission(id=str(uuid.uuid4()))
        answer = self.http.post(
            f"{self.installation.url}/v1/transmissions",
            data=builders.in_json(form),
            headers={"content-type": "application/json"},
            timeout=30,
        )
        assert answer.status_code == 200, answer.text
        return answer

    def cosigned(self, answer):
        """The receipt fetched again, once the witness has cosigned a checkpoint over it."""
        path = answer.headers["location"].removeprefix(self.installation.url)

        def found():
            receipt = self.get(path)
            return receipt if NAME in receipt.json()["proof"]["inclusion"] else None

        return until(found, what="no cosignature came")


def command(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "gateway", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )
