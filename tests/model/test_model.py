"""A short slice of `make model`, always the same: docs/model.md has the long count.

The gateway is told sequences of moves by every door, and answers what the model of the contract
says; gateways with one wrong part do not.
"""

from collections import Counter

import pytest
from hypothesis import seed
from hypothesis.stateful import run_state_machine_as_test

from tests.model.comparing import Divergence
from tests.model.covering import sequences
from tests.model.gateways import a_gateway, with_wrong
from tests.model.machine import machine_over
from tests.model.wrong import WRONG
from tests.running import loop

pytestmark = pytest.mark.timeout(900)
SEED = 20261120
SEQUENCES = 8
STEPS = 20
WRONG_SEED = 3
"""One by which all are found soon; they are found by any, given time."""
WRONG_SEQUENCES = 200


@pytest.fixture(scope="module")
def tested(tmp_path_factory):
    with loop() as portal, a_gateway(tmp_path_factory.mktemp("home"), portal=portal) as gateway:
        yield gateway


def test_the_gateway_answers_sequences_of_moves_as_the_contract_says(tested):
    tally = Counter()
    run_state_machine_as_test(
        seed(SEED)(machine_over(tested, tally)),
        settings=sequences(SEQUENCES, steps=STEPS, shrinks=True),
    )
    assert tally["sequences"] >= SEQUENCES
    assert {"disposition ACCEPTED", "disposition HELD", "replay", "move correct"} <= tally.keys()


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.__name__)
def test_a_gateway_with_a_wrong_part_is_found(tested, wrong):
    with with_wrong(tested, wrong) as gateway, pytest.raises(Divergence):
        run_state_machine_as_test(
            seed(WRONG_SEED)(machine_over(gateway, Counter(), moves=wrong.moves)),
            settings=sequences(WRONG_SEQUENCES, steps=STEPS, shrinks=False),
        )
