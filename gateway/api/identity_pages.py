"""Pages for people beside the doors for machines: a WSGI application within the bounds of a door.

The keys that FranceConnect+ encrypts for are answered here, without a thread: it asks for them
while a thread waits for its tokens, and gives up after 2.5 seconds (identity.md §2.3).
"""

from collections.abc import Callable, MutableMapping
from typing import Any, Final

from a2wsgi import WSGIMiddleware
from starlette.responses import Response

from gateway.api.exchange import Exchange
from gateway.api.limits import App, Receive, Scope, Send
from gateway.errors import BadRequest, NotFound, Overloaded
from gateway.wire.form import MAX_FORM_BYTES

KEYS_PATH: Final = "/identite/franceconnect/jwks.json"
PREFIXES: Final = ("/identite", "/op")
THREADS: Final = 24
"""More than the calls that may be under way to both providers together: a page finds one free."""
WAITING: Final = 200
"""Requests that may wait for a thread; the next is told to come back."""
KEYS_MAX_AGE_S: Final = 60
"""A provider keeps them for as long whatever is said: a new key is used within that time."""


class IdentityPages:
    """An ASGI application over the pages; behind `Limits`, which bounds head, host and pace."""

    def __init__(
        self,
        pages: Any,
        *,
        keys: Callable[[], bytes] | None,
        threads: int = THREADS,
        waiting: int = WAITING,
    ) -> None:
        """`pages`: a WSGI application (PEP 3333).

        `keys`: our JWKS for FranceConnect+, new key first; None where it is not configured.
        """
        middleware = WSGIMiddleware(pages, workers=threads)
        self._pages: App = middleware  # type: ignore[assignment]
        self._threads = middleware.executor
        self._keys = keys
        self._most = threads + waiting
        self._under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request.

        Raises:
            BodyTooLarge, BodyTooSlow: as any door.
            Overloaded: every thread is taken, and as many wait as may.
        """
        if scope["path"] == KEYS_PATH:
            await self._published(scope)(scope, receive, send)
            return
        if not scope.get("query_string", b"").isascii():
            raise BadRequest("query")
        if self._under_way >= self._most:
            raise Overloaded(retry_after_s=1)
        exchange: Exchange = scope[Exchange.KEY]
        body = await exchange.body(max_bytes=MAX_FORM_BYTES)

        async def whole() -> MutableMapping[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        self._under_way += 1
        try:
            await self._pages(_measured(scope, len(body)), whole, send)
        finally:
            self._under_way -= 1

    def close(self) -> None:
        """Let the threads end, once nothing is served any more."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _published(self, scope: Scope) -> Response:
        if self._keys is None or scope["method"] not in {"GET", "HEAD"}:
            raise NotFound
        headers = {"cache-control": f"public, max-age={KEYS_MAX_AGE_S}"}
        return Response(self._keys(), 200, headers, "application/jwk-set+json")


def _measured(scope: Scope, length: int) -> Scope:
    """With the length of the body that was read, however it came: WSGI reads no other."""
    headers = [
        pair
        for pair in scope["headers"]
        if pair[0].lower() not in {b"content-length", b"transfer-encoding"}
    ]
    return {**scope, "headers": [*headers, (b"content-length", str(length).encode())]}
