"""What `ports.EstablishmentRegister` promises, over every implementation.

What each answer of Sirene becomes is in `tests/unit/adapters/sirene`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
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
from tests.partners.api_insee_fr.behaviours import Behaviour
from tests.partners.api_insee_fr.establishments import Register, record
from tests.partners.api_insee_fr.server import Double
from tests.sirene import a_private_register, a_register
from tests.verified import EMPLOYER, OPERATOR

DOWN = NotAnswered(cause=Cause.OUTAGE)


@dataclass(frozen=True)
class Subject:
    """An implementation that knows the employer alone, and what makes it fail."""

    register: Any
    fail: Callable[[], None]


@pytest.fixture(params=("memory", "public plan", "private plan"))
def subject(request: pytest.FixtureRequest) -> Iterator[Subject]:
    if request.param == "memory":
        register = MemoryEstablishmentRegister({EMPLOYER: an_active_one(EMPLOYER)})
        yield Subject(register, lambda: setattr(register, "down", DOWN))
        return
    make = a_register if request.param == "public plan" else a_private_register
    with Double(Register({str(EMPLOYER): record(str(EMPLOYER))})) as double:
        yield Subject(make(double), lambda: setattr(double, "behaviour", Behaviour.HTML_503))


@pytest.mark.parametrize("urgency", Urgency)
def test_each_is_answered_under_its_own_number(subject: Subject, urgency: Urgency) -> None:
    found = subject.register.look_up([OPERATOR, EMPLOYER], urgency=urgency, deadline_s=30.0)
    assert found.keys() == {EMPLOYER, OPERATOR}
    assert isinstance(found[EMPLOYER], ExistingEstablishment)
    assert isinstance(found[OPERATOR], UnknownEstablishment)
    assert {answer.siret for answer in found.values()} == found.keys()


def test_nobody_asked_for_is_nobody_answered(subject: Subject) -> None:
    assert subject.register.look_up([], urgency=Urgency.BACKGROUND, deadline_s=30.0) == {}


def test_it_says_how_many_are_best_asked_for_at_once(subject: Subject) -> None:
    assert 1 <= subject.register.batch <= 1000


def test_an_outage_is_an_answer_too(subject: Subject) -> None:
    subject.fail()
    asked = [EMPLOYER, OPERATOR]
    found = subject.register.look_up(asked, urgency=Urgency.BACKGROUND, deadline_s=30.0)
    assert found == {EMPLOYER: DOWN, OPERATOR: DOWN}
