"""The door of a witness: `POST /add-checkpoint` (C2SP tlog-witness), and nothing else."""

import asyncio
from collections.abc import Callable, MutableMapping
from http import HTTPStatus
from typing import Any, Final

import structlog

from gateway.api.limits import Receive, Scope, Send
from gateway.model.witnessing import WitnessAnswer

ADD_CHECKPOINT: Final = "/add-checkpoint"
BODY_DEADLINE_S: Final = 20.0
"""For a whole body: the longest has about 1 MiB."""
_SAID: Final = {
    HTTPStatus.NOT_FOUND: ("Rien à cette adresse.", "Nothing at this address."),
    HTTPStatus.METHOD_NOT_ALLOWED: ("Ici, POST seulement.", "POST alone is served here."),
    HTTPStatus.REQUEST_TIMEOUT: ("La demande est venue trop lentement.", "Too slow a request."),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("Trop long.", "Too long."),
    HTTPStatus.SERVICE_UNAVAILABLE: (
        "Rien n'est cosigné : l'état du témoin n'a pu être gardé.",
        "Nothing is cosigned: the state of the witness could not be kept.",
    ),
}
log = structlog.get_logger(__name__)


class _TooLong(Exception):
    """More bytes than any request has."""


class WitnessDoor:
    """An ASGI application over a witness."""

    def __init__(
        self,
        *,
        add_checkpoint: Callable[[bytes], WitnessAnswer],
        max_bytes: int,
        deadline_s: float = BODY_DEADLINE_S,
    ) -> None:
        """`add_checkpoint` raises `OSError` where the witness cannot keep its state."""
        self._add_checkpoint = add_checkpoint
        self._max_bytes = max_bytes
        self._deadline_s = deadline_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        if scope["path"] != ADD_CHECKPOINT:
            answer = _said(HTTPStatus.NOT_FOUND)
        elif scope["method"] != "POST":
            answer = _said(HTTPStatus.METHOD_NOT_ALLOWED)
        else:
            answer = await self._answer(receive)
        await _send(answer, send)

    async def _answer(self, receive: Receive) -> WitnessAnswer:
        try:
            body = await asyncio.wait_for(self._body(receive), self._deadline_s)
            return await asyncio.to_thread(self._add_checkpoint, body)
        except TimeoutError:
            return _said(HTTPStatus.REQUEST_TIMEOUT)
        except _TooLong:
            return _said(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        except Exception as error:  # noqa: BLE001 - the state, or a defect: no cosignature either way
            log.error("witness.failed", error=type(error).__name__)  # noqa: TRY400 - as everywhere
            return _said(HTTPStatus.SERVICE_UNAVAILABLE)

    async def _body(self, receive: Receive) -> bytes:
        body = bytearray()
        more = True
        while more:
            message: MutableMapping[str, Any] = await receive()
            body += message.get("body", b"")
            if len(body) > self._max_bytes:
                raise _TooLong
            more = message.get("more_body", False)  # a client that left ends what it sent
        return bytes(body)


def _said(status: HTTPStatus) -> WitnessAnswer:
    content = "\n".join(_SAID[status]) + "\n"
    return WitnessAnswer(
        status=status, media_type="text/plain; charset=utf-8", content=content.encode()
    )


async def _send(answer: WitnessAnswer, send: Send) -> None:
    headers = [
        (b"content-type", answer.media_type.encode()),
        (b"content-length", str(len(answer.content)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    if answer.status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers.append((b"allow", b"POST"))
    if answer.status in {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE}:
        headers.append((b"connection", b"close"))  # the rest of the body is not waited for
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.content})
