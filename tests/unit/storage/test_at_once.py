"""Writers that read before they write take turns, on any database."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import Engine, select

from gateway.storage.notice_tables import partner_uses
from gateway.storage.partner_life import SqlPartnerLife
from gateway.storage.partner_register import SqlPartnerRegister
from gateway.storage.writer import Writer
from tests.contract.ports.test_partner_register import LABORATORY
from tests.fakes import FixedClock


@pytest.fixture
def register(engine: Engine, writer: Writer) -> SqlPartnerRegister:
    return SqlPartnerRegister(engine=engine, writer=writer, clock=FixedClock())


def test_of_8_renewals_at_once_one_token_lives(register: SqlPartnerRegister) -> None:
    register.add(LABORATORY)
    with ThreadPoolExecutor(8) as threads:
        tokens = list(threads.map(lambda _: register.renew_token(LABORATORY.id), range(8)))
    assert sum(register.holder_of(token) == LABORATORY for token in tokens) == 1


def test_of_8_enrolments_at_once_one_succeeds(register: SqlPartnerRegister) -> None:
    def enrol(_: int) -> bool:
        try:
            register.add(LABORATORY)
        except ValueError:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(enrol, range(8))) == 1


def test_the_first_use_of_a_partner_is_noted_by_8_processes_at_once(
    register: SqlPartnerRegister, engine: Engine, writer: Writer
) -> None:
    register.add(LABORATORY)
    lives = [SqlPartnerLife(engine=engine, writer=writer) for _ in range(8)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda life: life.note(LABORATORY.id, date(2026, 11, 2)), lives))
    with engine.connect() as connection:
        assert connection.execute(select(partner_uses)).all() == [
            (LABORATORY.id, date(2026, 11, 2))
        ]
