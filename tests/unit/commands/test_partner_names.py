"""The name of a partner stands in every acknowledgement: it enters in the schema's normal form."""

import pytest

from gateway.commands.partner import _name
from gateway.commands.terminal import CannotDo


def test_a_decomposed_accent_is_composed():
    assert _name("Socie\u0301te\u0301 X") == "Société X"


@pytest.mark.parametrize("name", ["", " X", "X ", "X\nY", "X" * 201, "X\u2028Y"])
def test_a_name_that_no_acknowledgement_can_state_is_refused(name):
    with pytest.raises(CannotDo):
        _name(name)
