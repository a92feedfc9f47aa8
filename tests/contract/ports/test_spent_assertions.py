"""What `ports.SpentAssertions` promises, over every implementation."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.storage.partner_credentials import SqlSpentAssertions
from tests.contract.ports.conftest import IMPLEMENTATIONS, a_database
from tests.fake_credentials import MemorySpentAssertions

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
UNTIL = NOON + timedelta(seconds=90)


@pytest.fixture(params=IMPLEMENTATIONS)
def spent(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    if request.param == "memory":
        yield MemorySpentAssertions()
        return
    with a_database(request.param, tmp_path) as found:
        yield SqlSpentAssertions(writer=found.writer)


def test_an_assertion_is_taken_once(spent: Any) -> None:
    assert spent.spend("laboratory", "1", until=UNTIL, now=NOON)
    assert not spent.spend("laboratory", "1", until=UNTIL, now=NOON)
    assert not spent.spend("laboratory", "1", until=UNTIL, now=UNTIL)


def test_each_issuer_numbers_its_own(spent: Any) -> None:
    assert spent.spend("a", "b1", until=UNTIL, now=NOON)
    assert spent.spend("ab", "1", until=UNTIL, now=NOON)


def test_what_cannot_be_taken_any_more_is_forgotten(spent: Any) -> None:
    assert spent.spend("laboratory", "1", until=UNTIL, now=NOON)
    assert spent.spend("laboratory", "2", until=UNTIL, now=UNTIL + timedelta(seconds=1))
    assert spent.spend("laboratory", "1", until=UNTIL, now=UNTIL + timedelta(seconds=1))


def test_of_those_who_bring_the_same_at_once_one_is_served(spent: Any) -> None:
    with ThreadPoolExecutor(8) as pool:
        taken = [pool.submit(spent.spend, "l", "1", until=UNTIL, now=NOON) for _ in range(8)]
        assert sum(one.result() for one in taken) == 1
