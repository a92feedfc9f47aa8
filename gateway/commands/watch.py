"""`send --watch DIR`: a LIMS writes files into a folder, answers come back into others."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from gateway.commands.posting import Poster
from gateway.commands.terminal import CannotDo, ExitCode
from gateway.commands.watching.folders import Folders
from gateway.commands.watching.journal import Journal
from gateway.commands.watching.lock import alone
from gateway.commands.watching.round import DoorOf, Watch
from gateway.commands.watching.stopping import Stopped, Stopping

SETTLE_S: Final = 2.0
"""How long a file must stand still before it is complete."""


def watch(
    directory: Path,
    *,
    url: str,
    token: str | Callable[[], str],
    attempts: int,
    settle_s: float,
    once: bool,
    door_of: DoorOf,
    suffixes: frozenset[str],
) -> ExitCode:
    """Send what comes into `directory/outbox` until SIGTERM; with `once`, until it is empty.

    Raises:
        CannotDo: the folders cannot be used, or another sender holds them.
    """
    stopping, journal = Stopping(), Journal()
    stopping.listen()
    folders = Folders(directory, suffixes=suffixes)
    poster = Poster(url=url, token=token, attempts=attempts, sleep=stopping.wait)
    try:
        folders.make()
        with alone(directory):
            return _watched(
                Watch(
                    folders=folders,
                    poster=poster,
                    door_of=door_of,
                    journal=journal,
                    stopping=stopping,
                    settle_s=settle_s,
                ),
                journal,
                once=once,
            )
    except OSError as error:
        name = type(error).__name__
        journal.tell("watch.failed", why=name)
        raise CannotDo(
            f"Dossier inutilisable ({name}) : vérifiez son chemin, ses droits et sa place libre.",
            f"The folder cannot be used ({name}): check its path, its rights and its free space.",
        ) from None


def _watched(watch: Watch, journal: Journal, *, once: bool) -> ExitCode:
    journal.tell("watch.started", once=once)
    try:
        watch.run(once=once)
    except Stopped:
        journal.tell("watch.stopped", why="signal")
        return ExitCode.DONE
    journal.tell("watch.stopped", why="once")
    return watch.worst
