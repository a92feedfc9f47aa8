"""One double for all tests of a process, in its first state before each of them."""

from collections.abc import Iterator

import pytest

from adapters.ameli import AmeliRegister, Mode
from adapters.http import Breaker
from tests.asking_ameli import a_register, an_upstream
from tests.partners.services_ps_ameli_fr.register import Register
from tests.partners.services_ps_ameli_fr.server import Double


@pytest.fixture(scope="session")
def _double(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Double]:
    with Double(tmp_path_factory.mktemp("ameli")) as double:
        yield double


@pytest.fixture
def double(_double: Double) -> Iterator[Double]:
    _double.clear()
    _double.register = Register()
    yield _double
    complaints = list(_double.complaints)
    _double.complaints.clear()
    assert complaints == []  # requests and answers are by the schemas


def _over(double: Double, mode: Mode) -> AmeliRegister:
    """A breaker that opens for no time: no test closes the way for the next."""
    upstream = an_upstream(double, breaker=Breaker(open_s=0, refused_s=0))
    return a_register(double, upstream=upstream, mode=mode)


@pytest.fixture(scope="session")
def _register(_double: Double) -> AmeliRegister:
    return _over(_double, Mode.SEARCH)


@pytest.fixture(scope="session")
def _verifying(_double: Double) -> AmeliRegister:
    return _over(_double, Mode.VERIFICATION)


@pytest.fixture
def register(double: Double, _register: AmeliRegister) -> AmeliRegister:
    assert double.url
    return _register


@pytest.fixture
def verifying(double: Double, _verifying: AmeliRegister) -> AmeliRegister:
    """It asks the service to compare, first."""
    assert double.url
    return _verifying
