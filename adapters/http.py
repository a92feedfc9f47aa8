"""The one way out by HTTP: bounded in time, size and trust (design.md D14).

A partner may be away, slow, or hostile: whatever it does, a call ends within its deadline by the
clock on the wall, reads at most so many bytes, follows no redirect, and takes neither proxy,
credentials nor authorities from the environment. A server under TLS is proved by name and chain, by
the public authorities, or by those alone that are given for it.
"""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import requests

_PIECE_BYTES = 16 * 1024


class NoAnswer(Exception):
    """The partner gave no answer that can be read; the message names the kind, never content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a partner said."""

    status: int
    media_type: str
    """Without its parameters, in lower case."""
    content: bytes = field(repr=False)


class _OneAtATime:
    """Calls that wait for each other; safe to share between threads.

    A call that does not end is given up, and no other begins before it ended after all: a partner
    that drips its headers costs one thread, whatever it does.
    """

    def __init__(self, *, deadline_s: float, max_bytes: int, authorities: Path | None) -> None:
        self._deadline_s = deadline_s
        self._max_bytes = max_bytes
        self._authorities = authorities
        self._lock = threading.Lock()
        self._under_way: threading.Thread | None = None

    def answer(
        self, method: str, url: str, content: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        """The answer, whatever its status; raises `NoAnswer`."""
        with self._lock:
            if self._under_way is not None and self._under_way.is_alive():
                raise NoAnswer("the call before has not ended")
            call = _Call(
                method,
                url,
                content,
                headers,
                deadline_s=self._deadline_s,
                limit=self._max_bytes,
                authorities=self._authorities,
            )
            self._under_way = threading.Thread(target=call.run, name=method, daemon=True)
            self._under_way.start()
            self._under_way.join(self._deadline_s)
            return call.outcome()


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
            deadline_s=deadline_s, max_bytes=max_bytes, authorities=authorities
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
            deadline_s=deadline_s, max_bytes=max_bytes, authorities=authorities
        )

    def get(self, path: str) -> Answer:
        """What is at `path` under the prefix, whatever the status.

        Raises:
            NoAnswer: nobody answered, in time, in size, or at all.
        """
        return self._calls.answer("GET", f"{self._prefix}/{path}", None, {})


class _Call:
    """One call, run in a thread that may outlive it."""

    def __init__(
        self,
        method: str,
        url: str,
        content: bytes | None,
        headers: Mapping[str, str],
        *,
        deadline_s: float,
        limit: int,
        authorities: Path | None,
    ) -> None:
        self._method = method
        self._url = url
        self._content = content
        self._headers = dict(headers)
        self._timeout_s = deadline_s
        self._ends_at = time.monotonic() + deadline_s
        self._max_bytes = limit
        self._authorities = authorities
        self._outcome: Answer | NoAnswer = NoAnswer("not within the deadline")

    def outcome(self) -> Answer:
        """What came of it by now."""
        if isinstance(self._outcome, NoAnswer):
            raise self._outcome
        return self._outcome

    def run(self) -> None:
        """Call, and note what came."""
        try:
            self._outcome = self._answer()
        except NoAnswer as error:
            self._outcome = error
        except Exception as error:  # noqa: BLE001 - requests lets urllib3's and http.client's through
            self._outcome = NoAnswer(type(error).__name__)

    def _answer(self) -> Answer:
        with requests.Session() as session:
            session.trust_env = False
            response = session.request(
                self._method,
                self._url,
                data=self._content,
                headers=self._headers | {"accept-encoding": "identity"},
                timeout=self._timeout_s,
                allow_redirects=False,
                stream=True,
                verify=True if self._authorities is None else str(self._authorities),
            )
            with response:
                stated = response.headers.get("content-type", "")
                return Answer(
                    status=response.status_code,
                    media_type=stated.partition(";")[0].strip().lower(),
                    content=self._read(response),
                )

    def _read(self, response: requests.Response) -> bytes:
        pieces = bytearray()
        while piece := response.raw.read1(_PIECE_BYTES, decode_content=False):
            pieces += piece
            if len(pieces) > self._max_bytes:
                raise NoAnswer("longer than any answer")
            if time.monotonic() > self._ends_at:
                raise NoAnswer("not within the deadline")
        return bytes(pieces)
