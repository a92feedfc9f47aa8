"""A partner's quota of requests, and of signed refusals, stated and kept by every door."""

import re

import pytest

from tests import builders
from tests.builders import a_transmission
from tests.running import DOORS

LIMIT = 4


@pytest.fixture
def narrow(start):
    return start(requests_per_minute=LIMIT, refusals_per_hour=2)


@pytest.mark.parametrize("door", DOORS)
def test_every_answer_states_what_is_left_until_nothing_is(narrow, door):
    for left in reversed(range(LIMIT)):
        answer = narrow.submit(a_transmission(), door=door)
        assert answer.headers["ratelimit-policy"] == f'"requests";q={LIMIT};w=60'
        assert re.fullmatch(rf'"requests";r={left};t=\d{{1,2}}', answer.headers["ratelimit"])
    refused = narrow.submit(a_transmission(), door=door)
    assert (refused.fault_code if door.startswith("soap") else refused.form["code"]) == "B007"
    if not door.startswith("soap"):
        assert refused.status == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert narrow.submit(builders.an_operational_transmission(), door=door).disposition == (
        "ACCEPTED"
    )


def test_a_stranger_learns_of_no_quota(gateway):
    answer = gateway.request("GET", "/v1/me", by="nobody" * 8)
    assert answer.status_code == 401
    assert "ratelimit" not in answer.headers


def test_beyond_so_many_signed_refusals_none_is_signed_nor_recorded(narrow):
    given = [narrow.submit(a_transmission(version="9.9")) for _ in range(3)]
    assert [answer.status for answer in given] == [422, 422, 429]
    assert given[-1].form["code"] == "B007"
    assert narrow.counted("acknowledgements") == 2
    assert narrow.submit(a_transmission()).disposition == "ACCEPTED"


def test_a_refusal_that_was_given_is_repeated_whatever_the_budget(narrow):
    bad = a_transmission(version="9.9")
    narrow.submit(bad)
    narrow.submit(a_transmission(version="9.8"))
    again = narrow.submit(bad)
    assert again.status == 422
    assert again.headers["idempotent-replayed"] == "true"
