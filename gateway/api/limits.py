"""The outermost middleware: what no request may be, before any door sees it.

(1) one Host, and one of ours (RFC 9112 §3.2); (2) at most 64 headers and 32 KiB of them, and no
transfer coding in HTTP/1.0, which has none (RFC 9112 §6.1); (3) no path with a trailing slash, so
that no body is ever answered by a redirect; (4) a stated length within the limit; (5) whatever
escapes a door is answered without a word of what it was.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

import structlog

from gateway.api.exchange import PUBLISHED_PACE, ClientGone, Exchange, Pace, RequestLine
from gateway.api.faults import LANGUAGES, fault_response
from gateway.api.problems import Problem, problem_of
from gateway.errors import BadRequest, NotFound, Refusal, UnknownHost, place_of
from gateway.partners.quotas import Allowance

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_HEADERS: Final = 64
MAX_HEADER_BYTES: Final = 32 * 1024
SOAP_PREFIX: Final = "/soap/"
_SAFE_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
)
_VARY: Final = (b"vary", b"Accept, Accept-Language")
"""Of every answer: even where one representation exists, the problem has its language."""
_PROBLEM: Final = b"application/problem+json"
_CLOSED_POLICY: Final = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
log = structlog.get_logger(__name__)


class Limits:
    """Wraps the whole application."""

    def __init__(self, app: App, *, hosts: frozenset[str], pace: Pace = PUBLISHED_PACE) -> None:
        """`hosts` are the names, with their port if not the default, that may be addressed."""
        self._app = app
        self._hosts = hosts
        self._pace = pace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = Exchange(
            headers=scope["headers"],
            receive=receive,
            pace=self._pace,
            request_line=RequestLine.of(scope),
        )
        scope[Exchange.KEY] = exchange
        started = False

        async def send_safely(message: MutableMapping[str, Any]) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = _with_safe_headers(message.get("headers", []), exchange)
            await send(message)

        try:
            self._refuse(scope, exchange)
            await self._app(scope, _no_body, send_safely)
        except ClientGone:
            log.info("client.gone")
        except Exception as error:  # noqa: BLE001 - the last resort: nothing may leak
            if not isinstance(error, Refusal):
                log.error(  # noqa: TRY400 - a traceback could hold a value
                    "request.failed", error=type(error).__name__, at=place_of(error)
                )
            if not started:
                await _answer(problem_of(error), scope, exchange, send_safely)
        finally:
            exchange.end()

    def _refuse(self, scope: Scope, exchange: Exchange) -> None:
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        hosts = [value for name, value in headers if name.lower() == b"host"]
        if len(hosts) != 1 or hosts[0].decode("latin-1").lower() not in self._hosts:
            raise UnknownHost
        size = sum(len(name) + len(value) for name, value in headers)
        if len(headers) > MAX_HEADERS or size > MAX_HEADER_BYTES:
            raise BadRequest("headers")
        is_coded = any(name.lower() == b"transfer-encoding" for name, _ in headers)
        if is_coded and scope.get("http_version") == "1.0":
            raise BadRequest("Transfer-Encoding")
        path: str = scope["path"]
        if path != "/" and path.endswith("/"):
            raise NotFound
        exchange.refuse_oversize()


async def _no_body() -> MutableMapping[str, Any]:
    """What the frameworks below read: the Exchange alone has the body, within its bounds."""
    return {"type": "http.request", "body": b"", "more_body": False}


async def _answer(problem: Problem, scope: Scope, exchange: Exchange, send: Send) -> None:
    if scope["path"].startswith(SOAP_PREFIX):
        status, media_type, body = fault_response(problem, exchange)
        language = LANGUAGES
    else:
        status, media_type = problem.status, "application/problem+json"
        language = exchange.language
        body = problem.json(language)
    headers = [
        (b"content-type", f"{media_type}; charset=utf-8".encode()),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
        *challenge(problem),
        (b"content-language", language.encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def challenge(problem: Problem) -> list[tuple[bytes, bytes]]:
    """The headers that go with a problem: the challenge, or how long to wait."""
    headers = []
    if problem.status == 401:  # noqa: PLR2004
        headers.append((b"www-authenticate", b'Bearer realm="siseri"'))
    if problem.retry_after_s is not None:
        headers.append((b"retry-after", str(problem.retry_after_s).encode()))
    return headers


def _with_safe_headers(
    headers: list[tuple[bytes, bytes]], exchange: Exchange
) -> list[tuple[bytes, bytes]]:
    stated = {name.lower(): value for name, value in headers}
    defaults = [*_SAFE_HEADERS, _CLOSED_POLICY, _VARY]
    if stated.get(b"content-type", b"").startswith(_PROBLEM):
        defaults.append((b"content-language", exchange.language.encode()))
    if exchange.allowance is not None:
        defaults += _quota_fields(exchange.allowance)
    return [*headers, *(pair for pair in defaults if pair[0] not in stated)]


def _quota_fields(allowance: Allowance) -> list[tuple[bytes, bytes]]:
    """What a partner may still do (draft-ietf-httpapi-ratelimit-headers-10)."""
    policy = f'"requests";q={allowance.limit};w={allowance.window_s}'
    left = f'"requests";r={allowance.left};t={allowance.ends_in_s}'
    return [(b"ratelimit-policy", policy.encode()), (b"ratelimit", left.encode())]
