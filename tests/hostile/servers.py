"""`python -m tests.hostile.servers [VENV]`: the table of docs/server-choice.md, measured anew.

Servers other than ours are those of another virtual environment, which holds them beside the
requirements of the gateway; without it, ours alone is measured.
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from gateway.commands.demonstration.installation import Installation, Server, free_port
from gateway.commands.keys_making import make_keys
from gateway.commands.migrate import migrate_database
from gateway.commands.partner import enrol
from tests.hostile.framing import (
    FAST,
    LIMIT_S,
    SLOW,
    Target,
    half_open,
    outcomes,
    seconds_until_cut,
)
from tests.running import THE_LABORATORY

ROOT = Path(__file__).parent.parent.parent
APP = "tests.hostile.asgi:app"
OTHERS = {
    "uvicorn h11": ("uvicorn", APP, "--http=h11", "--timeout-graceful-shutdown=8"),
    "uvicorn httptools": ("uvicorn", APP, "--http=httptools", "--timeout-graceful-shutdown=8"),
    "gunicorn asgi": ("gunicorn", APP, "-k", "asgi", "--graceful-timeout=8"),
    "granian": ("granian", APP, "--interface=asgi"),
    "hypercorn": ("hypercorn", APP, "--graceful-timeout=8"),
}


class Started:
    """A server over an installation of its own."""

    def __init__(self, folder):
        self.installation = Installation(folder=folder, port=free_port())
        make_keys(self.installation.config)
        migrate_database(self.installation.config)
        token = enrol(self.installation.config, THE_LABORATORY)
        self.target = Target(self.installation.port, token)


class Ours(Started):
    """`siseri-gateway serve`."""

    def __enter__(self):
        self._server = Server(self.installation)
        self._server.wait_ready()
        return self

    def __exit__(self, *_):
        self._server.stop()

    def stop(self):
        return self._server.stop()[1]


class Other(Started):
    """The same application on another server."""

    def __init__(self, folder, venv, command):
        super().__init__(folder)
        program, *given = command
        port, config = self.installation.port, self.installation.config
        if program in {"gunicorn", "hypercorn"}:
            given.append(f"--bind=127.0.0.1:{port}")
        else:
            given += ["--host=127.0.0.1", f"--port={port}"]
        self._command = [str(venv / "bin" / program), *given]
        self._environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "SISERI_HOME": str(config.home),
            "SISERI_REQUESTS_PER_MINUTE": str(config.requests_per_minute),
            "SISERI_REFUSALS_PER_HOUR": str(config.refusals_per_hour),
            "SISERI_PUBLIC_ADDRESS": config.public_address,
        }

    def __enter__(self):
        with (self.installation.config.home / "server.log").open("wb") as log:
            self._process = subprocess.Popen(
                self._command, cwd=ROOT, env=self._environment, stdout=log, stderr=log
            )
        until = time.monotonic() + 30
        while time.monotonic() < until:
            with contextlib.suppress(OSError), self.target.opened(SLOW["idle"]) as raw:
                if raw.recv(64):
                    return self
            time.sleep(0.2)
        raise RuntimeError((self.installation.config.home / "server.log").read_text())

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()

    def stop(self):
        started = time.monotonic()
        self._process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=LIMIT_S)
        return time.monotonic() - started if self._process.returncode is not None else None


def column(started):
    """What one server does, by row."""

    def shown(seconds):
        return f"> {LIMIT_S:.0f} s" if seconds is None else f"{seconds:.0f} s"

    with started as running:
        found = outcomes(running.target)
        slow = seconds_until_cut(running.target)
        held = half_open(running.target)
        stopped = running.stop()
        for raw in held:
            raw.close()
    return {
        **found,
        **{f"{name}: cut after": shown(seconds) for name, seconds in slow.items()},
        "SIGTERM with 51 half-open connections": shown(stopped),
    }


def main():
    servers = {"serve": Ours}
    if len(sys.argv) > 1:
        venv = Path(sys.argv[1])
        for name, command in OTHERS.items():
            if (venv / "bin" / command[0]).exists():
                servers[name] = lambda folder, command=command: Other(folder, venv, command)
    columns = {}
    for name, start in servers.items():
        with tempfile.TemporaryDirectory() as folder:
            columns[name] = column(start(Path(folder)))
    print("| case |", " | ".join(columns), "|")
    print("|---" * (len(columns) + 1) + "|")
    for case in columns["serve"]:
        sound = next((row.sound for row in FAST if row.name == case), None)
        cells = [
            f"**{found[case]}**" if sound and found[case] not in sound else found[case]
            for found in columns.values()
        ]
        print("|", " | ".join((case, *cells)), "|")


if __name__ == "__main__":
    main()
