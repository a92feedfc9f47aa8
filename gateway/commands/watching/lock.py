"""One sender a folder: a lock that the system gives back however the process ends."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from gateway.commands.terminal import CannotDo


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """Hold the folder.

    Raises:
        CannotDo: another sender holds it.
    """
    with (root / ".lock").open("ab") as stream:
        try:
            _lock(stream)
        except OSError:
            raise CannotDo(
                "Un autre envoi surveille déjà ce dossier.",
                "Another sender already watches this folder.",
            ) from None
        yield


if sys.platform == "win32":
    import msvcrt

    def _lock(stream: IO[bytes]) -> None:
        stream.seek(0)
        msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(stream: IO[bytes]) -> None:
        fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
