"""Gateway processes over one database, to be killed and started again."""

import contextlib
import signal
import subprocess
import sys
import time
from datetime import date

import signing.keys
from gateway.commands.demonstration.installation import free_port
from gateway.config import environment_of_child
from gateway.model.directory import DirectoryVersion
from gateway.store import Store
from tests.chaos.sending import KNOWN_WORKERS, Client, Dead
from tests.running import THE_OPERATOR, a_row, install

ATTEMPTS = 5
"""Of a start, each on another port: that one may have been taken meanwhile."""


class Fleet:
    """An installation with one operator and `size` processes, none of them started."""

    def __init__(self, home, *, database_url=None, size=1, before=(), settings=None):
        """`before`: a command that runs each process, as a tracer does.

        `settings` are more of its configuration, by name without its prefix.
        """
        self.home, self._before, self._settings = home, before, settings or {}
        given = {} if database_url is None else {"database_url": database_url}
        self.config = install(home, **given)
        store = Store(self.config)
        self.token = store.register.add(THE_OPERATOR)
        rows = [a_row(number) for number in range(1, KNOWN_WORKERS + 1)]
        store.directory.save(rows, version="chaos-1")
        store.directory.finish(DirectoryVersion(version="chaos-1", date=date(2026, 1, 1)))
        store.close()
        self.trust = signing.keys.load_published(self.config.signing_keys)
        self.ports = [0] * size
        self.processes = [None] * size

    def start(self, place=0):
        """Start one and wait until it is ready; seconds of waiting, and of CPU."""
        started = time.monotonic()
        for _ in range(ATTEMPTS):
            self._spawn(place)
            if self._becomes_ready(place):
                return time.monotonic() - started, cpu_seconds(self.processes[place].pid)
        raise AssertionError(self.log_text())

    def client(self, place=0):
        return Client(self.ports[place], self.token)

    def kill(self, place=0):
        """As the kernel does that is out of memory: nothing runs any more, nothing is closed."""
        self.processes[place].kill()
        self.processes[place].wait()

    def terminate(self, place=0):
        """Ask it to stop; its exit code, and the seconds it took."""
        started = time.monotonic()
        self.processes[place].send_signal(signal.SIGTERM)
        code = self.processes[place].wait(60)
        return code, time.monotonic() - started

    def stop(self):
        for process in self.processes:
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()

    def log_text(self):
        return (self.home / "server.log").read_text()[-2000:]

    def _spawn(self, place):
        """On a new port each time: a port that is free now may be taken when it is bound."""
        self.ports[place] = port = free_port()
        settings = {
            "HOME": str(self.home),
            "DATABASE_URL": self.config.database_url,
            "PUBLIC_ADDRESS": self.config.public_address,
            "LOG_LEVEL": "ERROR",
            "REQUESTS_PER_MINUTE": "10000000",
            **self._settings,
        }
        dying = ("setpriv", "--pdeathsig", "KILL", "--")  # with the tests, however they end
        command = [
            *dying,
            *self._before,
            sys.executable,
            "-m",
            "gateway",
            "serve",
            "--port",
            str(port),
        ]
        with (self.home / "server.log").open("ab") as log:
            self.processes[place] = subprocess.Popen(
                command,
                env=environment_of_child(settings),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def _becomes_ready(self, place):
        while self.processes[place].poll() is None:
            with self.client(place) as client, contextlib.suppress(Dead):
                if client.get("/health/ready")[0] == 200:
                    return True
            time.sleep(0.05)
        return False


def cpu_seconds(pid, *, with_ended=False):
    """User and system seconds of a process until now; with those of its children that ended."""
    with open(f"/proc/{pid}/stat") as stat:  # noqa: PTH123 - not a file of a file system
        fields = stat.read().rpartition(")")[2].split()
    return sum(map(int, fields[11 : 15 if with_ended else 13])) / 100
