"""Whatever a server does to its socket: a call ends in time, within bytes, told for what it was."""

import gzip
import time

import pytest

from adapters.http import Answer, Bulkhead, CallLimits, Request
from gateway.model.verification import Cause, NotAnswered, Urgency
from tests.unit.adapters.http.scripted import (
    OK,
    PATIENCE_S,
    Script,
    Scripted,
    an_upstream,
    answer,
    by_status,
    dripping,
    ending,
    endless,
    resetting,
    saying,
    silent,
)

SOON_S = 1.0
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
CHUNKED = HEAD + b"transfer-encoding: chunked\r\n\r\n"
ZEROS = gzip.compress(bytes(64 * 1024 * 1024))
"""64 MiB in 64 KiB."""
JSON = {"content_type": "application/json"}


def gzipped(content: bytes) -> bytes:
    return answer(200, content, content_encoding="gzip", **JSON)


WITHOUT_END: dict[str, Script] = {
    "silence": silent,
    "a status line by drips": dripping(b"", b"H"),
    "headers by drips": dripping(b"HTTP/1.1 200 OK\r\n", b"a: b\r\n"),
    "interim answers by drips": dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a content by drips": dripping(HEAD + b"content-length: 9999\r\n\r\n", b"1"),
    "chunks by drips": dripping(CHUNKED, b"1\r\n1\r\n"),
    "a chunk's extension by drips": dripping(CHUNKED + b"1;", b"x"),
    "trailers by drips": dripping(CHUNKED + b"2\r\n{}\r\n0\r\n", b"a: b\r\n"),
    "a content of no length by drips": dripping(HEAD + b"\r\n", b"1"),
}
TOO_MUCH: dict[str, Script] = {
    "a status line": endless(b"HTTP/1.1 200 ", b"O" * 4096),
    "headers": endless(HEAD, b"a: b\r\n"),
    "one header": endless(HEAD + b"a: ", b"b" * 4096),
    "headers, large": endless(HEAD, b"a: " + b"b" * 60_000 + b"\r\n"),
    "interim answers": endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a content": endless(HEAD + b"\r\n", b"1" * 4096),
    "a content of a stated length": endless(
        HEAD + b"content-length: 99999999\r\n\r\n", b"1" * 4096
    ),
    "chunks": endless(CHUNKED, b"1000\r\n" + b"1" * 4096 + b"\r\n"),
    "chunks of one byte": endless(CHUNKED, b"1\r\n1\r\n"),
    "extensions of chunks": endless(CHUNKED, b"1;" + b"x" * 60_000 + b"\r\n1\r\n"),
    "trailers": endless(CHUNKED + b"0\r\n", b"a: b\r\n"),
    "gzip that expands": saying(gzipped(ZEROS)),
}
CUT: dict[str, Script] = {
    "no answer": ending(b""),
    "no answer, reset": resetting(b""),
    "a status line": ending(b"HTTP/1.1 200 OK\r\n"),
    "headers": ending(HEAD),
    "a header": ending(HEAD + b"content-le"),
    "headers after an interim answer": ending(b"HTTP/1.1 100 Continue\r\n\r\n" + HEAD),
    "headers, reset": resetting(HEAD),
    "a content": ending(HEAD + b"content-length: 10\r\n\r\n{}"),
    "a content, reset": resetting(HEAD + b"content-length: 10\r\n\r\n{}"),
    "a chunk": ending(CHUNKED + b"10\r\n{}"),
    "chunks without their end": ending(CHUNKED + b"2\r\n{}\r\n"),
}
UNREADABLE: dict[str, Script] = {
    "no HTTP": ending(b"SSH-2.0-OpenSSH_9.2\r\n"),
    "another protocol": saying(b"HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\n\r\n"),
    "two lengths": saying(HEAD + b"content-length: 2\r\ncontent-length: 3\r\n\r\n{} "),
    "no gzip": saying(gzipped(b"{}")),
    "half a gzip": saying(gzipped(gzip.compress(b'{"a": 1}')[:-9])),
    "a gzip whose digest is wrong": saying(gzipped(gzip.compress(b"{}")[:-8] + bytes(8))),
    "a gzip and more": saying(gzipped(gzip.compress(b"{}") + b"more")),
    "another encoding": saying(answer(200, b"{}", content_encoding="br", **JSON)),
    "two encodings": saying(answer(200, b"{}", content_encoding="gzip, gzip", **JSON)),
    "HTML": saying(answer(200, b"<html>maintenance</html>", content_type="text/html")),
    "an empty 202": saying(answer(202)),
    "a redirect": saying(answer(301, b"", location="/elsewhere")),
    "a redirect that expands": saying(answer(301, ZEROS, content_encoding="gzip", location="/")),
}


