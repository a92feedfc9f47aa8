"""What `ports.EstablishmentStock` promises, over every implementation."""

from tests.fake_verification import MemoryEstablishmentStock, an_active_one
from tests.verified import EMPLOYER, OPERATOR


def test_of_those_that_it_does_not_hold_it_says_nothing() -> None:
    answer = an_active_one(EMPLOYER)
    stock = MemoryEstablishmentStock("2026-10", {EMPLOYER: answer})
    assert stock.month == "2026-10"
    assert stock.look_up([EMPLOYER, OPERATOR]) == {EMPLOYER: answer}


def test_where_nothing_is_imported_it_has_no_month() -> None:
    assert MemoryEstablishmentStock(None, {}).month is None
    assert MemoryEstablishmentStock(None, {}).look_up([EMPLOYER]) == {}
