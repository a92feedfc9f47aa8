"""What `ports.FailureBudget` promises, over every implementation."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.identifiers import Nir, Siret
from gateway.model.partners import Couples
from gateway.storage.failure_budget import SqlFailureBudget
from gateway.storage.partner_register import SqlPartnerRegister
from tests import builders
from tests.contract.ports.conftest import IMPLEMENTATIONS, a_database
from tests.contract.ports.test_partner_register import LABORATORY
from tests.fake_failure_budget import MemoryFailureBudget
from tests.fakes import FakeSealer, FixedClock

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
EMPLOYER = Siret.parse(builders.EMPLOYER)
BUDGET = 5
OTHER = msgspec.structs.replace(LABORATORY, id="other", failure_budget=BUDGET)
SHUT = msgspec.structs.replace(LABORATORY, id="shut", failure_budget=0)


@pytest.fixture(params=IMPLEMENTATIONS)
def budget(
    request: pytest.FixtureRequest, clock: FixedClock, sealer: FakeSealer, tmp_path: Path
) -> Iterator[Any]:
    if request.param == "memory":
        yield MemoryFailureBudget({LABORATORY.id: BUDGET, "other": BUDGET, "shut": 0})
        return
    with a_database(request.param, tmp_path) as found:
        register = SqlPartnerRegister(**found.parts(), clock=clock)
        register.add(msgspec.structs.replace(LABORATORY, failure_budget=BUDGET))
        register.add(OTHER)
        register.add(SHUT)
        yield SqlFailureBudget(**found.parts(), sealer=sealer, clock=clock)


def unknown(*numbers: int, known: int = 0) -> Couples:
    nirs = (Nir.parse(builders.nir_of(number)) for number in numbers)
    return Couples(unknown=frozenset((nir, EMPLOYER) for nir in nirs), known=known)


def allows(budget: Any, found: Couples, at: datetime = NOON, **more: Any) -> bool:
    told: bool = budget.allows(LABORATORY.id, found, at=at, **more)
    return told


def test_up_to_the_budget_a_submitter_is_told(budget: Any) -> None:
    assert allows(budget, unknown(known=1_000))
    assert all(allows(budget, unknown(number)) for number in range(1, BUDGET + 1))


def test_the_message_that_passes_it_is_not_told_nor_what_comes_within_a_day(budget: Any) -> None:
    assert not allows(budget, unknown(*range(1, BUDGET + 2)))
    last = NOON + DAY - timedelta(milliseconds=1)
    assert not allows(budget, unknown(), last)
    assert not allows(budget, unknown(1), last)
    assert allows(budget, unknown(1), NOON + DAY)


def test_who_is_suspended_is_known_before_anything_is_looked_up(budget: Any) -> None:
    def is_suspended(partner_id: str = LABORATORY.id, *, at: datetime = NOON) -> bool:
        said: bool = budget.is_suspended(partner_id, at=at)
        return said

    assert allows(budget, unknown(*range(1, BUDGET + 1)))
    assert not is_suspended()
    assert not allows(budget, unknown(BUDGET + 1))
    assert is_suspended(at=NOON + DAY - timedelta(milliseconds=1))
    assert not is_suspended(at=NOON + DAY)
    assert not is_suspended("other")
    assert is_suspended("shut")
    budget.release(LABORATORY.id)
    assert not is_suspended()


def test_a_couple_counts_once_a_day(budget: Any) -> None:
    for _ in range(BUDGET + 1):
        assert allows(budget, unknown(1, 2))
    assert allows(budget, unknown(*range(3, BUDGET + 1)), NOON + DAY / 2)
    assert allows(budget, unknown(*range(11, 13)), NOON + DAY)  # the first two are forgotten
    assert not allows(budget, unknown(13), NOON + DAY)


def test_of_many_known_couples_two_in_a_hundred_may_be_unknown_beside(budget: Any) -> None:
    assert allows(budget, unknown(*range(1, BUDGET + 3), known=100))
    assert not allows(budget, unknown(*range(1, BUDGET + 4), known=149))


def test_each_partner_has_its_own(budget: Any) -> None:
    assert not allows(budget, unknown(*range(1, BUDGET + 2)))
    assert budget.allows("other", unknown(*range(1, BUDGET + 1)), at=NOON)


def test_a_budget_of_none_tells_nothing(budget: Any) -> None:
    assert not budget.allows("shut", unknown(known=1), at=NOON)


def test_what_waits_already_is_told_within_the_budget_and_suspends_nobody(budget: Any) -> None:
    too_many = unknown(*range(1, BUDGET + 2))
    assert not allows(budget, too_many, is_new=False)
    assert allows(budget, unknown(*range(1, BUDGET)), is_new=False)
    assert allows(budget, unknown(BUDGET))
    assert not allows(budget, unknown(BUDGET + 1))


def test_a_released_partner_begins_anew_by_its_new_budget(budget: Any) -> None:
    many = unknown(*range(1, BUDGET + 2))
    assert not allows(budget, many)
    budget.release(LABORATORY.id)
    assert allows(budget, unknown(1))
    budget.release(LABORATORY.id, budget=BUDGET + 1)
    assert allows(budget, many)


def test_many_at_once_are_not_told_more_than_the_budget(budget: Any) -> None:
    with ThreadPoolExecutor(8) as pool:
        told = [pool.submit(allows, budget, unknown(number)) for number in range(1, 17)]
        assert sum(one.result() for one in told) == BUDGET
