"""What `ports.EstablishmentStock` promises, over every implementation.

How a file of INSEE's becomes one is in `tests/unit/adapters/sirene`.
"""

from pathlib import Path
from typing import Any

import pytest

from adapters.sirene import SireneStock
from adapters.sirene.stock_import import import_stock
from tests.fake_verification import MemoryEstablishmentStock, an_active_one
from tests.sirene_stock import a_csv, a_row
from tests.verified import EMPLOYER, OPERATOR

IMPLEMENTATIONS = ("memory", "imported")


@pytest.fixture(params=IMPLEMENTATIONS)
def stock(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """That of October 2026, which holds the employer alone."""
    if request.param == "memory":
        return MemoryEstablishmentStock("2026-10", {EMPLOYER: an_active_one(EMPLOYER)})
    import_stock(a_csv(tmp_path, [a_row(str(EMPLOYER))]), target=tmp_path / "stock")
    return SireneStock(path=tmp_path / "stock")


@pytest.fixture(params=IMPLEMENTATIONS)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    if request.param == "memory":
        return MemoryEstablishmentStock(None, {})
    return SireneStock(path=tmp_path / "nowhere" / "stock")


def test_of_those_that_it_does_not_hold_it_says_nothing(stock: Any) -> None:
    assert stock.month == "2026-10"
    found = stock.look_up([EMPLOYER, OPERATOR])
    assert found.keys() == {EMPLOYER}
    assert found[EMPLOYER].siret == EMPLOYER
    assert found[EMPLOYER].periods[0].is_active


def test_where_nothing_is_imported_it_has_no_month(empty: Any) -> None:
    assert empty.month is None
    assert empty.look_up([EMPLOYER]) == {}
