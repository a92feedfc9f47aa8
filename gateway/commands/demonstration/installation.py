"""An installation in a folder of its own, and its server as a process."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final

import requests

from gateway.commands.terminal import CannotDo
from gateway.config import Config, environment_of_child

START_S: Final = 40.0
STOP_S: Final = 30.0
"""Beyond what requests under way are given, on a loaded machine."""
_HOST: Final = "127.0.0.1"
_MAX_HELD: Final = 64
_HELD: Final[deque[int]] = deque()
"""Descriptors of the sockets that hold ports: they end with this process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """Where the demonstration stands."""

    folder: Path
    port: int
    tsa_url: str | None = None
    """An authority that time-stamps its evidence log, if any."""
    tsa_roots: Path | None = None
    """By whom it is believed."""
    witnesses: Path | None = None
    """Policy that lists the witnesses to ask, where there are any."""
    registers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Settings of the outside registers to ask, by name without prefix; none: nothing is asked."""
    sign_in: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Settings of the providers of identity, likewise; none: nobody signs in."""
    portal: Path | None = None
    """Metadata of a portal to register, if any."""

    @property
    def url(self) -> str:
        """The public address."""
        return f"http://{_HOST}:{self.port}"

    @property
    def settings(self) -> dict[str, str]:
        """The configuration, by name without its prefix."""
        return {
            "HOME": str(self.folder / "installation"),
            "PUBLIC_ADDRESS": self.url,
            "HOSTS": f"localhost:{self.port}",
            "LISTEN_HOST": _HOST,
            "LISTEN_PORT": str(self.port),
            "ENVIRONMENT": "demonstration",
            "ISSUER_NAME": "Registre SISERI (démonstration)",
            **self._stamping,
            **self._asking,
            **self.registers,
            **self.sign_in,
        }

    @property
    def _stamping(self) -> dict[str, str]:
        if self.tsa_url is None:
            return {}
        return {
            "TSA": "EXEMPLE",
            "TSA_EXEMPLE_URL": self.tsa_url,
            "TSA_EXEMPLE_ROOTS": str(self.tsa_roots),
            "TSA_EVERY_S": "1",
        }

    @property
    def _asking(self) -> dict[str, str]:
        if self.witnesses is None:
            return {}
        return {"WITNESSES": str(self.witnesses), "WITNESS_EVERY_S": "1"}

    @property
    def config(self) -> Config:
        """The configuration."""
        return Config.from_env({f"SISERI_{name}": value for name, value in self.settings.items()})


def free_port() -> int:
    """A port of the loopback that nobody listens on, held for whoever asked.

    A socket stays bound to it without listening: the system gives it to no connection and to no
    other server meanwhile, and lets one listen on it that names it (SO_REUSEADDR).
    """
    with socket.socket() as held:
        held.bind((_HOST, 0))
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        port = int(held.getsockname()[1])
        _HELD.append(held.detach())
    if len(_HELD) > _MAX_HELD:
        os.close(_HELD.popleft())
    return port


def require_free(port: int) -> None:
    """Refuse a port that somebody listens on.

    Raises:
        CannotDo: it is taken.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError:
            raise CannotDo(
                f"Le port {port} est pris : arrêtez ce qui l'occupe, ou choisissez --port.",
                f"Port {port} is taken: stop what holds it, or choose --port.",
            ) from None


class Process:
    """A running `siseri-gateway`, whose output goes into a file."""

    def __init__(
        self, *arguments: str, log: Path, settings: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self.log = log
        with log.open("ab") as stream:
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                [sys.executable, "-m", "gateway", *arguments],
                env=environment_of_child(settings),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                start_new_session=True,
            )

    def wait(self) -> None:
        """Wait until it ends by itself."""
        self._process.wait()

    def stop(self) -> tuple[int, float]:
        """Ask it to stop; its exit code and how many seconds it took."""
        started = time.monotonic()
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            code = self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        return code, time.monotonic() - started

    def kill(self) -> None:
        """End it without a word to it."""
        self._process.kill()

    def _last_words(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-500:].strip()


class Server(Process):
    """A running `siseri-gateway serve`."""

    def __init__(self, installation: Installation) -> None:
        self._url = installation.url
        log = installation.folder / "serveur.log"
        super().__init__("serve", log=log, settings=installation.settings)

    def wait_ready(self) -> float:
        """Wait until it can serve; for how many seconds.

        Raises:
            CannotDo: it did not start.
        """
        started = time.monotonic()
        with requests.Session() as session:
            session.trust_env = False
            while time.monotonic() - started < START_S and self._process.poll() is None:
                try:
                    if session.get(f"{self._url}/health/ready", timeout=2).ok:
                        return time.monotonic() - started
                except requests.RequestException:
                    pass
                time.sleep(0.1)
        raise CannotDo(
            f"Le serveur n'a pas démarré. Son journal : {self._last_words()}",
            f"The server did not start. Its log: {self._last_words()}",
        )


@contextmanager
def running(installation: Installation) -> Iterator[Server]:
    """A server that is stopped whatever happens."""
    server = Server(installation)
    try:
        yield server
    finally:
        server.stop()
