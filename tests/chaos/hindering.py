"""What happens to a gateway that goes on: its disk is full, or it is asked to stop under load."""

import contextlib
import random
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from tests.chaos.killing import chapter, own_cluster, refusals_of
from tests.running import HOST

ROUNDS = 10
"""In each chapter, on one installation."""
_TMPFS_MIB = 128
"""More than the write-ahead log grows to before it is used again: 8,000 pages, 32 MiB."""
_POSTGRESQL_MIB = 200
"""Three databases and their log."""
_SLOW = 50
_WAL_MIB = 32
"""Of PostgreSQL on the small disk, which is then full of tables or of log, as it happens."""


@contextlib.contextmanager
def small_disk(folder, *, mib=_TMPFS_MIB):
    """A file system of its own in `folder`; a test that needs it is skipped where none is made."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={mib}m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("no file system can be mounted: it takes root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(file):
    """Until not one byte more is there."""
    with file.open("wb", buffering=0) as stream, contextlib.suppress(OSError):
        for size in (65_536, 512, 1):
            with contextlib.suppress(OSError):
                while stream.write(b"\0" * size) == size:
                    pass


def disk_full(seed, home, *, rounds=ROUNDS):
    """The disk of SQLite fills up at any moment, and is freed: nobody touches the gateway."""
    with small_disk(home / "disk") as disk:
        address = f"sqlite:///{disk / 'gateway.sqlite3'}"
        with chapter(home, random.Random(seed), database_url=address) as told:
            told.fleet.start()
            refused = 0
            for _ in range(rounds):
                with told.load() as load:
                    load.wait_for_answers(1)
                    told.pause()
                    fill(disk / "filler")
                    load.wait_for_refusals(3)
                    (disk / "filler").unlink()
                    load.wait_for_answers(len(load.answered) + 1)
                refused += sum(bool(one.refusals) for one in load.sent)
                assert_only_503(load)
                told.settle(load)
            return told.end() | {"refused": refused}


def disk_full_on_postgresql(seed, home, *, rounds=ROUNDS):
    """Likewise the disk of PostgreSQL, which may crash of it; its supervisor starts it again."""
    outside = Path(tempfile.mkdtemp(prefix="siseri-small-"))  # `home` is closed to its user
    outside.chmod(0o755)
    wal = {"min_wal_size": f"{_WAL_MIB}MB", "max_wal_size": f"{_WAL_MIB}MB"}
    try:
        with (
            small_disk(outside / "disk", mib=_POSTGRESQL_MIB) as disk,
            own_cluster(under=disk, **wal) as cluster,
            cluster.database() as address,
            chapter(home, random.Random(seed), database_url=address) as told,
        ):
            told.fleet.start()
            refused = crashes = 0
            for _ in range(rounds):
                with told.load() as load:
                    load.wait_for_answers(1)
                    told.pause()
                    fill(disk / "filler")
                    load.wait_for_refusals(3)
                    (disk / "filler").unlink()
                    crashes += cluster.is_back()
                    load.wait_for_answers(len(load.answered) + 1)
                refused += sum(bool(one.refusals) for one in load.sent)
                assert_only_503(load)
                told.settle(load)
            return told.end() | {"refused": refused, "crashes": crashes}
    finally:
        shutil.rmtree(outside)


def assert_only_503(load):
    """A full disk is 503 and nothing else; in SOAP 1.1 and 1.2, a fault of the receiver."""
    for one in load.sent:
        expected = 500 if one.door.startswith("soap") else 503
        assert set(one.refusals) <= {expected}, (one.door, refusals_of(load))


def stop_under_load(seed, home, *, rounds=ROUNDS):
    """SIGTERM at any moment, with slow clients: what was begun is answered, and it ends."""
    with chapter(home, random.Random(seed)) as told:
        fleet, stops = told.fleet, []
        fleet.start()
        for _ in range(rounds):
            with told.load() as load, slow_clients(fleet):
                load.wait_for_answers(1)
                told.pause()
                code, seconds = fleet.terminate()
            assert code == 0
            stops.append(round(seconds, 2))
            fleet.start()
            found = told.told["found"]
            told.settle(load)
            assert told.told["found"] == found, "recorded, and not answered"
        return told.end() | {"stop_s": stops}


@contextlib.contextmanager
def slow_clients(fleet):
    """Connections whose bodies never end."""
    head = (
        f"POST /v1/transmissions HTTP/1.1\r\nHost: {HOST}\r\n"
        f"Authorization: Bearer {fleet.token}\r\nContent-Type: application/json\r\n"
        "Content-Length: 90000\r\n\r\n{"
    ).encode()
    with contextlib.ExitStack() as opened:
        for _ in range(_SLOW):
            raw = socket.create_connection(("127.0.0.1", fleet.ports[0]), timeout=10)
            opened.enter_context(raw)
            raw.sendall(head)
        time.sleep(0.05)
        yield
