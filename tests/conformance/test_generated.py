"""What schemathesis makes of the OpenAPI document is answered as the document says.

`make generated` makes as many calls as are asked for, and spoils every member of a body.
"""

import pytest

from tests.conformance import generated
from tests.conformance.document import DOCUMENTED
from tests.doors.serving import Served


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    served = Served(tmp_path_factory.mktemp("served"))
    try:
        yield generated.run(served, examples=4, is_whole=False)
    finally:
        served.stop()


def test_generated_calls_are_answered_as_documented(found):
    assert not found.wrong


def test_every_operation_is_called_and_every_status_met_is_documented(found):
    assert {name for name, _ in found.met} == {name for name, _ in DOCUMENTED}
    assert found.met.keys() <= set(DOCUMENTED)
