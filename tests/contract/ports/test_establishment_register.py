"""What `ports.EstablishmentRegister` promises, over every implementation."""

from typing import Any

import pytest

from gateway.model.verification import (
    Cause,
    ExistingEstablishment,
    NotAnswered,
    UnknownEstablishment,
    Urgency,
)
from tests.fake_verification import MemoryEstablishmentRegister, an_active_one
from tests.verified import EMPLOYER, OPERATOR

DOWN = NotAnswered(cause=Cause.OUTAGE)


@pytest.fixture
def register() -> Any:
    """One that knows the employer alone."""
    return MemoryEstablishmentRegister({EMPLOYER: an_active_one(EMPLOYER)})


@pytest.mark.parametrize("urgency", Urgency)
def test_each_is_answered_under_its_own_number(register: Any, urgency: Urgency) -> None:
    found = register.look_up([OPERATOR, EMPLOYER], urgency=urgency, deadline_s=5.0)
    assert found.keys() == {EMPLOYER, OPERATOR}
    assert isinstance(found[EMPLOYER], ExistingEstablishment)
    assert isinstance(found[OPERATOR], UnknownEstablishment)
    assert {answer.siret for answer in found.values()} == found.keys()


def test_it_says_how_many_are_best_asked_for_at_once(register: Any) -> None:
    assert 1 <= register.batch <= 1000


def test_an_outage_is_an_answer_too() -> None:
    register = MemoryEstablishmentRegister()
    register.down = DOWN
    found = register.look_up([EMPLOYER], urgency=Urgency.BACKGROUND, deadline_s=5.0)
    assert found == {EMPLOYER: DOWN}
