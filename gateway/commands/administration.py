"""The operator's listener of `serve`: in a thread, with an event loop of its own.

So it answers while the doors are full, and what it serves takes no place of theirs.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import structlog

from gateway.api.limits import App
from gateway.commands.serving import server_of
from gateway.commands.terminal import CannotDo

_GRACE_S: Final = 2.0
log = structlog.get_logger(__name__)


@contextmanager
def administered(bind: str, app: App) -> Iterator[None]:
    """Serve `app` at `bind` (`host:port`), meanwhile; nothing where it is empty.

    Raises:
        CannotDo: the address cannot be opened.
    """
    if not bind:
        yield
        return
    listening = _opened(bind)
    server = server_of(app, host="", port=0)  # it listens on the socket that is given below
    thread = threading.Thread(
        target=server.run, args=([listening],), name="administration", daemon=True
    )
    log.info("administration", port=listening.getsockname()[1])
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(_GRACE_S)
        listening.close()


def _opened(bind: str) -> socket.socket:
    host, _, port = bind.rpartition(":")
    host = host.strip("[]")
    try:
        ((family, _, _, _, address), *_) = socket.getaddrinfo(
            host, int(port), type=socket.SOCK_STREAM
        )
        return socket.create_server(address[:2], family=family)
    except (OSError, OverflowError):
        raise CannotDo(
            f"L'adresse d'administration {bind} ne peut être ouverte : voyez SISERI_ADMIN_BIND.",
            f"The administration's address {bind} cannot be opened: see SISERI_ADMIN_BIND.",
        ) from None
