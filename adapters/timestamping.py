"""An authority of time-stamps over HTTP (RFC 3161 §3.4).

The request holds a digest and a nonce, nothing of a transmission. What comes back is proved before
it counts; the functions that make the request and prove the answer are given by the composition
root, for an adapter knows no cryptography.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final, Generic, Protocol, TypeVar

from adapters.http import NoAnswer, Poster
from gateway.errors import AuthorityUnavailable
from gateway.model.stamping import Stamp

DEADLINE_S: Final = 5.0
MAX_BYTES: Final = 64 * 1024
_QUERY: Final = "application/timestamp-query"
_REPLY: Final = "application/timestamp-reply"
_OK: Final = 200


class Query(Protocol):
    """A request that can be sent."""

    @property
    def octets(self) -> bytes:
        """The TimeStampReq, DER."""
        ...


_Asked = TypeVar("_Asked", bound=Query)


class HttpTimestampAuthority(Generic[_Asked]):
    """See gateway.evidence.stamping.TimestampAuthority."""

    def __init__(
        self,
        *,
        name: str,
        url: str,
        ask: Callable[[bytes], _Asked],
        prove: Callable[[bytes, _Asked], Stamp],
        unproved: type[Exception],
        deadline_s: float = DEADLINE_S,
        authorities: Path | None = None,
    ) -> None:
        """`ask` makes the request for a text; `prove` raises `unproved` on what proves nothing.

        `authorities` (PEM) alone certify its TLS server, where they are given.
        """
        self._name = name
        self._poster = Poster(
            url, deadline_s=deadline_s, max_bytes=MAX_BYTES, authorities=authorities
        )
        self._ask = ask
        self._prove = prove
        self._unproved = unproved

    @property
    def name(self) -> str:
        """How the operator calls it."""
        return self._name

    def stamp(self, text: bytes) -> Stamp:
        """See gateway.evidence.stamping.TimestampAuthority."""
        query = self._ask(text)
        try:
            answer = self._poster.post(
                query.octets, headers={"content-type": _QUERY, "accept": _REPLY}
            )
        except NoAnswer as error:
            raise AuthorityUnavailable(str(error)) from None
        if answer.status != _OK:
            raise AuthorityUnavailable(f"status {answer.status}")
        if answer.media_type != _REPLY:
            raise AuthorityUnavailable("another media type")
        try:
            return self._prove(answer.content, query)
        except self._unproved as error:
            raise AuthorityUnavailable(str(error)) from error
