"""Key files: written so that a crash leaves the old or the new, read only when nobody else can."""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from signing.errors import KeyUnusable

PRIVATE = 0o600
PUBLIC = 0o644
_MAX_KEY_FILE_BYTES = 64 * 1024


def write_durably(path: Path, octets: bytes, *, mode: int) -> None:
    """Replace `path` by `octets` in one step that survives a power cut (fsync, rename, fsync)."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, mode)
        file.write(octets)
        file.flush()
        os.fsync(descriptor)
    unfinished.replace(path)
    _sync_folder(path.parent)


def rename_durably(path: Path, to: Path) -> None:
    """Rename within one folder, in one step that survives a power cut."""
    path.replace(to)
    _sync_folder(path.parent)


def read_private(path: Path) -> bytes:
    """Read a secret file; raise `KeyUnusable` when it is absent, too long or open to others.

    The mode is that of the opened file itself, so it cannot be swapped between check and read.
    """
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise KeyUnusable(f"{path.name} is open to group or others: its mode must be 600")
            octets = file.read(_MAX_KEY_FILE_BYTES + 1)
    except OSError as error:
        raise KeyUnusable(f"{path.name} cannot be read") from error
    if len(octets) > _MAX_KEY_FILE_BYTES:
        raise KeyUnusable(f"{path.name} is too long for a key")
    return octets


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold `folder` (made private if it is absent) against other processes that change its keys."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
