"""JSON deeper than the contract: refused with a code, whatever reads it next."""

import pytest

from gateway.errors import Inadmissible
from gateway.steps.parse import parse
from gateway.steps.validate import validate
from gateway.wire import json
from gateway.wire.v1.contract import TransmissionContract
from tests import builders
from tests.unit.wire.submissions import a_submission

CONTRACT = TransmissionContract()
TEXT = builders.in_json(builders.a_transmission()).decode()


def code_of(text):
    """The code of the refusal, or None where there is none."""
    try:
        json.read(text if isinstance(text, bytes) else text.encode())
    except Inadmissible as refused:
        return refused.code
    return None


def outcome_of(text):
    """The code and pointer of what makes it inadmissible, or how many lines cannot be read."""
    try:
        return len(validate(parse(a_submission(text.encode()), CONTRACT)).unreadable)
    except Inadmissible as refused:
        return refused.code, refused.pointer


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "[" * 3000 + "]" * 3000])
def test_nesting_beyond_what_is_followed_is_refused(text):
    assert code_of(text) == "T005"


@pytest.mark.parametrize("inside", ["1", '"\\ud83d\\ude00"', '{"a":"\\\\ud800"}', '"\\u00e9"'])
def test_nesting_that_is_followed_fits_no_member_of_the_contract(inside):
    for depth in (100, 400, 900):
        deep = "[" * depth + inside + "]" * depth
        assert code_of(deep) is None
        assert outcome_of(TEXT.replace('"Lefebvre"', deep)) == 1
        assert outcome_of(TEXT.replace('"results"', f'"remark": {deep}, "results"', 1))[0] == "S002"


def test_a_lone_surrogate_is_found_under_any_nesting():
    assert code_of("[" * 900 + '"\\ud800"' + "]" * 900) == "T007"
