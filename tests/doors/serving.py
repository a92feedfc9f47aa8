"""A server process of its own, for what only bytes on a socket can tell."""

import os
import socket
import subprocess
import sys
from datetime import date
from pathlib import Path

import uvicorn

from gateway.api.exchange import PUBLISHED_PACE, Pace
from gateway.app import Gateway
from gateway.commands.deadlines import HEADER_DEADLINE_S, IDLE_S, MAX_CONNECTIONS, Deadlines
from gateway.model.directory import DirectoryVersion
from gateway.store import SystemClock
from tests.fakes import FixedClock
from tests.running import NOW, THE_LABORATORY, a_row, config_at, install


class Served:
    """A uvicorn process over a home; `connect` opens a raw socket to it."""

    def __init__(
        self,
        home: Path,
        *,
        pace: Pace = PUBLISHED_PACE,
        header_deadline_s: float = HEADER_DEADLINE_S,
        idle_s: int = IDLE_S,
        max_connections: int = MAX_CONNECTIONS,
        is_of_now: bool = False,
    ):
        """`is_of_now`: by the machine's clock, for clients that sign the time."""
        listening = socket.create_server(("127.0.0.1", 0))
        self.port = listening.getsockname()[1]
        self.host = f"127.0.0.1:{self.port}"
        self.home = home
        config = install(home, address=f"http://{self.host}")
        gateway = Gateway(config, clock=FixedClock(NOW))
        self.token = gateway.store.register.add(THE_LABORATORY)
        gateway.store.directory.save([a_row()], version="test-1")
        gateway.store.directory.finish(DirectoryVersion(version="test-1", date=date(2026, 11, 1)))
        gateway.close()
        root = Path(__file__).parent.parent.parent
        paces = (pace.deadline_s, pace.grace_s, pace.min_bytes_per_s)
        given = map(str, (*paces, header_deadline_s, idle_s, max_connections, is_of_now))
        descriptor = listening.fileno()
        with listening, (home / "server.log").open("wb") as log:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "tests.doors.serving",
                    str(home),
                    self.host,
                    str(descriptor),
                    *given,
                ],
                cwd=root,
                stdout=log,
                stderr=log,
                env={**os.environ, "PYTHONPATH": str(root)},
                pass_fds=[descriptor],
            )
        with self.connect(timeout_s=60.0) as raw:
            raw.sendall(f"GET /health/ready HTTP/1.1\r\nHost: {self.host}\r\n\r\n".encode())
            assert b" 200 " in raw.recv(64), (home / "server.log").read_text()

    def connect(self, timeout_s=10.0):
        return socket.create_connection(("127.0.0.1", self.port), timeout=timeout_s)

    def head(self, *lines, method="POST", path="/v1/transmissions"):
        """The head of a request by the laboratory."""
        stated = (
            f"{method} {path} HTTP/1.1",
            f"Host: {self.host}",
            f"Authorization: Bearer {self.token}",
            "Content-Type: application/json",
            *lines,
        )
        return ("\r\n".join(stated) + "\r\n\r\n").encode()

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=20)


def answered(raw, within_s=20.0):
    """Everything that comes before the server closes, or until `within_s` is over."""
    raw.settimeout(within_s)
    content = b""
    try:
        while chunk := raw.recv(65_536):
            content += chunk
    except (TimeoutError, ConnectionResetError):
        pass
    return content


def status_and_code(content):
    status = int(content.split(b" ", 2)[1])
    code = content.rpartition(b'"code":"')[2][:4].decode()
    return status, code


def exchange(served, *parts, within_s=20.0):
    with served.connect() as raw:
        for part in parts:
            raw.sendall(part)
        return answered(raw, within_s)


def _serve(home, host, descriptor, *given):
    *paces, header_deadline_s, idle_s, max_connections, is_of_now = given
    deadline_s, grace_s, min_bytes_per_s = paces
    Deadlines.header_deadline_s = float(header_deadline_s)
    gateway = Gateway(
        config_at(home, address=f"http://{host}"),
        clock=SystemClock() if is_of_now == "True" else FixedClock(NOW),
        pace=Pace(
            deadline_s=float(deadline_s),
            grace_s=float(grace_s),
            min_bytes_per_s=int(min_bytes_per_s),
        ),
    )
    config = uvicorn.Config(
        gateway.asgi,
        http=Deadlines,
        lifespan="off",
        access_log=False,
        server_header=False,
        limit_concurrency=int(max_connections),
        timeout_keep_alive=int(idle_s),
        timeout_graceful_shutdown=5,
    )
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=int(descriptor))])
    gateway.close()


if __name__ == "__main__":
    _serve(*sys.argv[1:])
