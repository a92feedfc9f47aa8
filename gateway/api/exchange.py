"""One HTTP exchange: what its headers ask, and its body read within the published bounds."""

import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, Self

import anyio
import msgspec

from gateway.errors import BadRequest, BodyTooLarge, BodyTooSlow, UnsupportedMediaType
from gateway.model.partners import RequestFacts
from gateway.partners.http_signatures import demand_content
from gateway.partners.quotas import Allowance

MAX_BODY_BYTES: Final = 5 * 1024 * 1024


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How slowly a body may come."""

    deadline_s: float = 60.0
    min_bytes_per_s: int = 1024
    grace_s: float = 10.0
    """How long a body may idle before its rate counts."""


PUBLISHED_PACE: Final = Pace()


class RequestLine(msgspec.Struct, frozen=True, kw_only=True):
    """Method and target as they stood on the request line, and who sent it."""

    method: str = "GET"
    path: str = "/"
    """Still percent-encoded."""
    query: str = ""
    peer: str = ""
    """Address of the other end of the connection; empty where it has none."""

    @classmethod
    def of(cls, scope: MutableMapping[str, Any]) -> Self:
        """From an ASGI scope."""
        raw: bytes = scope.get("raw_path") or scope["path"].encode()
        client: tuple[str, int] | None = scope.get("client")
        return cls(
            method=scope["method"],
            path=raw.decode("latin-1"),
            query=scope.get("query_string", b"").decode("latin-1"),
            peer=client[0] if client else "",
        )


Receive = Callable[[], Awaitable[Any]]


class ClientGone(Exception):
    """The client closed the connection before its body was read."""


class Exchange:
    """Headers and body of one request. Made by the outermost middleware, kept in the ASGI scope."""

    KEY: Final = "siseri.exchange"

    def __init__(
        self,
        *,
        headers: list[tuple[bytes, bytes]],
        receive: Receive,
        pace: Pace = PUBLISHED_PACE,
        request_line: RequestLine | None = None,
    ) -> None:
        self._headers = headers
        self._request_line = request_line or RequestLine()
        self._receive = receive
        self._pace = pace
        self._endings: list[Callable[[], None]] = []
        self.allowance: Allowance | None = None
        """What is left of the partner's quota, once it is known whose request this is."""

    @property
    def facts(self) -> RequestFacts:
        """What the request shows of its origin, as text."""
        line = self._request_line
        return RequestFacts(
            method=line.method,
            path=line.path,
            query=line.query,
            headers=tuple(
                (name.decode("latin-1").lower(), value.decode("latin-1"))
                for name, value in self._headers
            ),
            peer=line.peer,
        )

    def when_over(self, ending: Callable[[], None]) -> None:
        """Have `ending` called once the answer was given, or the client is gone."""
        self._endings.append(ending)

    def end(self) -> None:
        """The exchange is over."""
        while self._endings:
            self._endings.pop()()

    def header(self, name: str) -> str | None:
        """The value of a header that may stand once.

        Raises:
            BadRequest: it stands twice.
        """
        wanted = name.lower().encode("latin-1")
        values = [value for key, value in self._headers if key.lower() == wanted]
        if len(values) > 1:
            raise BadRequest(name)
        return values[0].decode("latin-1") if values else None

    def list_header(self, name: str) -> str | None:
        """The values of a header that may be given in several fields, as one (RFC 9110 §5.3)."""
        wanted = name.lower().encode("latin-1")
        values = [value for key, value in self._headers if key.lower() == wanted]
        return b", ".join(values).decode("latin-1") if values else None

    @property
    def language(self) -> str:
        """`fr`, unless English is preferred (RFC 9110 §12.5.4); of equals, the first that stands.

        `*` is each language that is not named, of which French comes first.
        """
        weights: dict[str, float] = {}
        for item in (self.list_header("accept-language") or "").split(","):
            tag, _, parameter = item.strip().partition(";")
            language = tag.strip().lower().partition("-")[0]
            if language in {"fr", "en", "*"}:
                weights[language] = max(_weight(parameter), weights.get(language, 0.0))
        unnamed = weights.pop("*", 0.0)
        for language in ("fr", "en"):
            weights.setdefault(language, unnamed)
        best = max(weights, key=lambda language: weights[language])
        return best if weights[best] > 0 else "fr"

    def header_or_none(self, name: str) -> str | None:
        """The first value of a header, however often it stands: for what cannot be refused."""
        for key, value in self._headers:
            if key.lower() == name.encode("latin-1"):
                return value.decode("latin-1")
        return None

    def media_type(self, allowed: frozenset[str]) -> tuple[str, dict[str, str]]:
        """The media type of the body and its parameters.

        Raises:
            UnsupportedMediaType: missing, not allowed, a charset other than UTF-8, or a content
                coding.
        """
        coding = self.header("content-encoding")
        if coding is not None and coding.strip().lower() != "identity":
            raise UnsupportedMediaType
        media_type, parameters = parse_media_type(self.header("content-type") or "")
        if media_type not in allowed:
            raise UnsupportedMediaType
        if parameters.get("charset", "utf-8").lower() not in {"utf-8", "utf8"}:
            raise UnsupportedMediaType
        return media_type, parameters

    def refuse_oversize(self) -> None:
        """Refuse by the stated length, before anything is read.

        Raises:
            BadRequest: the length is not a number.
            BodyTooLarge: it is above the limit.
        """
        stated = self.header("content-length")
        if stated is None:
            return
        if not (stated.isascii() and stated.isdigit()):
            raise BadRequest("Content-Length")
        if len(stated) > len(str(MAX_BODY_BYTES)) or int(stated) > MAX_BODY_BYTES:
            raise BodyTooLarge

    async def body(self, *, max_bytes: int = MAX_BODY_BYTES) -> bytes:
        """The whole body.

        Raises:
            BodyTooLarge: above the limit, as soon as that is known.
            BodyTooSlow: past the deadline or under the minimum rate.
            ClientGone: the client closed.
        """
        self.refuse_oversize()
        pace = self._pace
        chunks: list[bytes] = []
        size, started = 0, time.monotonic()
        while True:
            elapsed = time.monotonic() - started
            allowance = min(pace.deadline_s, pace.grace_s + size / pace.min_bytes_per_s) - elapsed
            with anyio.move_on_after(max(allowance, 0.0)) as waiting:
                message = await self._receive()
            if waiting.cancelled_caught:
                raise BodyTooSlow
            if message["type"] == "http.disconnect":
                raise ClientGone
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > max_bytes:
                raise BodyTooLarge
            chunks.append(chunk)
            if not message.get("more_body", False):
                return self._digested(b"".join(chunks))

    def _digested(self, body: bytes) -> bytes:
        """The body, if it is the one that the request states: what is signed is its digest."""
        demand_content(self.facts, body)
        return body


