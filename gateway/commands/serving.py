"""An application on uvicorn and httptools with the deadlines of connections, ended by a signal."""

import signal
from typing import TYPE_CHECKING, Final

from gateway.api.limits import App
from gateway.commands.terminal import CannotDo

if TYPE_CHECKING:
    import uvicorn

GRACE_S: Final = 8
"""How long requests under way may take to end once asked to stop."""


def server_of(app: App, *, host: str, port: int, workers: int = 1) -> "uvicorn.Server":
    """A server, not yet running."""
    import uvicorn  # noqa: PLC0415 - slow: see opening

    from gateway.commands import deadlines  # noqa: PLC0415 - slow: it imports uvicorn

    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            workers=workers,
            http=deadlines.Deadlines,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            limit_concurrency=deadlines.MAX_CONNECTIONS,
            timeout_keep_alive=deadlines.IDLE_S,
            timeout_graceful_shutdown=GRACE_S,
        )
    )


def ignore_repeated_signals() -> None:
    """Let what follows a clean stop be done: uvicorn raises the signal again once it has ended."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)


def port_taken(port: int) -> CannotDo:
    """What a port that cannot be opened becomes."""
    return CannotDo(
        f"Le port {port} ne peut être ouvert : choisissez-en un par --port.",
        f"Port {port} cannot be opened: choose another by --port.",
    )
