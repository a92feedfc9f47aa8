"""Asking once: an address that is posted to, a prefix that is read; one call at a time."""

import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import requests

from adapters.http.answer import Answer, NoAnswer
from adapters.http.exchange import Exchanges, TlsFiles
from gateway.model.verification import Cause

_CLOSING: Final = {"connection": "close"}
"""A connection that is kept may end as it is used again: who asks once would have no answer."""


class _OneAtATime:
    """Calls that wait for each other, each within its deadline; safe to share between threads."""

    def __init__(
        self, url: str, *, deadline_s: float, max_bytes: int, authorities: Path | None
    ) -> None:
        self._deadline_s = deadline_s
        self._exchanges = Exchanges(
            tls=TlsFiles(authorities=authorities),
            is_tls=url.lower().startswith("https:"),
            kept=0,
            max_bytes=max_bytes,
            encodings="identity",
        )
        self._is_free = threading.Semaphore()

    def answer(
        self, method: str, url: str, content: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        """The answer, whatever its status; raises `NoAnswer`.

        None is asked for while the call before has not ended.
        """
        ends_at = time.monotonic() + self._deadline_s
        if not self._is_free.acquire(timeout=self._deadline_s):
            raise NoAnswer("the call before has not ended", Cause.TIMEOUT)
        within_s = max(ends_at - time.monotonic(), 0.0)
        return self._exchanges.answer(
            requests.Request(method, url, headers={**headers, **_CLOSING}, data=content),
            within_s=within_s,
            connect_s=within_s,
            ended=self._is_free.release,
        )


class Poster:
    """Posts to one address, one call at a time; safe to share between threads."""

    def __init__(
        self, url: str, *, deadline_s: float, max_bytes: int, authorities: Path | None = None
    ) -> None:
        """`deadline_s` is for the whole call, `max_bytes` for the content of an answer.

        `authorities` (PEM) alone certify the server; the public ones where it is None.
        """
        self._url = url
        self._calls = _OneAtATime(
            url, deadline_s=deadline_s, max_bytes=max_bytes, authorities=authorities
        )

    def post(self, content: bytes, *, headers: Mapping[str, str]) -> Answer:
        """Send `content`; the answer, whatever its status.

        Raises:
            NoAnswer: nobody answered, in time, in size, or at all.
        """
        return self._calls.answer("POST", self._url, content, headers)


class Getter:
    """Gets what is under one prefix, one call at a time; safe to share between threads."""

    def __init__(
        self, prefix: str, *, deadline_s: float, max_bytes: int, authorities: Path | None = None
    ) -> None:
        """See `Poster`."""
        self._prefix = prefix.rstrip("/")
        self._calls = _OneAtATime(
            prefix, deadline_s=deadline_s, max_bytes=max_bytes, authorities=authorities
        )

    def get(self, path: str) -> Answer:
        """What is at `path` under the prefix, whatever the status.

        Raises:
            NoAnswer: nobody answered, in time, in size, or at all.
        """
        return self._calls.answer("GET", f"{self._prefix}/{path}", None, {})