def parse_media_type(value: str) -> tuple[str, dict[str, str]]:
    """A media type and its parameters, names in lower case (RFC 9110 §8.3.1)."""
    media_type, *rest = value.split(";")
    parameters = {}
    for item in rest:
        name, separator, given = item.partition("=")
        if separator:
            parameters[name.strip().lower()] = given.strip().strip('"')
    return media_type.strip().lower(), parameters


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0


def accepted(accept: str | None, offered: tuple[str, ...]) -> str | None:
    """Which of `offered`, best first, an Accept header takes (RFC 9110 §12.5.1); None if none."""
    if not accept or not accept.strip():
        return offered[0]
    ranges = []
    for item in accept.split(","):
        media_range, parameters = parse_media_type(item)
        ranges.append((media_range, _weight(f"q={parameters.get('q', '1')}")))
    best: tuple[float, int, str] | None = None
    for position, media_type in enumerate(offered):
        weight = _weight_of(media_type, ranges)
        if weight > 0 and (best is None or (weight, -position) > best[:2]):
            best = (weight, -position, media_type)
    return best[2] if best else None


def _weight_of(media_type: str, ranges: list[tuple[str, float]]) -> float:
    kind = media_type.partition("/")[0]
    for wanted in (media_type, f"{kind}/*", "*/*"):
        for media_range, weight in ranges:
            if media_range == wanted:
                return weight
    return 0.0
