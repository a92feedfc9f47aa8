"""What `ports.PartnerRegister` promises, and enrolment, over every implementation."""

from datetime import date, timedelta
from typing import Any

import pytest

from gateway.identifiers import Siret
from gateway.model.directory import Partner
from gateway.model.transmission import Flow, SenderType
from tests.fakes import FixedClock

LABORATORY = Partner(
    id="laboratory",
    name="Laboratoire d'essai",
    siret=Siret.parse("73282932000074"),
    type=SenderType.OA,
    flows=frozenset({Flow.RADON, Flow.PASSIVE_EXTERNAL}),
    accreditation="1-2345",
    accredited_from=date(2024, 1, 1),
)


def test_a_token_finds_its_holder(register: Any) -> None:
    token = register.add(LABORATORY)
    assert register.holder_of(token) == LABORATORY
    assert len(token) >= 43


@pytest.mark.parametrize("token", ["", "guess", "\udc80", "é" * 9, "a" * 4096])
def test_nobody_holds_another_text(register: Any, token: str) -> None:
    register.add(LABORATORY)
    assert register.holder_of(token) is None


def test_an_id_is_enrolled_once(register: Any) -> None:
    token = register.add(LABORATORY)
    with pytest.raises(ValueError, match="already"):
        register.add(LABORATORY)
    assert register.holder_of(token) == LABORATORY


def test_a_disabled_partner_holds_nothing_and_stays_listed(
    register: Any, clock: FixedClock
) -> None:
    token = register.add(LABORATORY)
    register.disable(LABORATORY.id)
    clock.advance(timedelta(days=1))
    register.disable(LABORATORY.id)
    assert register.holder_of(token) is None
    (listed,) = register.enrolled()
    assert listed.disabled_at == clock.now() - timedelta(days=1)
    with pytest.raises(LookupError):
        register.disable("nobody")


def test_a_new_token_ends_the_old_ones(register: Any) -> None:
    old = register.add(LABORATORY)
    new = register.renew_token(LABORATORY.id)
    assert register.holder_of(old) is None
    assert register.holder_of(new) == LABORATORY
    with pytest.raises(LookupError):
        register.renew_token("nobody")
