"""What `ports.PartnerUses` promises."""

from datetime import date
from typing import Any

import pytest

from gateway.storage.partner_life import SqlPartnerLife
from gateway.storage.partner_register import SqlPartnerRegister
from tests.contract.ports.test_partner_register import LABORATORY
from tests.fakes import FixedClock


@pytest.fixture
def life(database: Any) -> SqlPartnerLife:
    SqlPartnerRegister(**database.parts(), clock=FixedClock()).add(LABORATORY)
    return SqlPartnerLife(**database.parts())


def test_the_last_day_on_which_it_came_is_remembered(life: SqlPartnerLife) -> None:
    for day in (3, 3, 4, 9):
        life.note(LABORATORY.id, date(2026, 11, day))
    assert life.last_seen() == [(LABORATORY.id, date(2026, 11, 9))]


def test_who_never_came_was_given_its_means_on_a_day(life: SqlPartnerLife) -> None:
    assert life.last_seen() == [(LABORATORY.id, FixedClock().now().date())]
