"""What `ports.IdentityRegister` promises, over every implementation."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from gateway.model.verification import (
    Cause,
    IdentityOutcome,
    IdentityTraits,
    NotAnswered,
    Urgency,
)
from tests.asking_ameli import a_register, traits_of
from tests.fake_verification import MemoryIdentityRegister
from tests.partners.services_ps_ameli_fr.behaviours import Behaviour
from tests.partners.services_ps_ameli_fr.register import CNDA
from tests.partners.services_ps_ameli_fr.server import Double
from tests.verified import FIRST

TRAITS = IdentityTraits(
    nir=FIRST,
    birth_name="LEFEBVRE",
    first_names=("Hélène",),
    sex="F",
    birth_date="1990-06-15",
)


@dataclass
class Asked:
    """A register, somebody who is in order there, and how it is made to fail or to be silent."""

    register: Any
    traits: IdentityTraits
    fail: Callable[[], None]
    fall_silent: Callable[[], None]


@pytest.fixture(scope="module")
def double(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Double]:
    with Double(tmp_path_factory.mktemp("ameli")) as double:
        yield double


@pytest.fixture(params=["memory", "ameli"])
def asked(request: pytest.FixtureRequest, double: Double) -> Asked:
    if request.param == "memory":
        register = MemoryIdentityRegister()

        def fail() -> None:
            register.down = NotAnswered(cause=Cause.TIMEOUT)

        return Asked(register, TRAITS, fail, fail)
    double.clear()
    return Asked(
        a_register(double),
        traits_of(CNDA[0]),
        lambda: double.plan(behaviour=Behaviour.HTML_503),
        lambda: double.plan(behaviour=Behaviour.SILENT),
    )


@pytest.mark.parametrize("urgency", Urgency)
def test_who_is_in_order_is_verified(asked: Asked, urgency: Urgency) -> None:
    answer = asked.register.verify(asked.traits, urgency=urgency, deadline_s=20.0)
    assert answer.outcome is IdentityOutcome.VERIFIED
    assert answer.differences == frozenset()


def test_an_outage_is_an_answer_too(asked: Asked) -> None:
    asked.fail()
    answer = asked.register.verify(asked.traits, urgency=Urgency.BACKGROUND, deadline_s=20.0)
    assert isinstance(answer, NotAnswered)


def test_a_register_that_is_silent_answers_within_the_deadline(asked: Asked) -> None:
    asked.fall_silent()
    begun = time.monotonic()
    answer = asked.register.verify(asked.traits, urgency=Urgency.INTERACTIVE, deadline_s=0.3)
    assert isinstance(answer, NotAnswered)
    assert time.monotonic() - begun < 20
