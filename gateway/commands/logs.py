"""Logs of the server: one JSON object a line, on the error output, without a personal datum.

Our own records are structlog's. Of a library's record only the name and the level are kept, but for
uvicorn's: its messages hold addresses and process ids alone. No traceback is ever written.
"""

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from time import perf_counter
from typing import Any, Final

import structlog
from structlog.typing import EventDict, WrappedLogger

from gateway.api.doors import door_of
from gateway.api.limits import App

_SPOKEN: Final = "uvicorn.error"
log = structlog.get_logger(__name__)


def configure(level: str) -> None:
    """Send every record of the process through here, from `level` up."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[_without_content, *shared],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=True),
        ],
    )
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    number = logging.getLevelNamesMapping().get(level, logging.INFO)
    for name in (_SPOKEN, "gateway"):
        logging.getLogger(name).setLevel(number)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.add_logger_name,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def _without_content(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A library's record without what it says, unless we know that it says nothing of anybody."""
    record: logging.LogRecord = event["_record"]
    record.exc_info = record.exc_text = record.stack_info = None
    kept = {name: event[name] for name in ("_record", "_from_structlog") if name in event}
    text = event["event"] if record.name == _SPOKEN and not record.exc_info else "library.message"
    return {**kept, "event": text, "logger": record.name}


class Answered:
    """Wraps the application: one record an answer, without path, query or address."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(
        self,
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
        send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ) -> None:
        """Serve one ASGI connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = perf_counter(), 0

        async def observed(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, observed)
        finally:
            log.info(
                "request.answered",
                door=door_of(scope["path"]),
                method=scope["method"],
                status=status,
                ms=round((perf_counter() - started) * 1000),
            )
