"""`verify-directory`: every employer and worker of the directory asked for once, out of hours."""

import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from gateway.commands import logs
from gateway.commands.opening import NO_REGISTER, asked_registers, configuration, opened_store
from gateway.commands.terminal import ERR, OUT, CannotDo, ExitCode, print_json
from gateway.errors import Overloaded

if TYPE_CHECKING:
    from gateway.store import Store
    from gateway.verification.backfill import DirectoryBackfill
    from gateway.verification.outcomes import Register
    from gateway.verifying import Verifying


def verify_directory(
    *,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="Retirer de la file ce qui n'a pas été demandé.")
    ] = False,
    patience_s: Annotated[
        int, typer.Option(min=1, max=86_400, help="Renoncer après tant de secondes sans réponse.")
    ] = 600,
    json: Annotated[bool, typer.Option("--json", help="Sortie en JSON.")] = False,
) -> None:
    """Verify the whole directory; Ctrl-C pauses it, run again it goes on, twice at once it shares.

    Within the registers' rates, shared with the gateway; what is fresh is not asked.
    """
    config = configuration()
    logs.configure(config.log_level)
    with opened_store(config) as store, asked_registers(config, store) as verifying, _explained():
        if not verifying.states:
            raise CannotDo(*NO_REGISTER)
        if withdraw:
            told = {
                register.value: {"withdrawn": states.withdraw()}
                for register, states in verifying.states.items()
            }
            left = 0
        else:
            told, left = _verify(verifying, store, patience_s)
    if json:
        print_json(told)
    else:
        for register, figures in told.items():
            stated = ", ".join(f"{name} {value}" for name, value in figures.items())
            OUT.print(f"{register} : {stated}", markup=False)
    raise typer.Exit(ExitCode.SOME_LINES if left else ExitCode.DONE)


def _verify(
    verifying: "Verifying", store: "Store", patience_s: int
) -> tuple[dict[str, dict[str, Any]], int]:
    """What became of each register's questions, and how many are left."""
    from gateway.verification.backfill import DirectoryBackfill  # noqa: PLC0415 - slow: see opening

    with _stopping() as stop, _progress() as progress, ThreadPoolExecutor() as pool:
        backfills = {
            register: DirectoryBackfill(
                asking=verifying.askings[register],
                states=states,
                clock=store.clock,
                is_stopping=stop.is_set,
                patience_s=patience_s,
                sleep=stop.wait,
            )
            for register, states in verifying.states.items()
        }
        under_way = {
            register: pool.submit(_one, register, backfill, progress)
            for register, backfill in backfills.items()
        }
        told, left = {}, 0
        for register, future in under_way.items():
            queued, waiting = future.result()
            answers = dict(sorted(backfills[register].told.items()))
            told[register.value] = {"queued": queued, **answers, "left": waiting}
            left += waiting
    return told, left


def _one(
    register: "Register", backfill: "DirectoryBackfill", progress: Progress
) -> tuple[int, int]:
    task = progress.add_task(register.value, total=None)
    queued = backfill.seed()
    return queued, backfill.work(_Shown(progress, task))


class _Shown:
    """A bar; the queue may grow while it is worked off."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task
        self._most = 0

    def moved(self, left: int) -> None:
        """So many questions are left."""
        self._most = max(self._most, left)
        self._progress.update(self._task, total=self._most, completed=self._most - left)


@contextmanager
def _stopping() -> Iterator[threading.Event]:
    """Set by Ctrl-C or SIGTERM: what is being asked is ended, the rest waits in the queue."""
    stop = threading.Event()

    def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    former = {
        number: signal.signal(number, ask_to_stop) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield stop
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except Overloaded:
        raise CannotDo(
            "La base ne peut écrire : ce qui est vérifié le reste, relancez.",
            "The database cannot write: what is verified stays so, run it again.",
        ) from None


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), console=ERR, transient=True)
