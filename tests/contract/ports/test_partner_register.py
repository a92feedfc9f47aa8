"""What `ports.PartnerRegister` promises, and enrolment, over every implementation."""

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from gateway.identifiers import Siret
from gateway.model.directory import Partner
from gateway.model.partners import Mandate
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


def test_signatures_are_demanded_until_they_are_not(register: Any) -> None:
    token = register.add(LABORATORY)
    register.demand_signatures(LABORATORY.id, is_demanded=True)
    assert register.partner(LABORATORY.id).demands_signature
    assert register.holder_of(token).demands_signature
    register.demand_signatures(LABORATORY.id, is_demanded=False)
    assert register.partner(LABORATORY.id) == LABORATORY
    with pytest.raises(LookupError):
        register.demand_signatures("nobody", is_demanded=True)


def test_a_token_that_has_an_end_opens_until_then(register: Any, clock: FixedClock) -> None:
    token = register.add(LABORATORY, days=2)
    clock.advance(timedelta(days=2) - timedelta(milliseconds=1))
    assert register.holder_of(token) == LABORATORY
    clock.advance(timedelta(milliseconds=1))
    assert register.holder_of(token) is None
    renewed = register.renew_token(LABORATORY.id, days=1)
    assert register.holder_of(renewed) == LABORATORY
    clock.advance(timedelta(days=1))
    assert register.holder_of(renewed) is None


AGENT = msgspec.structs.replace(
    LABORATORY, id="vendor", type=None, flows=frozenset(), accreditation=None, accredited_from=None
)
FIRST, LAST = date(2026, 11, 2), date(2026, 11, 30)
MANDATE = Mandate(agent=AGENT.id, mandator=LABORATORY.id, start=FIRST, end=LAST)


def test_a_partner_is_found_by_its_id_until_it_is_disabled(register: Any) -> None:
    register.add(LABORATORY)
    assert register.partner(LABORATORY.id) == LABORATORY
    assert register.partner("nobody") is None
    register.disable(LABORATORY.id)
    assert register.partner(LABORATORY.id) is None


def test_a_mandate_lets_its_agent_speak_on_its_days(register: Any) -> None:
    register.add(LABORATORY)
    register.add(AGENT)
    register.mandate(MANDATE)
    assert register.partner(AGENT.id) == AGENT
    for day in (FIRST, LAST):
        assert register.mandators_of(AGENT.id, day) == (LABORATORY,)
        (held,) = register.mandates_of(AGENT.id, day)
        assert (held.sender, held.start, held.end) == (LABORATORY.siret, FIRST, LAST)
    for day in (FIRST - timedelta(days=1), LAST + timedelta(days=1)):
        assert register.mandators_of(AGENT.id, day) == ()
        assert register.mandates_of(AGENT.id, day) == ()
    assert register.mandators_of(LABORATORY.id, FIRST) == ()
    assert list(register.mandates()) == [MANDATE]


def test_a_new_mandate_takes_the_place_of_the_one_that_stood(register: Any) -> None:
    register.add(LABORATORY)
    register.add(AGENT)
    for mandate in (MANDATE, msgspec.structs.replace(MANDATE, start=LAST, end=None)):
        register.mandate(mandate)  # within the same millisecond
    assert register.mandators_of(AGENT.id, FIRST) == ()
    assert register.mandators_of(AGENT.id, LAST + timedelta(days=1)) == (LABORATORY,)


def test_a_mandate_that_is_taken_back_opens_nothing(register: Any, clock: FixedClock) -> None:
    register.add(LABORATORY)
    register.add(AGENT)
    register.mandate(MANDATE)
    clock.advance(timedelta(seconds=1))
    register.end_mandate(AGENT.id, LABORATORY.id)
    assert register.mandators_of(AGENT.id, FIRST) == ()
    with pytest.raises(LookupError):
        register.end_mandate(AGENT.id, LABORATORY.id)


def test_a_mandate_is_between_an_agent_and_a_sender(register: Any) -> None:
    register.add(LABORATORY)
    register.add(AGENT)
    for agent, mandator in (("nobody", LABORATORY.id), (AGENT.id, "nobody")):
        with pytest.raises(LookupError):
            register.mandate(msgspec.structs.replace(MANDATE, agent=agent, mandator=mandator))
    with pytest.raises(LookupError):
        register.mandate(msgspec.structs.replace(MANDATE, agent=LABORATORY.id, mandator=AGENT.id))
    with pytest.raises(ValueError, match="himself"):
        register.mandate(msgspec.structs.replace(MANDATE, agent=LABORATORY.id))
    with pytest.raises(ValueError, match="before"):
        register.mandate(msgspec.structs.replace(MANDATE, start=LAST, end=FIRST))
