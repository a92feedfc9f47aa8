"""An authority over HTTP: whatever it does, a stamp that is proved or a quick refusal."""

import threading
import time
from datetime import UTC, datetime

import pytest

from adapters.http import NoAnswer, Poster
from adapters.timestamping import HttpTimestampAuthority
from gateway.errors import AuthorityUnavailable
from gateway.model.stamping import Stamp
from signing.errors import SignatureInvalid
from signing.timestamp import TimestampTrust, new_query, prove_reply, prove_token
from tests.partners.tsa_example.server import Behaviour, Double

TEXT = b"log.example/essai\n3\nq83vEjRWeJCrze8SNFZ4kA==\n"
DEADLINE_S = 0.5
QUICKLY_S = 30
"""A bound for a loaded machine: what would never end ends."""


@pytest.fixture
def double():
    with Double() as serving:
        yield serving


def authority_at(double, *, url=None, deadline_s=20.0, authorities=None):
    trust = TimestampTrust(roots=(double.stamper.root.certificate,))

    def prove(reply, query):
        proof = prove_reply(reply, query=query, trust=trust, now=datetime.now(UTC))
        stamp = proof.timestamp
        return Stamp(token=stamp.token, gen_time=stamp.gen_time, authority=stamp.authority)

    return HttpTimestampAuthority(
        name="tsa.example",
        url=url or double.url,
        ask=new_query,
        prove=prove,
        unproved=SignatureInvalid,
        deadline_s=deadline_s,
        authorities=authorities,
    )


def reason_of(authority):
    with pytest.raises(AuthorityUnavailable) as refusal:
        authority.stamp(TEXT)
    return refusal.value.reason


def test_a_stamp_of_a_real_exchange_is_kept_as_a_token_that_proves_itself(double):
    stamp = authority_at(double).stamp(TEXT)
    trust = TimestampTrust(roots=(double.stamper.root.certificate,))
    assert prove_token(stamp.token, text=TEXT, trust=trust).timestamp.gen_time == stamp.gen_time
    ((path, headers, content),) = double.requests
    assert path == "/tsr"
    assert headers["content-type"] == "application/timestamp-query"
    assert TEXT not in content


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (Behaviour.WRONG_NONCE, "step 4"),
        (Behaviour.WRONG_IMPRINT, "step 3"),
        (Behaviour.EXPIRED, "step 8"),
        (Behaviour.LATE_CLOCK, "step 10"),
        (Behaviour.REJECTS, "step 2"),
        (Behaviour.GARBAGE, "step 1"),
        (Behaviour.HUGE, "longer than any answer"),
        (Behaviour.ANOTHER_TYPE, "another media type"),
        (Behaviour.FAILS, "status 500"),
        (Behaviour.REDIRECTS, "status 307"),
        (Behaviour.HANGS_UP, "ConnectionError"),
    ],
)
def test_what_an_authority_does_wrong_is_named(double, behaviour, reason):
    double.behaviour = behaviour
    assert reason_of(authority_at(double)).startswith(reason)
    assert len(double.requests) == 1  # no redirect was followed, nothing was asked twice


@pytest.mark.parametrize(
    "behaviour", [Behaviour.SILENT, Behaviour.DRIPS_HEADERS, Behaviour.DRIPS_CONTENT]
)
def test_an_authority_that_does_not_end_is_given_up_by_the_clock_on_the_wall(double, behaviour):
    double.behaviour = behaviour
    begun = time.monotonic()
    reason = reason_of(authority_at(double, deadline_s=DEADLINE_S))
    assert reason in {"not within the deadline", "ReadTimeout"}
    assert time.monotonic() - begun < QUICKLY_S


def test_a_call_that_is_given_up_leaves_nothing_behind_and_the_next_one_is_made(double):
    double.behaviour = Behaviour.DRIPS_HEADERS
    authority = authority_at(double, deadline_s=DEADLINE_S)
    assert reason_of(authority) == "not within the deadline"
    for thread in threading.enumerate():
        if thread.name == "http POST":
            thread.join(QUICKLY_S)
            assert not thread.is_alive()
    double.behaviour = Behaviour.FAILS
    assert reason_of(authority) == "status 500"


def test_nobody_at_the_address_is_named():
    with Double() as gone:
        pass
    assert reason_of(authority_at(gone)) == "ConnectionError"


def test_neither_proxy_nor_credentials_come_from_the_environment(double, monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password something\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    authority_at(double).stamp(TEXT)
    assert "authorization" not in double.requests[0][1]


def test_an_answer_may_be_as_long_as_allowed_and_no_longer(double):
    double.behaviour = Behaviour.HUGE
    long_enough = Poster(double.url, deadline_s=20, max_bytes=80 * 1024)
    assert len(long_enough.post(b"", headers={}).content) == 80 * 1024
    with pytest.raises(NoAnswer, match="longer"):
        Poster(double.url, deadline_s=20, max_bytes=80 * 1024 - 1).post(b"", headers={})
