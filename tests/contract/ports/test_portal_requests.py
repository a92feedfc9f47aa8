"""What `ports.portals.PortalRequests` promises, over every implementation."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import msgspec
import pytest

from gateway.storage.portal_grants import LIFETIME, SqlPortalRequests
from tests.contract.ports.conftest import IMPLEMENTATIONS, a_database
from tests.fake_portals import MemoryPortalRequests
from tests.portal import a_request


@pytest.fixture(params=IMPLEMENTATIONS)
def requests(request, clock, tmp_path):
    if request.param == "memory":
        yield MemoryPortalRequests(clock=clock)
        return
    with a_database(request.param, tmp_path) as found:
        yield SqlPortalRequests(**found.parts(), clock=clock)


def test_a_request_is_found_whole_and_taken_once(requests, clock):
    asked = a_request(clock, acr_values=("eidas2",), prompts=("login",), max_age_s=0)
    requests.keep(asked)
    assert requests.find(asked.id) == asked
    assert requests.take(asked.id) == asked
    assert requests.take(asked.id) is requests.find(asked.id) is None


def test_it_is_kept_as_it_is_now(requests, clock):
    asked = a_request(clock)
    requests.keep(asked)
    sent = msgspec.structs.replace(asked, sent_at=clock.now())
    assert requests.renew(sent)
    assert requests.take(asked.id) == sent


def test_what_was_taken_or_has_ended_is_not_brought_back(requests, clock):
    taken, ended = a_request(clock), a_request(clock)
    requests.keep(taken)
    requests.keep(ended)
    assert requests.take(taken.id) is not None
    assert not requests.renew(taken)
    assert requests.find(taken.id) is None
    clock.advance(LIFETIME + timedelta(milliseconds=1))
    assert not requests.renew(ended)
    assert not requests.renew(a_request(clock))


def test_many_who_renew_it_at_once_and_one_who_takes_it_leave_nothing(requests, clock):
    for _ in range(4):
        asked = a_request(clock)
        requests.keep(asked)
        with ThreadPoolExecutor(8) as threads:
            renewed = [threads.submit(requests.renew, asked) for _ in range(7)]
            taken = threads.submit(requests.take, asked.id)
        assert {one.result() for one in renewed} <= {True, False}
        assert taken.result() is not None
        assert requests.find(asked.id) is None


def test_it_ends_after_ten_minutes(requests, clock):
    in_time, late = a_request(clock), a_request(clock)
    requests.keep(in_time)
    requests.keep(late)
    clock.advance(LIFETIME)
    assert requests.take(in_time.id) is not None
    clock.advance(timedelta(milliseconds=1))
    assert requests.find(late.id) is requests.take(late.id) is None


@pytest.mark.parametrize("unknown", ["", "x", "\ud800"])
def test_what_was_never_kept_is_not_there(requests, clock, unknown):
    requests.keep(a_request(clock))
    assert requests.find(unknown) is requests.take(unknown) is None


def test_of_many_who_bring_it_back_at_once_one_has_it(requests, clock):
    for _ in range(4):
        asked = a_request(clock)
        requests.keep(asked)
        with ThreadPoolExecutor(8) as threads:
            taken = list(threads.map(requests.take, [asked.id] * 8))
        assert [one is not None for one in taken].count(True) == 1


def test_what_the_browser_holds_is_not_kept(database, clock):
    requests = SqlPortalRequests(**database.parts(), clock=clock)
    requests.keep(a_request(clock, id="a-secret-of-the-browser"))
    with database.engine.connect() as connection:
        (row,) = connection.exec_driver_sql("SELECT * FROM portal_requests").all()
    assert b"a-secret-of-the-browser" not in bytes(row.digest) + row.request.encode()
