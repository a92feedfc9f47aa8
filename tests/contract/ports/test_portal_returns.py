"""What `ports.portals.PortalReturns` promises, over every implementation."""

from datetime import timedelta

import pytest

from gateway.storage.portal_grants import LIFETIME, SqlPortalReturns
from tests.contract.ports.conftest import IMPLEMENTATIONS, a_database
from tests.fake_portals import MemoryPortalReturns

ADDRESS = "https://portail.exemple.test/au-revoir?state=x"


@pytest.fixture(params=IMPLEMENTATIONS)
def returns(request, clock, tmp_path):
    if request.param == "memory":
        yield MemoryPortalReturns(clock=clock)
        return
    with a_database(request.param, tmp_path) as found:
        yield SqlPortalReturns(writer=found.writer, clock=clock)


def test_a_way_back_is_taken_once(returns):
    returns.keep("state", ADDRESS)
    assert returns.take("other") is None
    assert returns.take("state") == ADDRESS
    assert returns.take("state") is None


def test_it_ends_after_ten_minutes(returns, clock):
    returns.keep("in time", ADDRESS)
    returns.keep("late", ADDRESS)
    clock.advance(LIFETIME)
    assert returns.take("in time") == ADDRESS
    clock.advance(timedelta(milliseconds=1))
    assert returns.take("late") is None
