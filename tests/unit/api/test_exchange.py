"""What a request asks by its headers, and its body read within the published bounds."""

import time
from contextlib import contextmanager

import anyio
import pytest

from gateway.api.exchange import (
    MAX_BODY_BYTES,
    PUBLISHED_PACE,
    ClientGone,
    Exchange,
    Pace,
    accepted,
    parse_media_type,
)
from gateway.api.replies import negotiated, receipt_media_types
from gateway.errors import (
    BadRequest,
    BodyTooLarge,
    BodyTooSlow,
    NotAcceptable,
    UnsupportedMediaType,
)

JSON, XML, TEXT_XML, JOSE = "application/json", "application/xml", "text/xml", "application/jose"
OFFERED = (JSON, XML, TEXT_XML, JOSE)


async def _nothing():
    raise AssertionError("the body was read")


def an_exchange(*headers, receive=_nothing, pace=PUBLISHED_PACE):
    pairs = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    return Exchange(headers=pairs, receive=receive, pace=pace)


# ---------- Accept


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        *((None, JSON), ("", JSON), (" ", JSON), ("*/*", JSON), ("application/*", JSON)),
        *((JSON, JSON), (XML, XML), (TEXT_XML, TEXT_XML), (JOSE, JOSE), ("text/*", TEXT_XML)),
        *(("APPLICATION/XML", XML), (f"{XML};charset=utf-8", XML), (f" {XML} ", XML)),
        *((f"{XML}, {JSON}", JSON), (f"{JSON};q=0.5, {XML}", XML)),
        (f"{JSON};q=0.5,{XML};q=0.6", XML),
        *((f"*/*;q=0.1, {JOSE}", JOSE), (f"*/*, {JSON};q=0", XML), (f"{JSON};q=0, */*;q=0.1", XML)),
        *((f"text/*;q=0.9, */*;q=0.8, {JSON};q=0.1", TEXT_XML), (f"{XML};q=1.0", XML)),
        *((f"{XML};Q=0.2, {JSON};q=0.1", XML), (f"{XML}; q=0.2 , {JSON} ; q=0.1", XML)),
        *((f"text/html, {XML};q=0.9, */*;q=0.8", XML), (f"{XML};q=9, {JSON}", JSON)),
        *((f"{XML};q=nan, {JSON};q=0.1", JSON), (f"{XML};q=, {JSON};q=0.1", JSON)),
        *((",,,", None), ("text/html", None), ("*/*;q=0", None), (f"{JSON};q=0", None)),
        *(("*", None), (f"{JSON};q=-1", None), (f"{JSON};q=nan", None), ("json", None)),
        ("application/json+x", None),
    ],
)  # fmt: skip
def test_the_representation_is_the_best_of_those_that_are_taken(accept, media_type):
    assert accepted(accept, OFFERED) == media_type
    exchange = an_exchange(*([("accept", accept)] if accept is not None else []))
    if media_type is None:
        with pytest.raises(NotAcceptable):
            negotiated(exchange, *OFFERED)
    else:
        assert negotiated(exchange, *OFFERED) == media_type


@pytest.mark.parametrize(
    ("body", "accept", "media_type"),
    [
        *((JSON, None, JSON), (XML, None, XML), (TEXT_XML, None, TEXT_XML), (XML, "*/*", XML)),
        *((XML, JSON, JSON), (JSON, XML, XML), (XML, JOSE, JOSE), (XML, "application/*", XML)),
        *((TEXT_XML, "application/*", JSON), ("application/soap+xml", None, JSON)),
    ],
)
def test_a_receipt_comes_as_asked_else_as_what_it_answers(body, accept, media_type):
    exchange = an_exchange(*([("accept", accept)] if accept else []))
    assert negotiated(exchange, *receipt_media_types(body_media_type=body)) == media_type


# ---------- Accept-Language


