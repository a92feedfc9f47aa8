"""The double, whose every question and regular answer has been held to the contract at the end."""

import pytest

from tests.partners.api_insee_fr.establishments import the_register
from tests.partners.api_insee_fr.server import Double


@pytest.fixture
def double():
    with Double(the_register(count=40)) as serving:
        yield serving
    assert serving.defects == []
