"""What `ports.IdentityRegister` promises, over every implementation."""

from typing import Any

import pytest

from gateway.model.verification import (
    Cause,
    IdentityOutcome,
    IdentityTraits,
    NotAnswered,
    Urgency,
)
from tests.fake_verification import MemoryIdentityRegister
from tests.verified import FIRST

TRAITS = IdentityTraits(
    nir=FIRST,
    birth_name="LEFEBVRE",
    first_names=("Hélène",),
    sex="F",
    birth_date="1990-06-15",
)


@pytest.fixture
def register() -> Any:
    """One where everybody is in order."""
    return MemoryIdentityRegister()


@pytest.mark.parametrize("urgency", Urgency)
def test_who_is_in_order_is_verified(register: Any, urgency: Urgency) -> None:
    answer = register.verify(TRAITS, urgency=urgency, deadline_s=5.0)
    assert answer.outcome is IdentityOutcome.VERIFIED
    assert answer.differences == frozenset()


def test_an_outage_is_an_answer_too() -> None:
    register = MemoryIdentityRegister()
    register.down = NotAnswered(cause=Cause.TIMEOUT)
    assert register.verify(TRAITS, urgency=Urgency.BACKGROUND, deadline_s=5.0) == register.down