@pytest.mark.parametrize(
    ("accepted_languages", "language"),
    [
        *((None, "fr"), ("", "fr"), ("fr", "fr"), ("en", "en"), ("EN-gb", "en"), ("de", "fr")),
        *(("de, en;q=0.5", "en"), ("en;q=0.5, fr;q=0.6", "fr"), ("en;q=0.6, fr;q=0.5", "en")),
        *(("fr, en", "fr"), ("en, fr", "en"), ("*", "fr"), ("en;q=0", "fr"), ("en;q=x", "fr")),
        *(("fr-CH, fr;q=0.9, en;q=0.8", "fr"), ("en;q=nan", "fr"), (";;,=,", "fr")),
        *(("fr;q=0, *", "en"), ("en, *;q=0.5", "en"), ("en;q=0.4, *;q=0.5", "fr"), ("enm", "fr")),
    ],
)
def test_problems_are_told_in_french_unless_english_is_preferred(accepted_languages, language):
    headers = [] if accepted_languages is None else [("Accept-Language", accepted_languages)]
    assert an_exchange(*headers).language == language


def test_languages_in_several_fields_are_one_list():
    exchange = an_exchange(("Accept-Language", "fr;q=0.1"), ("accept-language", "en"))
    assert exchange.language == "en"


# ---------- headers


def test_a_header_stands_once_or_is_refused():
    exchange = an_exchange(("X-One", "1"), ("x-two", "1"), ("X-Two", "1"))
    assert exchange.header("x-ONE") == "1"
    assert exchange.header("x-none") is None
    with pytest.raises(BadRequest):
        exchange.header("X-two")
    assert exchange.header_or_none("x-two") == "1"


@pytest.mark.parametrize(
    ("stated", "read"),
    [
        *((JSON, {}), (f"{JSON}; charset=utf-8", {"charset": "utf-8"}), ("Application/JSON", {})),
        (f'{JSON};charset="UTF-8"', {"charset": "UTF-8"}),
        (f"{JSON} ; Charset=utf8", {"charset": "utf8"}),
        *((f"{JSON};", {}), (f"{JSON};x", {}), (f"{JSON};v=1", {"v": "1"})),
    ],
)  # fmt: skip
def test_media_types_that_are_read(stated, read):
    exchange = an_exchange(("Content-Type", stated))
    assert exchange.media_type(frozenset({JSON})) == (JSON, read)


@pytest.mark.parametrize(
    "stated",
    [
        *("", "text/plain", "*/*", XML, f"{JSON}, {JSON}", f"{JSON};charset=utf-7"),
        *(f"{JSON};charset=latin-1", f"{JSON};charset=", f"{JSON};charset=utf-16"),
    ],
)
def test_media_types_that_are_not_read(stated):
    with pytest.raises(UnsupportedMediaType):
        an_exchange(("content-type", stated)).media_type(frozenset({JSON}))


def test_a_body_without_media_type_is_not_read():
    with pytest.raises(UnsupportedMediaType):
        an_exchange().media_type(frozenset({JSON}))


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate", "", "identity, gzip"])
def test_a_coded_body_is_not_read(coding):
    exchange = an_exchange(("content-type", JSON), ("content-encoding", coding))
    with pytest.raises(UnsupportedMediaType):
        exchange.media_type(frozenset({JSON}))


def test_identity_is_no_coding():
    exchange = an_exchange(("content-type", JSON), ("content-encoding", " Identity "))
    assert exchange.media_type(frozenset({JSON}))[0] == JSON


@pytest.mark.parametrize("header", ["content-type", "content-encoding"])
def test_a_media_type_or_coding_stated_twice_is_refused(header):
    exchange = an_exchange(("content-type", JSON), (header, JSON), (header, "identity"))
    with pytest.raises(BadRequest):
        exchange.media_type(frozenset({JSON}))


def test_parameters_are_read_by_name():
    assert parse_media_type('A/B; Action="urn:x:Ping"; y = 1') == (
        "a/b",
        {"action": "urn:x:Ping", "y": "1"},
    )


# ---------- the stated length


