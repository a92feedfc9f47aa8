"""What `ports.Verification` promises, over every implementation."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from gateway.model.verification import (
    ExistingEstablishment,
    IdentityOutcome,
    NotAnswered,
    UnknownEstablishment,
    VerifiedEstablishment,
    VerifiedIdentity,
)
from gateway.verification.verifying import DirectoryVerification
from tests.contract.ports.conftest import IMPLEMENTATIONS
from tests.fake_verification import VERIFIED, MemoryVerification, an_active_one
from tests.fakes import FixedClock
from tests.verified import EMPLOYER, FIRST, OPERATOR, SECOND, Verified, a_verified_directory

TODAY = date(2026, 11, 2)


@pytest.fixture(scope="module", params=IMPLEMENTATIONS)
def both(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[Any]:
    """An implementation that knows an employer and the first worker, and whom to look up."""
    folder: Path = tmp_path_factory.mktemp("verification")
    with a_verified_directory("sqlite", folder, clock=FixedClock()) as known:
        workers = known.workers(FIRST, SECOND)
        if request.param == "memory":
            yield _in_memory(), workers
            return
    with a_verified_directory(request.param, tmp_path_factory.mktemp("v")) as made:
        yield _real(made), made.workers(FIRST, SECOND)


def _in_memory() -> MemoryVerification:
    return MemoryVerification(
        establishments={
            EMPLOYER: VerifiedEstablishment(answer=an_active_one(EMPLOYER), is_fresh=True)
        },
        identities={FIRST: VerifiedIdentity(answer=VERIFIED, is_fresh=True)},
    )


def _real(made: Verified) -> DirectoryVerification:
    made.sirene.answers = {EMPLOYER: an_active_one(EMPLOYER)}
    made.establishment(EMPLOYER)
    made.identity(FIRST)
    return made.verification


def test_a_known_establishment_is_told(both: Any) -> None:
    verification, _ = both
    found = verification.establishments([EMPLOYER], on=TODAY, within_s=20.0)
    assert found.keys() == {EMPLOYER}
    assert isinstance(found[EMPLOYER].answer, ExistingEstablishment)
    assert found[EMPLOYER].is_fresh


def test_a_known_identity_is_told(both: Any) -> None:
    verification, workers = both
    found = verification.identities({FIRST: workers[FIRST]}, within_s=20.0)
    assert found.keys() == {FIRST}
    assert found[FIRST].answer.outcome is IdentityOutcome.VERIFIED
    assert found[FIRST].is_fresh


def test_without_a_budget_what_is_not_known_is_not_asked(both: Any) -> None:
    verification, workers = both
    found = verification.establishments([EMPLOYER, OPERATOR], on=TODAY, within_s=0)
    assert isinstance(found[OPERATOR].answer, NotAnswered)
    assert not isinstance(found[EMPLOYER].answer, NotAnswered | UnknownEstablishment)
    told = verification.identities(workers, within_s=0)
    assert isinstance(told[SECOND].answer, NotAnswered)
    assert not isinstance(told[FIRST].answer, NotAnswered)


def test_later_tells_what_is_known_as_well(both: Any) -> None:
    verification, workers = both
    found = verification.establishments([EMPLOYER, OPERATOR], on=TODAY, within_s=0, later=True)
    assert isinstance(found[OPERATOR].answer, NotAnswered)
    assert isinstance(found[EMPLOYER].answer, ExistingEstablishment)
    told = verification.identities(workers, within_s=0, later=True)
    assert isinstance(told[SECOND].answer, NotAnswered)


def test_nobody_asked_about_is_nobody_told_of(both: Any) -> None:
    verification, _ = both
    assert verification.establishments([], on=TODAY, within_s=20.0) == {}
    assert verification.identities({}, within_s=20.0) == {}


@pytest.mark.parametrize("nothing", [MemoryVerification(), DirectoryVerification()])
def test_of_a_register_that_is_not_configured_nothing_is_told(both: Any, nothing: Any) -> None:
    _, workers = both
    assert nothing.establishments([EMPLOYER], on=TODAY, within_s=20.0) == {}
    assert nothing.identities(workers, within_s=20.0) == {}