def drilled(
    script: Script, *, limits: CallLimits | None = None
) -> tuple[Answer | NotAnswered, Scripted]:
    changes = {} if limits is None else {"limits": limits}
    with Scripted(script) as server:
        upstream = an_upstream(server.url, bulkhead=Bulkhead(1), **changes)
        outcome = upstream.call(
            Request(method="GET", path="/siret/1"),
            urgency=Urgency.INTERACTIVE,
            deadline_s=PATIENCE_S,
            assess=by_status,
        )
        assert len(server.requests) == 1  # nothing was followed, nothing asked twice
        # nothing of it is left: its place is free
        assert upstream.bulkhead.enter(Urgency.BACKGROUND, within_s=PATIENCE_S)
        upstream.close()
    return outcome, server


def cause_of(outcome: Answer | NotAnswered) -> Cause:
    assert isinstance(outcome, NotAnswered), outcome
    return outcome.cause


@pytest.mark.parametrize("kind", WITHOUT_END)
def test_what_does_not_end_is_given_up_by_the_clock_on_the_wall(kind: str) -> None:
    begun = time.monotonic()
    limits = CallLimits(attempt_s=SOON_S, max_bytes=65536, attempts=1)
    outcome, _ = drilled(WITHOUT_END[kind], limits=limits)
    assert cause_of(outcome) is Cause.TIMEOUT
    assert SOON_S <= time.monotonic() - begun < PATIENCE_S


@pytest.mark.parametrize("kind", TOO_MUCH)
def test_what_is_longer_than_any_answer_is_given_up_long_before_its_deadline(kind: str) -> None:
    begun = time.monotonic()
    outcome, _ = drilled(TOO_MUCH[kind])
    assert cause_of(outcome) is Cause.UNREADABLE
    assert time.monotonic() - begun < PATIENCE_S


@pytest.mark.parametrize("kind", CUT)
def test_what_is_cut_is_an_outage_and_never_an_answer(kind: str) -> None:
    outcome, _ = drilled(CUT[kind])
    assert cause_of(outcome) is Cause.OUTAGE


@pytest.mark.parametrize("kind", UNREADABLE)
def test_what_came_whole_and_is_no_answer_is_told_as_such(kind: str) -> None:
    outcome, _ = drilled(UNREADABLE[kind])
    assert cause_of(outcome) is Cause.UNREADABLE


@pytest.mark.parametrize(
    "whole",
    [
        OK,
        CHUNKED + b"1\r\n{\r\n1;ext=1\r\n}\r\n0\r\ntrailer: 1\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\n\r\n" + OK,
        gzipped(gzip.compress(b"{}")),
    ],
)
def test_what_is_whole_is_an_answer(whole: bytes) -> None:
    outcome, _ = drilled(saying(whole))
    assert isinstance(outcome, Answer)
    assert (outcome.status, outcome.media_type, outcome.content) == (200, "application/json", b"{}")


def test_nobody_at_the_address_is_an_outage() -> None:
    with Scripted(silent) as gone:
        pass
    outcome = an_upstream(gone.url).call(
        Request(method="GET", path=""),
        urgency=Urgency.BACKGROUND,
        deadline_s=PATIENCE_S,
        assess=by_status,
    )
    assert cause_of(outcome) is Cause.OUTAGE


DATE = {"date": "Sun, 22 Nov 2026 14:00:00 GMT"}
FORMS: dict[str, tuple[dict[str, str], float | None]] = {
    "seconds": ({"retry_after": "7"}, 7),
    "a date": ({"retry_after": "Sun, 22 Nov 2026 14:01:30 GMT", **DATE}, 90),
    "a date that is past": ({"retry_after": "Sun, 06 Nov 1994 08:49:37 GMT", **DATE}, 0),
    "a date of old": ({"retry_after": "Sunday, 22-Nov-26 14:01:30 GMT", **DATE}, 90),
    "a date that is far": ({"retry_after": "Fri, 31 Dec 2999 23:59:59 GMT", **DATE}, 3600),
    "a date that none precedes": ({"retry_after": "Sun, 22 Nov 2026 14:01:30 GMT"}, None),
    "for ever": ({"retry_after": "99999999999999999999"}, 3600),
}
"""What it says, and so many seconds: by its own clock, whatever ours says."""


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("status", [429, 503])
def test_how_long_it_asks_to_be_left_alone_is_told(form: str, status: int) -> None:
    headers, seconds = FORMS[form]
    outcome, _ = drilled(saying(answer(status, b"<html>", content_type="text/html", **headers)))
    cause = Cause.QUOTA if status == 429 else Cause.OUTAGE
    assert outcome == NotAnswered(cause=cause, retry_after_s=seconds)


@pytest.mark.parametrize("nonsense", ["soon", "-5", "1.5", "٣", ""])
def test_a_retry_after_that_says_nothing_counts_as_none(nonsense: str) -> None:
    said = answer(429, b"{}").replace(
        b"\r\n\r\n", f"\r\nretry-after: {nonsense}\r\n\r\n".encode(), 1
    )
    outcome, _ = drilled(saying(said))
    assert isinstance(outcome, NotAnswered)
    assert outcome.retry_after_s is None