@pytest.mark.parametrize(
    ("stated", "error"),
    [
        *(("0", None), ("1", None), (str(MAX_BODY_BYTES), None)),
        *((str(MAX_BODY_BYTES + 1), BodyTooLarge), ("9" * 5_000, BodyTooLarge)),
        *(("", BadRequest), ("-1", BadRequest), ("+1", BadRequest), ("1e3", BadRequest)),
        *(("1, 1", BadRequest), ("0x10", BadRequest), ("1.0", BadRequest), ("²", BadRequest)),
    ],
)
def test_a_length_is_judged_before_anything_is_read(stated, error):
    exchange = an_exchange(("Content-Length", stated))
    if error is None:
        exchange.refuse_oversize()
        return
    with pytest.raises(error):
        exchange.refuse_oversize()
    with pytest.raises(error):
        anyio.run(exchange.body)


def test_two_lengths_are_refused():
    with pytest.raises(BadRequest):
        an_exchange(("content-length", "1"), ("Content-Length", "1")).refuse_oversize()


# ---------- the body


def chunks(*parts, every=0.0, then=None):
    """A `receive` that gives these parts, one each so many seconds."""
    left = list(parts)

    async def receive():
        await anyio.sleep(every)
        if not left:
            return then or {"type": "http.request", "body": b"", "more_body": False}
        body = left.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(left) or then is not None}

    return receive


def body_of(receive, *, pace=PUBLISHED_PACE, headers=()):
    return anyio.run(an_exchange(*headers, receive=receive, pace=pace).body)


@pytest.mark.parametrize("parts", [[b""], [b"a"], [b"a", b"", b"bc"], [b"x" * 65_536] * 80])
def test_a_body_is_read_whole(parts):
    assert body_of(chunks(*parts)) == b"".join(parts)


def test_a_message_without_body_is_an_empty_body():
    async def receive():
        return {"type": "http.request"}

    assert body_of(receive) == b""


@pytest.mark.parametrize("part", [MAX_BODY_BYTES + 1, 1024 * 1024])
def test_a_body_without_a_stated_length_is_cut_at_the_limit(part):
    read = []

    async def receive():
        read.append(part)
        return {"type": "http.request", "body": b"x" * part, "more_body": True}

    with pytest.raises(BodyTooLarge):
        body_of(receive)
    assert sum(read) <= MAX_BODY_BYTES + part


def test_a_length_that_lies_does_not_lift_the_limit():
    with pytest.raises(BodyTooLarge):
        body_of(chunks(b"x" * (MAX_BODY_BYTES + 1)), headers=[("content-length", "1")])


QUICK = Pace(deadline_s=0.4, min_bytes_per_s=1000, grace_s=0.1)


@contextmanager
def within(seconds):
    """Not before those seconds, and well before a slow machine would make it look endless."""
    started = time.monotonic()
    yield
    assert seconds - 0.02 <= time.monotonic() - started < seconds + 10


def test_a_body_that_never_comes_is_given_up_after_the_grace():
    with within(0.1), pytest.raises(BodyTooSlow):
        body_of(chunks(b"a", every=30), pace=QUICK)


def test_a_body_that_drips_under_the_rate_is_given_up():
    with within(0.1), pytest.raises(BodyTooSlow):
        body_of(chunks(*[b"a"] * 100, every=0.02), pace=QUICK)


def test_a_body_over_the_rate_is_given_up_at_the_deadline_alone():
    pace = Pace(deadline_s=1.5, min_bytes_per_s=1000, grace_s=1.0)  # a chunk is worth ten seconds
    with within(1.5), pytest.raises(BodyTooSlow):
        body_of(chunks(*[b"a" * 10_000] * 200, every=0.02), pace=pace)


def test_a_body_over_the_rate_and_before_the_deadline_is_read():
    patient = Pace(deadline_s=60, min_bytes_per_s=1000, grace_s=20)
    assert body_of(chunks(*[b"a" * 100] * 8, every=0.02), pace=patient) == b"a" * 800


@pytest.mark.parametrize("parts", [[], [b"half"]])
def test_a_client_that_leaves_is_not_answered(parts):
    with pytest.raises(ClientGone):
        body_of(chunks(*parts, then={"type": "http.disconnect"}))


def test_the_published_pace():
    assert (PUBLISHED_PACE.deadline_s, PUBLISHED_PACE.min_bytes_per_s) == (60, 1024)
    assert (PUBLISHED_PACE.grace_s, MAX_BODY_BYTES) == (10, 5 * 1024 * 1024)
