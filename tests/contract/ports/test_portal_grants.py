"""What `ports.portals.PortalGrants` promises, over every implementation."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from gateway.storage.portal_grants import SqlPortalGrants
from tests.contract.ports.conftest import IMPLEMENTATIONS, a_database
from tests.fake_portals import MemoryPortalGrants
from tests.portal import a_code, a_hand_over

CODE, OTHER = b"c" * 32, b"o" * 32
ACCESS, SECOND = b"a" * 32, b"b" * 32


@pytest.fixture(params=IMPLEMENTATIONS)
def grants(request, clock, tmp_path):
    if request.param == "memory":
        yield MemoryPortalGrants(clock=clock)
        return
    with a_database(request.param, tmp_path) as found:
        yield SqlPortalGrants(**found.parts(), clock=clock)


@pytest.fixture
def exchange(grants, clock):
    def exchanged(code=CODE, access=ACCESS):
        until = clock.now() + timedelta(minutes=5)
        return grants.exchange(
            code, access_sha256=access, sealed=b"sealed", until=until, handed=a_hand_over()
        )

    return exchanged


def test_a_code_gives_one_access_token(grants, exchange, clock):
    grants.keep_code(CODE, a_code(clock))
    assert grants.code(CODE) == a_code(clock)
    assert exchange()
    assert grants.access(ACCESS) == ("portail", b"sealed")
    assert grants.code(CODE) == a_code(clock, is_spent=True, sealed=b"")
    assert grants.code(OTHER) is grants.access(OTHER) is None


def test_a_second_use_ends_what_the_first_gave_and_nothing_else(grants, exchange, clock):
    grants.keep_code(CODE, a_code(clock))
    grants.keep_code(OTHER, a_code(clock))
    assert exchange()
    assert exchange(OTHER, SECOND)
    assert not exchange(access=b"third".ljust(32))
    assert grants.access(ACCESS) is grants.access(b"third".ljust(32)) is None
    assert grants.access(SECOND) is not None


def test_what_is_revoked_opens_nothing_whether_exchanged_or_not(grants, exchange, clock):
    for code, access in ((CODE, ACCESS), (OTHER, SECOND)):
        grants.keep_code(code, a_code(clock))
        if code == CODE:
            assert exchange(code, access)
        grants.revoke(code)
        assert grants.access(access) is None
        assert grants.code(code) == a_code(clock, is_spent=True, sealed=b"")
        assert not exchange(code, access)


def test_a_code_ends_after_its_minute_and_an_access_token_after_its_five(grants, exchange, clock):
    grants.keep_code(CODE, a_code(clock))
    grants.keep_code(OTHER, a_code(clock))
    clock.advance(timedelta(seconds=60))
    assert exchange()
    clock.advance(timedelta(milliseconds=1))
    assert not exchange(OTHER, SECOND)
    clock.advance(timedelta(minutes=5, milliseconds=-1))
    assert grants.access(ACCESS) is not None
    clock.advance(timedelta(milliseconds=1))
    assert grants.access(ACCESS) is None


def test_that_a_code_was_spent_is_known_while_what_it_gave_is_live(grants, exchange, clock):
    grants.keep_code(CODE, a_code(clock))
    assert exchange()
    clock.advance(timedelta(minutes=5))
    grants.keep_code(OTHER, a_code(clock))
    assert grants.code(CODE).is_spent


def test_of_many_who_exchange_at_once_one_is_given_and_keeps_nothing(grants, clock):
    """More than one use of a code is an attack: whoever was first is told, and has nothing."""
    for turn in range(4):
        code = bytes([turn]) * 32
        grants.keep_code(code, a_code(clock))
        until = clock.now() + timedelta(minutes=5)

        def exchanged(number, code=code, until=until):
            access = code[:31] + bytes([number + 100])
            given = {"access_sha256": access, "sealed": b"", "until": until}
            return grants.exchange(code, handed=a_hand_over(), **given), access

        with ThreadPoolExecutor(8) as threads:
            done = list(threads.map(exchanged, range(8)))
        assert [was_given for was_given, _ in done].count(True) == 1
        assert {grants.access(access) for _, access in done} == {None}
