"""A throw-away PostgreSQL: a cluster of its own for each run of the tests, gone with it.

`initdb` refuses root: it then runs as `postgres`, or `nobody`. Only a Unix socket in a folder of
that user leads in. fsync is on, unless a test asks for a second cluster where only speed matters.
"""

import atexit
import functools
import getpass
import os
import pwd
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine

from gateway.storage.engine import open_engine
from gateway.storage.migrations import migrate

KINDS = ("sqlite", "postgresql")
TEMPLATE = "siseri_migrated"
_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "150",
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
    "log_error_verbosity": "terse",
    "wal_level": "replica",
}


_ENDING_S = 2
"""So long after a crash it still may end."""


class Absent(Exception):
    """This machine has no PostgreSQL."""


def program(name: str) -> str:
    """The path of one of its programs: the newest of Debian's, or that of the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=_version)
    path = str(found[-1]) if found else shutil.which(name)
    if path is None:
        raise Absent(f"no {name}: install PostgreSQL 15 or newer")
    return path


def _version(path: Path) -> int:
    number = path.parts[4]
    return int(number) if number.isdigit() else 0


class Cluster:
    """A running server; the databases in it are made by copying one that is migrated."""

    def __init__(self, *, under: Path | None = None, **settings: str) -> None:
        """In a new folder `under` that one, else among temporary files.

        `settings` beside those of every cluster, as `fsync="off"`.
        """
        initdb, self._postgres = program("initdb"), program("postgres")
        self._user = _unprivileged() if os.geteuid() == 0 else None
        self.folder = Path(tempfile.mkdtemp(prefix="siseri-pg-", dir=under))
        self.files = self.folder / "data"
        if self._user is not None:
            os.chown(self.folder, self._user.pw_uid, self._user.pw_gid)
        made = [initdb, "-D", str(self.files), "-U", "postgres", "--auth=trust", "-E", "UTF8"]
        self._run([*made, "--locale=C.UTF-8"])
        self._settings = {**_SETTINGS, "unix_socket_directories": str(self.folder), **settings}
        self.process = self._start()
        self._is_migrated = False

    def _as_user(self) -> list[str]:
        """The server stops when the tests end, however they end."""
        setpriv = ["setpriv", "--pdeathsig", "INT"]
        if self._user is not None:
            setpriv += [f"--reuid={self._user.pw_uid}", f"--regid={self._user.pw_gid}"]
            setpriv += ["--clear-groups"]
        return [*setpriv, "--"]

    def _run(self, command: list[str]) -> None:
        done = subprocess.run(
            [*self._as_user(), *command], cwd="/", capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr

    def _start(self) -> subprocess.Popen[bytes]:
        stated = [f"--{name}={value}" for name, value in self._settings.items()]
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(
                [*self._as_user(), self._postgres, "-D", str(self.files), *stated],
                cwd="/",
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )
        for _ in range(600):
            try:
                psycopg.connect(self.conninfo("postgres")).close()
            except psycopg.OperationalError:
                assert process.poll() is None, (self.folder / "log").read_text()
                time.sleep(0.05)
            else:
                return process
        raise AssertionError("PostgreSQL does not answer")

    def conninfo(self, database: str, user: str = "postgres") -> str:
        return f"host={self.folder} user={user} dbname={database}"

    def url(self, database: str, user: str = "postgres") -> str:
        """The address for `open_engine`."""
        return f"postgresql+psycopg://{user}@/{database}?host={self.folder}"

    def do(self, statement: str, *, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run one statement outside a transaction; its rows."""
        with psycopg.connect(self.conninfo(database), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def database(self, *, is_migrated: bool = True) -> Iterator[str]:
        """A new database; its address."""
        if is_migrated and not self._is_migrated:
            self.do(f"CREATE DATABASE {TEMPLATE}")
            engine = open_engine(self.url(TEMPLATE))
            migrate(engine)
            engine.dispose()
            self._is_migrated = True
        with self.copy_of(TEMPLATE if is_migrated else "template0") as address:
            yield address

    @contextmanager
    def copy_of(self, template: str) -> Iterator[str]:
        """A new database like the one of that name; its address."""
        name = f"siseri_{uuid.uuid4().hex[:12]}"
        self.do(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self.url(name)
        finally:
            self.do(f"DROP DATABASE {name} WITH (FORCE)")

    def kill(self) -> None:
        """As a crash: nothing is flushed, every connection is cut."""
        os.kill(int((self.files / "postmaster.pid").read_text().split()[0]), 3)
        self.process.wait(30)

    def start_again(self) -> None:
        self.process = self._start()

    def pids(self) -> list[int]:
        """Of the server and of every process that it has started by now."""
        own = (self.files / "postmaster.pid").read_text().split()[0]
        children = Path(f"/proc/{own}/task/{own}/children").read_text().split()
        return [int(own), *map(int, children)]

    def is_back(self) -> bool:
        """Whether it had ended by itself, and was started again."""
        try:
            self.process.wait(_ENDING_S)
        except subprocess.TimeoutExpired:
            return False
        self.start_again()
        return True

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(2)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)


def _unprivileged() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Absent(f"{getpass.getuser()} may not run PostgreSQL, and there is no other user")


@functools.cache
def the_cluster() -> Cluster:
    """One for all tests of this process."""
    cluster = Cluster()
    atexit.register(cluster.stop)
    return cluster


def cluster_or_skip() -> Cluster:
    """The cluster; a test that needs it is skipped where there is no PostgreSQL."""
    try:
        return the_cluster()
    except Absent as reason:
        pytest.skip(str(reason))


@contextmanager
def new_database(kind: str, folder: Path, *, is_migrated: bool = True) -> Iterator[str]:
    """The address of a new database of that kind, gone afterwards."""
    if kind == "postgresql":
        with cluster_or_skip().database(is_migrated=is_migrated) as address:
            yield address
        return
    address = f"sqlite:///{folder / 'gateway.db'}"
    if is_migrated:
        engine = open_engine(address)
        migrate(engine)
        engine.dispose()
    yield address


@contextmanager
def opened(kind: str, folder: Path, *, is_migrated: bool = True) -> Iterator[Engine]:
    """An engine on a new database of that kind."""
    with new_database(kind, folder, is_migrated=is_migrated) as address:
        engine = open_engine(address)
        try:
            yield engine
        finally:
            engine.dispose()
