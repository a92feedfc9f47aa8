"""A directory of two workers, with both registers in the test's hand."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgresql import KINDS
from tests.verified import Verified, a_verified_directory


@pytest.fixture
def verified(tmp_path: Path) -> Iterator[Verified]:
    with a_verified_directory("sqlite", tmp_path) as made:
        yield made


@pytest.fixture(params=KINDS)
def verified_on_each(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Verified]:
    """On each database: where SQL itself is at stake."""
    with a_verified_directory(request.param, tmp_path) as made:
        yield made
