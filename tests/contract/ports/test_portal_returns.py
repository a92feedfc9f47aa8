"""What `ports.portals.PortalReturns` promises, over every implementation."""

from datetime import timedelta

import pytest

from gateway.errors import Overloaded
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
        yield SqlPortalReturns(**found.parts(), clock=clock)


def test_a_way_back_is_taken_once(returns):
    returns.keep("state", ADDRESS)
    assert returns.take("other") is None
    assert returns.take("state") == ADDRESS
    assert returns.take("state") is None


def test_what_a_browser_made_up_costs_a_reading(database, clock):
    """Anybody may set a cookie: nothing is written for it."""
    returns = SqlPortalReturns(**database.parts(), clock=clock)
    returns.keep("state", ADDRESS)
    database.writer.close()
    assert returns.take("made up") is None
    with pytest.raises(Overloaded):
        returns.take("state")


def test_it_ends_after_ten_minutes(returns, clock):
    returns.keep("in time", ADDRESS)
    returns.keep("late", ADDRESS)
    clock.advance(LIFETIME)
    assert returns.take("in time") == ADDRESS
    clock.advance(timedelta(milliseconds=1))
    assert returns.take("late") is None
