"""Who took over from whom: decided at enrolment, told with every line that is aimed at."""

from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import select

from gateway.identifiers import Siret
from gateway.storage.partner_register import SqlPartnerRegister
from gateway.storage.partner_tables import partner_successions
from gateway.storage.successions import successors_of
from tests.fakes import FixedClock
from tests.running import THE_LABORATORY

A, B, C = (Siret.parse(siret) for siret in ("73282932000074", "35600000000048", "55208131766522"))


def of(partner_id, siret):
    return msgspec.structs.replace(THE_LABORATORY, id=partner_id, siret=siret)


@pytest.fixture
def clock():
    return FixedClock()


@pytest.fixture
def register(engine, writer, clock):
    made = SqlPartnerRegister(engine=engine, writer=writer, clock=clock)
    for partner_id, siret in (("a", A), ("b", B), ("c", C)):
        made.add(of(partner_id, siret))
    return made


def after(engine, *sirets):
    with engine.connect() as connection:
        found = successors_of(connection, map(str, sirets))
    return {siret: set(found[str(siret)]) for siret in sirets}


def test_nobody_succeeds_anybody_until_it_is_decided(register, engine):
    assert after(engine, A, B) == {A: set(), B: set()}
    assert register.predecessors() == {}


def test_a_successor_of_a_successor_is_one(register, engine):
    register.succeed("b", A)
    register.succeed("c", B)
    assert after(engine, A, B, C) == {A: {str(B), str(C)}, B: {str(C)}, C: set()}
    assert register.predecessors() == {"b": (A,), "c": (B,)}


def test_a_sender_may_take_over_from_two_and_be_split_in_two(register, engine):
    register.succeed("c", A)
    register.succeed("c", B)
    register.succeed("b", A)
    assert after(engine, A, B) == {A: {str(B), str(C)}, B: {str(C)}}
    assert register.predecessors()["c"] == tuple(sorted((A, B), key=str))


def test_deciding_twice_is_deciding_once(register, engine):
    register.succeed("b", A)
    register.succeed("b", A)
    assert after(engine, A) == {A: {str(B)}}


@pytest.mark.parametrize(
    "chain", [[("a", A)], [("b", A), ("a", B)], [("b", A), ("c", B), ("a", C)]]
)
def test_no_sender_succeeds_itself_even_through_others(register, engine, chain):
    *before, last = chain
    for link in before:
        register.succeed(*link)
    known = after(engine, A, B, C)
    with pytest.raises(ValueError, match="itself"):
        register.succeed(*last)
    assert after(engine, A, B, C) == known


def test_who_was_never_enrolled_succeeds_nobody_and_is_succeeded_by_nobody(register):
    with pytest.raises(LookupError):
        register.succeed("nobody", A)
    with pytest.raises(LookupError):
        register.succeed("a", Siret.parse("90000003500015"))
    assert register.predecessors() == {}


def test_a_disabled_partner_is_succeeded_still(register, engine):
    register.disable("a")
    register.succeed("b", A)
    assert after(engine, A) == {A: {str(B)}}


def test_a_succession_is_taken_back_once(register, engine):
    register.succeed("b", A)
    register.end_succession("b", A)
    assert after(engine, A) == {A: set()}
    with pytest.raises(LookupError):
        register.end_succession("b", A)


def test_a_succession_decided_again_leaves_the_former_decision_on_record(register, engine, clock):
    register.succeed("b", A)
    register.end_succession("b", A)
    clock.advance(timedelta(days=1))
    register.succeed("b", A)
    assert after(engine, A) == {A: {str(B)}}
    with engine.connect() as connection:
        assert len(connection.execute(select(partner_successions)).all()) == 2
